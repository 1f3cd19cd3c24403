// SPDX-License-Identifier: GPL-2.0-or-later
/* What barf takes out of lines. */
#include "../../klips/tests/test.h"

#include <stdlib.h>

#include "../mask.h"

/* What becomes of lines, with the state that each leaves to the next. */
static void becomes(bool entries, const char *const *lines, const char *expected)
{
	struct mask mask = { .entries = entries };
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	for (; *lines; lines++)
		mask_print(&mask, *lines, to);
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
}

#define BECOMES(entries, expected, ...) becomes(entries, (const char *const[]){ __VA_ARGS__, NULL }, expected)

static void entries_are_masked(void **state)
{
	(void)state;
	BECOMES(true, "@west @east : PSK [masked]\n", "@west @east : PSK \"a secret\"\n");
	BECOMES(true, ": psk [masked]\n", ": psk 0sc2VjcmV0\n");
	BECOMES(true, "2001:db8::1 : PSK [masked]\n", "2001:db8::1 : PSK \"x\"\n");
	/* It goes on in lines that begin with a blank. */
	BECOMES(true, "@a : PSK [masked]\n [masked]\nconn next\n", "@a : PSK\n", "\t\"x\"\n", "conn next\n");
	BECOMES(true, ": RSA [masked]\n [masked]\n [masked]\n", ": RSA {\n", "\tModulus: 0x12\n", "}\n");
	/* Without the last line's end. */
	BECOMES(true, "@a : PPK [masked]", "@a : PPK x");
}

static void others_stay(void **state)
{
	(void)state;
	BECOMES(true, "conn west-east\n\tauthby=secret\n", "conn west-east\n", "\tauthby=secret\n");
	BECOMES(true, "# PSK: none\n", "# PSK: none\n");
	BECOMES(true, "x: PSKS\n", "x: PSKS\n");
	/* A log is no file of secrets. */
	BECOMES(false, "\"a\" #1: RSA with SHA2_256\n", "\"a\" #1: RSA with SHA2_256\n");
}

static void keys_are_masked(void **state)
{
	(void)state;
	BECOMES(false, "enc cbc(aes) 0x[masked] end\n", "enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f end\n");
	BECOMES(false, "spi 0x12345678 reqid 1\n", "spi 0x12345678 reqid 1\n");
	BECOMES(false, "a\n[masked]\nb\n", "a\n", "-----BEGIN EC PRIVATE KEY-----\n", "MHcCAQEEI\n",
		"-----END EC PRIVATE KEY-----\n", "b\n");
	BECOMES(false, "-----BEGIN CERTIFICATE-----\nMHcCAQEEI\n", "-----BEGIN CERTIFICATE-----\n", "MHcCAQEEI\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_masked),
		cmocka_unit_test(others_stay),
		cmocka_unit_test(keys_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
