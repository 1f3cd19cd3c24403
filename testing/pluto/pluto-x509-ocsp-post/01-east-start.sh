# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/revocation.py /etc/ca 8080 /tmp/asked
ipsec start
