// SPDX-License-Identifier: GPL-2.0-or-later
/* ike=, esp= and ah= as the users of libreswan and strongSwan write them; and which proposal is chosen. */
#include "ike_bytes.h"

/* ESN, by its names; KE_ALL, INTEG_2, PRF_2: what is filled in. */
#define KE_ALL	"-CURVE25519+ECP_256+ECP_384+ECP_521+MODP2048+MODP3072+MODP4096+MODP6144+MODP8192"
#define PRF_3	"-HMAC_SHA2_512+HMAC_SHA2_256+HMAC_SHA2_384"
#define PRF_2	"-HMAC_SHA2_512+HMAC_SHA2_256"
#define INTEG_2 "-HMAC_SHA2_512_256+HMAC_SHA2_256_128"
#define AES_2	"AES_CBC_256+AES_CBC_128"
#define GCM_2	"AES_GCM_16_256+AES_GCM_16_128"
#define ESN_2	"-ESN+NO_ESN"

/* Transforms apart by '+' within a type and by '-' between types, in the order in which they are there. */
static void print(char *text, size_t size, const struct ike_proposals *proposals)
{
	size_t at = 0;
	int i, j;

	*text = 0;
	for (i = 0; i < proposals->count; i++) {
		const struct ike_proposal *p = &proposals->proposals[i];

		assert_int_equal(p->number, i + 1);
		for (j = 0; j < p->count; j++) {
			const struct ike_transform *t = &p->transforms[j];
			char name[40];

			ike_alg_print(name, sizeof(name), t->type, t->id, t->key_bits);
			at += (size_t)snprintf(text + at, size - at, "%s%s",
					       !at		     ? "" :
					       !j		     ? "," :
					       t[-1].type == t->type ? "+" :
								       "-",
					       name);
			assert_true(at < size);
		}
	}
}

static void assert_means(uint8_t protocol, const char *text, bool pfs, const char *expected)
{
	struct ike_proposals proposals = { 0 };
	struct ike_text_error error = { 0 };
	char printed[2000];

	if (ike_proposals_parse(&proposals, protocol, text, pfs, &error))
		fail_msg("%s: at %zu: %s", text, error.offset, error.why);
	print(printed, sizeof(printed), &proposals);
	assert_string_equal(printed, expected);
}

static void ike(const char *text, const char *expected)
{
	assert_means(IKE_PROTO_IKE, text, false, expected);
}

static void esp(const char *text, const char *expected)
{
	assert_means(IKE_PROTO_ESP, text, false, expected);
}

static void defaults_are_strong(void **state)
{
	static const char *const blanks[] = { NULL, "", " \t\n" };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		ike(blanks[i], GCM_2 "+CHACHA20_POLY1305" PRF_3 KE_ALL "," AES_2 PRF_2 INTEG_2 KE_ALL);
		esp(blanks[i], GCM_2 "+CHACHA20_POLY1305" ESN_2 "," AES_2 INTEG_2 ESN_2);
		assert_means(IKE_PROTO_ESP, blanks[i], true,
			     GCM_2 "+CHACHA20_POLY1305" KE_ALL ESN_2 "," AES_2 INTEG_2 KE_ALL ESN_2);
		assert_means(IKE_PROTO_AH, blanks[i], false, "HMAC_SHA2_512_256+HMAC_SHA2_256_128" ESN_2);
	}
}

