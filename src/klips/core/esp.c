// SPDX-License-Identifier: GPL-2.0-or-later
/* ESP: RFC 4303. See esp.h. */
#include "esp.h"
#include "debug.h"
#include "number.h"

#define HEADER	8 /* SPI and sequence number */
#define TRAILER 2 /* length of the padding, and next header */

static unsigned int alignment(const struct klips_sa *sa)
{
	return max_t(unsigned int, klips_encr(sa->encr)->block, 4);
}

static unsigned int icv_length(const struct klips_sa *sa)
{
	unsigned int icv = klips_encr(sa->encr)->icv;

	return icv ? icv : klips_auth(sa->auth)->icv;
}

/**
 * klips_esp_head() - what ESP puts before a payload
 * @sa: the SA
 *
 * Return: bytes of header and IV.
 */
unsigned int klips_esp_head(const struct klips_sa *sa)
{
	return HEADER + klips_encr(sa->encr)->iv;
}

/**
 * klips_esp_tail_max() - what ESP puts after a payload at most, without TFC padding
 * @sa: the SA
 *
 * Return: bytes of padding, trailer and ICV.
 */
unsigned int klips_esp_tail_max(const struct klips_sa *sa)
{
	return alignment(sa) - 1 + TRAILER + icv_length(sa);
}

/* CBC's must not be foreseen (RFC 3602, 3); those of counter modes must only never come again (RFC 4106, 3.1). */
static void put_iv(const struct klips_sa *sa, u8 *at, u64 number)
{
	unsigned int length = klips_encr(sa->encr)->iv;

	if (sa->encr == KLIPS_ENCR_3DES_CBC || sa->encr == KLIPS_ENCR_AES_CBC)
		get_random_bytes(at, (int)length);
	else if (length)
		put_unaligned_be64(sa->iv_salt ^ number, at);
}

/* TFC padding of zeros, then 1, 2, 3... to the block, then the trailer: RFC 4303, 2.4 to 2.7. */
static void put_tail(u8 *at, u32 tfc, u32 padding, u8 next)
{
	u32 i;

	memset(at, 0, tfc);
	at += tfc;
	for (i = 0; i < padding; i++)
		at[i] = (u8)(i + 1);
	at[padding] = (u8)padding;
	at[padding + 1] = next;
}

/**
 * klips_esp_prepare() - put ESP around a payload, which is to be encrypted then
 * @sa: an outbound SA
 * @skb: the payload; skb->data is at the ESP header then. What was in the klips_esp_head() bytes before it is
 * overwritten.
 * @next: the payload's protocol
 * @pad_to: bytes to which TFC padding lengthens it, 0: none. Only for what says itself how long it is, as an IP packet.
 * @job: gets what klips_crypto_seal() needs; not its done()
 *
 * Return: 0; -ENOBUFS: no room, with nothing changed; -EOVERFLOW: no sequence number is left.
 */
int klips_esp_prepare(struct klips_sa *sa, struct sk_buff *skb, u8 next, u32 pad_to, struct klips_job *job)
{
	u32 payload = skb->len, tfc = pad_to > payload ? pad_to - payload : 0;
	u32 length = round_up(payload + tfc + TRAILER, alignment(sa));
	u32 padding = length - payload - tfc - TRAILER;
	unsigned int head = klips_esp_head(sa);
	u64 number;
	u8 *at;
	int err;

	if (pad_to > 65535 || skb_headroom(skb) < head || skb_tailroom(skb) < length - payload + icv_length(sa))
		return -ENOBUFS;
	err = klips_number_take(sa, &number);
	if (err) {
		klips_trace(ESP, "SPI %x has no sequence number left", be32_to_cpu(sa->said.spi));
		return err;
	}
	klips_trace(ESP, "SPI %x: %u bytes, padded by %u", be32_to_cpu(sa->said.spi), payload, tfc + padding);
	put_tail(skb_put(skb, length - payload + icv_length(sa)), tfc, padding, next);
	at = skb_push(skb, head);
	memcpy(at, &sa->said.spi, 4);
	put_unaligned_be32((u32)number, at + 4);
	put_iv(sa, at + HEADER, number);
	job->skb = skb;
	job->esp = 0;
	job->room = NULL;
	job->length = length;
	job->esn = sa->flags & KLIPS_SA_ESN;
	job->esn_high = cpu_to_be32((u32)(number >> 32));
	return 0;
}

/**
 * klips_esp_parse() - look whether a packet may be worth decrypting
 * @sa: an inbound SA
 * @skb: the packet, skb->data at its ESP header; nothing may follow its ICV
 * @job: gets what klips_crypto_open() needs; not its done()
 * @number: gets the whole sequence number, for klips_esp_finish()
 *
 * The caller counts what is refused.
 *
 * Return: 0; -EBADMSG: too short, or not in whole blocks; -EALREADY: a replay, or too old (RFC 4303, 3.4.3).
 */
int klips_esp_parse(struct klips_sa *sa, struct sk_buff *skb, struct klips_job *job, u64 *number)
{
	unsigned int around = klips_esp_head(sa) + icv_length(sa);
	unsigned int block = max_t(unsigned int, klips_encr(sa->encr)->block, 1);

	if (skb->len < around + TRAILER || (skb->len - around) % block) {
		klips_trace(ESP, "%u bytes are no packet of SPI %x", skb->len, be32_to_cpu(sa->said.spi));
		return -EBADMSG;
	}
	if (!klips_number_may_accept(sa, get_unaligned_be32(skb->data + 4), number))
		return -EALREADY;
	job->skb = skb;
	job->esp = 0;
	job->room = NULL;
	job->length = skb->len - around;
	job->esn = sa->flags & KLIPS_SA_ESN;
	job->esn_high = cpu_to_be32((u32)(*number >> 32));
	return 0;
}

/* RFC 4303, 2.4: the receiver looks at the padding, which is 1, 2, 3... */
static bool is_padding(const u8 *at, u32 length)
{
	u32 i;

	for (i = 0; i < length; i++)
		if (at[i] != (u8)(i + 1))
			return false;
	return true;
}

/**
 * klips_esp_finish() - take ESP away from an authentic packet
 * @sa: the SA
 * @skb: the packet, as klips_crypto_open() left it; then only the payload (and TFC padding) of it. The bytes before it
 * stay.
 * @job: what was opened
 * @number: what klips_esp_parse() found
 * @next: gets the payload's protocol; 59, no next header: a dummy, to be dropped without a word
 *
 * The caller counts what is refused.
 *
 * Return: 0; -EALREADY: a replay; -EBADMSG: the padding is not padding.
 */
int klips_esp_finish(struct klips_sa *sa, struct sk_buff *skb, const struct klips_job *job, u64 number, u8 *next)
{
	unsigned int head = klips_esp_head(sa);
	const u8 *trailer = skb->data + head + job->length - TRAILER;

	if (!klips_number_accept(sa, number))
		return -EALREADY;
	if (trailer[0] > job->length - TRAILER || !is_padding(trailer - trailer[0], trailer[0])) {
		klips_trace(ESP, "bad padding of %u bytes in %u", trailer[0], job->length);
		return -EBADMSG;
	}
	*next = trailer[1];
	skb_trim(skb, head + job->length - TRAILER - trailer[0]);
	skb_pull(skb, head);
	klips_trace(ESP, "SPI %x: %u bytes", be32_to_cpu(sa->said.spi), skb->len);
	return 0;
}
