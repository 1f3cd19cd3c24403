// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ike=, esp= and ah=: proposals as libreswan's users write them, and strongSwan's: aes_gcm256-sha2_512;dh19+dh31 and
 * aes256gcm16-prfsha512-ecp256-x25519.
 *
 * A proposal is a row of words. By its name a word belongs to a type of transform; the hashes, which are INTEG as well
 * as PRF, by what came before. Then what no word named is filled in, and AEADs are put apart from other ciphers.
 */
#include <ctype.h>
#include <string.h>

#include "ike_alg.h"

/* Of a type in one proposal's text. */
#define LIST_MAX 32
/* How many of a cipher's key lengths are meant if none is named. */
#define USUAL_KEYS 2

/* The strongest first; what they leave out is filled in. */
#define DEFAULT_ENCR "aes_gcm+chacha20_poly1305,aes"
#define DEFAULT_AH   "sha2_512+sha2_256"

/* @before: the separator, 0 for the first word of a proposal */
struct word {
	const char *text;
	size_t length;
	char before;
};

struct list {
	uint8_t count;
	uint16_t ids[LIST_MAX];
	uint16_t key_bits[LIST_MAX];
};

/**
 * struct draft - one proposal's words so far
 * @lists: by type, what was named
 * @type: of the word before
 * @encr: that word, if it was a cipher without its key's length; @without: the ciphers before it
 * @integ, @none, @no_ke: the first words that named an INTEG, its absence, and
 * the absence of a KE
 */
struct draft {
	uint8_t protocol;
	bool pfs;
	struct list lists[IKE_ESN + 1];
	uint8_t type;
	const struct ike_alg *encr;
	struct list without;
	struct word integ, none;
};

/* @start: of the text, for the error's offset; @at: what is to be read next */
struct reader {
	const char *start, *at;
	struct ike_text_error *error;
	struct ike_proposals *to;
};

static const uint16_t default_prf[] = { 7, 5, 6 };
static const uint16_t default_integ[] = { 14, 12 };
static const uint16_t default_ke[] = { 31, 19, 20, 21, 14, 15, 16, 17, 18 };
static const uint16_t default_esn[] = { 1, 0 };

/* The PRF with an INTEG's hash. */
static const struct {
	uint16_t integ, prf;
} prfs[] = { { 14, 7 }, { 12, 5 }, { 13, 6 }, { 2, 2 }, { 1, 1 }, { 5, 4 }, { 8, 8 } };

static int wrong(const struct reader *reader, const struct word *word, const char *why)
{
	if (reader->error)
		*reader->error = (struct ike_text_error){ (size_t)(word->text - reader->start), word->length, why };
	return -1;
}

static bool is_for(const struct ike_alg *alg, uint8_t protocol)
{
	return protocol == IKE_PROTO_IKE ? alg->ike : protocol == IKE_PROTO_ESP ? alg->esp : alg->ah;
}

/* One that is there already is not added again. */
static bool add_id(struct list *list, uint16_t id, uint16_t key_bits)
{
	int i;

	for (i = 0; i < list->count; i++) {
		if (list->ids[i] == id && list->key_bits[i] == key_bits)
			return true;
	}
	if (list->count == LIST_MAX)
		return false;
	list->ids[list->count] = id;
	list->key_bits[list->count++] = key_bits;
	return true;
}

static bool add_alg(struct list *list, const struct ike_alg *alg, uint16_t key_bits)
{
	int i;

	if (key_bits || alg->fixed || !alg->key_bits[0])
		return add_id(list, alg->id, key_bits);
	for (i = 0; i < USUAL_KEYS; i++) {
		if (!add_id(list, alg->id, alg->key_bits[i]))
			return false;
	}
	return true;
}

static bool is_aead(uint16_t encr)
{
	return ike_alg_by_id(IKE_ENCR, encr)->aead;
}

/* Whether one of the ciphers is an AEAD, or one is none. */
static bool has_encr(const struct draft *draft, bool aead)
{
	const struct list *list = &draft->lists[IKE_ENCR];
	int i;

	for (i = 0; i < list->count; i++) {
		if (is_aead(list->ids[i]) == aead)
			return true;
	}
	return false;
}

static bool is_none(const struct word *word)
{
	const struct ike_alg *alg = ike_alg_by_name(IKE_INTEG, word->text, word->length, NULL);

	return alg && !alg->id;
}

