# SPDX-License-Identifier: GPL-2.0-or-later
# OpenIKED makes another when at most 28470 of 30000 bytes have passed
../../guestbin/udp.py send --size 1272 23 192.0.2.12 2000
../../guestbin/wait-for-log.sh --count 2 /var/log/iked.log 'loaded SPIs' >/dev/null
../../guestbin/ping-once.sh --up 192.0.2.12
