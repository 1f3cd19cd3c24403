# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
ip address add 192.0.200.254/24 dev eth0
../../guestbin/strongswan-start.sh
