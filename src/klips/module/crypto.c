// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transforms over the kernel's CryptoAPI: an AEAD for ESP, be it combined of a cipher and an authenticator, and a keyed
 * hash for AH. Requests may end later, on another CPU; then the last of a batch calls its done().
 */
#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <crypto/hash.h>
#include <linux/export.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>

#include "module.h"

#define AAD_MOST  (12 + KLIPS_IV_MAX) /* SPI, sequence number of 8 bytes, IV */
#define NAME_MOST 96

/**
 * struct klips_crypto - an SA's
 * @aead: of ESP; NULL: AH
 * @mac: of AH; NULL: ESP
 * @end: frees it
 * @iv: bytes of it in the packet
 * @icv: bytes of the ICV
 * @async: requests may end later
 */
struct klips_crypto {
	struct crypto_aead *aead;
	struct crypto_shash *mac;
	struct work_struct end;
	u8 iv;
	u8 icv;
	bool async;
};

/* Of the request that takes most, of all transforms that were made. */
static u32 most;

/* Transforms end here: the last to let go of an SA may be where nobody may sleep. */
static struct workqueue_struct *ending;

/**
 * struct one - a request; no key is in it
 * @batch: of which
 * @index: which of its jobs
 * @iv: of the packet
 * @aad: what is authenticated only, where that is not so in the packet
 * @sg: what is authenticated only, then the rest of the packet
 * @request: with its context behind it
 */
struct one {
	struct batch *batch;
	unsigned int index;
	u8 iv[KLIPS_IV_MAX] __aligned(8);
	u8 aad[AAD_MOST];
	struct scatterlist sg[2];
	struct aead_request request CRYPTO_MINALIGN_ATTR;
};

/**
 * struct batch - requests that were made together
 * @jobs: what they are about
 * @pending: those that have not ended, and one for who makes them
 * @results: of each, where the caller wants them; NULL: one error counts for all
 * @err: the first error
 * @borrowed: it is in klips_job.room
 * @own: a request, which is used again and again if each ends at once
 */
struct batch {
	struct klips_job *jobs;
	int *results;
	atomic_t pending;
	int err;
	bool borrowed;
	struct one own;
};

static const char *const aeads[KLIPS_ENCR_COUNT] = {
	[KLIPS_ENCR_AES_GCM_8] = "rfc4106(gcm(aes))",  [KLIPS_ENCR_AES_GCM_12] = "rfc4106(gcm(aes))",
	[KLIPS_ENCR_AES_GCM_16] = "rfc4106(gcm(aes))", [KLIPS_ENCR_AES_CCM_8] = "rfc4309(ccm(aes))",
	[KLIPS_ENCR_AES_CCM_12] = "rfc4309(ccm(aes))", [KLIPS_ENCR_AES_CCM_16] = "rfc4309(ccm(aes))",
	[KLIPS_ENCR_AES_GMAC] = "rfc4543(gcm(aes))",   [KLIPS_ENCR_CHACHA20_POLY1305] = "rfc7539esp(chacha20,poly1305)",
};

static const char *const ciphers[KLIPS_ENCR_COUNT] = {
	[KLIPS_ENCR_NULL] = "ecb(cipher_null)",
	[KLIPS_ENCR_3DES_CBC] = "cbc(des3_ede)",
	[KLIPS_ENCR_AES_CBC] = "cbc(aes)",
	[KLIPS_ENCR_AES_CTR] = "rfc3686(ctr(aes))",
};

static const char *const hashes[KLIPS_AUTH_COUNT] = {
	[KLIPS_AUTH_HMAC_MD5_96] = "hmac(md5)",		 [KLIPS_AUTH_HMAC_SHA1_96] = "hmac(sha1)",
	[KLIPS_AUTH_AES_XCBC_96] = "xcbc(aes)",		 [KLIPS_AUTH_AES_CMAC_96] = "cmac(aes)",
	[KLIPS_AUTH_HMAC_SHA2_256_128] = "hmac(sha256)", [KLIPS_AUTH_HMAC_SHA2_384_192] = "hmac(sha384)",
	[KLIPS_AUTH_HMAC_SHA2_512_256] = "hmac(sha512)",
};

/* What the kernel says of an algorithm that it has not, or whose module it cannot load. */
static int refused(long err)
{
	return err == -ENOMEM ? -ENOMEM : err == -EINVAL ? -EINVAL : -ENOENT;
}

