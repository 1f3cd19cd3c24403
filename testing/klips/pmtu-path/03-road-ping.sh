# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up 192.0.2.254
ping -n -c 1 -W 1 -M 'do' -s 1200 192.0.2.254
ping -n -c 1 -W 1 -M 'do' -s 1200 192.0.2.254
ip route get 192.0.2.254
../../guestbin/ping-once.sh --up -M 'do' -s 918 192.0.2.254
../../guestbin/ping-once.sh --up -M 'dont' -s 1200 192.0.2.254
