# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^10$' -- cat /tmp/received
../../guestbin/strongswan-stop.sh --kill
ip xfrm state flush
ip xfrm policy flush
../../guestbin/strongswan-start.sh | tail -n 1
