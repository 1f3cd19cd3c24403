# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/iked.log 'established peer' >/dev/null
