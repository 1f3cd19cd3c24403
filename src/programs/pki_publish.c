// SPDX-License-Identifier: GPL-2.0-or-later
#include "pki_publish.h"

#include <stdio.h>
#include <stdlib.h>

#include "../lib/hex.h"
#include "../lib/pki_bundle.h"
#include "command.h"

static int publish(const struct pki_cert *cert, const char *to)
{
	const struct ike_slice der = pki_cert_info(cert)->der;
	char name[2 * PKI_URL_HASH + 1], path[4096];
	struct pki_output output = { .path = path, .der = true };
	uint8_t hash[PKI_URL_HASH];
	int status;

	pki_url_hash(hash, der);
	if (snprintf(path, sizeof(path), "%s/%s", to, hex_print(name, hash, sizeof(hash))) >= (int)sizeof(path))
		return not_done("%s: the path is too long", to);
	status = pki_write(&output, "CERTIFICATE", der);
	if (!status)
		puts(path);
	return status;
}

int pki_publish(const char *const *paths, size_t count, const char *to)
{
	struct pki_cert *cert;
	int status = 0;
	size_t at;

	for (at = 0; at < count && !status; at++) {
		cert = NULL;
		status = pki_load_cert(&cert, paths[at]);
		if (!status)
			status = publish(cert, to);
		pki_cert_put(cert);
	}
	return status;
}

int pki_publish_bundle(const char *const *paths, size_t count, const char *to)
{
	const struct pki_output output = { .path = to, .der = true };
	struct pki_cert **certs = calloc(count, sizeof(*certs));
	uint8_t *der = NULL;
	size_t loaded = 0;
	int status = 0, length;

	if (!certs)
		return not_done("no memory");
	while (!status && loaded < count) {
		status = pki_load_cert(&certs[loaded], paths[loaded]);
		loaded += !status;
	}
	if (!status) {
		length = pki_bundle_make(&der, certs, count);
		status = length < 0 ? not_done("no memory") :
				      pki_write(&output, "BUNDLE", (struct ike_slice){ der, length });
	}
	while (loaded)
		pki_cert_put(certs[--loaded]);
	free(certs);
	free(der);
	return status;
}
