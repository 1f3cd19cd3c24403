# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
# what is not protected is dropped
../../guestbin/ping-once.sh --down 192.1.2.23
ipsec start
ipsec auto --up road-east
../../guestbin/ping-once.sh --up 192.1.2.23
