# SPDX-License-Identifier: GPL-2.0-or-later
# east
for address in 192.1.2.23 192.0.2.254 2001:db8:1:2::23 2001:db8:0:2::254; do ../../guestbin/ping-once.sh --up $address; done
# west
for address in 192.1.2.45 192.0.1.254 2001:db8:1:2::45 2001:db8:0:1::254; do ../../guestbin/ping-once.sh --up $address; done
# road
for address in 192.1.3.209 2001:db8:1:3::209; do ../../guestbin/ping-once.sh --up $address; done
# nic
for address in 192.1.2.254 192.1.3.254 2001:db8:1:2::254 2001:db8:1:3::254; do ../../guestbin/ping-once.sh --up $address; done
# north
for address in 192.1.3.33 192.0.3.254 2001:db8:1:3::33 2001:db8:0:3::254; do ../../guestbin/ping-once.sh --up $address; done
# rise
for address in 192.0.2.12 2001:db8:0:2::12; do ../../guestbin/ping-once.sh --up $address; done
# set
for address in 192.0.1.15 2001:db8:0:1::15; do ../../guestbin/ping-once.sh --up $address; done
