# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/libreswan-start.sh
for name in wrong-psk no-proposal no-child; do ipsec auto --add $name; done
