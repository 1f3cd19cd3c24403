# SPDX-License-Identifier: GPL-2.0-or-later
ipsec auto --up aes_gcm_16_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_gcm_16_256 > /dev/null
ipsec auto --up aes_gcm_12_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_gcm_12_256 > /dev/null
ipsec auto --up aes_gcm_8_128 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_gcm_8_128 > /dev/null
ipsec auto --up aes_ccm_16_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_ccm_16_256 > /dev/null
ipsec auto --up aes_ccm_12_192 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_ccm_12_192 > /dev/null
ipsec auto --up aes_ccm_8_128 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_ccm_8_128 > /dev/null
ipsec auto --up chacha20poly1305 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down chacha20poly1305 > /dev/null
ipsec auto --up aes_gmac_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_gmac_256 > /dev/null
ipsec auto --up aes256-sha2_512 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes256-sha2_512 > /dev/null
ipsec auto --up aes192-sha2_384 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes192-sha2_384 > /dev/null
ipsec auto --up aes128-sha2_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes128-sha2_256 > /dev/null
ipsec auto --up aes128-sha1 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes128-sha1 > /dev/null
ipsec auto --up aes128-aes_xcbc | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes128-aes_xcbc > /dev/null
ipsec auto --up aes128-aes_cmac | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes128-aes_cmac > /dev/null
ipsec auto --up aes_ctr256-sha2_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down aes_ctr256-sha2_256 > /dev/null
ipsec auto --up 3des-sha1 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down 3des-sha1 > /dev/null
ipsec auto --up null-sha2_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down null-sha2_256 > /dev/null
ipsec auto --up ah-sha2_512 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down ah-sha2_512 > /dev/null
ipsec auto --up ah-sha2_384 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down ah-sha2_384 > /dev/null
ipsec auto --up ah-sha2_256 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down ah-sha2_256 > /dev/null
ipsec auto --up ah-sha1 | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down ah-sha1 > /dev/null
ipsec auto --up ah-aes_xcbc | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down ah-aes_xcbc > /dev/null
ipsec auto --up ah-aes_cmac | grep Child
../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254
ipsec auto --down ah-aes_cmac > /dev/null
ipsec stop
