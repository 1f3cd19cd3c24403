# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/openiked-start.sh
../../guestbin/wait-for-log.sh --count 1 /var/log/iked.log 'established peer' >/dev/null
grep -o 'established peer.*' /var/log/iked.log | sort
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.48.254
