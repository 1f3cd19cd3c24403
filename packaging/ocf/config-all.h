/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of ipsec.ko that are compiled in: 'make module MODULE_DEF_INCLUDE=packaging/ocf/config-all.h'. These make
 * encryption asynchronous, as OCF did: on all processors, by pcrypt. What each of them is without this is in
 * src/klips/module/module.h, and all can be set when the module is loaded, too (modinfo ipsec).
 */
#define CONFIG_KLIPS_OFFLOAD "pcrypt"
