// SPDX-License-Identifier: GPL-2.0-or-later
/* Transforms in user space: which library does them, and what is common to all. */
#include "crypto_driver.h"

static const struct klips_crypto_driver *const drivers[] = { &klips_crypto_mb, &klips_crypto_openssl };

/* Written at start, before there are threads, or by the first transform: then all write the same. */
static _Atomic(const struct klips_crypto_driver *) chosen;

/**
 * klips_crypto_choose() - say which library does the cryptography of SAs made from now on
 * @name: "openssl", "ipsec-mb", or "auto": the fastest that this machine can use
 *
 * Algorithms that ipsec-mb does not have, or not faster, are done by OpenSSL in any case.
 *
 * Return: 0, -EINVAL: no such name, -ENOENT: the library does not work on this machine.
 */
int klips_crypto_choose(const char *name)
{
	bool any = !strcmp(name, "auto");
	int err = -EINVAL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (!any && strcmp(name, drivers[i]->name))
			continue;
		err = drivers[i]->start();
		if (!err) {
			atomic_store(&chosen, drivers[i]);
			return 0;
		}
	}
	return err;
}

/**
 * klips_crypto_title() - which library does the cryptography of SAs made from now on
 *
 * Return: its name and version, as users are told.
 */
const char *klips_crypto_title(void)
{
	const struct klips_crypto_driver *driver = atomic_load(&chosen);

	return driver ? driver->title() : "none yet";
}

static bool is_encr_key(const struct klips_encr_desc *desc, const struct klips_keys *keys)
{
	unsigned int length = keys->encr_length;

	if (length > KLIPS_KEY_MAX || length < desc->salt)
		return false;
	length -= desc->salt;
	return length >= desc->key_min && length <= desc->key_max && (length - desc->key_min) % 8 == 0;
}

/* Encryption without authentication is refused: RFC 8221, 4. So is both of them NULL: RFC 4301, 4.4.2.1. */
static int check_keys(struct klips_crypto *crypto, const struct klips_keys *keys)
{
	if (keys->encr < 0 || keys->encr >= KLIPS_ENCR_COUNT || keys->auth < 0 || keys->auth >= KLIPS_AUTH_COUNT)
		return -EINVAL;
	crypto->encr = klips_encr(keys->encr);
	crypto->auth = klips_auth(keys->auth);
	if (!crypto->encr || !crypto->auth)
		return -EINVAL;
	if ((crypto->encr->icv == 0) == (keys->auth == KLIPS_AUTH_NONE))
		return -EINVAL;
	if (keys->auth_length != crypto->auth->key || !is_encr_key(crypto->encr, keys))
		return -EINVAL;
	return 0;
}

static int init_driver(struct klips_crypto *crypto)
{
	const struct klips_crypto_driver *driver = atomic_load(&chosen);
	int err;

	crypto->driver = driver;
	err = driver->init(crypto);
	if (err == -ENOENT && driver != &klips_crypto_openssl) {
		crypto->driver = &klips_crypto_openssl;
		err = klips_crypto_openssl.init(crypto);
	}
	return err;
}

/**
 * klips_crypto_new() - make a transform
 * @result: gets it; klips_crypto_free() ends it
 * @keys: its algorithms and keys, which are copied
 * @esn: ignored: the libraries take each packet as it comes
 *
 * Return: 0, -EINVAL: lengths that the algorithms do not have, or no authentication, -ENOENT: the libraries have no
 * such algorithm, or -ENOMEM.
 */
int klips_crypto_new(struct klips_crypto **result, const struct klips_keys *keys, bool esn)
{
	struct klips_crypto *crypto;
	int err;

	(void)esn;
	if (!atomic_load(&chosen)) {
		err = klips_crypto_choose("auto");
		if (err)
			return err;
	}
	crypto = kzalloc(sizeof(*crypto), GFP_KERNEL);
	if (!crypto)
		return -ENOMEM;
	err = check_keys(crypto, keys);
	if (err)
		goto fail;
	crypto->keys = *keys;
	crypto->key_length = keys->encr_length - crypto->encr->salt;
	crypto->icv = crypto->encr->icv ? crypto->encr->icv : crypto->auth->icv;
	err = init_driver(crypto);
	if (err)
		goto fail;
	*result = crypto;
	return 0;
fail:
	kfree_sensitive(crypto);
	return err;
}

/**
 * klips_crypto_free() - end a transform that no thread uses any more, and wipe its keys
 * @crypto: the transform; NULL is fine
 */
