# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip address add 192.0.100.254/24 dev eth0
../../guestbin/strongswan-start.sh
