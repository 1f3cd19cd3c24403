// SPDX-License-Identifier: GPL-2.0-or-later
/* What is after PSK in ipsec.secrets, as bytes. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "secrets_own.h"

static const char *read_hex(struct secret *secret, char *text)
{
	const char *wrong;

	text[1] = 'x';
	wrong = klips_parse_key(secret->data, strlen(text), &secret->length, text);
	return wrong ? "not 0x and pairs of hexadecimal digits" : NULL;
}

/* -1: it is none. */
static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648, 4: with its padding, and no bits that stand for nothing. */
static const char *read_base64(struct secret *secret, const char *text)
{
	static const char wrong[] = "not 0s and base64";
	size_t length = strlen(text), padding = 0, i;
	uint32_t bits = 0;

	while (padding < 2 && length > padding && text[length - padding - 1] == '=')
		padding++;
	if (length % 4)
		return wrong;
	for (i = 0; i < length - padding; i++) {
		int digit = base64_digit(text[i]);

		if (digit < 0)
			return wrong;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4)
			secret->data[secret->length++] = (uint8_t)(bits >> (6 - i % 4 * 2));
	}
	/* Of the last digit some bits are left over. */
	if (padding && bits & ((1u << 2 * padding) - 1))
		return wrong;
	return NULL;
}

static const char *read_plain(struct secret *secret, const char *text)
{
	secret->length = strlen(text);
	memcpy(secret->data, text, secret->length);
	return NULL;
}

static const char *read_value(struct secret *secret, const struct secret_word *word)
{
	char *text = word->text;
	int format = !word->is_quoted && text[0] == '0' ? tolower((unsigned char)text[1]) : 0;

	if (format == 'x')
		return read_hex(secret, text);
	if (format == 's')
		return read_base64(secret, text + 2);
	return read_plain(secret, format == 't' ? text + 2 : text);
}

const char *secret_value_read(struct secret *secret, const struct secret_word *word)
{
	const char *wrong;

	secret->length = 0;
	secret->data = calloc(1, strlen(word->text) + 1);
	if (!secret->data)
		return "no memory";
	wrong = read_value(secret, word);
	return wrong ? wrong : secret->length ? NULL : "it is empty";
}
