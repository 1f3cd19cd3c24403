# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
scapy-ike init auth ping liveness critical rekey ping rekey-ike ping liveness delete
sed 's/^secret = .*/secret = another/' /etc/scapy-ike.conf > /tmp/another.conf
scapy-ike --conf /tmp/another.conf init auth
