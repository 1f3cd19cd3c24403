// SPDX-License-Identifier: GPL-2.0-or-later
#include "identity.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../lib/parse.h"

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

static int add_attribute(X509_NAME *name, char *part)
{
	char *value = strchr(part, '=');

	if (!value)
		return 0;
	*value++ = '\0';
	part += strspn(part, " ");
	part[strcspn(part, " ")] = '\0';
	value += strspn(value, " ");
	return X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, (unsigned char *)value, -1, -1, 0);
}

/* Attributes apart by ',' or '/'; a '\' before one makes it part of the value. */
static const char *set_name(struct ike_identity *to, const char *text)
{
	char copy[IKE_ID_TEXT], *part = copy, *out = copy;
	X509_NAME *name = X509_NAME_new();
	uint8_t *der = to->data;
	int good = 1, length;

	if (!name || strlen(text) >= sizeof(copy)) {
		X509_NAME_free(name);
		return "a distinguished name that is too long";
	}
	for (text += *text == '/';; text++) {
		if (*text == '\\' && text[1]) {
			*out++ = *++text;
		} else if (*text && *text != ',' && *text != '/') {
			*out++ = *text;
		} else {
			*out = '\0';
			good = good && add_attribute(name, part);
			part = ++out;
			if (!*text)
				break;
		}
	}
	length = good ? i2d_X509_NAME(name, NULL) : -1;
	if (length > 0 && length <= (int)sizeof(to->data)) {
		to->length = i2d_X509_NAME(name, &der);
		to->type = IKE_ID_DER_ASN1_DN;
	}
	X509_NAME_free(name);
	return length <= 0 ? "not a distinguished name" : length > IKE_ID_MAX ? "a name that is too long" : NULL;
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
	const unsigned long flags = XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV & ~ASN1_STRFLGS_ESC_MSB;
	const uint8_t *der = identity->data;
	X509_NAME *name = d2i_X509_NAME(NULL, &der, identity->length);
	BIO *bio = BIO_new(BIO_s_mem());
	int length = -1, all;
	char *data = NULL;

	if (name && bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
		all = BIO_get_mem_data(bio, &data);
		length = snprintf(text, size, "%.*s", all, data);
	}
	X509_NAME_free(name);
	BIO_free(bio);
	return length >= 0 ? length : snprintf(text, size, "%%malformed");
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

static bool names_equal(const struct ike_identity *a, const struct ike_identity *b)
{
	const uint8_t *data[2] = { a->data, b->data };
	X509_NAME *one = d2i_X509_NAME(NULL, &data[0], a->length);
	X509_NAME *other = d2i_X509_NAME(NULL, &data[1], b->length);
	bool equal = one && other && !X509_NAME_cmp(one, other);

	X509_NAME_free(one);
	X509_NAME_free(other);
	return equal;
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
		return names_equal(a, b);
	if (a->length != b->length)
		return false;
	if (a->type == IKE_ID_FQDN || a->type == IKE_ID_RFC822_ADDR)
		return !strncasecmp((const char *)a->data, (const char *)b->data, a->length);
	return !memcmp(a->data, b->data, a->length);
}
