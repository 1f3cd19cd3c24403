# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 85
ipsec briefstatus | grep "Child"
../../guestbin/wait-for-log.sh /var/log/pluto.log 'the peer does not answer'
ipsec briefstatus | grep Child