static bool is_hash(const struct word *word)
{
	return ike_alg_by_name(IKE_PRF, word->text, word->length, NULL) &&
	       ike_alg_by_name(IKE_INTEG, word->text, word->length, NULL);
}

/* IKE: the first field of hashes is INTEG unless all ciphers are AEADs, the next PRF. */
static uint8_t hash_type(const struct draft *draft, const struct word *word)
{
	if (draft->protocol == IKE_PROTO_IKE && is_hash(word))
		return draft->lists[IKE_INTEG].count || !has_encr(draft, false) ? IKE_PRF : IKE_INTEG;
	if (ike_alg_by_name(IKE_INTEG, word->text, word->length, NULL))
		return IKE_INTEG;
	return ike_alg_by_name(IKE_PRF, word->text, word->length, NULL) ? IKE_PRF : 0;
}

/* None of what? Of the first that was not named yet. */
static uint8_t none_type(const struct draft *draft)
{
	const struct list *lists = draft->lists;

	return lists[IKE_INTEG].count || lists[IKE_PRF].count || lists[IKE_KE].count ? IKE_KE : IKE_INTEG;
}

/* Which type a word is of where it stands; 0: it is nothing. */
static uint8_t type_of(const struct draft *draft, const struct word *word)
{
	static const uint8_t order[] = { IKE_KE, IKE_ESN, IKE_ENCR };
	uint8_t type;
	size_t i;

	if (word->before == '+')
		return draft->type;
	if (word->before == ';')
		return IKE_KE;
	if (!word->before && draft->protocol != IKE_PROTO_AH)
		return IKE_ENCR;
	if (is_none(word))
		return none_type(draft);
	type = hash_type(draft, word);
	for (i = 0; i < sizeof(order) && !type; i++) {
		if (ike_alg_by_name(order[i], word->text, word->length, NULL))
			type = order[i];
	}
	return type;
}

static const char *unknown(uint8_t type)
{
	static const char *const why[] = {
		[0] = "no such algorithm",
		[IKE_ENCR] = "no such encryption algorithm",
		[IKE_PRF] = "no such pseudo-random function",
		[IKE_INTEG] = "no such integrity algorithm",
		[IKE_KE] = "no such key exchange",
		[IKE_ESN] = "neither esn nor noesn",
	};

	return why[type];
}

/* What is found out to be wrong only when all words are known is told of the first such word. */
static void remember(struct word *first, const struct word *word)
{
	if (!first->text)
		*first = *word;
}

static const char *misplaced(uint8_t protocol, uint8_t type)
{
	if (protocol == IKE_PROTO_IKE && type == IKE_KE)
		return "IKE cannot be without a key exchange";
	if (protocol == IKE_PROTO_IKE && type == IKE_ENCR)
		return "IKE cannot be without encryption";
	return protocol == IKE_PROTO_IKE ? "not for IKE" : protocol == IKE_PROTO_ESP ? "not for ESP" : "not for AH";
}

/* A number after a cipher is its key's length: aes_gcm-256 */
static int add_key_length(const struct reader *reader, struct draft *draft, const struct word *word)
{
	const struct ike_alg *alg = draft->encr;
	unsigned int bits = 0;
	size_t i;

	for (i = 0; i < word->length && bits < 1000; i++)
		bits = bits * 10 + (unsigned int)(word->text[i] - '0');
	for (i = 0; i < IKE_ALG_KEYS && alg->key_bits[i] != bits; i++)
		;
	if (i == IKE_ALG_KEYS || !bits)
		return wrong(reader, word, "no key length of that cipher");
	draft->encr = NULL;
	if (alg->fixed)
		return 0;
	/* It is in place of the usual ones. */
	draft->lists[IKE_ENCR] = draft->without;
	add_id(&draft->lists[IKE_ENCR], alg->id, (uint16_t)bits);
	return 0;
}

static bool is_number(const struct word *word)
{
	size_t i;

	for (i = 0; i < word->length; i++) {
		if (!isdigit((unsigned char)word->text[i]))
			return false;
	}
	return word->length > 0;
}

