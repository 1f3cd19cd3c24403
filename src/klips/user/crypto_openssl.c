// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transforms over OpenSSL 3's EVP: all algorithms. A context belongs to one thread at a time: each transform has a few
 * for either direction, as many as threads ever used it at once, made when they are first needed.
 */
#include <openssl/evp.h>
#include <openssl/crypto.h>
#include "crypto_driver.h"
#include "../../lib/ike_mac.h"

enum direction {
	OPEN,
	SEAL,
	DIRECTIONS,
};

/**
 * struct context - what one thread needs for one packet after the other
 * @next: of those that are idle
 */
struct context {
	struct context *next;
	EVP_CIPHER_CTX *cipher;
	struct ike_mac *mac;
};

struct klips_openssl {
	const EVP_CIPHER *cipher; /* NULL: KLIPS_ENCR_NONE or NULL */
	spinlock_t lock;	  /* guards @idle */
	struct context *idle[DIRECTIONS];
};

/* Ciphers by algorithm and by length of key: 16, 24, 32. Fetched once, kept until the program ends. */
static const char *const names[KLIPS_ENCR_COUNT][3] = {
	[KLIPS_ENCR_3DES_CBC] = { NULL, "DES-EDE3-CBC", NULL },
	[KLIPS_ENCR_AES_CBC] = { "AES-128-CBC", "AES-192-CBC", "AES-256-CBC" },
	[KLIPS_ENCR_AES_CTR] = { "AES-128-CTR", "AES-192-CTR", "AES-256-CTR" },
	[KLIPS_ENCR_AES_GCM_8] = { "AES-128-GCM", "AES-192-GCM", "AES-256-GCM" },
	[KLIPS_ENCR_AES_GCM_12] = { "AES-128-GCM", "AES-192-GCM", "AES-256-GCM" },
	[KLIPS_ENCR_AES_GCM_16] = { "AES-128-GCM", "AES-192-GCM", "AES-256-GCM" },
	[KLIPS_ENCR_AES_CCM_8] = { "AES-128-CCM", "AES-192-CCM", "AES-256-CCM" },
	[KLIPS_ENCR_AES_CCM_12] = { "AES-128-CCM", "AES-192-CCM", "AES-256-CCM" },
	[KLIPS_ENCR_AES_CCM_16] = { "AES-128-CCM", "AES-192-CCM", "AES-256-CCM" },
	[KLIPS_ENCR_AES_GMAC] = { "AES-128-GCM", "AES-192-GCM", "AES-256-GCM" },
	[KLIPS_ENCR_CHACHA20_POLY1305] = { NULL, NULL, "ChaCha20-Poly1305" },
};
static EVP_CIPHER *ciphers[KLIPS_ENCR_COUNT][3];
static pthread_once_t ciphers_once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	int i, j;

	for (i = 0; i < KLIPS_ENCR_COUNT; i++)
		for (j = 0; j < 3; j++)
			if (names[i][j])
				ciphers[i][j] = EVP_CIPHER_fetch(NULL, names[i][j], NULL);
}

static bool is_ccm(const struct klips_crypto *crypto)
{
	return crypto->keys.encr >= KLIPS_ENCR_AES_CCM_8 && crypto->keys.encr <= KLIPS_ENCR_AES_CCM_16;
}

static bool has_cipher(const struct klips_crypto *crypto)
{
	return crypto->keys.encr != KLIPS_ENCR_NONE && crypto->keys.encr != KLIPS_ENCR_NULL;
}

static int init_cipher(const struct klips_crypto *crypto, struct context *context, enum direction direction)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool seal = direction == SEAL;

	context->cipher = ctx;
	if (!ctx || EVP_CipherInit_ex(ctx, crypto->openssl->cipher, NULL, NULL, NULL, seal) != 1)
		return -ENOMEM;
	if (crypto->encr->icv &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, crypto->encr->salt + crypto->encr->iv, NULL) != 1)
		return -ENOMEM;
	if (is_ccm(crypto) && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, crypto->icv, NULL) != 1)
		return -ENOMEM;
	if (EVP_CipherInit_ex(ctx, NULL, NULL, crypto->keys.encr_key, NULL, seal) != 1)
		return -ENOMEM;
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	return 0;
}

static void free_context(struct context *context)
{
	EVP_CIPHER_CTX_free(context->cipher);
	ike_mac_free(context->mac);
	kfree(context);
}

