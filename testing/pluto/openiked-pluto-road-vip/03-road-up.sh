# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/openiked-start.sh
../../guestbin/wait-for-log.sh /var/log/iked.log 'established peer'
../../guestbin/wait-until-alive 192.0.2.12
ip -4 address show to 198.51.100.0/24 | grep -o 'inet [^ ]*'