static int add_word(const struct reader *reader, struct draft *draft, const struct word *word)
{
	const struct ike_alg *alg;
	uint16_t key_bits = 0;
	uint8_t type;

	if (!word->length)
		return wrong(reader, word, "an algorithm is missing");
	if (draft->encr && word->before == '-' && is_number(word))
		return add_key_length(reader, draft, word);
	type = type_of(draft, word);
	alg = type ? ike_alg_by_name(type, word->text, word->length, &key_bits) : NULL;
	if (!alg)
		return wrong(reader, word, unknown(type));
	if (!is_for(alg, draft->protocol))
		return wrong(reader, word, misplaced(draft->protocol, type));
	if (type == IKE_PRF && word->before == '-' && is_hash(word) && draft->lists[IKE_PRF].count)
		return wrong(reader, word, "the pseudo-random functions are named already");
	draft->without = draft->lists[IKE_ENCR];
	if (!add_alg(&draft->lists[type], alg, key_bits))
		return wrong(reader, word, "too many algorithms");
	if (type == IKE_INTEG)
		remember(alg->id ? &draft->integ : &draft->none, word);
	draft->type = type;
	draft->encr = type == IKE_ENCR && !key_bits ? alg : NULL;
	return 0;
}

static bool push(struct ike_proposal *to, uint8_t type, uint16_t id, uint16_t key_bits)
{
	if (to->count == IKE_TRANSFORMS_MAX)
		return false;
	to->transforms[to->count++] = (struct ike_transform){ type, id, key_bits };
	return true;
}

static bool push_list(struct ike_proposal *to, uint8_t type, const struct list *list)
{
	bool good = true;
	int i;

	for (i = 0; i < list->count && good; i++)
		good = push(to, type, list->ids[i], 0);
	return good;
}

static bool push_encr(struct ike_proposal *to, const struct list *list, bool aead)
{
	bool good = true;
	int i;

	for (i = 0; i < list->count && good; i++) {
		if (is_aead(list->ids[i]) == aead)
			good = push(to, IKE_ENCR, list->ids[i], list->key_bits[i]);
	}
	return good;
}

/* The PRFs with the hashes of the INTEGs. */
static void imply_prf(struct list *list, const struct list *integ)
{
	size_t i, j;

	for (i = 0; i < integ->count; i++) {
		for (j = 0; j < sizeof(prfs) / sizeof(prfs[0]); j++) {
			if (prfs[j].integ == integ->ids[i])
				add_id(list, prfs[j].prf, 0);
		}
	}
}

static void fill(struct list *list, const uint16_t *ids, size_t count)
{
	size_t i;

	for (i = 0; i < count && list->count == i; i++)
		add_id(list, ids[i], 0);
}

#define FILL(list, ids) fill(list, ids, sizeof(ids) / sizeof((ids)[0]))

/* What no word named. The PRFs of an AEAD are those of the INTEGs that other ciphers beside it have. */
static void fill_in(struct draft *draft, bool aead)
{
	struct list *lists = draft->lists;

	if (!aead)
		FILL(&lists[IKE_INTEG], default_integ);
	if (!lists[IKE_PRF].count)
		imply_prf(&lists[IKE_PRF], &lists[IKE_INTEG]);
	FILL(&lists[IKE_PRF], default_prf);
	FILL(&lists[IKE_KE], default_ke);
	FILL(&lists[IKE_ESN], default_esn);
}

static bool fill_proposal(struct ike_proposal *to, const struct draft *draft, bool aead)
{
	const struct list *lists = draft->lists;
	bool ike = draft->protocol == IKE_PROTO_IKE, no_ke = lists[IKE_KE].count == 1 && !lists[IKE_KE].ids[0];

	return push_encr(to, &lists[IKE_ENCR], aead) && (!ike || push_list(to, IKE_PRF, &lists[IKE_PRF])) &&
	       (aead || push_list(to, IKE_INTEG, &lists[IKE_INTEG])) &&
	       (no_ke || !(ike || draft->pfs) || push_list(to, IKE_KE, &lists[IKE_KE])) &&
	       (ike || push_list(to, IKE_ESN, &lists[IKE_ESN]));
}

static bool is_same(const struct ike_proposal *a, const struct ike_proposal *b)
{
	int i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		const struct ike_transform *x = &a->transforms[i], *y = &b->transforms[i];

		if (x->type != y->type || x->id != y->id || x->key_bits != y->key_bits)
			return false;
	}
	return true;
}

