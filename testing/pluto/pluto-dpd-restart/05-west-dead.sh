# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log 'IKE SA ended: the peer does not answer'
ipsec status --json west-east | grep -E '"(routed|wanted)"'
