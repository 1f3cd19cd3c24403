# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --with "tun comp esp=aes128-gcm-16 ah=hmac-sha2-256-128" 192.1.2.45 192.1.2.23 192.0.1.0/24 192.0.2.0/24
../../guestbin/ping-once.sh --up -s 1000 -I 192.0.1.254 192.0.2.254
lines() { grep klips_debug /var/log/klipsd.log | tail -n +$(($1 + 1)) | sed -E "/_esp_|ipcomp|pass_new/s/ [0-9]+( bytes|\$)/ N\1/g"; }
for flag in tunnel tunnel-xmit xform radij rcv esp ah ipcomp verbose; do echo "== $flag"; n=$(grep -c klips_debug /var/log/klipsd.log); ipsec klipsdebug --set $flag; ../../guestbin/ping-once.sh --up -s 1000 -I 192.0.1.254 192.0.2.254; ipsec klipsdebug --none; lines $n; done
n=$(grep -c klips_debug /var/log/klipsd.log); ipsec klipsdebug --set spi; ipsec spi --said esp0x1001@192.1.2.23 --src 192.1.2.45 --esp null --authalg hmac-sha1-96 --authkey 0x0102030405060708090a0b0c0d0e0f1011121314; ipsec spi --said esp0x1001@192.1.2.23 --del; ipsec klipsdebug --none; lines $n
n=$(grep -c klips_debug /var/log/klipsd.log); ipsec klipsdebug --set eroute; ipsec eroute --add --src 192.0.1.0/24 --dst 192.0.3.0/24 --said %drop; ipsec klipsdebug --none; lines $n
n=$(grep -c klips_debug /var/log/klipsd.log); ipsec klipsdebug --set netlink; ipsec eroute --del --src 192.0.1.0/24 --dst 192.0.3.0/24; ipsec klipsdebug --none; lines $n