/* Makes a proposal of the ciphers that are AEADs, or of those that are none; not the same one twice. */
static int emit(const struct reader *reader, const struct draft *draft, const struct word *whole, bool aead)
{
	struct ike_proposal proposal = { .protocol = draft->protocol };
	struct ike_proposals *to = reader->to;
	struct draft full = *draft;
	int i;

	fill_in(&full, aead);
	if (!fill_proposal(&proposal, &full, aead))
		return wrong(reader, whole, "too many algorithms");
	for (i = 0; i < to->count; i++) {
		if (is_same(&to->proposals[i], &proposal))
			return 0;
	}
	if (to->count == IKE_PROPOSALS_MAX)
		return wrong(reader, whole, "too many proposals");
	proposal.number = to->count + 1;
	to->proposals[to->count++] = proposal;
	return 0;
}

/* RFC 7296, 3.3: ciphers that need INTEG and AEADs, which must not have it, cannot be in one proposal. */
static int finish(const struct reader *reader, const struct draft *draft, const struct word *whole)
{
	const struct list *encr = &draft->lists[IKE_ENCR];
	bool first = encr->count && is_aead(encr->ids[0]), aead = has_encr(draft, true);

	if (draft->none.text && has_encr(draft, false))
		return wrong(reader, &draft->none, "encryption without integrity is not safe");
	if (draft->integ.text && aead && !has_encr(draft, false))
		return wrong(reader, &draft->integ, "an AEAD has no integrity algorithm beside it");
	if (emit(reader, draft, whole, first))
		return -1;
	return aead && has_encr(draft, false) ? emit(reader, draft, whole, !first) : 0;
}

static void skip_space(struct reader *reader)
{
	while (isspace((unsigned char)*reader->at))
		reader->at++;
}

static void read_word(struct reader *reader, struct word *word)
{
	skip_space(reader);
	word->text = reader->at;
	while (isalnum((unsigned char)*reader->at) || *reader->at == '_')
		reader->at++;
	word->length = (size_t)(reader->at - word->text);
	skip_space(reader);
}

static bool is_separator(char c)
{
	return c == '-' || c == '+' || c == ';';
}

/* strongSwan's '!' at the end says that nothing else is acceptable, which is so anyway. */
static int check_end(struct reader *reader)
{
	struct word rest = { reader->at, 1, 0 };

	if (*reader->at == '!') {
		reader->at++;
		skip_space(reader);
		return *reader->at ? wrong(reader, &rest, "'!' is not at the end") : 0;
	}
	return *reader->at && *reader->at != ',' ? wrong(reader, &rest, "not between two algorithms") : 0;
}

static int parse_proposal(struct reader *reader, uint8_t protocol, bool pfs)
{
	struct draft draft = { .protocol = protocol, .pfs = pfs };
	struct word word = { .before = 0 }, whole;

	skip_space(reader);
	whole.text = reader->at;
	for (;;) {
		read_word(reader, &word);
		if (add_word(reader, &draft, &word))
			return -1;
		if (!is_separator(*reader->at))
			break;
		word.before = *reader->at++;
	}
	whole.length = (size_t)(reader->at - whole.text);
	return check_end(reader) ? -1 : finish(reader, &draft, &whole);
}

static bool is_blank(const char *text)
{
	return !text || !text[strspn(text, " \t\r\n\v\f")];
}

/**
 * ike_proposals_parse() - proposals of a configuration
 * @to: gets them, numbered from 1, without SPIs; undefined if this fails
 * @protocol: IKE_PROTO_IKE, _ESP or _AH
 * @text: "aes_gcm256-sha2_512+sha2_256-x25519+modp2048,aes256-sha2_256;modp2048"; NULL or blank: the defaults
 * @pfs: whether proposals of ESP and AH name key exchanges
 * @error: gets what is wrong; may be NULL
 *
 * What a proposal leaves out is filled in: of a cipher the key lengths 256 and 128, INTEG SHA2-512 and SHA2-256, the
 * PRFs with the same hashes, all strong key exchanges, sequence numbers of either length. AEADs and other ciphers in
 * one proposal become two.
 *
 * Return: 0, or -1 with @error.
 */
int ike_proposals_parse(struct ike_proposals *to, uint8_t protocol, const char *text, bool pfs,
			struct ike_text_error *error)
{
	struct reader reader = { text, text, error, to };

	if (is_blank(text))
		reader.start = reader.at = protocol == IKE_PROTO_AH ? DEFAULT_AH : DEFAULT_ENCR;
	memset(to, 0, sizeof(*to));
	for (;;) {
		if (parse_proposal(&reader, protocol, pfs))
			return -1;
		if (!*reader.at)
			return 0;
		reader.at++;
	}
}
