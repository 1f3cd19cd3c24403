# SPDX-License-Identifier: GPL-2.0-or-later
# OpenIKED makes another when 25500 to 28470 of 30000 bytes have passed, as the next packet shows: the one that has all of these
# need not arrive; east drops its fragments
../../guestbin/udp.py send --size 1272 18 192.0.2.12 2000
../../guestbin/udp.py send --size 5500 1 192.0.2.12 2000
../../guestbin/udp.py send 1 192.0.2.12 2000
../../guestbin/wait-for-log.sh --count 2 /var/log/iked.log 'loaded SPIs' >/dev/null
../../guestbin/ping-once.sh --up 192.0.2.12
