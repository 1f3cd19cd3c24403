# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/openiked-start.sh
../../guestbin/wait-for-log.sh /var/log/iked.log 'established peer'
