# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -c 1 -M 'do' -s 1418 192.0.2.12 | grep -o '^[0-9]* bytes.*seq=1'
ping -n -c 1 -W 1 -M 'do' -s 1419 192.0.2.12
ip route get 192.0.2.12
# may be fragmented
../../guestbin/ping-once.sh --up -s 1419 192.0.2.12
