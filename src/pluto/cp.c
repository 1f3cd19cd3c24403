// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration payloads: RFC 7296, 3.15. See cp.h. */
#include "cp.h"

#include "payload.h"

/* What values look like, unless they are empty. */
enum form {
	FORM_OTHER, /* any bytes */
	FORM_ADDR4, /* an IPv4 address */
	FORM_MASK4, /* a mask of IPv4 */
	FORM_NET4,  /* an IPv4 address and a mask */
	FORM_ADDR6, /* an IPv6 address */
	FORM_NET6,  /* an IPv6 address and the length of a prefix */
	FORM_TYPES, /* types of attributes, of two bytes each */
};

static const struct {
	uint8_t length;
	const char *why;
} forms[] = {
	[FORM_ADDR4] = { 4, "an IPv4 address has not four bytes" },
	[FORM_MASK4] = { 4, "a mask of IPv4 has not four bytes" },
	[FORM_NET4] = { 8, "an IPv4 address with its mask has not eight bytes" },
	[FORM_ADDR6] = { 16, "an IPv6 address has not 16 bytes" },
	[FORM_NET6] = { 17, "an IPv6 address with its prefix has not 17 bytes" },
	[FORM_TYPES] = { 0, NULL },
};

#define ROW(type, form) [CP_##type] = { #type, form }

/* Those without a number in cp.h are for others to use: only their names are known. */
static const struct row {
	const char *name;
	enum form form;
} rows[] = {
	ROW(INTERNAL_IP4_ADDRESS, FORM_ADDR4),
	ROW(INTERNAL_IP4_NETMASK, FORM_MASK4),
	ROW(INTERNAL_IP4_DNS, FORM_ADDR4),
	ROW(INTERNAL_IP4_NBNS, FORM_ADDR4),
	ROW(INTERNAL_IP4_DHCP, FORM_ADDR4),
	ROW(APPLICATION_VERSION, FORM_OTHER),
	ROW(INTERNAL_IP6_ADDRESS, FORM_NET6),
	ROW(INTERNAL_IP6_DNS, FORM_ADDR6),
	ROW(INTERNAL_IP6_DHCP, FORM_ADDR6),
	ROW(INTERNAL_IP4_SUBNET, FORM_NET4),
	ROW(SUPPORTED_ATTRIBUTES, FORM_TYPES),
	ROW(INTERNAL_IP6_SUBNET, FORM_NET6),
	[16] = { "MIP6_HOME_PREFIX", FORM_OTHER },
	ROW(INTERNAL_IP6_LINK, FORM_OTHER),
	ROW(INTERNAL_IP6_PREFIX, FORM_NET6),
	[19] = { "HOME_AGENT_ADDRESS", FORM_OTHER },
	[20] = { "P_CSCF_IP4_ADDRESS", FORM_OTHER },
	[21] = { "P_CSCF_IP6_ADDRESS", FORM_OTHER },
	[22] = { "FTT_KAT", FORM_OTHER },
	[23] = { "EXTERNAL_SOURCE_IP4_NAT_INFO", FORM_OTHER },
	[24] = { "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK", FORM_OTHER },
	ROW(INTERNAL_DNS_DOMAIN, FORM_OTHER),
	ROW(INTERNAL_DNSSEC_TA, FORM_OTHER),
	[27] = { "ENCDNS_IP4", FORM_OTHER },
	[28] = { "ENCDNS_IP6", FORM_OTHER },
	[29] = { "ENCDNS_DIGEST_INFO", FORM_OTHER },
};

struct body {
	uint8_t type;
	struct ike_slice attributes;
};

static const struct payload_field body_fields[] = {
	PAYLOAD_FIELD(U8, body, type),
	PAYLOAD_ZEROS(3),
	PAYLOAD_FIELD(REST, body, attributes),
	PAYLOAD_LAST,
};

static const struct payload_field attribute_fields[] = {
	PAYLOAD_FIELD(U16, ike_cp_attribute, type),
	PAYLOAD_FIELD(LENGTH16, ike_cp_attribute, value),
	PAYLOAD_FIELD(COUNTED, ike_cp_attribute, value),
	PAYLOAD_LAST,
};

static int refuse(const char **why, const char *what)
{
	*why = what;
	return -1;
}

