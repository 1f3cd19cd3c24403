# SPDX-License-Identifier: GPL-2.0-or-later
ip xfrm policy update src 192.0.1.0/24 dst 192.0.2.0/24 dir out action block
../../guestbin/udp.py send --from 192.0.1.254 20 192.0.2.254 2000
# the queue's first packet is tried once more, refused too, and the queue thrown away
../../guestbin/wait-for.sh --match 'PolBlock.*21$' -- awk '$2' /proc/net/xfrm_stat
