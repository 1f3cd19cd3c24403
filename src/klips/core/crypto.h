/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What core asks of the platform's cryptography. klips/user/crypto*.c and klips/module/crypto.c have it.
 *
 * A job may end later, on another CPU, with its done() called; then the function that took it returns -EINPROGRESS.
 */
#ifndef KLIPS_CORE_CRYPTO_H
#define KLIPS_CORE_CRYPTO_H

#include "alg.h"

#define KLIPS_KEY_MAX 64 /* bytes of a cipher's or an authenticator's key, salt and all */
#define KLIPS_ICV_MAX 32
#define KLIPS_IV_MAX  16

struct klips_crypto; /* the platform's: transforms and keys of one SA */

/**
 * struct klips_keys - what a transform is made from; the caller wipes it
 * @encr: the encryption; KLIPS_ENCR_NONE for AH
 * @auth: the authenticator; KLIPS_AUTH_NONE for an AEAD
 * @encr_length: bytes of @encr_key, salt and all
 * @auth_length: bytes of @auth_key
 * @encr_key: the key, and the salt after it
 * @auth_key: the authenticator's key
 */
struct klips_keys {
	enum klips_encr encr;
	enum klips_auth auth;
	u8 encr_length;
	u8 auth_length;
	u8 encr_key[KLIPS_KEY_MAX];
	u8 auth_key[KLIPS_KEY_MAX];
};

/**
 * struct klips_room - memory that cryptography may use for what it needs besides
 * @size: bytes of @at
 * @at: them
 */
struct klips_room {
	u32 size;
	u8 at[] __aligned(8);
};

/**
 * struct klips_job - one ESP packet to be sealed or opened, in place: RFC 4303, 2 and 3
 * @skb: the packet
 * @esp: offset of the ESP header from skb->data; the IV follows the 8 bytes of it, then @length bytes to be en- or
 *       decrypted (trailer and all), then the ICV
 * @length: bytes to be en- or decrypted
 * @esn_high: the upper half of the sequence number, with @esn
 * @esn: whether @esn_high is authenticated too: RFC 4303, 2.2.1
 * @room: of the first of several: memory for all of them until they are done; NULL: none
 * @done: called once if -EINPROGRESS was returned, in softirq context (user space: never)
 */
struct klips_job {
	struct sk_buff *skb;
	u32 esp;
	u32 length;
	__be32 esn_high;
	bool esn;
	struct klips_room *room;
	void (*done)(struct klips_job *job, int err);
};

/**
 * struct klips_piece - some bytes that are authenticated, of those that follow each other
 * @data: where they begin; not owned
 * @length: how many
 */
struct klips_piece {
	const void *data;
	u32 length;
};

/*
 * 0, -EINVAL (lengths), -ENOENT (the platform has no such algorithm) or -ENOMEM. May sleep.
 * @esn: what the jobs of ESP will say
 */
int klips_crypto_new(struct klips_crypto **crypto, const struct klips_keys *keys, bool esn);
void klips_crypto_free(struct klips_crypto *crypto);
/* "intel-ipsec-mb 1.3", or the kernel's driver: what users are told. */
const char *klips_crypto_driver(const struct klips_crypto *crypto);

/* Bytes of klips_room with which all transforms that were made so far can do; with less they look for memory
 * themselves. */
u32 klips_crypto_room(void);
/* Whether klips_crypto_seal() and klips_crypto_open() may return -EINPROGRESS. */
bool klips_crypto_is_async(const struct klips_crypto *crypto);

/* 0, -EINPROGRESS, or another error (the packet is dropped then). Count of jobs: 1 to KLIPS_BATCH, all of one SA. */
#define KLIPS_BATCH 64
int klips_crypto_seal(struct klips_crypto *crypto, struct klips_job *jobs, unsigned int count);
/*
 * The same; each job's result, 0 or -EBADMSG, is in results[] unless -EINPROGRESS; with an error all are -EBADMSG.
 * Comparison takes constant time.
 */
int klips_crypto_open(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count);
/* The authenticator's value over all pieces, cut to its length. AH: RFC 4302, 3.3.3. Synchronous. */
int klips_crypto_mac(struct klips_crypto *crypto, const struct klips_piece *pieces, unsigned int count, u8 *icv);

/* Raw deflate (RFC 3173, 2394): bytes written, fewer than @room, or -ENOSPC if they would be as many, or -ENOMEM. */
int klips_deflate(const void *in, u32 length, void *out, u32 room);
/* The reverse: bytes written, -ENOSPC if they would be more than @room, -EINVAL if it is not deflate, or -ENOMEM. */
int klips_inflate(const void *in, u32 length, void *out, u32 room);

#endif
