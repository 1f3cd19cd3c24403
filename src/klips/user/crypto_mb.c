// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transforms over intel-ipsec-mb. AES-GCM and ChaCha20-Poly1305 go through its direct functions, one packet after the
 * other; a cipher with an authenticator in two bursts, which fill the vector unit's lanes with several packets at once:
 * first all packets are encrypted, then authenticated, and on the way in the reverse, so that only authentic ones are
 * decrypted (RFC 4303, 3.4.4.1).
 */
#include <intel-ipsec-mb.h>
#include "crypto_driver.h"

#define MB_BLOCK_MAX IMB_SHA_512_BLOCK_SIZE
#define ROUND_KEYS   (15 * 16)

/* With fewer packets than this at once most lanes of a burst idle, and OpenSSL is faster: see bench/bench_crypto.c. */
#define BURST_MIN 4

/**
 * struct mb_thread - what each thread has of its own
 * @icvs: computed; the library writes them after it has read the text of all
 */
struct mb_thread {
	IMB_MGR *mgr;
	IMB_JOB jobs[KLIPS_BATCH];
	struct klips_packet packets[KLIPS_BATCH];
	u8 nonces[KLIPS_BATCH][16] __aligned(16);
	u8 icvs[KLIPS_BATCH][KLIPS_ICV_MAX];
	u8 saved[KLIPS_BATCH][KLIPS_ICV_MAX];
};

/**
 * struct mb_keys - expanded keys of one transform
 */
struct mb_keys {
	union {
		struct gcm_key_data gcm;
		struct {
			u8 enc[ROUND_KEYS] __aligned(16);
			u8 dec[ROUND_KEYS] __aligned(16);
			u8 inner[64] __aligned(16);
			u8 outer[64] __aligned(16);
		} pair;
	};
};

static pthread_key_t threads;
static pthread_once_t threads_once = PTHREAD_ONCE_INIT;
static __thread struct mb_thread *this_thread;

static void end_thread(void *arg)
{
	struct mb_thread *thread = arg;

	free_mb_mgr(thread->mgr);
	memzero_explicit(thread, sizeof(*thread));
	kfree(thread);
}

static void make_threads(void)
{
	pthread_key_create(&threads, end_thread);
}

static struct mb_thread *thread_new(void)
{
	struct mb_thread *thread = kzalloc(sizeof(*thread), GFP_KERNEL);
	IMB_ARCH arch;

	if (!thread)
		return NULL;
	thread->mgr = alloc_mb_mgr(0);
	if (!thread->mgr) {
		kfree(thread);
		return NULL;
	}
	init_mb_mgr_auto(thread->mgr, &arch);
	pthread_once(&threads_once, make_threads);
	pthread_setspecific(threads, thread);
	this_thread = thread;
	return thread;
}

static struct mb_thread *thread_get(void)
{
	return likely(this_thread) ? this_thread : thread_new();
}

static bool is_gcm(const struct klips_crypto *crypto)
{
	return crypto->keys.encr >= KLIPS_ENCR_AES_GCM_8 && crypto->keys.encr <= KLIPS_ENCR_AES_GCM_16;
}

static bool is_chacha(const struct klips_crypto *crypto)
{
	return crypto->keys.encr == KLIPS_ENCR_CHACHA20_POLY1305;
}

/* GCM and ChaCha20-Poly1305: the ICV goes to @icv. */
static void run_gcm(const struct klips_crypto *crypto, IMB_MGR *mgr, const struct klips_job *job,
		    const struct klips_packet *p, u8 *icv, bool seal)
{
	const struct gcm_key_data *key = &((struct mb_keys *)crypto->own)->gcm;
	struct gcm_context_data context;
	aes_gcm_enc_dec_t run;
	u8 nonce[16], aad[12];
	u32 aad_length = klips_packet_aad(job, p, aad);

	switch (crypto->key_length) {
	case 16:
		run = seal ? mgr->gcm128_enc : mgr->gcm128_dec;
		break;
	case 24:
		run = seal ? mgr->gcm192_enc : mgr->gcm192_dec;
		break;
	default:
		run = seal ? mgr->gcm256_enc : mgr->gcm256_dec;
		break;
	}
	run(key, &context, p->text, p->text, p->length, klips_packet_nonce(crypto, p, nonce), aad, aad_length, icv,
	    crypto->icv);
}

