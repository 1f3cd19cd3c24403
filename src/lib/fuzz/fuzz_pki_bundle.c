// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a bundle of certificates, as a web server may have them. What is read and made anew is the same again.
 */
#include <stdlib.h>

#include "lib/pki_bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_bundle(struct pki_cert **certs, struct ike_slice der)
{
	struct pki_why why;
	size_t count;

	if (pki_bundle_read(certs, PKI_CHAIN_MAX + 1, &count, der, &why))
		return 0;
	return count;
}

static void put(struct pki_cert **certs, size_t count)
{
	while (count)
		pki_cert_put(certs[--count]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pki_cert *certs[PKI_CHAIN_MAX + 1], *again[PKI_CHAIN_MAX + 1];
	size_t count = read_bundle(certs, (struct ike_slice){ data, size }), same;
	uint8_t *der = NULL;
	int length;

	if (!count)
		return 0;
	length = pki_bundle_make(&der, certs, count);
	same = length < 0 ? count : read_bundle(again, (struct ike_slice){ der, length });
	if (same != count)
		abort();
	if (length >= 0)
		put(again, same);
	put(certs, count);
	free(der);
	return 0;
}
