// SPDX-License-Identifier: GPL-2.0-or-later
/* See backend_rig.h. */
#define _GNU_SOURCE /* unshare */
#include "backend_rig.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

const struct ike_alg rig_gcm = { .type = IKE_ENCR,
				 .id = 20,
				 .name = "AES_GCM_16",
				 .aead = true,
				 .size = 16,
				 .xfrm = "rfc4106(gcm(aes))",
				 .klips = "aes-gcm-16" };
const struct ike_alg rig_cbc = { .type = IKE_ENCR,
				 .id = 12,
				 .name = "AES_CBC",
				 .xfrm = "cbc(aes)",
				 .klips = "aes-cbc" };
const struct ike_alg rig_camellia = { .type = IKE_ENCR, .id = 23, .name = "CAMELLIA_CBC" };
const struct ike_alg rig_sha256 = { .type = IKE_INTEG,
				    .id = 12,
				    .name = "HMAC_SHA2_256_128",
				    .size = 16,
				    .xfrm = "hmac(sha256)",
				    .klips = "hmac-sha2-256-128" };

static void on_acquire(void *arg, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid)
{
	struct rig_told *told = arg;

	told->acquires++;
	told->src = *src;
	told->dst = *dst;
	told->reqid = reqid;
}

static void on_expire(void *arg, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard)
{
	struct rig_told *told = arg;

	told->expires++;
	told->spi = spi;
	told->protocol = protocol;
	told->addr = *dst;
	told->hard = hard;
}

static void on_mapping(void *arg, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now)
{
	struct rig_told *told = arg;

	told->mappings++;
	told->spi = spi;
	told->addr = *dst;
	told->now = *now;
}

static void on_presence(void *arg, bool there)
{
	struct rig_told *told = arg;

	told->went += !there;
	told->came += there;
}

const struct backend_events rig_events = { on_acquire, on_expire, on_mapping, on_presence };

struct klips_addr rig_v4(uint32_t word)
{
	return klips_addr_v4(htonl(word));
}

struct ike_ts rig_net(uint32_t first, uint32_t last)
{
	struct ike_ts ts = { .version = 4, .last_port = 65535 };
	uint32_t words[] = { htonl(first), htonl(last) };

	memcpy(ts.first, &words[0], 4);
	memcpy(ts.last, &words[1], 4);
	return ts;
}

struct backend_sa rig_sa(uint32_t spi, bool inbound)
{
	const struct ike_ts west = rig_net(WEST_NET_FIRST, WEST_NET_LAST);
	const struct ike_ts east = rig_net(EAST_NET_FIRST, EAST_NET_LAST);
	struct backend_sa sa = { .spi = spi, .protocol = IKE_PROTO_ESP, .inbound = inbound, .tunnel = true };
	unsigned int i;

	sa.reqid = 7;
	sa.src.addr = rig_v4(inbound ? EAST : WEST);
	sa.dst.addr = rig_v4(inbound ? WEST : EAST);
	sa.src_ts.count = sa.dst_ts.count = 1;
	sa.src_ts.ts[0] = inbound ? east : west;
	sa.dst_ts.ts[0] = inbound ? west : east;
	sa.suite.encr = &rig_gcm;
	sa.encr.length = 20;
	for (i = 0; i < 20; i++)
		sa.encr.data[i] = (uint8_t)i;
	return sa;
}

struct backend_policy rig_policy(enum backend_action action)
{
	struct backend_policy one = { .action = action, .protocol = IKE_PROTO_ESP, .tunnel = true, .reqid = 7 };

	one.local = rig_net(WEST_NET_FIRST, WEST_NET_LAST);
	one.remote = rig_net(EAST_NET_FIRST, EAST_NET_LAST);
	one.local_host = rig_v4(WEST);
	one.remote_host = rig_v4(EAST);
	one.priority = 1234;
	one.spi_out = htonl(0x2002);
	return one;
}

int rig_backend_attach(struct backend *backend, const char *physical, char device[16])
{
	const struct backend_policy like = { .physical = physical };

	return backend->ops->attach(backend, &like, device);
}

void rig_assert_ok(struct backend *backend, int err)
{
	if (err)
		fail_msg("%d: %s", err, backend->ops->why(backend));
}

void rig_assert_refused(struct backend *backend, int err, int expected, const char *words)
{
	const char *why = backend->ops->why(backend);

	if (err != expected || !strstr(why, words))
		fail_msg("expected %d and '%s', but got %d: %s", expected, words, err, why);
}

int rig_write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -1;
	err = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	close(fd);
	return err;
}

int rig_own_network(void)
{
	char uid[32], gid[32];

	snprintf(uid, sizeof(uid), "0 %u 1", getuid());
	snprintf(gid, sizeof(gid), "0 %u 1", getgid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) || rig_write_file("/proc/self/setgroups", "deny"))
		return -1;
	return rig_write_file("/proc/self/uid_map", uid) || rig_write_file("/proc/self/gid_map", gid) ? -1 : 0;
}

int rig_send(int fd, const char *addr, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, addr, &to.sin_addr);
	return sendto(fd, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) == 1 ? 0 : -errno;
}
