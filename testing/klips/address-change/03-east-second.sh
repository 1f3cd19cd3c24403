# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/klips-tunnel.sh --verb replace 192.1.2.46 192.1.2.23 192.0.1.0/24 192.0.2.0/24
