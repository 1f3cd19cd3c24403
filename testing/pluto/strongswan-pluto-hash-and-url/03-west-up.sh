# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
swanctl --list-sas
cat /tmp/asked