/* The key of authenc: both keys, and how long the second is. */
static int set_combined(struct crypto_aead *aead, const struct klips_keys *keys)
{
	struct {
		struct rtattr attr;
		struct crypto_authenc_key_param param;
		u8 keys[2 * KLIPS_KEY_MAX];
	} key;
	unsigned int length = RTA_LENGTH(sizeof(key.param)) + keys->auth_length + keys->encr_length;
	u8 *at = (u8 *)&key + RTA_LENGTH(sizeof(key.param));
	int err;

	key.attr.rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	key.attr.rta_len = RTA_LENGTH(sizeof(key.param));
	key.param.enckeylen = cpu_to_be32(keys->encr_length);
	memcpy(at, keys->auth_key, keys->auth_length);
	memcpy(at + keys->auth_length, keys->encr_key, keys->encr_length);
	err = crypto_aead_setkey(aead, (u8 *)&key, length);
	memzero_explicit(&key, sizeof(key));
	return err;
}

static void note_size(u32 size)
{
	u32 seen = READ_ONCE(most);

	while (seen < size && !try_cmpxchg(&most, &seen, size))
		;
}

static int init_aead(struct klips_crypto *crypto, const struct klips_keys *keys, bool esn)
{
	bool combined = keys->auth != KLIPS_AUTH_NONE;
	char name[NAME_MOST];
	int err;

	if (combined)
		snprintf(name, sizeof(name), "%s(%s,%s)", esn ? "authencesn" : "authenc", hashes[keys->auth],
			 ciphers[keys->encr]);
	else
		snprintf(name, sizeof(name), "%s", aeads[keys->encr]);
	crypto->aead = klips_offload_aead(name);
	if (IS_ERR(crypto->aead)) {
		err = refused(PTR_ERR(crypto->aead));
		crypto->aead = NULL;
		return err;
	}
	note_size(sizeof(struct batch) + crypto_aead_reqsize(crypto->aead) + __alignof__(struct batch));
	crypto->async = crypto_aead_tfm(crypto->aead)->__crt_alg->cra_flags & CRYPTO_ALG_ASYNC;
	err = crypto_aead_setauthsize(crypto->aead, crypto->icv);
	if (err)
		return err;
	return combined ? set_combined(crypto->aead, keys) :
			  crypto_aead_setkey(crypto->aead, keys->encr_key, keys->encr_length);
}

static int init_mac(struct klips_crypto *crypto, const struct klips_keys *keys)
{
	int err;

	crypto->mac = crypto_alloc_shash(hashes[keys->auth], 0, 0);
	if (IS_ERR(crypto->mac)) {
		err = refused(PTR_ERR(crypto->mac));
		crypto->mac = NULL;
		return err;
	}
	return crypto_shash_setkey(crypto->mac, keys->auth_key, keys->auth_length);
}

/* Encryption without authentication is refused: RFC 8221, 4. */
static bool is_known(const struct klips_keys *keys)
{
	if (keys->encr == KLIPS_ENCR_NONE)
		return hashes[keys->auth];
	if (keys->auth == KLIPS_AUTH_NONE)
		return aeads[keys->encr];
	return ciphers[keys->encr] && hashes[keys->auth];
}

static void end(struct klips_crypto *crypto)
{
	if (crypto->aead)
		crypto_free_aead(crypto->aead);
	if (crypto->mac)
		crypto_free_shash(crypto->mac);
	kfree_sensitive(crypto);
}

static void end_work(struct work_struct *work)
{
	end(container_of(work, struct klips_crypto, end));
}

/**
 * klips_crypto_new() - make a transform
 * @result: gets it; klips_crypto_free() ends it
 * @keys: its algorithms and keys, which are copied
 * @esn: with extended sequence numbers
 *
 * Return: 0, -EINVAL: keys that the algorithms do not have, -ENOENT: the kernel has no such algorithm, or -ENOMEM.
 */
int klips_crypto_new(struct klips_crypto **result, const struct klips_keys *keys, bool esn)
{
	struct klips_crypto *crypto;
	int err;

	if (!klips_encr(keys->encr) || !klips_auth(keys->auth) || !is_known(keys))
		return -EINVAL;
	crypto = kzalloc(sizeof(*crypto), GFP_KERNEL);
	if (!crypto)
		return -ENOMEM;
	crypto->iv = klips_encr(keys->encr)->iv;
	crypto->icv = klips_encr(keys->encr)->icv ? klips_encr(keys->encr)->icv : klips_auth(keys->auth)->icv;
	INIT_WORK(&crypto->end, end_work);
	err = keys->encr == KLIPS_ENCR_NONE ? init_mac(crypto, keys) : init_aead(crypto, keys, esn);
	if (err)
		end(crypto);
	else
		*result = crypto;
	return err;
}
EXPORT_SYMBOL_GPL(klips_crypto_new);

