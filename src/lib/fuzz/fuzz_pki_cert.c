// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a peer's certificate: what it says hangs together, and it is good for nobody without an anchor. */
#include <stdlib.h>

#include "lib/pki_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pki_store *empty;

static void check_names(const struct pki_cert *cert)
{
	const struct pki_cert_info *info = pki_cert_info(cert);
	size_t at;
	char *text;

	for (at = 0; at < info->name_count && at < 8; at++)
		if (!pki_cert_has_id(cert, info->names[at].type, info->names[at].data))
			abort();
	if (!pki_cert_has_id(cert, 9, info->subject))
		abort();
	text = pki_dn_text(info->subject);
	if (!text)
		abort();
	free(text);
}

static void check_path(const struct pki_cert *cert)
{
	struct pki_check check = { .leaf = cert, .chain = &cert, .chain_count = 1, .now = 1900000000 };
	struct pki_why why;

	if (!pki_store_check(empty, &check, &why))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_errors errors = { 0 };
	struct pki_cert *cert = NULL;
	struct pki_why why;

	if (!empty)
		empty = pki_store_load("/nonexistent", &errors);
	if (!empty)
		abort();
	if (pki_cert_parse(&cert, (struct ike_slice){ data, size }, &why))
		return 0;
	check_names(cert);
	check_path(cert);
	pki_cert_put(cert);
	return 0;
}
