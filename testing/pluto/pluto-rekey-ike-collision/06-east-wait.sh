# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/pluto.log 'hold-inbound: CREATE_CHILD_SA request'