/**
 * klips_crypto_free() - end a transform that no CPU uses any more, soon
 * @crypto: the transform; NULL is fine
 */
void klips_crypto_free(struct klips_crypto *crypto)
{
	if (crypto)
		queue_work(ending, &crypto->end);
}
EXPORT_SYMBOL_GPL(klips_crypto_free);

/**
 * klips_crypto_init() - before the first transform
 *
 * Return: 0 or -ENOMEM.
 */
int klips_crypto_init(void)
{
	ending = alloc_workqueue("klips_crypto", 0, 0);
	return ending ? 0 : -ENOMEM;
}

/**
 * klips_crypto_exit() - after the last transform was freed: wait until all have ended
 */
void klips_crypto_exit(void)
{
	destroy_workqueue(ending);
}

/**
 * klips_crypto_driver() - which of the kernel's drivers does a transform
 * @crypto: the transform
 *
 * Return: its name, as in /proc/crypto.
 */
const char *klips_crypto_driver(const struct klips_crypto *crypto)
{
	return crypto->aead ? crypto_tfm_alg_driver_name(crypto_aead_tfm(crypto->aead)) :
			      crypto_tfm_alg_driver_name(crypto_shash_tfm(crypto->mac));
}
EXPORT_SYMBOL_GPL(klips_crypto_driver);

/**
 * klips_crypto_room() - memory that comes with jobs
 *
 * Return: what all transforms that there were can do with, wherever it begins.
 */
u32 klips_crypto_room(void)
{
	return READ_ONCE(most);
}

/**
 * klips_crypto_is_async() - whether packets may be done later than asked for
 * @crypto: the transform
 */
bool klips_crypto_is_async(const struct klips_crypto *crypto)
{
	return crypto->async;
}

static void put_result(struct batch *batch, unsigned int index, int err)
{
	if (batch->results)
		batch->results[index] = err ? -EBADMSG : 0;
	else if (err)
		WRITE_ONCE(batch->err, err);
}

static int end_batch(struct batch *batch)
{
	int err = READ_ONCE(batch->err);

	if (!batch->borrowed)
		kfree(batch);
	return err;
}

