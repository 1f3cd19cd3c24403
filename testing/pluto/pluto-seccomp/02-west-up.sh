# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec auto --up west-east
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec processstatus | grep seccomp
grep -h -E 'Seccomp:|NoNewPrivs:' /proc/"$(cat /run/pluto/pluto.pid)"/task/*/status | sort -u
grep -h -E 'Seccomp:|NoNewPrivs:' /proc/"$(pgrep -x pluto-updown)"/status | sort -u
