// SPDX-License-Identifier: GPL-2.0-or-later
#include "identity.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"
#include "pki_cert.h"

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
static const char *set_hex(struct ike_identity *to, uint8_t type, const char *text)
{
	char number[2 * IKE_ID_MAX + 3];
	size_t length = 0;
	const char *why;

	if (snprintf(number, sizeof(number), "0x%s", text + 2 * !strncasecmp(text, "0x", 2)) >= (int)sizeof(number))
		return "an identity that is too long";
	why = klips_parse_key(to->data, sizeof(to->data), &length, number);
	to->type = type;
	to->length = length;
	return why;
}

/* A Name's DER. */
static const char *set_der(struct ike_identity *to, const char *text)
{
	const char *why = set_hex(to, IKE_ID_DER_ASN1_DN, text);
	char *name = why ? NULL : pki_dn_text(ike_identity_slice(to));

	free(name);
	return why || name ? why : "not the DER of a distinguished name";
}

/* The bracket at the end may be missing. */
static const char *set_bracketed(struct ike_identity *to, const char *text)
{
	struct ike_slice data = { (const uint8_t *)text, strlen(text) };

	if (data.length && text[data.length - 1] == ']')
		data.length--;
	if (!data.length)
		return "an identity without a name";
	return ike_identity_set(to, IKE_ID_KEY_ID, data) ? "an identity that is too long" : NULL;
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

static bool is_any(const char *text)
{
	return !strcasecmp(text, "%any") || !strcasecmp(text, "%any6") || !strcmp(text, "0.0.0.0") ||
	       !strcmp(text, "::");
}

/* What begins with a sign of its own. NULL with @to->type, or what is wrong; IKE_ID_NONE: it is no such thing. */
static const char *set_signed(struct ike_identity *to, const char *text)
{
	if (!strncmp(text, "@#", 2))
		return set_hex(to, IKE_ID_KEY_ID, text + 2);
	if (!strncmp(text, "@~", 2))
		return set_der(to, text + 2);
	if (!strncmp(text, "@[", 2))
		return set_bracketed(to, text + 2);
	if (strchr(text, '='))
		return set_name(to, text + (*text == '@'));
	if (*text == '@')
		return set_text(to, IKE_ID_FQDN, text + 1);
	return NULL;
}

/**
 * ike_identity_parse() - what configurations have in leftid= and rightid=, and ipsec.secrets in its indices
 * @to: gets it
 * @text: an address; @NAME and NAME: a host's name (FQDN); USER@NAME; @#HEX and @[TEXT]: a key ID; a distinguished
 * name, also after a '@', or its DER as @~HEX; %any, %any6, 0.0.0.0 and ::, which are any
 *
 * Return: NULL, or what is wrong with the text
 */
const char *ike_identity_parse(struct ike_identity *to, const char *text)
{
	struct klips_addr addr;
	const char *why;

	memset(to, 0, sizeof(*to));
	if (is_any(text))
		return NULL;
	if (*text == '%')
		return strcasecmp(text, "%null") ? "not an identity" : "anonymous peers are not supported yet";
	why = set_signed(to, text);
	if (why || to->type)
		return why;
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
	char *name = pki_dn_text(ike_identity_slice(identity));
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

/* A host's name is the same with a dot at its end. */
static size_t without_dots(struct ike_slice name)
{
	while (name.length && name.data[name.length - 1] == '.')
		name.length--;
	return name.length;
}

/* What peers send may have zeros in it, which end nothing. */
static bool is_same_text(const uint8_t *a, const uint8_t *b, size_t length)
{
	size_t at;

	for (at = 0; at < length; at++)
		if (tolower(a[at]) != tolower(b[at]))
			return false;
	return true;
}

static bool is_text(uint8_t type)
{
	return type == IKE_ID_FQDN || type == IKE_ID_RFC822_ADDR;
}

/**
 * ike_identity_same() - whether two identities of a type name the same
 *
 * Host names and mail addresses whatever their case (RFC 4343) and the dots at their ends, distinguished names whatever
 * their strings' types.
 */
bool ike_identity_same(uint8_t type, struct ike_slice a, struct ike_slice b)
{
	if (type == IKE_ID_DER_ASN1_DN)
		return pki_dn_equal(a, b);
	if (is_text(type)) {
		a.length = without_dots(a);
		b.length = without_dots(b);
	}
	if (a.length != b.length)
		return false;
	if (is_text(type))
		return is_same_text(a.data, b.data, a.length);
	return !a.length || !memcmp(a.data, b.data, a.length);
}

bool ike_identity_equal(const struct ike_identity *a, const struct ike_identity *b)
{
	return a->type == b->type && ike_identity_same(a->type, ike_identity_slice(a), ike_identity_slice(b));
}

/**
 * ike_identity_match() - whether a peer is one of those that are wanted
 * @wanted: any, or a distinguished name with wildcards (pki_dn_match()), or one identity
 * @who: whom the peer claims to be
 *
 * Return: the number of wildcards that it took: the fewer the better is the match; IKE_ID_WILD: any is wanted, or with
 * so many it is not better; -1: it is none of them
 */
int ike_identity_match(const struct ike_identity *wanted, const struct ike_identity *who)
{
	int wild;

	if (wanted->type == IKE_ID_NONE)
		return IKE_ID_WILD;
	if (ike_identity_equal(wanted, who))
		return 0;
	if (wanted->type != IKE_ID_DER_ASN1_DN || who->type != IKE_ID_DER_ASN1_DN)
		return -1;
	wild = pki_dn_match(ike_identity_slice(wanted), ike_identity_slice(who));
	return wild < IKE_ID_WILD ? wild : IKE_ID_WILD;
}

bool ike_identity_is_many(const struct ike_identity *identity)
{
	return identity->type == IKE_ID_NONE ||
	       (identity->type == IKE_ID_DER_ASN1_DN && pki_dn_is_pattern(ike_identity_slice(identity)));
}

/* Its star is one part of a name or more. */
bool ike_identity_answers(const struct ike_identity *own, const struct ike_identity *asked)
{
	struct ike_slice end = ike_identity_slice(own), name = ike_identity_slice(asked);

	if (ike_identity_equal(own, asked))
		return true;
	if (own->type != IKE_ID_FQDN || asked->type != IKE_ID_FQDN || own->length < 3 || memcmp(own->data, "*.", 2))
		return false;
	/* With the dot: the name has at least a sign before it. */
	end.data++;
	end.length--;
	end.length = without_dots(end);
	name.length = without_dots(name);
	return name.length > end.length && is_same_text(name.data + name.length - end.length, end.data, end.length);
}

uint32_t ike_identity_hash(const struct ike_identity *identity, uint64_t seed)
{
	struct ike_slice name = ike_identity_slice(identity);
	uint8_t lower[IKE_ID_MAX];
	uint32_t hash;
	size_t at;

	if (identity->type == IKE_ID_DER_ASN1_DN) {
		hash = pki_dn_hash(name);
		return klips_hash(&hash, sizeof(hash), seed);
	}
	if (!is_text(identity->type))
		return klips_hash(name.data, name.length, seed);
	name.length = without_dots(name);
	for (at = 0; at < name.length; at++)
		lower[at] = (uint8_t)tolower(name.data[at]);
	return klips_hash(lower, name.length, seed);
}
