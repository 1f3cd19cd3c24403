# SPDX-License-Identifier: GPL-2.0-or-later
ipsec klips --offload none
../../guestbin/klips-tunnel.sh --only sas --key plain --with "tun esp=aes256-gcm-16" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
ipsec spi --json | grep -c '"driver": "cryptd('
ipsec spi --json | grep -c '"driver": "rfc4106[(-]'
