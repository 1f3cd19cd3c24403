// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv2 messages. The first byte chooses: a datagram of the other bytes; what is inside an SK payload, whose first type
 * the second byte is; or one of the two as hosts send them, changed: three bytes a change, where and by what. What
 * parses has its bodies read and is built again; that parses too, and is built the same.
 */
#include <stdlib.h>
#include <string.h>

#include "pluto/tests/rebuild.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_again(const struct ike_message *message, size_t size)
{
	size_t room = size + IKE_HEADER;
	uint8_t *built = malloc(room), *again = malloc(room);
	uint64_t readable, readable_again;
	struct ike_message second;
	const char *why;
	int length;

	if (!built || !again)
		abort();
	length = rebuild_message(built, room, message, &readable);
	if (length < 0 || ike_message_parse(&second, (struct ike_slice){ built, (size_t)length }, &why))
		abort();
	if (rebuild_message(again, room, &second, &readable_again) != length || memcmp(built, again, (size_t)length))
		abort();
	if (second.count != message->count || readable != readable_again)
		abort();
	free(built);
	free(again);
}

static void run_datagram(struct ike_slice data)
{
	struct ike_message message;
	const char *why;

	if (!ike_message_parse(&message, data, &why))
		same_again(&message, data.length);
}

static void run_inside(uint8_t first, struct ike_slice data)
{
	struct ike_message message = { .header = { .major = 2 } };
	const char *why;

	if (!ike_payloads_parse(&message, first, data, &why))
		same_again(&message, data.length);
}

/* In memory of its own, so that a byte read behind it is found. */
static void run_changed(bool inside, struct ike_slice changes)
{
	uint8_t whole[REBUILD_MAX], first = IKE_P_NONE;
	int length = inside ? rebuild_auth_chain(whole, sizeof(whole), &first) : rebuild_sa_init(whole, sizeof(whole));
	uint8_t *own = malloc((size_t)length);
	size_t i;

	if (!own)
		abort();
	memcpy(own, whole, (size_t)length);
	for (i = 0; i + 3 <= changes.length; i += 3)
		own[(changes.data[i] << 8 | changes.data[i + 1]) % length] ^= changes.data[i + 2];
	if (inside)
		run_inside(first, (struct ike_slice){ own, (size_t)length });
	else
		run_datagram((struct ike_slice){ own, (size_t)length });
	free(own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ike_slice rest;

	if (size < 2)
		return 0;
	rest = (struct ike_slice){ data + 2, size - 2 };
	switch (data[0] & 3) {
	case 0:
		run_datagram(rest);
		break;
	case 1:
		run_inside(data[1], rest);
		break;
	default:
		run_changed(data[0] & 1, rest);
	}
	return 0;
}
