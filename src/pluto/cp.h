/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration payloads, RFC 7296, 3.15: what a road warrior asks for and is given. */
#ifndef PLUTO_CP_H
#define PLUTO_CP_H

#include "message.h"
#include "../klips/core/addr.h"

enum ike_cp_type {
	CFG_REQUEST = 1,
	CFG_REPLY,
	CFG_SET,
	CFG_ACK,
};

/* RFC 7296, 3.15.1, RFC 5739 and RFC 8598. */
enum ike_cp_attribute_type {
	CP_INTERNAL_IP4_ADDRESS = 1,
	CP_INTERNAL_IP4_NETMASK = 2,
	CP_INTERNAL_IP4_DNS = 3,
	CP_INTERNAL_IP4_NBNS = 4,
	CP_INTERNAL_IP4_DHCP = 6,
	CP_APPLICATION_VERSION = 7,
	CP_INTERNAL_IP6_ADDRESS = 8,
	CP_INTERNAL_IP6_DNS = 10,
	CP_INTERNAL_IP6_DHCP = 12,
	CP_INTERNAL_IP4_SUBNET = 13,
	CP_SUPPORTED_ATTRIBUTES = 14,
	CP_INTERNAL_IP6_SUBNET = 15,
	CP_INTERNAL_IP6_LINK = 17,
	CP_INTERNAL_IP6_PREFIX = 18,
	CP_INTERNAL_DNS_DOMAIN = 25,
	CP_INTERNAL_DNSSEC_TA = 26,
};

#define IKE_CP_MAX 64

/* @value: empty in a request for any value; it is the message's memory */
struct ike_cp_attribute {
	uint16_t type;
	struct ike_slice value;
};

struct ike_cp {
	uint8_t type;
	uint8_t count;
	struct ike_cp_attribute attributes[IKE_CP_MAX];
};

/* Returns 0, or -1 with @why. Attributes that are not known stay in the list, to be ignored (RFC 7296, 3.15.1). */
int ike_cp_read(struct ike_cp *to, const struct ike_payload *from, const char **why);
/* The first attribute of a type; NULL: none. ike_cp_next: the next of that type. */
const struct ike_cp_attribute *ike_cp_find(const struct ike_cp *cp, uint16_t type);
const struct ike_cp_attribute *ike_cp_next(const struct ike_cp *cp, const struct ike_cp_attribute *after);
/*
 * The address of an attribute that has one, and the length of its prefix: of a subnet's mask, of IPv6's, of a
 * CP_INTERNAL_IP4_NETMASK; else of a host. Returns false if there is none: it is empty, or of a type without.
 */
bool ike_cp_addr(const struct ike_cp_attribute *attribute, struct klips_addr *addr, uint8_t *bits);
/* A domain's name, or a version. False if it is none, or too long for @size. */
bool ike_cp_text(const struct ike_cp_attribute *attribute, char *text, size_t size);

/* A payload is put together by its beginning, any number of attributes, its end; @begin is what the first returned. */
size_t ike_put_cp_begin(struct ike_builder *builder, uint8_t type);
void ike_put_cp_attribute(struct ike_builder *builder, uint16_t type, struct ike_slice value);
/* In the form of that attribute. @bits: of the prefix; those without one ignore it */
void ike_put_cp_addr(struct ike_builder *builder, uint16_t type, const struct klips_addr *addr, uint8_t bits);
void ike_put_cp_end(struct ike_builder *builder, size_t begin);

/* IANA's name, or a number: as ike_notify_name(). */
const char *ike_cp_name(uint16_t type);

#endif
