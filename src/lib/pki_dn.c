// SPDX-License-Identifier: GPL-2.0-or-later
/* Distinguished names: RFC 5280, 4.1.2.4. */
#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pki_own.h"

#define DN_MAX (64 * 1024) /* bytes, of DER and of text */

X509_NAME *pki_dn_from_der(struct ike_slice der)
{
	const uint8_t *at = der.data;
	X509_NAME *name = der.length && der.length <= DN_MAX ? d2i_X509_NAME(NULL, &at, (long)der.length) : NULL;

	if (name && at == der.data + der.length)
		return name;
	X509_NAME_free(name);
	ERR_clear_error();
	return NULL;
}

/**
 * pki_dn_equal() - whether two names are the same: RFC 5280, 7.1
 *
 * Whatever the types of their strings, capitals, and how many spaces are in a row. Return: false too if one is
 * malformed
 */
bool pki_dn_equal(struct ike_slice a, struct ike_slice b)
{
	X509_NAME *one = pki_dn_from_der(a), *other = pki_dn_from_der(b);
	bool equal = one && other && !X509_NAME_cmp(one, other);

	X509_NAME_free(one);
	X509_NAME_free(other);
	return equal;
}

/**
 * pki_dn_hash() - a number for a name, the same for all that are equal to it; of malformed ones 0
 */
uint32_t pki_dn_hash(struct ike_slice der)
{
	X509_NAME *name = pki_dn_from_der(der);
	uint32_t hash = name ? (uint32_t)X509_NAME_hash_ex(name, NULL, NULL, NULL) : 0;

	X509_NAME_free(name);
	return hash;
}

char *pki_text(const char *data, size_t length)
{
	char *text = malloc(length + 1);

	if (!text)
		return NULL;
	if (length)
		memcpy(text, data, length);
	text[length] = '\0';
	return text;
}

char *pki_name_text(const X509_NAME *name)
{
	const unsigned long flags = XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SEP_MASK;
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL, *text = NULL;
	long length;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags | XN_FLAG_SEP_CPLUS_SPC) >= 0) {
		length = BIO_get_mem_data(bio, &data);
		text = pki_text(data, length > 0 ? length : 0);
	}
	BIO_free(bio);
	return text;
}

/**
 * pki_dn_text() - a name for people, in the order that it has: "C=FI, O=Cygnet, CN=west"
 * @der: of the Name
 *
 * Return: for free(); NULL: it is malformed, or there is no memory
 */
char *pki_dn_text(struct ike_slice der)
{
	X509_NAME *name = pki_dn_from_der(der);
	char *text = name ? pki_name_text(name) : NULL;

	X509_NAME_free(name);
	return text;
}

/* OpenSSL's name of a type of attribute that people write in other ways too; else what they wrote. */
static const char *type_of(const char *word)
{
	static const struct {
		const char *word, *type;
	} known[] = {
		{ "E", "emailAddress" },
		{ "email", "emailAddress" },
		{ "emailAddress", "emailAddress" },
		{ "C", "C" },
		{ "CN", "CN" },
		{ "D", "description" },
		{ "DC", "DC" },
		{ "G", "GN" },
		{ "I", "initials" },
		{ "L", "L" },
		{ "N", "name" },
		{ "O", "O" },
		{ "OU", "OU" },
		{ "S", "surname" },
		{ "ST", "ST" },
		{ "T", "title" },
		{ "UID", "UID" },
		{ "UN", "unstructuredName" },
	};
	size_t at;

	for (at = 0; at < sizeof(known) / sizeof(known[0]); at++)
		if (!strcasecmp(word, known[at].word))
			return known[at].type;
	return word;
}

/* A '*' stands for any value: it need not be as long as some types' values are. */
static bool add_entry(X509_NAME *name, const char *type, const char *value)
{
	int form = strcmp(value, "*") ? MBSTRING_UTF8 : V_ASN1_UTF8STRING;

	return X509_NAME_add_entry_by_txt(name, type, form, (const uint8_t *)value, -1, -1, 0) == 1;
}

static bool add_attribute(X509_NAME *name, char *part)
{
	char *value = strchr(part, '=');

	part += strspn(part, " ");
	if (!value)
		return !*part;
	*value++ = '\0';
	part[strcspn(part, " ")] = '\0';
	value += strspn(value, " ");
	return add_entry(name, type_of(part), value);
}

/* Whether a type of attribute and '=' are there. */
static bool begins_attribute(const char *text)
{
	size_t blanks = strspn(text, " "), length = strcspn(text + blanks, " =,/\\");
	char word[64];

	text += blanks;
	if (!length || length >= sizeof(word) || text[length + strspn(text + length, " ")] != '=')
		return false;
	memcpy(word, text, length);
	word[length] = '\0';
	return OBJ_txt2nid(type_of(word)) != NID_undef;
}

/* Between two attributes. In a name that does not begin with '/' there may be both, or a '/' in a value. */
static bool is_apart(const char *at, const char *text)
{
	if (*text == '/')
		return *at == '/';
	return *at == ',' || (*at == '/' && begins_attribute(at + 1));
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* What a '\' or the first of two commas keeps in a value. NULL: there is nothing of the sort. */
static const char *skip_kept(const char *at, char *out)
{
	int high = *at == '\\' ? hex_digit(at[1]) : -1, low = high < 0 ? -1 : hex_digit(at[2]);

	if (low >= 0 && (high || low)) {
		*out = (char)(high << 4 | low);
		return at + 3;
	}
	if ((*at == '\\' && at[1]) || (*at == ',' && at[1] == ',')) {
		*out = at[1];
		return at + 2;
	}
	return NULL;
}

/* @copy has room for @text. */
static bool add_attributes(X509_NAME *name, const char *text, char *copy)
{
	const char *at = text + (*text == '/'), *next;
	char *part = copy, *out = copy, *kept = copy;
	bool good = true;

	while (good) {
		next = skip_kept(at, out);
		if (next) {
			at = next;
			kept = ++out;
		} else if (*at && !is_apart(at, text)) {
			*out++ = *at++;
		} else {
			while (out > kept && out > part && out[-1] == ' ')
				out--;
			*out = '\0';
			good = add_attribute(name, part);
			part = ++out;
			if (!*at++)
				break;
		}
	}
	return good && X509_NAME_entry_count(name) > 0;
}

/**
 * pki_dn_parse() - DER of a name
 * @der: gets it; there is room for @room bytes
 * @text: "C=FI, O=Cygnet, CN=west", "C=FI/O=Cygnet/CN=west" or "/C=FI/O=Cygnet/CN=west", in UTF-8; a '\' before a ','
 * or '/' keeps these in a value, before two hexadecimal digits it is that byte, and two commas are one of a value. E=
 * is emailAddress=; capitals do not count in the usual types. The value '*' is one for pki_dn_match().
 *
 * Return: its length, -EINVAL: that is no name, -EMSGSIZE: there is not enough room, -ENOMEM.
 */
int pki_dn_parse(uint8_t *der, size_t room, const char *text)
{
	char *copy = strlen(text) <= DN_MAX ? malloc(strlen(text) + 2) : NULL;
	X509_NAME *name = X509_NAME_new();
	int length = -ENOMEM;

	if (copy && name)
		length = add_attributes(name, text, copy) ? i2d_X509_NAME(name, NULL) : -EINVAL;
	if (length > 0)
		length = (size_t)length <= room ? i2d_X509_NAME(name, &der) : -EMSGSIZE;
	X509_NAME_free(name);
	free(copy);
	ERR_clear_error();
	return length;
}