static void ike_texts_of_libreswan(void **state)
{
	(void)state;
	ike("aes", AES_2 PRF_2 INTEG_2 KE_ALL);
	ike("aes256", "AES_CBC_256" PRF_2 INTEG_2 KE_ALL);
	ike("aes128-sha1;modp2048", "AES_CBC_128-HMAC_SHA1-HMAC_SHA1_96-MODP2048");
	ike("aes-sha1;modp1536", AES_2 "-HMAC_SHA1-HMAC_SHA1_96-MODP1536");
	ike("aes_gcm-sha2_256-dh14", GCM_2 "-HMAC_SHA2_256-MODP2048");
	ike("aes_gcm_16_256-sha2_256", "AES_GCM_16_256-HMAC_SHA2_256" KE_ALL);
	ike("aes_gcm256-sha2_256+sha2_512;modp2048+dh31",
	    "AES_GCM_16_256-HMAC_SHA2_256+HMAC_SHA2_512-MODP2048+CURVE25519");
	ike("chacha20_poly1305-sha2_512;modp2048", "CHACHA20_POLY1305-HMAC_SHA2_512-MODP2048");
	ike("aes_ctr128-sha1-dh21", "AES_CTR_128-HMAC_SHA1-HMAC_SHA1_96-ECP_521");
	ike("aes128-aes_xcbc-modp2048", "AES_CBC_128-AES128_XCBC-AES_XCBC_96-MODP2048");
	ike("aes-128-sha1", "AES_CBC_128-HMAC_SHA1-HMAC_SHA1_96" KE_ALL);
	ike("3des-sha2_256", "3DES-HMAC_SHA2_256-HMAC_SHA2_256_128" KE_ALL);
	ike("aes_gcm-none-sha2_512;dh19", GCM_2 "-HMAC_SHA2_512-ECP_256");
	ike("aes+3des-sha2+sha1;dh14", AES_2 "+3DES-HMAC_SHA2_256+HMAC_SHA1-HMAC_SHA2_256_128+HMAC_SHA1_96-MODP2048");
	ike("aes128-sha2;modp3072,aes_gcm256-sha2;modp2048", "AES_CBC_128-HMAC_SHA2_256-HMAC_SHA2_256_128-MODP3072,"
							     "AES_GCM_16_256-HMAC_SHA2_256-MODP2048");
	ike("aes256-sha2_512-sha2_256-modp2048", "AES_CBC_256-HMAC_SHA2_256-HMAC_SHA2_512_256-MODP2048");
	ike("aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,"
	    "aes-sha1,"
	    "aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1,aes-sha1",
	    AES_2 "-HMAC_SHA1-HMAC_SHA1_96" KE_ALL);
}

static void ike_texts_of_strongswan(void **state)
{
	(void)state;
	ike("aes256-sha2_512-modp2048!", "AES_CBC_256-HMAC_SHA2_512-HMAC_SHA2_512_256-MODP2048");
	ike("aes256gcm16-prfsha512-ecp256-x25519", "AES_GCM_16_256-HMAC_SHA2_512-ECP_256+CURVE25519");
	ike("aes256gcm16-sha256-modp3072", "AES_GCM_16_256-HMAC_SHA2_256-MODP3072");
	ike("aes128-sha256-prfsha384-prfsha512-modp2048",
	    "AES_CBC_128-HMAC_SHA2_384+HMAC_SHA2_512-HMAC_SHA2_256_128-MODP2048");
	ike("aes128-aes256-3des-sha1-modp2048-modp4096",
	    "AES_CBC_128+AES_CBC_256+3DES-HMAC_SHA1-HMAC_SHA1_96-MODP2048+MODP4096");
	ike("aes128-aesxcbc-modp2048 , chacha20poly1305-prfaescmac-curve448",
	    "AES_CBC_128-AES128_XCBC-AES_XCBC_96-MODP2048,CHACHA20_POLY1305-AES128_CMAC-CURVE448");
	ike("AES128CTR-SHA384-ECP384", "AES_CTR_128-HMAC_SHA2_384-HMAC_SHA2_384_192-ECP_384");
}

