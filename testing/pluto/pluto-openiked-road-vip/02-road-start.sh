# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
# what is not protected is dropped
../../guestbin/ping-once.sh --down 192.0.2.12
ipsec start
