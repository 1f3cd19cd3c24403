# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log 'the peer is at'
../../guestbin/wait-for-log.sh /var/log/pluto.log 'goes between'
