# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip address add 10.2.0.1/16 dev eth0
../../guestbin/block-non-ipsec.sh
ipsec start
ipsec auto --add both
ipsec auto --add ten
ipsec auto --add nobody
