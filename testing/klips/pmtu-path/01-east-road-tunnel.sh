# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
case "$(hostname)" in
east) ../../guestbin/klips-start.sh ;;
road) ../../guestbin/klips-start.sh ipsec0=eth0 ;;
esac
../../guestbin/klips-tunnel.sh --with 'esp=aes128-gcm-16' --spi '--mode tunnel --df copy' 192.1.3.209 192.1.2.23 192.1.3.209/32 192.0.2.0/24
