/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What klips/user/crypto*.c share: a transform, and the libraries that can do the work. */
#ifndef KLIPS_USER_CRYPTO_DRIVER_H
#define KLIPS_USER_CRYPTO_DRIVER_H

#include "../core/crypto.h"

/**
 * struct klips_packet - where the parts of a packet are, as its job says
 * @esp: the ESP header; the IV follows it, then @length bytes of text, then the ICV
 * @signed_length: bytes from @esp to the end of the text
 */
struct klips_packet {
	u8 *esp;
	u8 *iv;
	u8 *text;
	u8 *icv;
	u32 length;
	u32 signed_length;
};

/**
 * struct klips_crypto_driver - a library
 * @start: once before it is used: 0, or -ENOENT if this machine cannot
 * @init: prepares @own of a transform: 0, -ENOENT (not this algorithm; the next driver is asked) or -ENOMEM
 * @exit: ends @own, wiping keys
 */
struct klips_crypto_driver {
	const char *name;
	const char *(*title)(void);
	int (*start)(void);
	int (*init)(struct klips_crypto *crypto);
	void (*exit)(struct klips_crypto *crypto);
	int (*seal)(struct klips_crypto *crypto, struct klips_job *jobs, unsigned int count);
	int (*open)(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count);
};

struct klips_openssl;

/**
 * struct klips_crypto - a transform with its keys; any number of threads may use it
 * @icv: bytes of it, the AEAD's or the authenticator's
 * @key_length: bytes of keys.encr_key before the salt
 * @openssl: contexts of OpenSSL, which does what @driver cannot, and AH
 * @own: the driver's
 */
struct klips_crypto {
	const struct klips_crypto_driver *driver;
	const struct klips_encr_desc *encr;
	const struct klips_auth_desc *auth;
	struct klips_keys keys;
	u8 key_length;
	u8 icv;
	struct klips_openssl *openssl;
	void *own;
};

extern const struct klips_crypto_driver klips_crypto_openssl;
extern const struct klips_crypto_driver klips_crypto_mb;

int klips_crypto_choose(const char *name);
const char *klips_crypto_title(void);
void klips_packet_of(const struct klips_crypto *crypto, const struct klips_job *job, struct klips_packet *packet);
const u8 *klips_packet_nonce(const struct klips_crypto *crypto, const struct klips_packet *packet, u8 nonce[16]);
u32 klips_packet_aad(const struct klips_job *job, const struct klips_packet *packet, u8 aad[12]);

struct ike_mac; /* lib/ike_mac.h */

int klips_mac_new(struct ike_mac **result, enum klips_auth auth, const u8 *key, u32 length);
int klips_mac_compute(struct ike_mac *mac, const struct klips_piece *pieces, unsigned int count, u8 *icv, u32 length);

#endif
