# SPDX-License-Identifier: GPL-2.0-or-later
ipsec spi --clear
../../guestbin/klips-tunnel.sh --only sas --spi "--replay_window 0" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
