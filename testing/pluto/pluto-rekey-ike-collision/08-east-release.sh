# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log 'hold-inbound: CREATE_CHILD_SA response'
ipsec whack --impair release
# until nothing is under way
ipsec whack --liveness --name west-east >/dev/null
ipsec briefstatus