static void run_chacha(const struct klips_crypto *crypto, IMB_MGR *mgr, const struct klips_job *job,
		       const struct klips_packet *p, u8 *icv, bool seal)
{
	struct chacha20_poly1305_context_data context;
	const u8 *key = crypto->keys.encr_key;
	u8 nonce[16], aad[12];
	u32 aad_length = klips_packet_aad(job, p, aad);

	IMB_CHACHA20_POLY1305_INIT(mgr, key, &context, klips_packet_nonce(crypto, p, nonce), aad, aad_length);
	if (seal) {
		IMB_CHACHA20_POLY1305_ENC_UPDATE(mgr, key, &context, p->text, p->text, p->length);
		IMB_CHACHA20_POLY1305_ENC_FINALIZE(mgr, &context, icv, crypto->icv);
	} else {
		IMB_CHACHA20_POLY1305_DEC_UPDATE(mgr, key, &context, p->text, p->text, p->length);
		IMB_CHACHA20_POLY1305_DEC_FINALIZE(mgr, &context, icv, crypto->icv);
	}
}

static void run_aead(const struct klips_crypto *crypto, IMB_MGR *mgr, const struct klips_job *job,
		     const struct klips_packet *p, u8 *icv, bool seal)
{
	if (is_gcm(crypto))
		run_gcm(crypto, mgr, job, p, icv, seal);
	else
		run_chacha(crypto, mgr, job, p, icv, seal);
}

static void fill_cipher(const struct klips_crypto *crypto, struct mb_thread *thread, IMB_JOB *to, unsigned int i)
{
	const struct klips_packet *p = &thread->packets[i];
	struct mb_keys *keys = crypto->own;

	to->enc_keys = keys->pair.enc;
	to->dec_keys = keys->pair.dec;
	to->key_len_in_bytes = crypto->key_length;
	to->src = p->text;
	to->dst = p->text;
	to->cipher_start_src_offset_in_bytes = 0;
	to->msg_len_to_cipher_in_bytes = p->length;
	to->iv = klips_packet_nonce(crypto, p, thread->nonces[i]);
	to->iv_len_in_bytes = crypto->encr->salt + crypto->encr->iv;
}

/* Of the packets whose results[] are 0; NULL: all. */
static int run_ciphers(const struct klips_crypto *crypto, struct mb_thread *thread, const int *results,
		       unsigned int count, IMB_CIPHER_DIRECTION direction)
{
	bool ctr = crypto->keys.encr == KLIPS_ENCR_AES_CTR;
	unsigned int i, n = 0;

	if (crypto->keys.encr == KLIPS_ENCR_NULL)
		return 0;
	for (i = 0; i < count; i++)
		if (!results || !results[i])
			fill_cipher(crypto, thread, &thread->jobs[n++], i);
	if (!n)
		return 0;
	i = IMB_SUBMIT_CIPHER_BURST_NOCHECK(thread->mgr, thread->jobs, n, ctr ? IMB_CIPHER_CNTR : IMB_CIPHER_CBC,
					    direction, (IMB_KEY_SIZE_BYTES)crypto->key_length);
	return i == n ? 0 : -EIO;
}

static IMB_HASH_ALG hash_of(enum klips_auth auth)
{
	switch (auth) {
	case KLIPS_AUTH_HMAC_SHA1_96:
		return IMB_AUTH_HMAC_SHA_1;
	case KLIPS_AUTH_HMAC_SHA2_256_128:
		return IMB_AUTH_HMAC_SHA_256;
	case KLIPS_AUTH_HMAC_SHA2_384_192:
		return IMB_AUTH_HMAC_SHA_384;
	case KLIPS_AUTH_HMAC_SHA2_512_256:
		return IMB_AUTH_HMAC_SHA_512;
	default:
		return IMB_AUTH_NULL;
	}
}

/*
 * The upper half of an extended sequence number stands where the ICV goes or was, while the hash is made: all ICVs are
 * 12 bytes at least.
 */
