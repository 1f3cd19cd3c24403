# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 310
../../guestbin/wait-for-log.sh --timeout 90 --count 2 /var/log/pluto.log "Child SA .* established" >/dev/null
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
