// SPDX-License-Identifier: GPL-2.0-or-later
#include "identity.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/parse.h"
#include "../lib/pki_cert.h"

int ike_identity_set(struct ike_identity *to, uint8_t type, struct ike_slice data)
{
	if (data.length > sizeof(to->data))
		return -EMSGSIZE;
	to->type = type;
	to->length = data.length;
	memcpy(to->data, data.data, data.length);
	return 0;
}

void ike_identity_from_addr(struct ike_identity *to, const struct klips_addr *addr)
{
	bool v4 = addr->version == KLIPS_V4;

	ike_identity_set(to, v4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR, (struct ike_slice){ addr->b, v4 ? 4 : 16 });
}

static const char *set_text(struct ike_identity *to, uint8_t type, const char *text)
{
	struct ike_slice data = { (const uint8_t *)text, strlen(text) };

	if (!data.length)
		return "an identity without a name";
	return ike_identity_set(to, type, data) ? "an identity that is too long" : NULL;
}

/* Hexadecimal, with 0x or without. */
static const char *set_key_id(struct ike_identity *to, const char *text)
{
	char number[2 * IKE_ID_MAX + 3];
	size_t length = 0;
	const char *why;

	if (snprintf(number, sizeof(number), "0x%s", text + 2 * !strncmp(text, "0x", 2)) >= (int)sizeof(number))
		return "an identity that is too long";
	why = klips_parse_key(to->data, sizeof(to->data), &length, number);
	to->type = IKE_ID_KEY_ID;
	to->length = length;
	return why;
}

static const char *set_name(struct ike_identity *to, const char *text)
{
	int length = pki_dn_parse(to->data, sizeof(to->data), text);

	to->type = IKE_ID_DER_ASN1_DN;
	to->length = length > 0 ? length : 0;
	return length == -EMSGSIZE ? "a distinguished name that is too long" :
	       length <= 0	   ? "not a distinguished name" :
				     NULL;
}

/**
 * ike_identity_parse() - what configurations have in leftid= and rightid=
 *
 * Return: NULL, or what is wrong with the text
 */
const char *ike_identity_parse(struct ike_identity *to, const char *text)
{
	struct klips_addr addr;

	memset(to, 0, sizeof(*to));
	if (!strcmp(text, "%any"))
		return NULL;
	if (!strncmp(text, "@#", 2))
		return set_key_id(to, text + 2);
	if (*text == '@')
		return set_text(to, IKE_ID_FQDN, text + 1);
	if (strchr(text, '='))
		return set_name(to, text);
	if (strchr(text, '@'))
		return set_text(to, IKE_ID_RFC822_ADDR, text);
	if (!klips_parse_addr(&addr, text)) {
		ike_identity_from_addr(to, &addr);
		return NULL;
	}
	return set_text(to, IKE_ID_FQDN, text);
}

static int print_name(char *text, size_t size, const struct ike_identity *identity)
{
	char *name = pki_dn_text((struct ike_slice){ identity->data, identity->length });
	int length = snprintf(text, size, "%s", name ? name : "%malformed");

	free(name);
	return length;
}

static int print_text(char *text, size_t size, const char *before, const struct ike_identity *identity)
{
	const char *data = (const char *)identity->data;
	char clean[IKE_ID_MAX + 1];
	size_t at;

	for (at = 0; at < identity->length; at++)
		if (data[at] > ' ' && data[at] < 0x7f)
			clean[at] = data[at];
		else
			clean[at] = '?';
	clean[at] = '\0';
	return snprintf(text, size, "%s%s", before, clean);
}

static int print_bytes(char *text, size_t size, const struct ike_identity *identity)
{
	int length = snprintf(text, size, "@#0x");
	size_t at;

	for (at = 0; at < identity->length; at++) {
		if ((size_t)length < size)
			snprintf(text + length, size - length, "%02x", identity->data[at]);
		length += 2;
	}
	return length;
}

/**
 * ike_identity_print() - as configurations have it; what cannot be shown of a name is '?'
 *
 * Return: what snprintf() would
 */
int ike_identity_print(char *text, size_t size, const struct ike_identity *identity)
{
	struct klips_addr addr;

	switch (identity->type) {
	case IKE_ID_NONE:
		return snprintf(text, size, "%%any");
	case IKE_ID_IPV4_ADDR:
	case IKE_ID_IPV6_ADDR:
		if (identity->length != (identity->type == IKE_ID_IPV4_ADDR ? 4 : 16))
			break;
		addr = (struct klips_addr){ .version = identity->length == 4 ? KLIPS_V4 : KLIPS_V6 };
		memcpy(addr.b, identity->data, identity->length);
		return klips_addr_print(text, size, &addr);
	case IKE_ID_FQDN:
		return print_text(text, size, "@", identity);
	case IKE_ID_RFC822_ADDR:
		return print_text(text, size, "", identity);
	case IKE_ID_DER_ASN1_DN:
		return print_name(text, size, identity);
	}
	return print_bytes(text, size, identity);
}

/**
 * ike_identity_equal() - whether they name the same
 *
 * Host names and mail addresses whatever their case (RFC 4343), distinguished names whatever their strings' types.
 */
bool ike_identity_equal(const struct ike_identity *a, const struct ike_identity *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == IKE_ID_DER_ASN1_DN)
		return pki_dn_equal((struct ike_slice){ a->data, a->length }, (struct ike_slice){ b->data, b->length });
	if (a->length != b->length)
		return false;
	if (a->type == IKE_ID_FQDN || a->type == IKE_ID_RFC822_ADDR)
		return !strncasecmp((const char *)a->data, (const char *)b->data, a->length);
	return !memcmp(a->data, b->data, a->length);
}

uint32_t ike_identity_hash(const struct ike_identity *identity, uint64_t seed)
{
	uint8_t lower[IKE_ID_MAX];
	uint32_t name;
	size_t at;

	if (identity->type == IKE_ID_DER_ASN1_DN) {
		name = pki_dn_hash((struct ike_slice){ identity->data, identity->length });
		return klips_hash(&name, sizeof(name), seed);
	}
	if (identity->type != IKE_ID_FQDN && identity->type != IKE_ID_RFC822_ADDR)
		return klips_hash(identity->data, identity->length, seed);
	for (at = 0; at < identity->length; at++)
		lower[at] = (uint8_t)tolower(identity->data[at]);
	return klips_hash(lower, identity->length, seed);
}