static int run_hashes(const struct klips_crypto *crypto, struct mb_thread *thread, const struct klips_job *jobs,
		      unsigned int count)
{
	struct mb_keys *keys = crypto->own;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct klips_packet *p = &thread->packets[i];
		IMB_JOB *to = &thread->jobs[i];

		if (jobs[i].esn)
			memcpy(p->icv, &jobs[i].esn_high, 4);
		to->src = p->esp;
		to->hash_start_src_offset_in_bytes = 0;
		to->msg_len_to_hash_in_bytes = p->signed_length + (jobs[i].esn ? 4 : 0);
		to->auth_tag_output = thread->icvs[i];
		to->auth_tag_output_len_in_bytes = crypto->icv;
		to->u.HMAC._hashed_auth_key_xor_ipad = keys->pair.inner;
		to->u.HMAC._hashed_auth_key_xor_opad = keys->pair.outer;
	}
	i = IMB_SUBMIT_HASH_BURST_NOCHECK(thread->mgr, thread->jobs, count, hash_of(crypto->keys.auth));
	return i == count ? 0 : -EIO;
}

static int seal_pairs(struct klips_crypto *crypto, struct mb_thread *thread, struct klips_job *jobs, unsigned int count)
{
	unsigned int i;
	int err;

	for (i = 0; i < count; i++)
		klips_packet_of(crypto, &jobs[i], &thread->packets[i]);
	err = run_ciphers(crypto, thread, NULL, count, IMB_DIR_ENCRYPT);
	if (!err)
		err = run_hashes(crypto, thread, jobs, count);
	for (i = 0; i < count && !err; i++)
		memcpy(thread->packets[i].icv, thread->icvs[i], crypto->icv);
	return err;
}

static int open_pairs(struct klips_crypto *crypto, struct mb_thread *thread, struct klips_job *jobs, int *results,
		      unsigned int count)
{
	unsigned int i;
	int err;

	for (i = 0; i < count; i++) {
		klips_packet_of(crypto, &jobs[i], &thread->packets[i]);
		memcpy(thread->saved[i], thread->packets[i].icv, crypto->icv);
	}
	err = run_hashes(crypto, thread, jobs, count);
	if (err)
		return err;
	for (i = 0; i < count; i++)
		results[i] = crypto_memneq(thread->saved[i], thread->icvs[i], crypto->icv) ? -EBADMSG : 0;
	return run_ciphers(crypto, thread, results, count, IMB_DIR_DECRYPT);
}

static int mb_seal(struct klips_crypto *crypto, struct klips_job *jobs, unsigned int count)
{
	struct mb_thread *thread = thread_get();
	struct klips_packet packet;
	unsigned int i;

	if (!thread)
		return -ENOMEM;
	if (crypto->openssl && count < BURST_MIN)
		return klips_crypto_openssl.seal(crypto, jobs, count);
	if (!crypto->encr->icv)
		return seal_pairs(crypto, thread, jobs, count);
	for (i = 0; i < count; i++) {
		klips_packet_of(crypto, &jobs[i], &packet);
		run_aead(crypto, thread->mgr, &jobs[i], &packet, packet.icv, true);
	}
	return 0;
}

static int mb_open(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count)
{
	struct mb_thread *thread = thread_get();
	struct klips_packet packet;
	u8 icv[KLIPS_ICV_MAX];
	unsigned int i;

	if (!thread)
		return -ENOMEM;
	if (crypto->openssl && count < BURST_MIN)
		return klips_crypto_openssl.open(crypto, jobs, results, count);
	if (!crypto->encr->icv)
		return open_pairs(crypto, thread, jobs, results, count);
	for (i = 0; i < count; i++) {
		klips_packet_of(crypto, &jobs[i], &packet);
		run_aead(crypto, thread->mgr, &jobs[i], &packet, icv, false);
		results[i] = crypto_memneq(icv, packet.icv, crypto->icv) ? -EBADMSG : 0;
	}
	return 0;
}

static void expand_aes(IMB_MGR *mgr, const struct klips_crypto *crypto, struct mb_keys *keys)
{
	const u8 *key = crypto->keys.encr_key;

	switch (crypto->key_length) {
	case 16:
		IMB_AES_KEYEXP_128(mgr, key, keys->pair.enc, keys->pair.dec);
		break;
	case 24:
		IMB_AES_KEYEXP_192(mgr, key, keys->pair.enc, keys->pair.dec);
		break;
	case 32:
		IMB_AES_KEYEXP_256(mgr, key, keys->pair.enc, keys->pair.dec);
		break;
	}
}

