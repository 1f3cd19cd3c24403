# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/openiked-start.sh
../../guestbin/wait-for-log.sh /var/log/iked.log 'established peer'
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