static void esp_texts(void **state)
{
	(void)state;
	esp("aes_gcm-null", GCM_2 ESN_2);
	esp("aes_gcm_a-128-null", "AES_GCM_8_128" ESN_2);
	esp("aes_ccm_c-256-none", "AES_CCM_16_256" ESN_2);
	esp("aes-128", "AES_CBC_128" INTEG_2 ESN_2);
	esp("aes256+aes-128-sha1", "AES_CBC_256+AES_CBC_128-HMAC_SHA1_96" ESN_2);
	esp("aes128-sha1-esn", "AES_CBC_128-HMAC_SHA1_96-ESN");
	esp("aes128-sha1-noesn", "AES_CBC_128-HMAC_SHA1_96-NO_ESN");
	esp("aes128-sha1-noesn-esn", "AES_CBC_128-HMAC_SHA1_96-NO_ESN+ESN");
	esp("null-sha2_256", "NULL-HMAC_SHA2_256_128" ESN_2);
	esp("null", "NULL" INTEG_2 ESN_2);
	esp("camellia-sha1", "CAMELLIA_CBC_256+CAMELLIA_CBC_128-HMAC_SHA1_96" ESN_2);
	esp("camellia192-md5", "CAMELLIA_CBC_192-HMAC_MD5_96" ESN_2);
	assert_means(IKE_PROTO_AH, "md5", false, "HMAC_MD5_96" ESN_2);
	esp("null_auth_aes_gmac_256", "NULL_AUTH_AES_GMAC_256" ESN_2);
	esp("aes128-sha1-sha256", "AES_CBC_128-HMAC_SHA1_96+HMAC_SHA2_256_128" ESN_2);
	esp("chacha20poly1305,3des-sha1", "CHACHA20_POLY1305" ESN_2 ",3DES-HMAC_SHA1_96" ESN_2);
	esp("aes-sha1;modp2048", AES_2 "-HMAC_SHA1_96" ESN_2);
	assert_means(IKE_PROTO_ESP, "aes128-sha1;modp2048", true, "AES_CBC_128-HMAC_SHA1_96-MODP2048" ESN_2);
	assert_means(IKE_PROTO_ESP, "aes128;none", true, "AES_CBC_128" INTEG_2 ESN_2);
	assert_means(IKE_PROTO_ESP, "aes128-sha1-none", true, "AES_CBC_128-HMAC_SHA1_96" ESN_2);
	assert_means(IKE_PROTO_ESP, "aes128-sha1;x25519+none", true, "AES_CBC_128-HMAC_SHA1_96-CURVE25519+NONE" ESN_2);
	assert_means(IKE_PROTO_AH, "sha1;modp2048", true, "HMAC_SHA1_96-MODP2048" ESN_2);
	assert_means(IKE_PROTO_AH, "sha2_512+aes_xcbc,sha1-esn", false,
		     "HMAC_SHA2_512_256+AES_XCBC_96" ESN_2 ",HMAC_SHA1_96-ESN");
}

/* RFC 7296, 3.3. */
static void aeads_are_put_apart(void **state)
{
	(void)state;
	esp("aes128+aes_gcm256+3des-sha1", "AES_CBC_128+3DES-HMAC_SHA1_96" ESN_2 ",AES_GCM_16_256" ESN_2);
	ike("aes_gcm256+aes128-sha2_256-x25519",
	    "AES_GCM_16_256-HMAC_SHA2_256-CURVE25519,AES_CBC_128-HMAC_SHA2_256-HMAC_SHA2_256_128-CURVE25519");
	ike("camellia_cbc_128-md5;modp1536", "CAMELLIA_CBC_128-HMAC_MD5-HMAC_MD5_96-MODP1536");
	ike("aes128+aes_gcm256-x25519", "AES_CBC_128" PRF_2 INTEG_2 "-CURVE25519,AES_GCM_16_256" PRF_3 "-CURVE25519");
}

static void assert_wrong(uint8_t protocol, const char *text, const char *word, const char *why)
{
	struct ike_proposals proposals = { 0 };
	struct ike_text_error error = { .why = NULL };

	if (ike_proposals_parse(&proposals, protocol, text, true, &error) != -1)
		fail_msg("%s was taken", text);
	assert_string_equal(error.why, why);
	assert_true(error.offset + error.length <= strlen(text));
	assert_int_equal(error.length, strlen(word));
	assert_memory_equal(text + error.offset, word, error.length);
	assert_int_equal(ike_proposals_parse(&proposals, protocol, text, true, NULL), -1);
}

