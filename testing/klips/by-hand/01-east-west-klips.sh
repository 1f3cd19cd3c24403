# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec klips start 2>/var/log/klipsd.log
ipsec tncfg --create ipsec0
ipsec tncfg
echo 1 >/proc/sys/net/ipv6/conf/ipsec0/addr_gen_mode
ipsec tncfg --attach --virtual ipsec0 --physical eth1
ip link set ipsec0 up
ipsec tncfg
ipsec spi --said tun0x1001@192.1.2.23 --ip4 --src 192.1.2.45 --dst 192.1.2.23
ipsec spi --said esp0x1002@192.1.2.23 --src 192.1.2.45 --esp 3des-sha1-96 --enckey 0x101112131415161718191a1b1c1d1e1f2021222324252627 --authkey 0x0102030405060708090a0b0c0d0e0f1011121314
ipsec spi --said tun0x2001@192.1.2.45 --ip4 --src 192.1.2.23 --dst 192.1.2.45
ipsec spi --said esp0x2002@192.1.2.45 --src 192.1.2.23 --esp 3des-sha1-96 --enckey 0x303132333435363738393a3b3c3d3e3f4041424344454647 --authkey 0x5152535455565758595a5b5c5d5e5f6061626364
ipsec spigrp --said tun0x1001@192.1.2.23 esp0x1002@192.1.2.23
ipsec spigrp --said tun0x2001@192.1.2.45 esp0x2002@192.1.2.45
ipsec spigrp