static struct context *new_context(const struct klips_crypto *crypto, enum direction direction)
{
	struct context *context = kzalloc(sizeof(*context), GFP_KERNEL);
	const struct klips_keys *keys = &crypto->keys;
	int err = 0;

	if (!context)
		return NULL;
	if (crypto->openssl->cipher)
		err = init_cipher(crypto, context, direction);
	if (!err && keys->auth != KLIPS_AUTH_NONE)
		err = klips_mac_new(&context->mac, keys->auth, keys->auth_key, keys->auth_length);
	if (!err)
		return context;
	free_context(context);
	return NULL;
}

static struct context *take(struct klips_crypto *crypto, enum direction direction)
{
	struct klips_openssl *all = crypto->openssl;
	struct context *context;

	spin_lock_bh(&all->lock);
	context = all->idle[direction];
	if (context)
		all->idle[direction] = context->next;
	spin_unlock_bh(&all->lock);
	return context ? context : new_context(crypto, direction);
}

static void give(struct klips_crypto *crypto, enum direction direction, struct context *context)
{
	struct klips_openssl *all = crypto->openssl;

	spin_lock_bh(&all->lock);
	context->next = all->idle[direction];
	all->idle[direction] = context;
	spin_unlock_bh(&all->lock);
}

static int run_aead(const struct klips_crypto *crypto, EVP_CIPHER_CTX *ctx, const struct klips_job *job,
		    const struct klips_packet *p)
{
	int n, length = (int)p->length;
	u8 aad[12];
	u32 aad_length = klips_packet_aad(job, p, aad);

	if (is_ccm(crypto) && EVP_CipherUpdate(ctx, NULL, &n, NULL, length) != 1)
		return -EBADMSG;
	if (EVP_CipherUpdate(ctx, NULL, &n, aad, (int)aad_length) != 1)
		return -EBADMSG;
	/* RFC 4543, 3: the IV and the text are authenticated only. */
	if (crypto->keys.encr == KLIPS_ENCR_AES_GMAC)
		return EVP_CipherUpdate(ctx, NULL, &n, p->iv, crypto->encr->iv + length) == 1 ? 0 : -EBADMSG;
	return EVP_CipherUpdate(ctx, p->text, &n, p->text, length) == 1 ? 0 : -EBADMSG;
}

static int seal_aead(struct klips_crypto *crypto, EVP_CIPHER_CTX *ctx, const struct klips_job *job,
		     const struct klips_packet *p)
{
	u8 nonce[16], rest[16];
	int n;

	if (EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, klips_packet_nonce(crypto, p, nonce)) != 1)
		return -EIO;
	if (run_aead(crypto, ctx, job, p))
		return -EIO;
	if (EVP_EncryptFinal_ex(ctx, rest, &n) != 1)
		return -EIO;
	return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, crypto->icv, p->icv) == 1 ? 0 : -EIO;
}

/* OpenSSL compares the tags, in constant time. CCM has no last step: its text is released by the comparison. */
static int open_aead(struct klips_crypto *crypto, EVP_CIPHER_CTX *ctx, const struct klips_job *job,
		     const struct klips_packet *p)
{
	u8 nonce[16], rest[16];
	int n;

	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, crypto->icv, p->icv) != 1 ||
	    EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, klips_packet_nonce(crypto, p, nonce)) != 1)
		return -EBADMSG;
	if (run_aead(crypto, ctx, job, p))
		return -EBADMSG;
	if (is_ccm(crypto))
		return 0;
	return EVP_DecryptFinal_ex(ctx, rest, &n) == 1 ? 0 : -EBADMSG;
}

static int run_cipher(const struct klips_crypto *crypto, EVP_CIPHER_CTX *ctx, const struct klips_packet *p)
{
	u8 nonce[16];
	int n;

	if (!ctx)
		return 0;
	if (EVP_CipherInit_ex(ctx, NULL, NULL, NULL, klips_packet_nonce(crypto, p, nonce), -1) != 1)
		return -EIO;
	return EVP_CipherUpdate(ctx, p->text, &n, p->text, (int)p->length) == 1 && n == (int)p->length ? 0 : -EIO;
}

/* RFC 4303, 2.2.1: the upper half of an extended sequence number is authenticated after the text, but not sent. */
static int sign(struct ike_mac *mac, const struct klips_job *job, const struct klips_packet *p, u8 *icv, u32 length)
{
	const struct klips_piece pieces[] = { { p->esp, p->signed_length }, { &job->esn_high, 4 } };

	return klips_mac_compute(mac, pieces, job->esn ? 2 : 1, icv, length);
}

