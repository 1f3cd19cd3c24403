# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-count.sh --every 1 --count 10 -I 192.0.1.254 192.0.2.254
ipsec spi
../../guestbin/pass-time.sh 300
../../guestbin/klips-monitor.sh --show
ipsec spi
../../guestbin/ping-count.sh --every 1 --count 10 -I 192.0.1.254 192.0.2.254
