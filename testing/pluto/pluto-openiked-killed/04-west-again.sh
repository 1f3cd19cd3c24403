# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 92
../../guestbin/wait-for-log.sh --timeout 200 /var/log/pluto.log 'the peer does not answer'
../../guestbin/wait-for-log.sh --count 2 /var/log/pluto.log 'Child SA .* established'
../../guestbin/pass-time.sh 1
../../guestbin/wait-until-alive -I 192.0.1.254 192.0.2.254
