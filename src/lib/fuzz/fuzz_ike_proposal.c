// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any text as ike=, esp= or ah=: an error is in the text; what is taken holds what its header promises, is chosen from
 * itself, and makes a suite.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/ike_alg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_proposal(const struct ike_proposal *proposal, uint8_t protocol, int number)
{
	char text[64];
	int i;

	check(proposal->protocol == protocol && proposal->number == number && proposal->spi_size == 0);
	check(proposal->count > 0 && proposal->count <= IKE_TRANSFORMS_MAX);
	for (i = 0; i < proposal->count; i++) {
		const struct ike_transform *t = &proposal->transforms[i];

		check(ike_alg_by_id(t->type, t->id));
		check(ike_alg_print(text, sizeof(text), t->type, t->id, t->key_bits) < (int)sizeof(text));
	}
}

static void check_choice(const struct ike_proposals *proposals)
{
	struct ike_proposals one = { .count = 1 };
	struct ike_proposal chosen;
	struct ike_suite suite;
	char text[200];
	int i;

	for (i = 0; i < proposals->count; i++) {
		one.proposals[0] = proposals->proposals[i];
		check(!ike_proposals_choose(&chosen, proposals, &one, true));
		check(chosen.number == one.proposals[0].number);
		check(!ike_suite_from_proposal(&suite, &chosen));
		check(ike_suite_print(text, sizeof(text), &suite) < (int)sizeof(text));
	}
}

static void check_text(uint8_t protocol, const char *text, bool pfs)
{
	struct ike_proposals proposals = { 0 };
	struct ike_text_error error = { 0 };
	int i;

	if (ike_proposals_parse(&proposals, protocol, text, pfs, &error)) {
		check(error.why && error.offset <= strlen(text) && error.length <= strlen(text) - error.offset);
		return;
	}
	check(proposals.count > 0 && proposals.count <= IKE_PROPOSALS_MAX);
	for (i = 0; i < proposals.count; i++)
		check_proposal(&proposals.proposals[i], protocol, i + 1);
	check_choice(&proposals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	check(text != NULL);
	memcpy(text, data, size);
	text[size] = 0;
	check_text(IKE_PROTO_IKE, text, false);
	check_text(IKE_PROTO_ESP, text, true);
	check_text(IKE_PROTO_ESP, text, false);
	check_text(IKE_PROTO_AH, text, true);
	free(text);
	return 0;
}