static void wrong_texts_are_told_where(void **state)
{
	static const struct {
		uint8_t protocol;
		const char *text, *word, *why;
	} rows[] = {
		{ IKE_PROTO_IKE, "aes-sha1,blowfish-sha1", "blowfish", "no such encryption algorithm" },
		{ IKE_PROTO_IKE, "sha1", "sha1", "no such encryption algorithm" },
		{ IKE_PROTO_IKE, "aes129-sha1", "aes129", "no such encryption algorithm" },
		{ IKE_PROTO_IKE, "aes-sha1-modp1024", "modp1024", "no such algorithm" },
		{ IKE_PROTO_IKE, "aes-sha1;dh24", "dh24", "no such key exchange" },
		{ IKE_PROTO_IKE, "aes-sha1;sha1", "sha1", "no such key exchange" },
		{ IKE_PROTO_IKE, "aes-tiger", "tiger", "no such algorithm" },
		{ IKE_PROTO_IKE, "aes-sha1+modp2048", "modp2048", "no such integrity algorithm" },
		{ IKE_PROTO_IKE, "aes_gcm-sha1+modp2048", "modp2048", "no such pseudo-random function" },
		{ IKE_PROTO_ESP, "aes-sha1-esn+sha1", "sha1", "neither esn nor noesn" },
		{ IKE_PROTO_IKE, "aes-sha1-none", "none", "IKE cannot be without a key exchange" },
		{ IKE_PROTO_IKE, "aes-sha1;none", "none", "IKE cannot be without a key exchange" },
		{ IKE_PROTO_IKE, "null-sha1", "null", "IKE cannot be without encryption" },
		{ IKE_PROTO_IKE, "aes-sha1-esn", "esn", "not for IKE" },
		{ IKE_PROTO_ESP, "aes-prfsha1", "prfsha1", "not for ESP" },
		{ IKE_PROTO_AH, "aes-sha1", "aes", "not for AH" },
		{ IKE_PROTO_AH, "none", "none", "not for AH" },
		{ IKE_PROTO_ESP, "aes_gcm-sha1", "sha1", "an AEAD has no integrity algorithm beside it" },
		{ IKE_PROTO_IKE, "aes_gcm-hmac_sha2_256_128", "hmac_sha2_256_128",
		  "an AEAD has no integrity algorithm beside it" },
		{ IKE_PROTO_IKE, "aes_gcm-sha1-sha2", "sha2", "the pseudo-random functions are named already" },
		{ IKE_PROTO_IKE, "aes-sha1-sha2-sha1", "sha1", "the pseudo-random functions are named already" },
		{ IKE_PROTO_ESP, "aes-none", "none", "encryption without integrity is not safe" },
		{ IKE_PROTO_ESP, "null-none", "none", "encryption without integrity is not safe" },
		{ IKE_PROTO_ESP, "aes_gcm+aes-none", "none", "encryption without integrity is not safe" },
		{ IKE_PROTO_ESP, "aes_ccm_a-152-null", "152", "no key length of that cipher" },
		{ IKE_PROTO_ESP, "null-128", "128", "no key length of that cipher" },
		{ IKE_PROTO_ESP, "aes128-256", "256", "no such algorithm" },
		{ IKE_PROTO_ESP, "aes256-sha2_256-4096", "4096", "no such algorithm" },
		{ IKE_PROTO_ESP, "aes-", "", "an algorithm is missing" },
		{ IKE_PROTO_ESP, "aes,", "", "an algorithm is missing" },
		{ IKE_PROTO_ESP, ",aes", "", "an algorithm is missing" },
		{ IKE_PROTO_ESP, "aes--sha1", "", "an algorithm is missing" },
		{ IKE_PROTO_ESP, "+aes", "", "an algorithm is missing" },
		{ IKE_PROTO_ESP, "aes sha1", "s", "not between two algorithms" },
		{ IKE_PROTO_ESP, "aes/sha1", "/", "not between two algorithms" },
		{ IKE_PROTO_ESP, "aes!,3des", "!", "'!' is not at the end" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_wrong(rows[i].protocol, rows[i].text, rows[i].word, rows[i].why);
}

/* Each time another pair of key exchange and hash: more proposals than fit. */
static void there_is_an_end_of_proposals(void **state)
{
	static const char *const groups[] = { "dh14", "dh15", "dh16", "dh17", "dh18", "dh19" };
	static const char *const hashes[] = { "sha1", "sha2_256", "sha2_512" };
	struct ike_proposals proposals = { 0 };
	struct ike_text_error error = { 0 };
	char text[600] = "";
	int i;

	(void)state;
	for (i = 0; i < IKE_PROPOSALS_MAX; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%saes-%s-%s", i ? "," : "", hashes[i / 6],
			 groups[i % 6]);
	assert_int_equal(ike_proposals_parse(&proposals, IKE_PROTO_IKE, text, false, &error), 0);
	assert_int_equal(proposals.count, IKE_PROPOSALS_MAX);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), ",3des");
	assert_int_equal(ike_proposals_parse(&proposals, IKE_PROTO_IKE, text, false, &error), -1);
	assert_string_equal(error.why, "too many proposals");
}

