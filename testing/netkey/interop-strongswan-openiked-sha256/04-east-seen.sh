# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/iked.log 'unsupported integrity algorithm'
ikectl show sa
ip xfrm state
