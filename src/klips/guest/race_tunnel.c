// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes on inside a tunnel: packets, and requests about its SAs and eroutes. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "core/eroute.h"
#include "guest/netns.h"
#include "guest/race.h"
#include "tests/transform.h"

#define SPI	0x1000U
#define BURST	16
#define LONGEST 8000 /* octets of a payload */
#define SEGMENT 1000 /* octets of one of those that are handed over as one */

/* What no request may come to, whatever others did before or meanwhile. */
static bool is_fault(int err)
{
	return err == -ETIMEDOUT || err == -EPROTO || err == -EBADMSG || err == -EFAULT || err == -EIO ||
	       err == -ENOMEM;
}

static void connect_again(struct race *race)
{
	struct klips_refusal why = { 0 };
	int tries;

	klips_client_close(&race->end->client);
	for (tries = 0; klips_client_open(&race->end->client, NULL, &why); tries++) {
		if (tries == TUNNEL_WAIT_MS)
			tunnel_fail(race->end, "connection", why.text);
		usleep(1000);
	}
	race->end->client.timeout = TUNNEL_WAIT_MS;
}

void race_took(struct race *race, int err, const char *what)
{
	struct klips_status_info status;
	struct klips_refusal why = { 0 };

	race->count->tried++;
	if (!err)
		return;
	race->count->refused++;
	if (race->reloaded && klips_client_status(&race->end->client, &status, &why))
		connect_again(race);
	else if (is_fault(err))
		tunnel_fail(race->end, what, strerror(-err));
}

void race_pause(struct race *race, u32 most_us)
{
	usleep(1 + chance_below(&race->chance, most_us));
}

static int open_socket(const struct tunnel_end *end)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(TUNNEL_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)))
		tunnel_fail(end, "socket", strerror(errno));
	return fd;
}

