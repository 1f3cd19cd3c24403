// SPDX-License-Identifier: GPL-2.0-or-later
/* Which secret is for whom. */
#include <errno.h>
#include <string.h>

#include "secrets.h"

/* How well a secret fits, from not at all; the best counts. */
enum rank {
	RANK_NOT,
	RANK_ALL,   /* without an index */
	RANK_ANY,   /* with %any alone */
	RANK_LOCAL, /* this host alone */
	RANK_ONE,   /* one of both, and %any */
	RANK_BOTH,
};

static bool is_of(const struct secret_id *id, const struct ike_identity *who)
{
	return id->type == who->type && id->type != IKE_ID_NONE &&
	       ike_identity_same(id->type, id->data, ike_identity_slice(who));
}

static enum rank rank(const struct secret *secret, const struct ike_identity *local, const struct ike_identity *remote)
{
	bool has_local = false, has_remote = false;
	size_t i, any = 0;

	for (i = 0; i < secret->id_count; i++) {
		any += secret->ids[i].type == IKE_ID_NONE;
		has_local |= is_of(&secret->ids[i], local);
		has_remote |= is_of(&secret->ids[i], remote);
	}
	if (!secret->id_count)
		return RANK_ALL;
	if (has_local && has_remote)
		return RANK_BOTH;
	if ((has_local || has_remote) && any)
		return RANK_ONE;
	if (has_local && secret->id_count == 1)
		return RANK_LOCAL;
	return any == secret->id_count ? RANK_ANY : RANK_NOT;
}

static bool is_equal(const struct secret *a, const struct secret *b)
{
	return a->length == b->length && !memcmp(a->data, b->data, a->length);
}

/**
 * secrets_psk - the pre-shared key of two identities
 * @local, @remote: IKE_ID_NONE: not known, which none but %any is for
 * @found: gets it; it is the secrets'
 * @rival: gets, with -ENOTUNIQ, one that fits as well and is another
 *
 * An entry for both comes before one for one of them with %any, that before one for @local alone, that before %any
 * alone, and that before one without an index.
 *
 * Return: 0, -ENOENT if there is none, -ENOTUNIQ.
 */
int secrets_psk(const struct secrets *secrets, const struct ike_identity *local, const struct ike_identity *remote,
		const struct secret **found, const struct secret **rival)
{
	enum rank best = RANK_NOT;
	size_t i;

	*found = *rival = NULL;
	for (i = 0; i < secrets->count; i++) {
		const struct secret *one = &secrets->list[i];
		enum rank now = one->kind == SECRET_PSK ? rank(one, local, remote) : RANK_NOT;

		if (now > best) {
			best = now;
			*found = one;
			*rival = NULL;
		} else if (now != RANK_NOT && now == best && !is_equal(one, *found)) {
			*rival = one;
		}
	}
	return *rival ? -ENOTUNIQ : *found ? 0 : -ENOENT;
}
