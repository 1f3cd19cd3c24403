# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --ike road-east | tail -n 3
../../guestbin/ping-once.sh --down 192.0.2.12
