# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/udp.py receive --encap /tmp/not-esp 4500