static enum form form_of(uint16_t type)
{
	return type < ARRAY_SIZE(rows) ? rows[type].form : FORM_OTHER;
}

static bool read_mask(uint8_t *bits, const uint8_t *at)
{
	uint32_t holes = ~get_unaligned_be32(at);

	*bits = (uint8_t)(32 - __builtin_popcount(holes));
	return !(holes & (holes + 1));
}

static int check(const struct ike_cp_attribute *attribute, const char **why)
{
	enum form form = form_of(attribute->type);
	const uint8_t *at = attribute->value.data;
	size_t length = attribute->value.length;
	uint8_t bits;

	if (!length)
		return 0;
	if (form == FORM_TYPES)
		return length % 2 ? refuse(why, "a list of attributes has an odd length") : 0;
	if (forms[form].length && length != forms[form].length)
		return refuse(why, forms[form].why);
	if ((form == FORM_MASK4 && !read_mask(&bits, at)) || (form == FORM_NET4 && !read_mask(&bits, at + 4)))
		return refuse(why, "a mask of IPv4 has a gap");
	if (form == FORM_NET6 && at[16] > 128)
		return refuse(why, "a prefix of IPv6 has more than 128 bits");
	return 0;
}

/**
 * ike_cp_read() - a CP payload: RFC 7296, 3.15
 * @to: gets the attributes in their order; those with addresses have the length that they must have, or none
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1: malformed, or more than IKE_CP_MAX.
 */
int ike_cp_read(struct ike_cp *to, const struct ike_payload *from, const char **why)
{
	struct ike_slice rest = from->body;
	struct body body;

	to->count = 0;
	if (payload_read(&body, body_fields, &rest, why))
		return -1;
	to->type = body.type;
	while (body.attributes.length) {
		struct ike_cp_attribute *attribute = &to->attributes[to->count];

		if (to->count == IKE_CP_MAX)
			return refuse(why, "it has too many attributes");
		if (payload_read(attribute, attribute_fields, &body.attributes, why))
			return -1;
		attribute->type &= 0x7fff; /* the bit above is reserved, and not looked at */
		if (check(attribute, why))
			return -1;
		to->count++;
	}
	return 0;
}

static const struct ike_cp_attribute *find_from(const struct ike_cp *cp, size_t i, uint16_t type)
{
	for (; i < cp->count; i++)
		if (cp->attributes[i].type == type)
			return &cp->attributes[i];
	return NULL;
}

/**
 * ike_cp_find() - the first attribute of a type
 * @cp: where
 * @type: CP_INTERNAL_IP4_ADDRESS and so on
 *
 * Return: NULL: there is none.
 */
const struct ike_cp_attribute *ike_cp_find(const struct ike_cp *cp, uint16_t type)
{
	return find_from(cp, 0, type);
}

/**
 * ike_cp_next() - the next attribute of the same type
 * @cp: where
 * @after: one of its attributes
 *
 * Return: NULL: there is none.
 */
const struct ike_cp_attribute *ike_cp_next(const struct ike_cp *cp, const struct ike_cp_attribute *after)
{
	return find_from(cp, (size_t)(after - cp->attributes) + 1, after->type);
}

static struct klips_addr read_v4(const uint8_t *at)
{
	return klips_addr_v4(cpu_to_be32(get_unaligned_be32(at)));
}

/**
 * ike_cp_addr() - the address that an attribute has
 * @attribute: one of ike_cp_read()'s
 * @addr: gets it
 * @bits: gets the length of the prefix; 32 or 128 where there is none
 *
 * Return: whether there is one.
 */
bool ike_cp_addr(const struct ike_cp_attribute *attribute, struct klips_addr *addr, uint8_t *bits)
{
	enum form form = form_of(attribute->type);
	const uint8_t *at = attribute->value.data;

	if (!attribute->value.length)
		return false;
	switch (form) {
	case FORM_ADDR4:
		*addr = read_v4(at);
		*bits = 32;
		return true;
	case FORM_MASK4:
		*addr = read_v4(at);
		return read_mask(bits, at);
	case FORM_NET4:
		*addr = read_v4(at);
		return read_mask(bits, at + 4);
	case FORM_ADDR6:
	case FORM_NET6:
		*addr = klips_addr_v6(at);
		*bits = form == FORM_NET6 ? at[16] : 128;
		return true;
	default:
		return false;
	}
}

