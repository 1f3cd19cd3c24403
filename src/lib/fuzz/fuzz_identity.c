// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer's identity of any type and bytes against one of a configuration: what is the same is wanted, and hashes alike;
 * what is printed can be read, and is the same again where it was shown whole.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct ike_identity *wanted, const struct ike_identity *who)
{
	int wild = ike_identity_match(wanted, who);

	if (wild < -1 || wild > IKE_ID_WILD)
		abort();
	if (wanted->type == IKE_ID_NONE && wild != IKE_ID_WILD)
		abort();
	if (!ike_identity_equal(wanted, who))
		return;
	if (ike_identity_hash(wanted, 1) != ike_identity_hash(who, 1) || !ike_identity_answers(wanted, who))
		abort();
	if (wild && wanted->type != IKE_ID_NONE)
		abort();
}

static void print(const struct ike_identity *who)
{
	static struct ike_identity again;
	static char text[IKE_ID_TEXT];

	ike_identity_print(text, sizeof(text), who);
	if (who->type == IKE_ID_KEY_ID && who->length &&
	    (ike_identity_parse(&again, text) || !ike_identity_equal(&again, who)))
		abort();
}

/* A text, its end, a type, and what is on the wire. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ike_identity wanted, who;
	const uint8_t *end = memchr(data, 0, size);
	struct ike_slice rest;

	if (!end || end + 2 > data + size)
		return 0;
	rest = (struct ike_slice){ end + 2, data + size - end - 2 };
	if (ike_identity_set(&who, end[1], rest))
		return 0;
	print(&who);
	compare(&who, &who);
	if (ike_identity_parse(&wanted, (const char *)data))
		return 0;
	ike_identity_is_many(&wanted);
	compare(&wanted, &who);
	return 0;
}