static void end_later(struct one *one, int err)
{
	struct batch *batch = one->batch;
	struct klips_job *job;

	if (err == -EINPROGRESS)
		return; /* it leaves a queue, and will end */
	put_result(batch, one->index, err);
	if (one != &batch->own)
		kfree(one);
	if (!atomic_dec_and_test(&batch->pending))
		return;
	job = batch->jobs;
	err = end_batch(batch);
	job->done(job, err);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
static void complete_one(void *data, int err)
{
	end_later(data, err);
}
#else
static void complete_one(struct crypto_async_request *request, int err)
{
	end_later(request->data, err);
}
#endif

/*
 * RFC 4303, 2.2.1: the upper half of an extended sequence number is between SPI and sequence number for an AEAD, and is
 * not sent. So what is authenticated is copied; else it is where it is. The IV belongs to it: RFC 4106, 5; and of a
 * cipher and an authenticator that are combined: RFC 4303, 3.3.2.1.
 */
static unsigned int map(const struct klips_crypto *crypto, struct one *one, const struct klips_job *job, u32 text)
{
	u8 *esp = job->skb->data + job->esp;

	memcpy(one->iv, esp + 8, crypto->iv);
	if (!job->esn) {
		sg_init_one(one->sg, esp, 8 + crypto->iv + text);
		return 8 + crypto->iv;
	}
	memcpy(one->aad, esp, 4);
	memcpy(one->aad + 4, &job->esn_high, 4);
	memcpy(one->aad + 8, esp + 4, 4 + crypto->iv);
	sg_init_table(one->sg, 2);
	sg_set_buf(&one->sg[0], one->aad, 12 + crypto->iv);
	sg_set_buf(&one->sg[1], esp + 8 + crypto->iv, text);
	return 12 + crypto->iv;
}

/* 0 or an error: it has ended; -EINPROGRESS: it will end, and count in the batch. */
static int start_one(struct klips_crypto *crypto, struct one *one, unsigned int index, bool seal)
{
	const struct klips_job *job = &one->batch->jobs[index];
	unsigned int ad;

	one->index = index;
	ad = map(crypto, one, job, job->length + crypto->icv);
	aead_request_set_tfm(&one->request, crypto->aead);
	aead_request_set_callback(&one->request, 0, complete_one, one);
	aead_request_set_ad(&one->request, ad);
	aead_request_set_crypt(&one->request, one->sg, one->sg, job->length + (seal ? 0 : crypto->icv), one->iv);
	return seal ? crypto_aead_encrypt(&one->request) : crypto_aead_decrypt(&one->request);
}

/* How many have ended. One request serves all that do so at once. */
static unsigned int start_all(struct klips_crypto *crypto, struct batch *batch, unsigned int count, bool seal)
{
	unsigned int i, ended = 0, size = sizeof(struct one) + crypto_aead_reqsize(crypto->aead);
	struct one *one = &batch->own;
	int err;

	for (i = 0; i < count; i++) {
		if (!one)
			one = kmalloc(size, GFP_ATOMIC);
		if (one)
			one->batch = batch;
		err = one ? start_one(crypto, one, i, seal) : -ENOMEM;
		if (err == -EINPROGRESS) {
			one = NULL;
			continue;
		}
		put_result(batch, i, err);
		ended++;
	}
	if (one != &batch->own)
		kfree(one);
	return ended;
}

static struct batch *new_batch(const struct klips_crypto *crypto, struct klips_room *room)
{
	size_t size = sizeof(struct batch) + crypto_aead_reqsize(crypto->aead);
	struct batch *batch;

	if (room) {
		batch = PTR_ALIGN((struct batch *)room->at, __alignof__(struct batch));
		if ((u8 *)batch + size <= room->at + room->size) {
			batch->borrowed = true;
			return batch;
		}
	}
	batch = kmalloc(size, GFP_ATOMIC);
	if (batch)
		batch->borrowed = false;
	return batch;
}

static int run_all(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count, bool seal)
{
	struct batch *batch;
	unsigned int ended;

	if (!count || count > KLIPS_BATCH || !crypto->aead)
		return -EINVAL;
	batch = new_batch(crypto, jobs[0].room);
	if (!batch)
		return -ENOMEM;
	batch->jobs = jobs;
	batch->results = results;
	batch->err = 0;
	atomic_set(&batch->pending, count + 1);
	ended = start_all(crypto, batch, count, seal);
	if (ended != count && !atomic_sub_and_test(ended + 1, &batch->pending))
		return -EINPROGRESS;
	return end_batch(batch);
}

/**
 * klips_crypto_seal() - encrypt packets and write their ICVs
 * @crypto: the SA's transform
 * @jobs: the packets, in place
 * @count: 1 to KLIPS_BATCH
 *
 * Return: 0; -EINPROGRESS: jobs[0].done() will be called; or another error: no packet may be sent.
 */
int klips_crypto_seal(struct klips_crypto *crypto, struct klips_job *jobs, unsigned int count)
{
	return run_all(crypto, jobs, NULL, count, true);
}
EXPORT_SYMBOL_GPL(klips_crypto_seal);

/**
 * klips_crypto_open() - verify packets' ICVs, and decrypt those that are authentic
 * @crypto: the SA's transform
 * @jobs: the packets, in place; what is not authentic is undefined afterwards
 * @results: gets 0 or -EBADMSG for each; must last until jobs[0].done() is called
 * @count: 1 to KLIPS_BATCH
 *
 * Return: 0; -EINPROGRESS: jobs[0].done() will be called; or another error: none was opened.
 */
int klips_crypto_open(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count)
{
	unsigned int i;
	int err = run_all(crypto, jobs, results, count, false);

	if (err && err != -EINPROGRESS)
		for (i = 0; i < count; i++)
			results[i] = -EBADMSG;
	return err;
}
EXPORT_SYMBOL_GPL(klips_crypto_open);

/**
 * klips_crypto_mac() - authenticate bytes for AH: RFC 4302, 3.3.3
 * @crypto: a transform with an authenticator
 * @pieces: the bytes
 * @count: how many pieces
 * @icv: gets the value, as long as the authenticator sends it
 *
 * Return: 0, -EINVAL: it has no authenticator, or what the algorithm says.
 */
int klips_crypto_mac(struct klips_crypto *crypto, const struct klips_piece *pieces, unsigned int count, u8 *icv)
{
	SHASH_DESC_ON_STACK(desc, crypto->mac);
	u8 whole[HASH_MAX_DIGESTSIZE];
	unsigned int i;
	int err;

	if (!crypto->mac)
		return -EINVAL;
	desc->tfm = crypto->mac;
	err = crypto_shash_init(desc);
	for (i = 0; i < count && !err; i++)
		err = crypto_shash_update(desc, pieces[i].data, pieces[i].length);
	if (!err)
		err = crypto_shash_final(desc, whole);
	if (!err)
		memcpy(icv, whole, crypto->icv);
	shash_desc_zero(desc);
	return err;
}
