# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up west-east
../../guestbin/pass-time.sh 1
../../guestbin/wait-until-alive -I 192.0.1.254 192.0.2.254
