# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
# the old address and its routes go and the new ones come in one step
ip -batch /etc/move
../../guestbin/wait-for-log.sh /var/log/pluto.log 'goes between'
