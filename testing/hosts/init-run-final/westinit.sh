# SPDX-License-Identifier: GPL-2.0-or-later
cat /etc/cygnet/motd /etc/issue
../../guestbin/wait-until-alive 192.1.2.23