/* Names go to scripts, versions only to logs. */
static bool may_be_in(uint16_t type, uint8_t c)
{
	bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

	if (type == CP_INTERNAL_DNS_DOMAIN)
		return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
	return c >= 0x20 && c <= 0x7e;
}

/**
 * ike_cp_text() - the text that an attribute has
 * @attribute: CP_INTERNAL_DNS_DOMAIN or CP_APPLICATION_VERSION
 * @text: gets it, with an end
 * @size: bytes there
 *
 * A zero byte at its end is left out.
 *
 * Return: whether there is one that fits, of printable ASCII, and of a domain only what names have.
 */
bool ike_cp_text(const struct ike_cp_attribute *attribute, char *text, size_t size)
{
	size_t i, length = attribute->value.length;

	if (length && !attribute->value.data[length - 1])
		length--;
	if (!length || length >= size)
		return false;
	for (i = 0; i < length; i++) {
		if (!may_be_in(attribute->type, attribute->value.data[i]))
			return false;
		text[i] = (char)attribute->value.data[i];
	}
	text[length] = 0;
	return true;
}

/**
 * ike_put_cp_begin() - begin a CP payload: RFC 7296, 3.15
 * @builder: gets it
 * @type: CFG_REQUEST and so on
 *
 * Return: what ike_put_cp_end() needs.
 */
size_t ike_put_cp_begin(struct ike_builder *builder, uint8_t type)
{
	struct body body = { .type = type };
	size_t begin = payload_begin(builder, IKE_P_CP);

	payload_write(builder, body_fields, &body);
	return begin;
}

/**
 * ike_put_cp_attribute() - an attribute, between beginning and end
 * @builder: gets it
 * @type: CP_INTERNAL_IP4_ADDRESS and so on
 * @value: may be empty: in a request, any
 */
void ike_put_cp_attribute(struct ike_builder *builder, uint16_t type, struct ike_slice value)
{
	struct ike_cp_attribute attribute = { .type = type & 0x7fff, .value = value };

	payload_write(builder, attribute_fields, &attribute);
}

/**
 * ike_put_cp_addr() - an attribute with an address
 * @builder: gets it; its error is set if the attribute has no address of that family
 * @type: CP_INTERNAL_IP4_ADDRESS and so on; of CP_INTERNAL_IP4_NETMASK the mask is made of @bits alone
 * @addr: the address
 * @bits: of its prefix, up to 32 or 128; of attributes that have none it is ignored
 */
void ike_put_cp_addr(struct ike_builder *builder, uint16_t type, const struct klips_addr *addr, uint8_t bits)
{
	enum form form = form_of(type);
	uint8_t version = form == FORM_ADDR6 || form == FORM_NET6 ? KLIPS_V6 : KLIPS_V4;
	uint8_t value[17];

	if (form == FORM_OTHER || form == FORM_TYPES || version != addr->version || bits > klips_addr_bits(addr)) {
		builder->error = true;
		return;
	}
	memcpy(value, addr->b, 16);
	if (form == FORM_MASK4)
		put_unaligned_be32(bits ? UINT32_MAX << (32 - bits) : 0, value);
	if (form == FORM_NET4)
		put_unaligned_be32(bits ? UINT32_MAX << (32 - bits) : 0, value + 4);
	value[16] = bits;
	ike_put_cp_attribute(builder, type, (struct ike_slice){ value, forms[form].length });
}

/**
 * ike_put_cp_end() - finish a CP payload
 * @builder: has it
 * @begin: what ike_put_cp_begin() returned
 */
void ike_put_cp_end(struct ike_builder *builder, size_t begin)
{
	payload_end(builder, begin);
}

/**
 * ike_cp_name() - what IANA calls an attribute
 * @type: CP_INTERNAL_IP4_ADDRESS and so on
 *
 * Return: "INTERNAL_IP4_ADDRESS"; otherwise as ike_notify_name().
 */
const char *ike_cp_name(uint16_t type)
{
	return type < ARRAY_SIZE(rows) && rows[type].name ? rows[type].name : ike_number_name(type);
}
