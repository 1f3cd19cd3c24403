# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'old .* new .*' /var/log/iked.log
../../guestbin/ping-once.sh --down -I 192.0.2.254 192.0.1.254
../../guestbin/wait-for-log.sh --count 2 /var/log/iked.log 'loaded SPIs' >/dev/null
../../guestbin/ping-once.sh --up -I 192.0.2.254 192.0.1.254
