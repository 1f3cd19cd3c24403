# SPDX-License-Identifier: GPL-2.0-or-later
cat /etc/cygnet/motd /etc/issue
echo 'east was here first' >/tmp/order
