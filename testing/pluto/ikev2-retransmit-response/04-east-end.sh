# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/charon.log 'retransmit of request'
swanctl --list-sas
