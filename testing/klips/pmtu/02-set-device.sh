# SPDX-License-Identifier: GPL-2.0-or-later
ping -n -c 1 -W 1 -M 'do' -s 1472 192.0.2.12
ip route flush cache
