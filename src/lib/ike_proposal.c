// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of the offered algorithms are taken, and what they are. */
#include <stdio.h>
#include <string.h>

#include "ike_alg.h"

/*
 * RFC 7296, 3.3.2: up to ESN; RFC 9370: up to 12, additional key exchanges. Number 0 is no algorithm in all types that
 * may be left out (INTEG, KE, ESN and the additional exchanges), so a type that is left out is the same as one with
 * only a 0.
 */
#define TYPES	    13
#define ADDITIONALS 0x1fc0 /* bits of types 6 to 12 */

/* RFC 7296, 3.3.3: which types may be there: bits. Others make a proposal unacceptable: 3.3.6. */
static unsigned int types_of(uint8_t protocol)
{
	switch (protocol) {
	case IKE_PROTO_IKE:
		return 1 << IKE_ENCR | 1 << IKE_PRF | 1 << IKE_INTEG | 1 << IKE_KE | ADDITIONALS;
	case IKE_PROTO_ESP:
		return 1 << IKE_ENCR | 1 << IKE_INTEG | 1 << IKE_KE | 1 << IKE_ESN | ADDITIONALS;
	case IKE_PROTO_AH:
		return 1 << IKE_INTEG | 1 << IKE_KE | 1 << IKE_ESN | ADDITIONALS;
	default:
		return 0;
	}
}

/* The next of a type after @after, or the first; NULL: no more. */
static const struct ike_transform *next_of(const struct ike_proposal *proposal, uint8_t type,
					   const struct ike_transform *after)
{
	const struct ike_transform *t = after ? after + 1 : proposal->transforms;

	for (; t < proposal->transforms + proposal->count; t++) {
		if (t->type == type)
			return t;
	}
	return NULL;
}

static bool contains(const struct ike_proposal *proposal, const struct ike_transform *wanted)
{
	const struct ike_transform *t;

	for (t = proposal->transforms; t < proposal->transforms + proposal->count; t++) {
		if (t->type == wanted->type && t->id == wanted->id && t->key_bits == wanted->key_bits)
			return true;
	}
	return false;
}

static bool accepts(const struct ike_proposal *proposal, const struct ike_transform *wanted)
{
	return contains(proposal, wanted) || (wanted->id == 0 && !next_of(proposal, wanted->type, NULL));
}

/* The first of @own that @peer has too; whether there is one. An @own of NULL has nothing but 0. */
static bool choose_of(struct ike_transform *to, uint8_t type, const struct ike_proposal *own,
		      const struct ike_proposal *peer)
{
	const struct ike_transform *t = own ? next_of(own, type, NULL) : NULL;

	*to = (struct ike_transform){ .type = type };
	if (!t)
		return accepts(peer, to);
	for (; t; t = next_of(own, type, t)) {
		*to = *t;
		if (accepts(peer, to))
			return true;
	}
	return false;
}

static bool has_only_types(const struct ike_proposal *proposal, unsigned int types)
{
	int i;

	for (i = 0; i < proposal->count; i++) {
		if (proposal->transforms[i].type >= TYPES || !(types >> proposal->transforms[i].type & 1))
			return false;
	}
	return true;
}

/* What the peer left out is not in the answer either. Without @dh it does not matter which exchanges it named. */
static bool choose_all(struct ike_proposal *chosen, const struct ike_proposal *own, const struct ike_proposal *peer,
		       bool dh)
{
	unsigned int types = types_of(own->protocol);
	struct ike_transform *to = chosen->transforms;
	uint8_t type;

	if (own->protocol != peer->protocol || !has_only_types(peer, types))
		return false;
	for (type = IKE_ENCR; type < TYPES; type++) {
		bool ignored = type == IKE_KE && !dh;

		if (!(types >> type & 1))
			continue;
		if (!choose_of(to, type, ignored ? NULL : own, peer)) {
			if (!ignored)
				return false;
		} else if (next_of(peer, type, NULL)) {
			to++;
		}
	}
	chosen->count = (uint8_t)(to - chosen->transforms);
	return true;
}

/**
 * ike_proposals_choose() - choose a proposal, or check what was chosen: RFC 7296, 3.3.6
 * @chosen: gets it: of each type that the peer named one transform; the peer's number and SPI
 * @own: what is acceptable here, the preferred one first; of each type likewise
 * @peer: what the peer offers, or what it chose
 * @dh: whether key exchanges count: not for the Child SA of IKE_AUTH
 *
 * A type of transform that is left out means none, as the 0 of INTEG, KE and ESN does. Key lengths must be the same
 * ones.
 *
 * Return: 0, or -1: there is none.
 */
int ike_proposals_choose(struct ike_proposal *chosen, const struct ike_proposals *own, const struct ike_proposals *peer,
			 bool dh)
{
	const struct ike_proposal *mine, *theirs;

	for (mine = own->proposals; mine < own->proposals + own->count; mine++) {
		for (theirs = peer->proposals; theirs < peer->proposals + peer->count; theirs++) {
			memset(chosen, 0, sizeof(*chosen));
			if (!choose_all(chosen, mine, theirs, dh))
				continue;
			chosen->protocol = theirs->protocol;
			chosen->number = theirs->number;
			chosen->spi_size = theirs->spi_size;
			memcpy(chosen->spi, theirs->spi, sizeof(chosen->spi));
			return 0;
		}
	}
	return -1;
}

