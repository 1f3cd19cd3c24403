# SPDX-License-Identifier: GPL-2.0-or-later
for folder in /etc /run /tmp /var/tmp /var/lib; do echo west >$folder/cygnet-private; done
cat /etc/cygnet-private /run/cygnet-private /tmp/cygnet-private /var/tmp/cygnet-private /var/lib/cygnet-private
hostname
cat /etc/hostname
# a process, a queue and a name for east to look for
mkfifo /run/wait
(cat /run/wait >/dev/null &)
../../guestbin/wait-for.sh --match '^cat$' -- ps -e -o comm=
ipcmk --queue >/dev/null
ipcs -q | grep -c 0x
hostname cygnet-west
hostname