/* Own ones of a text; the peer's of another, with numbers and SPIs of its own. */
static int choose(struct ike_proposal *chosen, uint8_t protocol, const char *own, const char *peer, bool dh)
{
	struct ike_proposals ours = { 0 }, theirs = { 0 };
	int i;

	assert_int_equal(ike_proposals_parse(&ours, protocol, own, true, NULL), 0);
	assert_int_equal(ike_proposals_parse(&theirs, protocol, peer, true, NULL), 0);
	for (i = 0; i < theirs.count; i++) {
		theirs.proposals[i].number = (uint8_t)(i + 11);
		theirs.proposals[i].spi_size = 4;
		memset(theirs.proposals[i].spi, i + 1, 4);
	}
	return ike_proposals_choose(chosen, &ours, &theirs, dh);
}

static void assert_chosen(uint8_t protocol, const char *own, const char *peer, uint8_t number, const char *suite_text)
{
	struct ike_proposal chosen;
	struct ike_suite suite;
	char text[200];

	if (!suite_text) {
		assert_int_equal(choose(&chosen, protocol, own, peer, true), -1);
		return;
	}
	assert_int_equal(choose(&chosen, protocol, own, peer, true), 0);
	assert_int_equal(chosen.protocol, protocol);
	assert_int_equal(chosen.number, number + 10);
	assert_int_equal(chosen.spi_size, 4);
	assert_int_equal(chosen.spi[3], number);
	assert_int_equal(ike_suite_from_proposal(&suite, &chosen), 0);
	ike_suite_print(text, sizeof(text), &suite);
	assert_string_equal(text, suite_text);
}

static void the_own_order_counts(void **state)
{
	(void)state;
	assert_chosen(IKE_PROTO_IKE, NULL, NULL, 1, "AES_GCM_16_256-HMAC_SHA2_512-CURVE25519");
	assert_chosen(IKE_PROTO_IKE, "aes256-sha1-modp2048,aes_gcm-sha1-dh19", "aes_gcm128-sha1-dh19,aes-sha1-modp2048",
		      2, "AES_CBC_256-HMAC_SHA1_96-HMAC_SHA1-MODP2048");
	assert_chosen(IKE_PROTO_IKE, "aes128+aes256-sha2+sha1;dh14+dh31", "aes256+aes128-sha1+sha2;dh31+dh14", 1,
		      "AES_CBC_128-HMAC_SHA2_256_128-HMAC_SHA2_256-MODP2048");
	assert_chosen(IKE_PROTO_ESP, "aes256-sha1;none,aes_gcm128;none", "aes_gcm;none", 1, "AES_GCM_16_128-ESN");
	assert_chosen(IKE_PROTO_AH, "sha1+sha2;none", "sha2-noesn;none", 1, "HMAC_SHA2_256_128");
}

static void what_differs_is_not_chosen(void **state)
{
	(void)state;
	assert_chosen(IKE_PROTO_IKE, "aes128-sha1-modp2048", "aes256-sha1-modp2048", 0, NULL);
	assert_chosen(IKE_PROTO_IKE, "aes128-sha1-modp2048", "aes128-sha1-modp3072", 0, NULL);
	assert_chosen(IKE_PROTO_IKE, "aes128-sha1-modp2048", "aes128-sha2-modp2048", 0, NULL);
	assert_chosen(IKE_PROTO_IKE, "aes128-sha1-modp2048", "aes128-sha1-prfsha256-modp2048", 0, NULL);
	assert_chosen(IKE_PROTO_IKE, "aes_gcm-sha1-modp2048", "aes_gcm_a-sha1-modp2048", 0, NULL);
	assert_chosen(IKE_PROTO_ESP, "aes_gcm-esn", "aes_gcm-noesn", 0, NULL);
	assert_chosen(IKE_PROTO_ESP, "aes_gcm;dh19", "aes_gcm;none", 0, NULL);
	assert_chosen(IKE_PROTO_ESP, "aes_gcm;none", "aes_gcm;dh19", 0, NULL);
	assert_chosen(IKE_PROTO_ESP, "aes_gcm;dh19+none", "aes_gcm;none", 1, "AES_GCM_16_256-ESN");
	assert_chosen(IKE_PROTO_ESP, "aes_gcm;none", "aes_gcm;dh19+none", 1, "AES_GCM_16_256-ESN");
}

