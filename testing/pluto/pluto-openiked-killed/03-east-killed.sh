# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/openiked-stop.sh --kill
ip xfrm state flush
ip xfrm policy flush
../../guestbin/openiked-start.sh
