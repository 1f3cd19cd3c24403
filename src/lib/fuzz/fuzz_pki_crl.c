// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a CRL, as a file or a server may have them. */
#include <stdlib.h>

#include "lib/pki_store_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *arg, X509_CRL *crl)
{
	char *text = pki_name_text(X509_CRL_get_issuer(crl));

	(void)arg;
	pki_time(X509_CRL_get0_lastUpdate(crl));
	pki_time(X509_CRL_get0_nextUpdate(crl));
	free(text);
	X509_CRL_free(crl);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pki_why why;

	pki_crls_read((struct ike_slice){ data, size }, take, NULL, &why);
	return 0;
}
