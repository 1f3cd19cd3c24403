# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
chmod 600 /etc/iked.d/*
../../guestbin/openiked-start.sh
for name in gcm gcm12 cbc256 cbc192 cbc128 3des modp4096 modp6144 modp8192; do ikectl load /etc/iked.d/$name.conf >/dev/null; ../../guestbin/pass-time.sh 3; ../../guestbin/wait-for-log.sh /var/log/iked.log "established peer.*policy '$name'" | grep -o 'policy.*'; ../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254; ikectl reset sa >/dev/null; done
