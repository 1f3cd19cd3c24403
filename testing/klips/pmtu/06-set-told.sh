# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -c 1 -W 1 -M 'do' -s 1472 192.0.2.12
ping -n -c 1 -W 1 -M 'do' -s 1472 192.0.2.12
ip route get 192.0.2.12
../../guestbin/ping-once.sh --up -M 'do' -s 1418 192.0.2.12
ping -n -c 1 -W 1 -M 'do' -s 1452 2001:db8:0:2::12
