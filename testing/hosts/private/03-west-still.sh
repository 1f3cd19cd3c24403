# SPDX-License-Identifier: GPL-2.0-or-later
hostname west
grep -c west /etc/hosts
cat /etc/hostname
echo >/run/wait
../../guestbin/wait-for.sh --no-match --match '^cat$' -- ps -e -o comm=
# an orphan: its parent ends first, and it then writes its own number
(bash -c 'until [ "$(ps -o ppid= $$)" -eq 1 ]; do :; done; echo $$ >/run/orphan' &)
# a dead process that nobody has reaped would still have a folder in /proc
../../guestbin/wait-for.sh --match reaped -- sh -c '[ -e "/proc/$(cat /run/orphan)" ] || echo reaped'
../../guestbin/wait-for.sh --no-match --match Z -- ps -e -o stat=
