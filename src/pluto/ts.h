/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors, RFC 7296, 2.9 and 3.13. */
#ifndef PLUTO_TS_H
#define PLUTO_TS_H

#include "message.h"

/**
 * struct ike_ts - one selector
 * @version: 4 or 6; @first and @last: of the addresses, in the first 4 or in 16 bytes
 * @protocol: 0: any
 * @first_port, @last_port: host byte order; 0 and 65535: any; 65535 and 0: opaque. Of ICMP: type and code
 */
struct ike_ts {
	uint8_t version;
	uint8_t protocol;
	uint16_t first_port, last_port;
	uint8_t first[16], last[16];
};

#define IKE_TS_MAX 16

struct ike_ts_list {
	uint8_t count;
	struct ike_ts ts[IKE_TS_MAX];
};

int ike_ts_read(struct ike_ts_list *to, const struct ike_payload *from, const char **why);
void ike_put_ts(struct ike_builder *builder, uint8_t payload, const struct ike_ts_list *list);
/* Bytes for the longest text of a selector. */
#define IKE_TS_TEXT 160
/* NULL, or what is wrong: "192.0.2.0/24", "10.0.0.1-10.0.0.9", with "[tcp/80]" or "[17/1701-1702]" after it. */
const char *ike_ts_parse(struct ike_ts *to, const char *text);
/* "192.0.2.0/24", or "10.0.0.1-10.0.0.9", with "[tcp/80]" if it is not all traffic. What snprintf() would return. */
int ike_ts_print(char *text, size_t size, const struct ike_ts *ts);
/* Whether they have something in common, and what. */
bool ike_ts_intersect(struct ike_ts *to, const struct ike_ts *a, const struct ike_ts *b);
bool ike_ts_contains(const struct ike_ts *outer, const struct ike_ts *inner);
/*
 * RFC 7296, 2.9: what a responder takes of what was offered: per pair in common, its own policy's order. Where the
 * first of the offered ones is that of a packet, the answer contains it if the policy allows it. False: nothing in
 * common.
 */
bool ike_ts_narrow(struct ike_ts_list *to, const struct ike_ts_list *offered, const struct ike_ts_list *policy);
/* Whether each of @answer is within one of @offered: what an initiator demands. */
bool ike_ts_is_within(const struct ike_ts_list *answer, const struct ike_ts_list *offered);
/* The smallest prefix that contains it: bits; @exact: whether it is the selector itself. */
unsigned int ike_ts_prefix(const struct ike_ts *ts, bool *exact);

#endif
