# SPDX-License-Identifier: GPL-2.0-or-later
# as after a crash of the machine
../../guestbin/strongswan-stop.sh --kill
ip xfrm state flush
ip xfrm policy flush
../../guestbin/strongswan-start.sh
