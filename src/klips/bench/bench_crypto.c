// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a packet of 1400 bytes costs in ESP, nanoseconds, by algorithm and library: klips_esp_prepare and seal, and
 * parse, open and finish, in batches. `bench_crypto [BATCH]`; medians.
 */
#include "tests/transform.h"
#include "user/crypto_driver.h"

#define LENGTH 1400U
#define ROUNDS 31
#define REPEAT 40

static const struct row {
	enum klips_encr encr;
	enum klips_auth auth;
	u8 key;
} rows[] = {
	{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16 },
	{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 32 },
	{ KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, 32 },
	{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16 },
	{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_256_128, 16 },
	{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_512_256, 32 },
	{ KLIPS_ENCR_AES_CTR, KLIPS_AUTH_HMAC_SHA2_256_128, 16 },
	{ KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA2_256_128, 0 },
	{ KLIPS_ENCR_AES_CCM_16, KLIPS_AUTH_NONE, 16 },
	{ KLIPS_ENCR_AES_GMAC, KLIPS_AUTH_NONE, 16 },
	{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_AES_XCBC_96, 16 },
	{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_AES_CMAC_96, 16 },
	{ KLIPS_ENCR_3DES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 24 },
};

static struct sk_buff *skbs[KLIPS_BATCH];
static struct klips_job jobs[KLIPS_BATCH];

static void fail(const char *what, int err)
{
	fprintf(stderr, "%s: %d\n", what, err);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void seal(struct klips_sa *sa, unsigned int batch)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < batch && !err; i++)
		err = klips_esp_prepare(sa, skbs[i], 4, 0, &jobs[i]);
	if (!err)
		err = klips_crypto_seal(sa->crypto, jobs, batch);
	if (err)
		fail("seal", err);
}

static void open(struct klips_sa *sa, unsigned int batch)
{
	int results[KLIPS_BATCH], err = 0;
	u64 numbers[KLIPS_BATCH];
	unsigned int i;
	u8 next;

	for (i = 0; i < batch && !err; i++)
		err = klips_esp_parse(sa, skbs[i], &jobs[i], &numbers[i]);
	if (!err)
		err = klips_crypto_open(sa->crypto, jobs, results, batch);
	for (i = 0; i < batch && !err; i++) {
		err = results[i];
		if (!err)
			err = klips_esp_finish(sa, skbs[i], &jobs[i], numbers[i], &next);
	}
	if (err)
		fail("open", err);
}

static void measure(struct klips_sa *out, struct klips_sa *in, unsigned int batch, double *sealing, double *opening)
{
	static double times[2][ROUNDS];
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		u64 spent[2] = { 0, 0 }, start, middle;

		for (i = 0; i < REPEAT; i++) {
			start = ktime_get_ns();
			seal(out, batch);
			middle = ktime_get_ns();
			open(in, batch);
			spent[0] += middle - start;
			spent[1] += ktime_get_ns() - middle;
		}
		times[0][round] = (double)spent[0] / REPEAT / batch;
		times[1][round] = (double)spent[1] / REPEAT / batch;
	}
	qsort(times[0], ROUNDS, sizeof(double), by_value);
	qsort(times[1], ROUNDS, sizeof(double), by_value);
	*sealing = times[0][ROUNDS / 2];
	*opening = times[1][ROUNDS / 2];
}

static struct klips_sa *make(const struct row *row)
{
	struct klips_sa_config config;
	struct klips_sa *sa;
	int err;

	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, row->encr, row->auth, row->key);
	err = klips_sa_new(&sa, &config);
	if (err)
		fail("SA", err);
	return sa;
}

static void run(const struct row *row, unsigned int batch)
{
	struct klips_sa *out = make(row), *in = make(row);
	double sealing, opening;

	measure(out, in, batch, &sealing, &opening);
	printf("%-22s %3u  %-18s %8.0f %8.0f  %6.1f %6.1f  %s\n", klips_encr(row->encr)->name, row->key * 8U,
	       klips_auth(row->auth)->name, sealing, opening, LENGTH * 8 / sealing, LENGTH * 8 / opening,
	       klips_crypto_driver(out->crypto));
	klips_sa_put(in);
	klips_sa_put(out);
}

int main(int argc, char **argv)
{
	static const char *const libraries[] = { "openssl", "ipsec-mb" };
	unsigned long batch = argc > 1 ? strtoul(argv[1], NULL, 10) : KLIPS_BATCH;
	size_t i, j;

	if (!batch || batch > KLIPS_BATCH)
		fail("batch", -EINVAL);
	for (i = 0; i < batch; i++) {
		skbs[i] = klips_skb_new(TRANSFORM_ROOM, LENGTH + TRANSFORM_ROOM);
		if (!skbs[i])
			fail("memory", -ENOMEM);
		memset(skb_put(skbs[i], LENGTH), (int)i, LENGTH);
	}
	printf("%u bytes, batches of %lu: ns a packet and Gbit/s, sealed and opened\n", LENGTH, batch);
	for (i = 0; i < ARRAY_SIZE(libraries); i++) {
		if (klips_crypto_choose(libraries[i]))
			continue;
		for (j = 0; j < ARRAY_SIZE(rows); j++)
			run(&rows[j], (unsigned int)batch);
	}
	for (i = 0; i < batch; i++)
		kfree_skb(skbs[i]);
	return 0;
}
