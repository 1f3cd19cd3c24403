// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traffic selectors: as text, if the first byte is odd; otherwise two lists of selectors of eight bytes each, the
 * second byte says how many are in the first: one is narrowed by the other. What is narrowed is within both, and has
 * the packet's if it may.
 */
#include <stdlib.h>
#include <string.h>

#include "pluto/tests/rebuild.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
	if (!condition)
		abort();
}

static bool equal(const struct ike_ts *a, const struct ike_ts *b)
{
	return ike_ts_contains(a, b) && ike_ts_contains(b, a);
}

static void print_and_parse(const struct ike_ts *ts)
{
	char text[IKE_TS_TEXT];
	struct ike_ts again;

	check(ike_ts_print(text, sizeof(text), ts) < (int)sizeof(text));
	/* Ports without a protocol come from the wire only. */
	if (!ts->protocol && (ts->first_port != 0 || ts->last_port != 65535))
		return;
	check(!ike_ts_parse(&again, text) && equal(ts, &again));
}

static void from_text(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1);
	struct ike_ts ts;

	check(text);
	memcpy(text, data, size);
	if (!ike_ts_parse(&ts, text))
		print_and_parse(&ts);
	free(text);
}

static void narrow(const struct ike_ts_list *offered, const struct ike_ts_list *policy)
{
	struct ike_ts_list answer, packet = { .count = 1, .ts = { offered->ts[0] } };
	uint8_t i;

	if (!ike_ts_narrow(&answer, offered, policy)) {
		check(!answer.count);
		return;
	}
	check(ike_ts_is_within(&answer, offered) && ike_ts_is_within(&answer, policy));
	if (ike_ts_is_within(&packet, policy))
		check(ike_ts_is_within(&packet, &answer));
	for (i = 0; i < answer.count; i++)
		print_and_parse(&answer.ts[i]);
}

/* Few addresses, protocols and ports, so that many have something in common. */
static struct ike_ts make(const uint8_t *from)
{
	struct ike_ts ts = { .version = from[0] & 1 ? 4 : 6, .protocol = from[1] & 3 ? 0 : from[1] >> 2 };
	size_t end = ts.version == 6 ? 15 : 3;

	ts.first[0] = ts.last[0] = from[0] >> 6;
	ts.first[end] = min(from[2], from[3]);
	ts.last[end] = max(from[2], from[3]);
	ts.last[end - 1] = from[0] >> 1 & 3;
	ts.first_port = (uint16_t)(min(from[4], from[5]) << 8 | from[6]);
	ts.last_port = (uint16_t)(max(from[4], from[5]) << 8 | max(from[6], from[7]));
	if (!(from[0] & 0x30)) {
		ts.first_port = from[0] & 8 ? 65535 : 0;
		ts.last_port = from[0] & 8 ? 0 : 65535;
	}
	return ts;
}

static void take(struct ike_ts_list *to, struct ike_slice *from, size_t most)
{
	for (to->count = 0; to->count < min(most, (size_t)IKE_TS_MAX) && from->length >= 8; to->count++) {
		to->ts[to->count] = make(from->data);
		from->data += 8;
		from->length -= 8;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ike_ts_list offered, policy;
	struct ike_slice rest;

	if (size < 2)
		return 0;
	if (data[0] & 1) {
		from_text(data + 2, size - 2);
		return 0;
	}
	rest = (struct ike_slice){ data + 2, size - 2 };
	take(&offered, &rest, 1 + data[1] % IKE_TS_MAX);
	take(&policy, &rest, IKE_TS_MAX);
	if (offered.count)
		narrow(&offered, &policy);
	return 0;
}