/* A few packets of one length, or one that the kernel is to cut; then those that have come are read. */
void race_traffic(struct race *race)
{
	static char packet[LONGEST];
	struct sockaddr_in to = tunnel_address(race->other->inner);
	int segment = chance_one_in(&race->chance, 4) ? SEGMENT : 0, count = segment ? 1 : BURST, i;
	size_t length = 1 + chance_below(&race->chance, chance_one_in(&race->chance, 4) ? LONGEST : 1400);

	if (race->fd < 0)
		race->fd = open_socket(race->end);
	setsockopt(race->fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	for (i = 0; i < count; i++) {
		race->count->tried++;
		if (sendto(race->fd, packet, length, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			race->count->refused++;
	}
	while (recv(race->fd, packet, sizeof(packet), 0) >= 0)
		race->count->received++;
	race_pause(race, 500);
}

/* Half of them have no replay window: what is made anew begins to count anew, and the other end may know more. */
void race_sa(struct klips_sa_config *config, const struct tunnel_end *from, const struct tunnel_end *to, u32 sort)
{
	static const struct {
		enum klips_encr encr;
		enum klips_auth auth;
		enum klips_mode mode;
		enum klips_natt natt;
		u32 flags;
		u8 proto;
		u8 key;
	} sorts[RACE_SORTS] = {
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 0, 0, KLIPS_PROTO_ESP, 16 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 0, 0, KLIPS_PROTO_ESP, 16 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_256_128, KLIPS_MODE_TUNNEL, 0, 0, KLIPS_PROTO_ESP, 16 },
		{ KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 0, 0, KLIPS_PROTO_ESP, 32 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 0, KLIPS_SA_ESN, KLIPS_PROTO_ESP, 16 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, KLIPS_NATT_NONESP, 0, KLIPS_PROTO_ESP,
		  16 },
		{ KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TUNNEL, 0, 0, KLIPS_PROTO_AH, 0 },
		{ KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 0, 0, KLIPS_PROTO_AH, 0 },
	};

	transform_config(config, sorts[sort].proto, sorts[sort].mode, KLIPS_V4, KLIPS_V4);
	transform_keys(&config->keys, sorts[sort].encr, sorts[sort].auth, sorts[sort].key);
	config->said.spi = cpu_to_be32(SPI + sort);
	config->said.dst = transform_addr(KLIPS_V4, to->outer);
	config->src = transform_addr(KLIPS_V4, from->outer);
	config->flags = sorts[sort].flags;
	config->window = sort % 2 ? 0 : 64;
	config->natt = sorts[sort].natt;
	if (config->natt != KLIPS_NATT_NONE)
		config->natt_sport = config->natt_dport = 4500;
}

static void some_sa(struct race *race, bool inbound, struct klips_sa_config *config)
{
	u32 sort = chance_below(&race->chance, RACE_SORTS);

	if (inbound)
		race_sa(config, race->other, race->end, sort);
	else
		race_sa(config, race->end, race->other, sort);
	config->flags |= inbound ? KLIPS_SA_INBOUND : 0;
	if (chance_one_in(&race->chance, 8)) { /* it ends by itself */
		config->soft.packets = 100;
		config->hard.packets = 200;
	}
}

static void change_sa(struct race *race)
{
	struct klips_client *client = &race->end->client;
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;
	struct klips_said pair[2];

	some_sa(race, chance_one_in(&race->chance, 2), &config);
	switch (chance_below(&race->chance, 16)) {
	default:
		race_took(race, klips_client_sa_add(client, &config, &why), "sa-add");
		break;
	case 0:
	case 1:
	case 2:
		race_took(race, klips_client_sa_delete(client, &config.said, &why), "sa-delete");
		break;
	case 3:
		race_took(race, klips_client_sa_update(client, &config, &why), "sa-update");
		break;
	case 4:
		race_took(race,
			  klips_client_sa_refer(client, &config.said, chance_below(&race->chance, 32), 0, &(u32){ 0 },
						&why),
			  "sa-refer");
		break;
	case 5:
		pair[0] = config.said;
		some_sa(race, false, &config);
		pair[1] = config.said;
		race_took(race, klips_client_sa_group(client, pair, 1 + chance_below(&race->chance, 2), &why),
			  "sa-group");
		break;
	}
}

static void change_eroute(struct race *race)
{
	struct klips_selector sel = tunnel_flow(race->end, race->other);
	struct klips_client *client = &race->end->client;
	struct klips_said shunt = { .proto = KLIPS_PROTO_INT };
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;

	some_sa(race, false, &config);
	if (chance_one_in(&race->chance, 8)) {
		shunt.spi = cpu_to_be32(KLIPS_SHUNT_PASS + chance_below(&race->chance, 6));
		shunt.dst.version = KLIPS_V4;
		config.said = shunt;
	}
	if (chance_one_in(&race->chance, 8))
		race_took(race, klips_client_eroute_delete(client, &sel, &why), "eroute-delete");
	else
		race_took(race,
			  klips_client_eroute_set(client, &sel, &config.said, !chance_one_in(&race->chance, 4), &why),
			  "eroute-set");
}

void race_tables(struct race *race)
{
	struct klips_client *client = &race->end->client;
	struct klips_refusal why = { 0 };

	if (chance_one_in(&race->chance, 100))
		race_took(race, klips_client_sa_flush(client, &why), "sa-flush");
	else if (chance_one_in(&race->chance, 100))
		race_took(race, klips_client_eroute_flush(client, &why), "eroute-flush");
	else if (chance_one_in(&race->chance, 3))
		change_eroute(race);
	else
		change_sa(race);
	race_pause(race, 2000);
}

static int pass_sa(const struct klips_sa_info *info, void *arg)
{
	(void)info;
	(void)arg;
	return 0;
}

static int pass_eroute(const struct klips_eroute_info *info, void *arg)
{
	(void)info;
	(void)arg;
	return 0;
}

static void read_file(struct race *race, const char *path)
{
	char part[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	race->count->tried++;
	if (fd < 0)
		race->count->refused++;
	while (fd >= 0 && read(fd, part, sizeof(part)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

void race_read(struct race *race)
{
	static const char *const files[] = { "eroute/all", "spi/all", "spigrp/all", "tncfg", "saref" };
	struct klips_refusal why = { 0 };
	char path[64];

	switch (chance_below(&race->chance, 3)) {
	case 0:
		race_took(race, klips_client_sa_list(&race->end->client, pass_sa, NULL, &why), "sa-get");
		break;
	case 1:
		race_took(race, klips_client_eroute_list(&race->end->client, pass_eroute, NULL, &why), "eroute-get");
		break;
	default:
		snprintf(path, sizeof(path), "/proc/thread-self/net/ipsec/%s",
			 files[chance_below(&race->chance, ARRAY_SIZE(files))]);
		read_file(race, path);
	}
	race_pause(race, 2000);
}
