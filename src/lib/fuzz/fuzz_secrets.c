// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text as ipsec.secrets: what is taken has bytes, and any two who are in it can be looked up. */
#include <stdlib.h>

#include "lib/secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct secrets *secrets, const struct secret *one)
{
	static struct ike_identity first, other;
	const struct secret *found, *rival;
	size_t i;

	if (!one->length)
		abort();
	for (i = 0; i < one->id_count && i < 8; i++) {
		int err;

		if (ike_identity_parse(&first, one->ids[0].text) || ike_identity_parse(&other, one->ids[i].text))
			abort();
		err = secrets_psk(secrets, &first, &other, &found, &rival);
		/* Both are in the index of this one, so it is this one or as good. */
		if (one->kind == SECRET_PSK && (err ? !rival : !found) && first.type && other.type)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_errors errors = { 0 };
	struct secrets *secrets = secrets_parse("fuzz", (const char *)data, size, &errors);
	char line[256];
	size_t i;

	if (!secrets)
		abort();
	for (i = 0; i < errors.count; i++)
		conf_error_print(line, sizeof(line), &errors.list[i]);
	for (i = 0; i < secrets->count && i < 64; i++)
		look_up(secrets, &secrets->list[i]);
	secrets_free(secrets);
	conf_errors_free(&errors);
	return 0;
}