/* A proposal of IANA's numbers. */
#define T(type, id, bits)      \
	{                      \
		type, id, bits \
	}
#define PROPOSALS(proto, ...)                                                              \
	{                                                                                  \
		1,                                                                         \
		{                                                                          \
			{                                                                  \
				.protocol = (proto), .number = 1,                          \
				.count = sizeof((struct ike_transform[]){ __VA_ARGS__ }) / \
					 sizeof(struct ike_transform),                     \
				.transforms = {                                            \
					__VA_ARGS__                                        \
				}                                                          \
			}                                                                  \
		}                                                                          \
	}

static int choose_esp(struct ike_proposal *chosen, const char *own, const struct ike_proposals *peer, bool dh)
{
	struct ike_proposals ours = { 0 };

	assert_int_equal(ike_proposals_parse(&ours, IKE_PROTO_ESP, own, true, NULL), 0);
	return ike_proposals_choose(chosen, &ours, peer, dh);
}

/* An answer has just those types that were offered: RFC 7296, 3.3. */
static void what_is_left_out_means_none(void **state)
{
	static const struct ike_proposals bare = PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256));
	static const struct ike_proposals none = PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_INTEG, 0, 0),
							   T(IKE_KE, 0, 0), T(IKE_ESN, 0, 0), T(6, 0, 0), T(6, 35, 0));
	struct ike_proposal chosen;
	struct ike_suite suite;

	(void)state;
	assert_int_equal(choose_esp(&chosen, "aes_gcm;none", &bare, true), 0);
	assert_int_equal(chosen.count, 1);
	assert_int_equal(ike_suite_from_proposal(&suite, &chosen), 0);
	assert_false(suite.esn);
	assert_int_equal(choose_esp(&chosen, "aes_gcm;none", &none, true), 0);
	assert_int_equal(chosen.count, 5);
	assert_int_equal(ike_suite_from_proposal(&suite, &chosen), 0);
	assert_null(suite.integ);
	assert_null(suite.ke);
	assert_int_equal(choose_esp(&chosen, "aes_gcm-esn;none", &bare, true), -1);
	assert_int_equal(choose_esp(&chosen, "aes-sha1", &none, true), -1);
}

static void key_exchanges_may_not_count(void **state)
{
	static const struct ike_proposals with =
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_KE, 14, 0), T(IKE_ESN, 0, 0));
	static const struct ike_proposals without = PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0));
	struct ike_proposal chosen;

	(void)state;
	assert_int_equal(choose_esp(&chosen, "aes_gcm;dh31", &with, true), -1);
	assert_int_equal(choose_esp(&chosen, "aes_gcm;dh31", &without, true), -1);
	assert_int_equal(choose_esp(&chosen, "aes_gcm;dh31", &with, false), 0);
	assert_int_equal(chosen.count, 2);
	assert_int_equal(choose_esp(&chosen, "aes_gcm;dh31", &without, false), 0);
	assert_int_equal(chosen.count, 2);
}

/* RFC 7296, 3.3.6: types that are not understood, or not for that protocol; AES without its key's length. */
static void odd_proposals_are_not_chosen(void **state)
{
	static const struct ike_proposals odd[] = {
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0), T(13, 0, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0), T(0, 0, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0), T(255, 0, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0), T(IKE_PRF, 5, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0), T(6, 35, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 0), T(IKE_ESN, 0, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 28, 256), T(IKE_ESN, 0, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ESN, 0, 0)),
		PROPOSALS(IKE_PROTO_AH, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0)),
		PROPOSALS(99, T(IKE_ENCR, 20, 256), T(IKE_ESN, 0, 0)),
	};
	struct ike_proposal chosen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(choose_esp(&chosen, "aes_gcm+chacha20_poly1305;none", &odd[i], true), -1);
}

