# SPDX-License-Identifier: GPL-2.0-or-later
# iked answers before its SAs are in the kernel
../../guestbin/wait-for-log.sh /var/log/iked.log 'established peer' >/dev/null
