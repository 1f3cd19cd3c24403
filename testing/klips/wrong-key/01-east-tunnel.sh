# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
ipsec spi --said esp0x1002@192.1.2.23 --src 192.1.2.45 --esp aes-gcm-16 --enckey 0x000102030405060708090a0b0c0d0e0f10111213
