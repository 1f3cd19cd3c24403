// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `test_ike_oracle serve` answers test_ike_oracle.py, which compares with other libraries: one request a line, of words
 * apart by a blank, bytes in hexadecimal and "-" for none; one answer a line, or "error" and a number. Without that
 *word it tests itself.
 *
 *	prf+ PRF KEY SEED LENGTH
 *	keys IKE-PROPOSAL SHARED NI NR SPI-I SPI-R		all keys, in the order of RFC 7296, 2.14
 *	child ESP-PROPOSAL PRF SK_D SHARED NI NR		all keys, in the order of 2.17
 *	seal|open ENCR KEY-BITS INTEG KEY INTEG-KEY AAD NUMBER TEXT
 *	ke METHOD PEER						the public value and the secret
 */
#include "ike_bytes.h"

#include <stdlib.h>

#define LINE  16384
#define WORDS 10

static struct bytes word(const char *hex)
{
	return bytes(strcmp(hex, "-") != 0 ? hex : "");
}

static struct ike_key key(const char *hex)
{
	struct bytes from = word(hex);
	struct ike_key to = { .length = (uint8_t)from.length };

	assert_true(from.length <= sizeof(to.data));
	memcpy(to.data, from.data, from.length);
	return to;
}

static void print(const uint8_t *data, size_t length)
{
	for (; length; length--)
		printf("%02x", *data++);
}

static void print_key(const struct ike_key *from)
{
	print(from->data, from->length);
}

static struct ike_suite suite_of(uint8_t protocol, const char *text)
{
	struct ike_proposals proposals = { 0 };
	struct ike_proposal chosen;
	struct ike_suite suite;

	assert_int_equal(ike_proposals_parse(&proposals, protocol, text, true, NULL), 0);
	assert_int_equal(ike_proposals_choose(&chosen, &proposals, &proposals, true), 0);
	assert_int_equal(ike_suite_from_proposal(&suite, &chosen), 0);
	return suite;
}

static int answer_prf(char **words)
{
	struct bytes from = word(words[2]), seed = word(words[3]);
	size_t length = strtoul(words[4], NULL, 10);
	uint8_t out[2048];
	int err = prf_plus(alg(IKE_PRF, words[1]), slice(&from), slice(&seed), out, length);

	if (!err)
		print(out, length);
	return err;
}

static int answer_keys(char **words)
{
	struct bytes shared = word(words[2]), ni = word(words[3]), nr = word(words[4]);
	struct bytes spi_i = word(words[5]), spi_r = word(words[6]);
	struct ike_key_seed seed = { .shared = slice(&shared), .ni = slice(&ni), .nr = slice(&nr) };
	struct ike_suite suite = suite_of(IKE_PROTO_IKE, words[1]);
	struct ike_keys keys;
	int err;

	memcpy(seed.spi_i, spi_i.data, 8);
	memcpy(seed.spi_r, spi_r.data, 8);
	err = ike_keys_derive(&keys, &suite, &seed);
	print_key(&keys.d);
	print_key(&keys.integ[0]);
	print_key(&keys.integ[1]);
	print_key(&keys.encr[0]);
	print_key(&keys.encr[1]);
	print_key(&keys.auth[0]);
	print_key(&keys.auth[1]);
	return err;
}

static int answer_child(char **words)
{
	struct bytes shared = word(words[4]), ni = word(words[5]), nr = word(words[6]);
	struct ike_suite suite = suite_of(IKE_PROTO_ESP, words[1]);
	struct ike_key d = key(words[3]);
	struct ike_child_keys keys;
	int i, err = ike_child_keys_derive(&keys, &suite, alg(IKE_PRF, words[2]), &d, slice(&shared), slice(&ni),
					   slice(&nr));

	for (i = 0; i < 2; i++) {
		print_key(&keys.encr[i]);
		print_key(&keys.integ[i]);
	}
	return err;
}

static int answer_seal(char **words)
{
	struct ike_suite suite = { .protocol = IKE_PROTO_IKE, .encr = alg(IKE_ENCR, words[1]) };
	struct bytes aad = word(words[6]), text = word(words[8]);
	struct ike_key encr = key(words[4]), integ = key(words[5]);
	uint64_t number = strtoull(words[7], NULL, 10);
	uint8_t out[4096];
	int length;

	suite.encr_bits = (uint16_t)strtoul(words[2], NULL, 10);
	suite.integ = strcmp(words[3], "-") != 0 ? alg(IKE_INTEG, words[3]) : NULL;
	if (words[0][0] == 's')
		length = ike_seal(&suite, &encr, &integ, slice(&aad), number, slice(&text), out);
	else
		length = ike_open(&suite, &encr, &integ, slice(&aad), slice(&text), out);
	if (length >= 0)
		print(out, (size_t)length);
	return length < 0 ? length : 0;
}

static int answer_ke(char **words)
{
	const struct ike_alg *method = alg(IKE_KE, words[1]);
	struct bytes peer = word(words[2]);
	uint8_t public[IKE_KE_MAX], secret[IKE_KE_MAX];
	struct ike_ke *ke = ike_ke_new(method);
	int length = ike_ke_shared(ke, slice(&peer), secret);

	if (length > 0) {
		print(public, (size_t)ike_ke_public(ke, public));
		printf(" ");
		print(secret, (size_t)length);
	}
	ike_ke_free(ke);
	return length > 0 ? 0 : length;
}

static const struct {
	const char *verb;
	int words;
	int (*answer)(char **words);
} verbs[] = {
	{ "prf+", 5, answer_prf },  { "keys", 7, answer_keys }, { "child", 7, answer_child },
	{ "seal", 9, answer_seal }, { "open", 9, answer_seal }, { "ke", 3, answer_ke },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void answer(char *line)
{
	char *words[WORDS] = { NULL }, *rest = line;
	int count = 0, err = -ENOENT;
	size_t i;

	while (count < WORDS && (words[count] = strtok_r(rest, " \n", &rest)))
		count++;
	for (i = 0; i < VERBS; i++) {
		if (words[0] && count == verbs[i].words && !strcmp(words[0], verbs[i].verb))
			err = verbs[i].answer(words);
	}
	if (err)
		printf("error %d", err);
	printf("\n");
	fflush(stdout);
}

static int serve(void)
{
	static char line[LINE];

	while (fgets(line, sizeof(line), stdin))
		answer(line);
	return 0;
}

static void it_knows_its_verbs(void **state)
{
	char line[] = "prf+ sha1 00 01 20\n", none[] = "nothing\n";

	(void)state;
	answer(line);
	answer(none);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_knows_its_verbs),
	};

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
