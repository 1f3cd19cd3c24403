# SPDX-License-Identifier: GPL-2.0-or-later
ls /etc/cygnet-private /run/cygnet-private /tmp/cygnet-private /var/tmp/cygnet-private /var/lib/cygnet-private
ps -e -o comm= | grep -c '^cat$'
ipcs -q | grep -c 0x
hostname
# what east removes or changes is still there at west
rm /etc/hosts
echo east >/etc/hostname
