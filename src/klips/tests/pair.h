/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two KLIPS, west and east, whose packets are kept: what each sent, what each received, what it asked for. */
#ifndef KLIPS_TESTS_PAIR_H
#define KLIPS_TESTS_PAIR_H

#include "core/klips.h"
#include "user/defrag.h"
#include "tests/transform.h"

#define PAIR_KEPT 256

/**
 * struct pair_end - one of them
 * @deaf: nobody listens to acquires
 * @defrag: what its own host cut
 * @meanwhile: called once, while packets are being sent: what another CPU does then
 * @expired: SAs that passed a limit, by kind
 */
struct pair_end {
	struct klips klips;
	struct klips_dev *dev;
	struct klips_addr own;
	struct sk_buff *sent[PAIR_KEPT];
	struct sk_buff *received[PAIR_KEPT];
	u32 sent_count;
	u32 received_count;
	bool in_udp;
	struct klips_udp udp;
	bool deaf;
	struct klips_defrag defrag;
	void (*meanwhile)(struct pair_end *end);
	u32 acquired;
	struct klips_acquire acquire;
	u32 expired[3];
	u32 mapped;
	u16 mapped_port;
};

/* Addresses: west is .1 and east .2 of the outer net, hosts behind them .11 and .12. */
void pair_begin(struct pair_end *end, u8 version, u8 last);
void pair_end_all(struct pair_end *end);
void pair_begin_both(struct pair_end *west, struct pair_end *east, u8 version);
void pair_end_both(struct pair_end *west, struct pair_end *east);
void pair_forget(struct pair_end *end);

/* An UDP packet of as many bytes as given after its header, from .11 to .12 (or the other way), of this number. */
struct sk_buff *pair_udp(u8 version, u8 from, u8 to, u16 dport, u32 payload, u16 number);
u16 pair_number(const struct sk_buff *skb);
void pair_send(struct pair_end *end, struct sk_buff *skb);
/* Carry what one sent to the other; returns how many. */
u32 pair_carry(struct pair_end *from, struct pair_end *to);

struct klips_selector pair_selector(u8 version, u8 from, u8 to);
struct klips_said pair_shunt(enum klips_shunt spi);

#endif