void klips_crypto_free(struct klips_crypto *crypto)
{
	if (!crypto)
		return;
	crypto->driver->exit(crypto);
	kfree_sensitive(crypto);
}

/**
 * klips_crypto_driver() - which library does a transform
 * @crypto: the transform
 *
 * Return: its name and version, as users are told.
 */
const char *klips_crypto_driver(const struct klips_crypto *crypto)
{
	return crypto->driver->title();
}

/**
 * klips_crypto_room() - memory that comes with jobs
 *
 * Return: 0: none is used.
 */
u32 klips_crypto_room(void)
{
	return 0;
}

/**
 * klips_crypto_is_async() - whether packets may be done later than asked for
 * @crypto: the transform
 */
bool klips_crypto_is_async(const struct klips_crypto *crypto)
{
	(void)crypto;
	return false;
}

/**
 * klips_crypto_seal() - encrypt packets and write their ICVs
 * @crypto: the SA's transform
 * @jobs: the packets, in place
 * @count: 1 to KLIPS_BATCH
 *
 * Return: 0 or -ENOMEM; no packet may be sent then.
 */
int klips_crypto_seal(struct klips_crypto *crypto, struct klips_job *jobs, unsigned int count)
{
	if (!count || count > KLIPS_BATCH)
		return -EINVAL;
	return crypto->driver->seal(crypto, jobs, count);
}

/**
 * klips_crypto_open() - verify packets' ICVs, and decrypt those that are authentic
 * @crypto: the SA's transform
 * @jobs: the packets, in place; what is not authentic is undefined afterwards
 * @results: gets 0 or -EBADMSG for each; on an error -EBADMSG for all, so that nobody takes a packet for authentic
 * @count: 1 to KLIPS_BATCH
 *
 * Return: 0, or -ENOMEM: none was opened.
 */
int klips_crypto_open(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count)
{
	unsigned int i;
	int err;

	if (!count || count > KLIPS_BATCH)
		return -EINVAL;
	err = crypto->driver->open(crypto, jobs, results, count);
	for (i = 0; err && i < count; i++)
		results[i] = -EBADMSG;
	return err;
}

/**
 * klips_packet_of() - find the parts of a packet: RFC 4303, 2
 * @crypto: the SA's transform
 * @job: the packet's job
 * @packet: gets where they are
 */
void klips_packet_of(const struct klips_crypto *crypto, const struct klips_job *job, struct klips_packet *packet)
{
	packet->esp = job->skb->data + job->esp;
	packet->iv = packet->esp + 8;
	packet->text = packet->iv + crypto->encr->iv;
	packet->length = job->length;
	packet->icv = packet->text + job->length;
	packet->signed_length = 8 + crypto->encr->iv + job->length;
}

/**
 * klips_packet_nonce() - what a cipher takes as nonce, or as IV
 * @crypto: the transform
 * @packet: the packet
 * @nonce: room for it
 *
 * Salt, IV, and for counter mode the number of the first block: RFC 3686, 4; RFC 4106, 4; RFC 4309, 4; RFC 7634, 2.
 *
 * Return: @nonce, or the packet's IV if there is no salt.
 */
const u8 *klips_packet_nonce(const struct klips_crypto *crypto, const struct klips_packet *packet, u8 nonce[16])
{
	u8 salt = crypto->encr->salt;

	if (!salt)
		return packet->iv;
	memcpy(nonce, crypto->keys.encr_key + crypto->key_length, salt);
	memcpy(nonce + salt, packet->iv, crypto->encr->iv);
	if (crypto->keys.encr == KLIPS_ENCR_AES_CTR)
		put_unaligned_be32(1, nonce + 12);
	return nonce;
}

/**
 * klips_packet_aad() - what an AEAD authenticates besides the text: SPI and sequence number (RFC 4106, 5)
 * @job: the packet's job
 * @packet: its parts
 * @aad: gets them
 *
 * Return: 8, or 12 with extended sequence numbers.
 */
u32 klips_packet_aad(const struct klips_job *job, const struct klips_packet *packet, u8 aad[12])
{
	if (!job->esn) {
		memcpy(aad, packet->esp, 8);
		return 8;
	}
	memcpy(aad, packet->esp, 4);
	memcpy(aad + 4, &job->esn_high, 4);
	memcpy(aad + 8, packet->esp + 4, 4);
	return 12;
}
