/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP: RFC 4303. In three steps, since the platform's cryptography may take its time between them. */
#ifndef KLIPS_CORE_ESP_H
#define KLIPS_CORE_ESP_H

#include "sa.h"

/* Bytes before the payload (header and IV), and at most after it (padding, trailer, ICV). */
unsigned int klips_esp_head(const struct klips_sa *sa);
unsigned int klips_esp_tail_max(const struct klips_sa *sa);

/*
 * Outbound. skb->data is where the payload begins; it has the room of the two above (-ENOBUFS if not). ESP overwrites
 * what is before the payload: in transport mode the caller moves the IP header first. @next is the payload's protocol,
 * @pad_to the least length of payload with TFC padding (0: none). Takes a sequence number: -EOVERFLOW when there is
 * none left (RFC 4303, 3.3.3), and fills in the job. Then skb->data is at the ESP header.
 */
int klips_esp_prepare(struct klips_sa *sa, struct sk_buff *skb, u8 next, u32 pad_to, struct klips_job *job);

/*
 * Inbound. skb->data is at the ESP header. Finds the full sequence number and looks whether it may be accepted, so that
 * a replay costs no cryptography: -EBADMSG too short or not a multiple of the block, -EALREADY a replay.
 */
int klips_esp_parse(struct klips_sa *sa, struct sk_buff *skb, struct klips_job *job, u64 *number);

/*
 * After the job has been opened: accept the number (-EALREADY when another packet was faster), check the padding
 * (-EBADMSG), and leave skb with the payload alone. @next gets its protocol; IPPROTO_NONE: a dummy packet (RFC
 * 4303, 2.6).
 */
int klips_esp_finish(struct klips_sa *sa, struct sk_buff *skb, const struct klips_job *job, u64 number, u8 *next);

#endif
