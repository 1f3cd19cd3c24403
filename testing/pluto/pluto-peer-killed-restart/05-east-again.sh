# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 600
ipsec start