static int seal_one(struct klips_crypto *crypto, struct context *context, const struct klips_job *job)
{
	struct klips_packet packet;
	int err;

	klips_packet_of(crypto, job, &packet);
	if (crypto->encr->icv)
		return seal_aead(crypto, context->cipher, job, &packet);
	err = run_cipher(crypto, context->cipher, &packet);
	return err ? err : sign(context->mac, job, &packet, packet.icv, crypto->icv);
}

static int open_one(struct klips_crypto *crypto, struct context *context, const struct klips_job *job)
{
	struct klips_packet packet;
	u8 icv[KLIPS_ICV_MAX];

	klips_packet_of(crypto, job, &packet);
	if (crypto->encr->icv)
		return open_aead(crypto, context->cipher, job, &packet);
	if (sign(context->mac, job, &packet, icv, crypto->icv) || crypto_memneq(icv, packet.icv, crypto->icv))
		return -EBADMSG;
	return run_cipher(crypto, context->cipher, &packet) ? -EBADMSG : 0;
}

static int openssl_seal(struct klips_crypto *crypto, struct klips_job *jobs, unsigned int count)
{
	struct context *context = take(crypto, SEAL);
	unsigned int i;
	int err = 0;

	if (!context)
		return -ENOMEM;
	for (i = 0; i < count && !err; i++)
		err = seal_one(crypto, context, &jobs[i]);
	give(crypto, SEAL, context);
	return err;
}

static int openssl_open(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count)
{
	struct context *context = take(crypto, OPEN);
	unsigned int i;

	if (!context)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		results[i] = open_one(crypto, context, &jobs[i]);
	give(crypto, OPEN, context);
	return 0;
}

/**
 * klips_crypto_mac() - authenticate bytes for AH: RFC 4302, 3.3.3
 * @crypto: a transform with an authenticator
 * @pieces: the bytes
 * @count: how many pieces
 * @icv: gets the value, as long as the authenticator sends it
 *
 * Return: 0, -EINVAL: it has no authenticator, -ENOMEM, or -EIO.
 */
int klips_crypto_mac(struct klips_crypto *crypto, const struct klips_piece *pieces, unsigned int count, u8 *icv)
{
	struct context *context;
	int err;

	if (crypto->keys.auth == KLIPS_AUTH_NONE)
		return -EINVAL;
	context = take(crypto, SEAL);
	if (!context)
		return -ENOMEM;
	err = klips_mac_compute(context->mac, pieces, count, icv, crypto->auth->icv);
	give(crypto, SEAL, context);
	return err;
}

static int openssl_init(struct klips_crypto *crypto)
{
	struct klips_openssl *all;
	struct context *context;
	int size = crypto->key_length / 8 - 2;

	pthread_once(&ciphers_once, fetch);
	all = kzalloc(sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	spin_lock_init(&all->lock);
	crypto->openssl = all;
	if (has_cipher(crypto))
		all->cipher = ciphers[crypto->keys.encr][size];
	if (has_cipher(crypto) && !all->cipher) {
		klips_crypto_openssl.exit(crypto);
		return -ENOENT;
	}
	/* One at once: an authenticator that OpenSSL refuses (FIPS has no MD5) is told now, not with the first packet.
	 */
	context = new_context(crypto, SEAL);
	if (!context) {
		klips_crypto_openssl.exit(crypto);
		return -ENOENT;
	}
	all->idle[SEAL] = context;
	return 0;
}

static void openssl_exit(struct klips_crypto *crypto)
{
	struct klips_openssl *all = crypto->openssl;
	struct context *context;
	int i;

	if (!all)
		return;
	for (i = 0; i < DIRECTIONS; i++) {
		while ((context = all->idle[i])) {
			all->idle[i] = context->next;
			free_context(context);
		}
	}
	pthread_mutex_destroy(&all->lock.mutex);
	kfree(all);
	crypto->openssl = NULL;
}

static int openssl_start(void)
{
	return 0;
}

static const char *openssl_title(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

const struct klips_crypto_driver klips_crypto_openssl = {
	.name = "openssl",
	.title = openssl_title,
	.start = openssl_start,
	.init = openssl_init,
	.exit = openssl_exit,
	.seal = openssl_seal,
	.open = openssl_open,
};
