/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work on the module that many processes do at once, each again and again, whatever the others do meanwhile. */
#ifndef KLIPS_GUEST_RACE_H
#define KLIPS_GUEST_RACE_H

#include "guest/chance.h"
#include "guest/tunnel_end.h"

/**
 * struct race_count - what a process has done, which others read
 * @tried: requests and packets
 * @refused: those that were refused
 * @received: packets
 */
struct race_count {
	volatile u64 tried, refused, received;
};

/**
 * struct race - a process's part
 * @chance: what it does next
 * @end: where it works; @other: the other end
 * @count: what it has done
 * @fd: of traffic: its socket
 * @cpu: where it runs
 * @reloaded: whether the module comes and goes, so that connections end
 */
struct race {
	struct chance chance;
	struct tunnel_end *end, *other;
	struct race_count *count;
	int fd, cpu;
	bool reloaded;
};

/* One step each. race_tunnel.c: */
void race_traffic(struct race *race);
void race_tables(struct race *race);
void race_read(struct race *race);
/* race_around.c: */
void race_devices(struct race *race);
void race_offload(struct race *race);
/* race_namespace.c: */
void race_namespace(struct race *race);

/* What a request came to; ends the process if that can be no answer to it, and connects again if the module has gone.
 */
void race_took(struct race *race, int err, const char *what);
void race_pause(struct race *race, u32 most_us);
/* SAs of one direction are of sorts, each with an SPI of its own. */
void race_sa(struct klips_sa_config *config, const struct tunnel_end *from, const struct tunnel_end *to, u32 sort);
#define RACE_SORTS 8
/* Makes of ipsec0 what carries packets, as far as it is not. */
void race_device_back(struct race *race);

#endif
