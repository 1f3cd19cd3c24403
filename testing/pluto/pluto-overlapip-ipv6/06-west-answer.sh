# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match served -- cat /tmp/answer
../../guestbin/udp-service.py ask --port 7101 --from 2001:db8:10::1 west 2001:db8:0:2::12 7008