static void expand_gcm(IMB_MGR *mgr, const struct klips_crypto *crypto, struct mb_keys *keys)
{
	const u8 *key = crypto->keys.encr_key;

	switch (crypto->key_length) {
	case 16:
		IMB_AES128_GCM_PRE(mgr, key, &keys->gcm);
		break;
	case 24:
		IMB_AES192_GCM_PRE(mgr, key, &keys->gcm);
		break;
	case 32:
		IMB_AES256_GCM_PRE(mgr, key, &keys->gcm);
		break;
	}
}

static void hash_block(IMB_MGR *mgr, enum klips_auth auth, const u8 *block, u8 *state)
{
	switch (auth) {
	case KLIPS_AUTH_HMAC_SHA1_96:
		IMB_SHA1_ONE_BLOCK(mgr, block, state);
		break;
	case KLIPS_AUTH_HMAC_SHA2_256_128:
		IMB_SHA256_ONE_BLOCK(mgr, block, state);
		break;
	case KLIPS_AUTH_HMAC_SHA2_384_192:
		IMB_SHA384_ONE_BLOCK(mgr, block, state);
		break;
	default:
		IMB_SHA512_ONE_BLOCK(mgr, block, state);
		break;
	}
}

/* RFC 2104, 2: the state after the key's block; no key is longer than a block here. */
static void expand_hmac(IMB_MGR *mgr, const struct klips_keys *from, u8 pad, u8 *state)
{
	u8 block[MB_BLOCK_MAX];
	u32 i;

	memset(block, pad, sizeof(block));
	for (i = 0; i < from->auth_length; i++)
		block[i] ^= from->auth_key[i];
	hash_block(mgr, from->auth, block, state);
	memzero_explicit(block, sizeof(block));
}

/* What it does faster than OpenSSL: see bench/bench_crypto.c. */
static bool is_ours(const struct klips_crypto *crypto)
{
	enum klips_encr encr = crypto->keys.encr;

	if (is_gcm(crypto) || is_chacha(crypto))
		return true;
	return (encr == KLIPS_ENCR_AES_CBC || encr == KLIPS_ENCR_AES_CTR || encr == KLIPS_ENCR_NULL) &&
	       hash_of(crypto->keys.auth) != IMB_AUTH_NULL;
}

static int mb_init(struct klips_crypto *crypto)
{
	struct mb_thread *thread;
	struct mb_keys *keys;
	int err;

	if (!is_ours(crypto))
		return -ENOENT;
	err = crypto->encr->icv ? 0 : klips_crypto_openssl.init(crypto);
	if (err)
		return err;
	thread = thread_get();
	keys = thread ? aligned_alloc(64, round_up(sizeof(*keys), 64)) : NULL;
	if (!keys) {
		klips_crypto_openssl.exit(crypto);
		return -ENOMEM;
	}
	memset(keys, 0, sizeof(*keys));
	if (is_gcm(crypto)) {
		expand_gcm(thread->mgr, crypto, keys);
	} else if (!is_chacha(crypto)) {
		expand_aes(thread->mgr, crypto, keys);
		expand_hmac(thread->mgr, &crypto->keys, 0x36, keys->pair.inner);
		expand_hmac(thread->mgr, &crypto->keys, 0x5c, keys->pair.outer);
	}
	crypto->own = keys;
	return 0;
}

static void mb_exit(struct klips_crypto *crypto)
{
	if (crypto->own)
		memzero_explicit(crypto->own, sizeof(struct mb_keys));
	kfree(crypto->own);
	crypto->own = NULL;
	klips_crypto_openssl.exit(crypto);
}

/* It works without any vector unit too, but then OpenSSL is as good and better known: AES-NI at least. */
static int mb_start(void)
{
	struct mb_thread *thread = thread_get();

	return thread && (thread->mgr->features & IMB_FEATURE_AESNI) ? 0 : -ENOENT;
}

static const char *mb_title(void)
{
	return "intel-ipsec-mb " IMB_VERSION_STR;
}

const struct klips_crypto_driver klips_crypto_mb = {
	.name = "ipsec-mb",
	.title = mb_title,
	.start = mb_start,
	.init = mb_init,
	.exit = mb_exit,
	.seal = mb_seal,
	.open = mb_open,
};
