# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/libreswan-start.sh
for name in 6in6 4in6 6in4 transport transport6 ipcomp ipcomp-transport no-esn esn; do ipsec auto --add $name; done
../../guestbin/udp.py receive /tmp/received 2000
