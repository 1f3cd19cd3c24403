# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
# what is not protected is dropped
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
ipsec start