static void what_makes_no_suite_is_refused(void **state)
{
	static const struct ike_proposals odd[] = {
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 12, 128)),			      /* no integrity */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 12, 128), T(IKE_INTEG, 0, 0)),   /* likewise */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 128), T(IKE_INTEG, 12, 0)),  /* one too many */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 128), T(IKE_ENCR, 20, 256)), /* two of a type */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 128), T(IKE_KE, 0, 0), T(IKE_KE, 14, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 129)), /* no such key */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 0)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 28, 256)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 99, 128)), /* unknown */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 128), T(IKE_KE, 14, 128)),
		PROPOSALS(IKE_PROTO_ESP, T(IKE_INTEG, 12, 0)), /* no cipher */
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 20, 128), T(IKE_PRF, 5, 0)),
		PROPOSALS(IKE_PROTO_AH, T(IKE_ESN, 0, 0)),
		PROPOSALS(IKE_PROTO_AH, T(IKE_INTEG, 0, 0)),
		PROPOSALS(IKE_PROTO_IKE, T(IKE_ENCR, 20, 128), T(IKE_PRF, 5, 0)), /* no key exchange */
		PROPOSALS(IKE_PROTO_IKE, T(IKE_ENCR, 20, 128), T(IKE_PRF, 5, 0), T(IKE_KE, 0, 0)),
		PROPOSALS(IKE_PROTO_IKE, T(IKE_ENCR, 20, 128), T(IKE_KE, 14, 0)),
		PROPOSALS(IKE_PROTO_IKE, T(IKE_ENCR, 11, 0), T(IKE_INTEG, 12, 0), T(IKE_PRF, 5, 0), T(IKE_KE, 14, 0)),
		PROPOSALS(IKE_PROTO_IKE, T(IKE_ENCR, 20, 128), T(IKE_PRF, 5, 0), T(IKE_KE, 14, 0), T(6, 35, 0)),
		PROPOSALS(IKE_PROTO_NONE, T(IKE_ENCR, 20, 128)),
	};
	struct ike_suite suite;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		if (ike_suite_from_proposal(&suite, &odd[i].proposals[0]) != -1)
			fail_msg("row %zu was taken", i);
	}
}

static void suites_have_what_was_chosen(void **state)
{
	static const struct ike_proposals chacha =
		PROPOSALS(IKE_PROTO_IKE, T(IKE_ENCR, 28, 0), T(IKE_PRF, 5, 0), T(IKE_KE, 31, 0), T(IKE_INTEG, 0, 0));
	static const struct ike_proposals null =
		PROPOSALS(IKE_PROTO_ESP, T(IKE_ENCR, 11, 0), T(IKE_INTEG, 12, 0), T(IKE_ESN, 1, 0));
	struct ike_suite suite;
	char text[10];

	(void)state;
	assert_int_equal(ike_suite_from_proposal(&suite, &chacha.proposals[0]), 0);
	assert_string_equal(suite.encr->name, "CHACHA20_POLY1305");
	assert_int_equal(suite.encr_bits, 256);
	assert_int_equal(suite.prf->id, 5);
	assert_int_equal(suite.ke->id, 31);
	assert_null(suite.integ);
	assert_int_equal(ike_suite_print(text, sizeof(text), &suite),
			 strlen("CHACHA20_POLY1305-HMAC_SHA2_256-CURVE25519"));
	assert_string_equal(text, "CHACHA20_");
	assert_int_equal(ike_suite_print(NULL, 0, &suite), strlen("CHACHA20_POLY1305-HMAC_SHA2_256-CURVE25519"));
	assert_int_equal(ike_suite_from_proposal(&suite, &null.proposals[0]), 0);
	assert_int_equal(suite.encr_bits, 0);
	assert_true(suite.esn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_strong),
		cmocka_unit_test(ike_texts_of_libreswan),
		cmocka_unit_test(ike_texts_of_strongswan),
		cmocka_unit_test(esp_texts),
		cmocka_unit_test(aeads_are_put_apart),
		cmocka_unit_test(wrong_texts_are_told_where),
		cmocka_unit_test(there_is_an_end_of_proposals),
		cmocka_unit_test(the_own_order_counts),
		cmocka_unit_test(what_differs_is_not_chosen),
		cmocka_unit_test(what_is_left_out_means_none),
		cmocka_unit_test(key_exchanges_may_not_count),
		cmocka_unit_test(odd_proposals_are_not_chosen),
		cmocka_unit_test(what_makes_no_suite_is_refused),
		cmocka_unit_test(suites_have_what_was_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
