/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams that this host cut before they came to an ipsecN: put together again. RFC 791, 3.2; RFC 8200, 4.5. */
#ifndef KLIPS_USER_DEFRAG_H
#define KLIPS_USER_DEFRAG_H

#include "../core/klips.h"

#define KLIPS_DEFRAG_DATAGRAMS 64		   /* that wait for fragments */
#define KLIPS_DEFRAG_BYTES     (8U << 20)	   /* of memory that all fragments take */
#define KLIPS_DEFRAG_TIME_V4   (30 * NSEC_PER_SEC) /* RFC 1122, 3.3.2, wants a fixed time; Linux waits as long */
#define KLIPS_DEFRAG_TIME_V6   (60 * NSEC_PER_SEC) /* RFC 8200, 4.5 */

/**
 * struct klips_defrag - datagrams that are not whole yet
 * @list: them, the oldest first
 * @count: of them
 * @bytes: of memory that their fragments take
 * @dropped: counts fragments that were dropped
 *
 * One lock is for all, since the threads that read a TUN may have fragments of the same datagram.
 */
struct klips_defrag {
	spinlock_t lock;
	struct list_head list;
	u32 count;
	u32 bytes;
	atomic64_t *dropped;
};

void klips_defrag_init(struct klips_defrag *all, atomic64_t *dropped);
void klips_defrag_exit(struct klips_defrag *all);
struct sk_buff *klips_defrag_add(struct klips_defrag *all, const struct klips_dev *dev, struct sk_buff *skb, u64 now);
void klips_defrag_expire(struct klips_defrag *all, u64 now);

#endif