static bool is_for(const struct ike_alg *alg, uint8_t protocol)
{
	return protocol == IKE_PROTO_IKE ? alg->ike : protocol == IKE_PROTO_ESP ? alg->esp : alg->ah;
}

static bool set_encr(struct ike_suite *suite, const struct ike_alg *alg, uint16_t key_bits)
{
	int i;

	suite->encr = alg;
	if (alg->fixed) {
		suite->encr_bits = alg->key_bits[0];
		return !key_bits;
	}
	suite->encr_bits = key_bits;
	for (i = 0; i < IKE_ALG_KEYS && alg->key_bits[i]; i++) {
		if (alg->key_bits[i] == key_bits)
			return true;
	}
	return false;
}

/* One transform: known, usable there, and the only one of its type. */
static bool set_transform(struct ike_suite *suite, const struct ike_transform *t)
{
	const struct ike_alg *alg = ike_alg_by_id(t->type, t->id), **to;

	if (t->type > IKE_ESN && t->type < TYPES && t->id == 0)
		return true;
	if (!alg || !is_for(alg, suite->protocol))
		return false;
	if (t->type == IKE_ENCR)
		return !suite->encr && set_encr(suite, alg, t->key_bits);
	if (t->key_bits)
		return false;
	if (t->type == IKE_ESN) {
		suite->esn = t->id == 1;
		return true;
	}
	to = t->type == IKE_PRF ? &suite->prf : t->type == IKE_INTEG ? &suite->integ : &suite->ke;
	if (*to)
		return false;
	if (t->id)
		*to = alg;
	return true;
}

/* RFC 7296, 3.3.3, RFC 5282, 8: AEADs without INTEG, anything else with. */
static bool is_whole(const struct ike_suite *suite)
{
	bool aead = suite->encr && suite->encr->aead;

	if ((suite->protocol == IKE_PROTO_AH) == (suite->encr != NULL) || aead == (suite->integ != NULL))
		return false;
	return suite->protocol != IKE_PROTO_IKE || (suite->prf && suite->ke);
}

/**
 * ike_suite_from_proposal() - the algorithms of a chosen proposal
 * @suite: gets them; NULLs where there is none, also for the 0 of INTEG and KE
 * @chosen: with one transform of each type
 *
 * Return: 0, or -1: an algorithm is unknown or not for that protocol, or two of a type, or they make no suite.
 */
int ike_suite_from_proposal(struct ike_suite *suite, const struct ike_proposal *chosen)
{
	unsigned int types = types_of(chosen->protocol), seen = 0;
	int i;

	*suite = (struct ike_suite){ .protocol = chosen->protocol };
	if (!has_only_types(chosen, types))
		return -1;
	for (i = 0; i < chosen->count; i++) {
		unsigned int bit = 1U << chosen->transforms[i].type;

		if (seen & bit || !set_transform(suite, &chosen->transforms[i]))
			return -1;
		seen |= bit;
	}
	return is_whole(suite) ? 0 : -1;
}

static void add(struct ike_proposal *to, const struct ike_alg *alg, uint16_t key_bits)
{
	if (alg)
		to->transforms[to->count++] = (struct ike_transform){ alg->type, alg->id, alg->fixed ? 0 : key_bits };
}

/**
 * ike_suite_proposal() - what an answer's SA payload has: of each type the transform that was chosen
 * @suite: what was chosen
 * @to: gets it, without an SPI
 * @number: the peer's, of the proposal
 */
void ike_suite_proposal(const struct ike_suite *suite, struct ike_proposal *to, uint8_t number)
{
	*to = (struct ike_proposal){ .protocol = suite->protocol, .number = number };
	add(to, suite->encr, suite->encr_bits);
	add(to, suite->prf, 0);
	add(to, suite->integ, 0);
	add(to, suite->ke, 0);
	if (suite->protocol != IKE_PROTO_IKE)
		to->transforms[to->count++] = (struct ike_transform){ IKE_ESN, suite->esn, 0 };
}

/* Appends as snprintf() does; @length counts what did not fit too. */
static void append(char *text, size_t size, size_t *length, const struct ike_alg *alg, uint16_t key_bits)
{
	char name[48];

	if (!alg)
		return;
	ike_alg_print(name, sizeof(name), alg->type, alg->id, alg->fixed ? 0 : key_bits);
	*length += (size_t)snprintf(*length < size ? text + *length : NULL, *length < size ? size - *length : 0, "%s%s",
				    *length ? "-" : "", name);
}

/**
 * ike_suite_print() - a suite as logs have it
 * @text: gets it: AES_GCM_16_256-HMAC_SHA2_512-CURVE25519, AES_CBC_128-HMAC_SHA2_256_128-ESN
 * @size: bytes of @text; may be 0
 * @suite: it
 *
 * Return: what snprintf() would.
 */
int ike_suite_print(char *text, size_t size, const struct ike_suite *suite)
{
	size_t length = 0;

	if (size)
		*text = 0;
	append(text, size, &length, suite->encr, suite->encr_bits);
	append(text, size, &length, suite->integ, 0);
	append(text, size, &length, suite->prf, 0);
	append(text, size, &length, suite->ke, 0);
	append(text, size, &length, suite->esn ? ike_alg_by_id(IKE_ESN, 1) : NULL, 0);
	return (int)length;
}
