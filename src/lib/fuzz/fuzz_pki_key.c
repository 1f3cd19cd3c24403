// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a key: of a file, a peer's raw public key, a key of DNS; and as an AlgorithmIdentifier. */
#include <stdlib.h>
#include <string.h>

#include "lib/pki_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was taken can be given again. */
static void check(struct pki_key *key)
{
	char *text = pki_key_text(key);
	struct pki_key *again = NULL;
	struct pki_why why;

	if (!text || pki_key_from_text(&again, text, &why) || !pki_key_equal(key, again))
		abort();
	free(text);
	pki_key_put(again);
	pki_key_put(key);
}

/* PEM, or a SEQUENCE with its length: OpenSSL takes milliseconds to find that anything else is no key. */
static bool is_like_file(const uint8_t *data, size_t size)
{
	return size > 4 && (!memcmp(data, "-----", 5) || (data[0] == 0x30 && (data[1] & 0x80 || data[1] == size - 2)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ike_slice slice = { data, size };
	const struct pki_scheme *scheme = pki_scheme_by_algorithm(slice);
	struct pki_key *key = NULL;
	struct pki_why why;

	if (scheme && scheme->method != 14)
		abort();
	if (is_like_file(data, size) && !pki_key_read(&key, slice, NULL, &why))
		check(key);
	if (!pki_key_from_spki(&key, slice, &why))
		check(key);
	if (!pki_rsa_from_dns(&key, slice, &why))
		check(key);
	return 0;
}
