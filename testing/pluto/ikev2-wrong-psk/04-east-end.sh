# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/charon.log 'MAC mismatched'
swanctl --list-sas
