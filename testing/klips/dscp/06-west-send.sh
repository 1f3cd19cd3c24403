# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py send --from 192.0.1.254 --tos 0xb8 1 192.0.2.254 2000
../../guestbin/mark-packets.sh ip protocol esp ip dscp set af41
../../guestbin/udp.py send --from 192.0.1.254 --tos 0xb8 1 192.0.2.254 2000
