# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-count.sh --every 60 --count 1440 -I 192.0.1.254 192.0.2.254
grep -c 'life .* is over' /var/log/pluto.log
ipsec briefstatus
