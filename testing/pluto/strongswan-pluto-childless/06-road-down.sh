# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --terminate --ike road-east
../../guestbin/wait-for.sh --no-match --match 198.51.100.1 -- ip address
../../guestbin/ping-once.sh --down 192.0.2.12
