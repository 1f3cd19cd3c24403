# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 2001:db8:0:2::12
../../guestbin/ping-once.sh --up -s 1200 2001:db8:0:2::12
for _ in 1 2 3; do ping -n -q -c 1 -W 2 -s 3000 2001:db8:0:2::12 | grep received; done
ip -6 route get 2001:db8:0:2::12 | grep -o 'mtu [0-9]*'
