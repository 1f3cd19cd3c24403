// SPDX-License-Identifier: GPL-2.0-or-later
#include "mask.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define MASKED	   "[masked]"
#define KEY_DIGITS 32 /* of the shortest key, in hexadecimal: 128 bits */

static const char *const kinds[] = { "PSK", "PPK",  "XAUTH",  "EAP",	 "RSA", "ECDSA", "PKCS8", "PKCS12", "P12",
				     "PIN", "NTLM", "PUBKEY", "PRIVATE", "DSS", "BLISS", "PGP",	  "SHARED", NULL };

/* Bytes of the kind's word at @text; 0: there is none. */
static size_t kind_at(const char *text)
{
	const char *const *one;

	for (one = kinds; *one; one++) {
		const size_t length = strlen(*one);

		if (!strncasecmp(text, *one, length) && !isalnum((unsigned char)text[length]))
			return length;
	}
	return 0;
}

/* Where an entry's secret begins: behind the colon and the kind's word; NULL: this is none. */
static const char *find_secret(const char *line)
{
	const char *colon = line;
	size_t length;

	while ((colon = strchr(colon, ':'))) {
		colon++;
		colon += strspn(colon, " \t");
		length = kind_at(colon);
		if (length)
			return colon + length;
	}
	return NULL;
}

static void print_hidden(const char *rest, FILE *to)
{
	fprintf(to, " " MASKED "%s", strchr(rest, '\n') ? "\n" : "");
}

/* Keys have 0x before them, or are words of their own. */
static void print_without_keys(const char *line, FILE *to)
{
	size_t length;

	while (*line) {
		length = strspn(line, "0123456789abcdefABCDEF");
		if (length >= KEY_DIGITS) {
			fputs(MASKED, to);
			line += length;
		} else if (length) {
			fwrite(line, 1, length, to);
			line += length;
		} else {
			fputc(*line++, to);
		}
	}
}

void mask_print(struct mask *mask, const char *line, FILE *to)
{
	const char *secret = mask->entries && *line != '#' ? find_secret(line) : NULL;
	const bool begins = strstr(line, "-----BEGIN ") && strstr(line, "PRIVATE KEY");

	if (mask->in_key || begins) {
		if (begins)
			fputs(MASKED "\n", to);
		mask->in_key = !strstr(line, "-----END ");
	} else if (secret) {
		mask->in_entry = true;
		fwrite(line, 1, (size_t)(secret - line), to);
		print_hidden(secret, to);
	} else if (mask->in_entry && (*line == ' ' || *line == '\t' || *line == '}')) {
		print_hidden(line, to);
	} else {
		mask->in_entry = false;
		print_without_keys(line, to);
	}
}
