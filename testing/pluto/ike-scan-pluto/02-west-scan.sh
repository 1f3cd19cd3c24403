# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ike-scan --ikev2 192.1.2.23 | grep "^192"
