# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --no-match --match . -- swanctl --list-sas
# the route into the tunnel goes a moment later
../../guestbin/wait-for.sh --no-match --match 192.0.2.0/24 -- ip route show table 220
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
