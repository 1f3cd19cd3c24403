// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* vasprintf */
#include "updown_env.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/version.h"

struct env {
	char *list[UPDOWN_ENV_MAX + 1];
	unsigned int count;
	bool failed;
};

static void put(struct env *env, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct env *env, const char *format, ...)
{
	va_list args;
	char *text;

	if (env->failed || env->count == UPDOWN_ENV_MAX) {
		env->failed = true;
		return;
	}
	va_start(args, format);
	env->failed = vasprintf(&text, format, args) < 0;
	va_end(args);
	if (!env->failed)
		env->list[env->count++] = text;
}

static const char *text_of(const struct klips_addr *addr, char text[INET6_ADDRSTRLEN])
{
	*text = '\0';
	if (addr->version)
		klips_addr_print(text, INET6_ADDRSTRLEN, addr);
	return text;
}

/* A range is told by the smallest prefix around it. */
static void put_client(struct env *env, const char *who, const struct ike_ts *ts)
{
	char net[INET6_ADDRSTRLEN], mask[INET6_ADDRSTRLEN];
	struct klips_addr addr = { .version = ts->version }, ones = { .version = ts->version };
	unsigned int bits = ike_ts_prefix(ts, &(bool){ false });

	memcpy(addr.b, ts->first, ts->version == KLIPS_V4 ? 4 : 16);
	memset(ones.b, 0xff, ts->version == KLIPS_V4 ? 4 : 16);
	addr = klips_addr_mask(&addr, bits);
	ones = klips_addr_mask(&ones, bits);
	text_of(&addr, net);
	put(env, "PLUTO_%s_CLIENT=%s/%u", who, net, bits);
	put(env, "PLUTO_%s_CLIENT_NET=%s", who, net);
	put(env, "PLUTO_%s_CLIENT_MASK=%s", who, text_of(&ones, mask));
	put(env, "PLUTO_%s_PROTOCOL=%u", who, ts->protocol);
	put(env, "PLUTO_%s_PORT=%u", who, ts->first_port == ts->last_port ? ts->first_port : 0);
}

static void put_identity(struct env *env, const char *who, const struct ike_identity *id)
{
	char text[IKE_ID_TEXT];

	ike_identity_print(text, sizeof(text), id);
	put(env, "PLUTO_%s_ID=%s", who, text);
}

static void put_hosts(struct env *env, const struct updown_about *about)
{
	const struct connection *connection = about->connection;
	const struct ike_sa *sa = about->child ? about->child->sa : NULL;
	const struct klips_addr *own = sa ? &sa->local.addr : &connection->local.host;
	const struct klips_addr *peer = sa ? &sa->remote.addr : &connection->remote.host;
	struct ike_identity id;
	char text[INET6_ADDRSTRLEN];

	put(env, "PLUTO_ME=%s", text_of(own, text));
	put(env, "PLUTO_PEER=%s", text_of(peer, text));
	put(env, "PLUTO_NEXT_HOP=%s", text_of(&about->extra->nexthop, text));
	connection_local_id(connection, own, &id);
	put_identity(env, "MY", &id);
	put_identity(env, "PEER", sa && sa->peer_id ? sa->peer_id : &connection->remote.id);
}

static void put_child(struct env *env, const struct child_sa *child)
{
	put(env, "PLUTO_SA_TYPE=%s", child->protocol == IKE_PROTO_AH ? "AH" : "ESP");
	put(env, "PLUTO_SPI_IN=0x%08" PRIx32, (uint32_t)ntohl(child->spi[0]));
	put(env, "PLUTO_SPI_OUT=0x%08" PRIx32, (uint32_t)ntohl(child->spi[1]));
}

/* The first that this host is to speak from, and that fits. */
static void put_source(struct env *env, const struct updown_about *about)
{
	const struct orient_extra *extra = about->extra;
	char text[INET6_ADDRSTRLEN];
	unsigned int i;

	for (i = 0; i < extra->source_count; i++) {
		if (extra->sources[i].version != about->remote->version)
			continue;
		put(env, "PLUTO_MY_SOURCEIP=%s", text_of(&extra->sources[i], text));
		return;
	}
}

static bool is_host(const struct ike_ts *ts, const struct klips_addr *addr)
{
	size_t size = ts->version == KLIPS_V4 ? 4 : 16;

	return ts->version == addr->version && !memcmp(ts->first, addr->b, size) && !memcmp(ts->last, addr->b, size);
}

static void put_verb(struct env *env, const struct updown_about *about)
{
	const struct connection *connection = about->connection;
	const struct klips_addr *own = about->child ? &about->child->sa->local.addr : &connection->local.host;

	put(env, "PLUTO_VERB=%s-%s%s", about->verb, is_host(about->local, own) ? "host" : "client",
	    about->remote->version == KLIPS_V6 ? "-v6" : "");
	put(env, "PLUTO_CONNECTION=%s", connection->name);
	put(env, "PLUTO_CONNECTION_TYPE=%s", connection->kind == CONNECTION_TRANSPORT ? "transport" : "tunnel");
	put(env, "PLUTO_CONN_ADDRFAMILY=%s", about->remote->version == KLIPS_V6 ? "ipv6" : "ipv4");
	put(env, "PLUTO_CONN_KIND=CK_PERMANENT");
	put(env, "PLUTO_SA_REQID=%" PRIu32, connection->reqid);
}

static void put_devices(struct env *env, const struct updown_about *about)
{
	put(env, "PLUTO_STACK=%s", about->daemon->backend->ops->name);
	put(env, "PLUTO_INTERFACE=%s", about->connection->physical);
	put(env, "PLUTO_VIRT_INTERFACE=%s", *about->device ? about->device : about->connection->physical);
	if (about->extra->mtu)
		put(env, "PLUTO_MTU=%" PRIu32, about->extra->mtu);
	if (about->extra->metric)
		put(env, "PLUTO_METRIC=%" PRIu32, about->extra->metric);
}

/* Of pluto's own, all that has no name of ours. */
static void put_inherited(struct env *env)
{
	char **one;

	for (one = environ; *one && env->count < UPDOWN_ENV_MAX / 2; one++) {
		if (strncmp(*one, "PLUTO_", 6) != 0 && (!strncmp(*one, "PATH=", 5) || !strncmp(*one, "IPSEC_", 6) ||
							!strncmp(*one, "KLIPS_", 6) || !strncmp(*one, "LANG=", 5)))
			put(env, "%s", *one);
	}
}

/**
 * updown_env() - the environment of one run
 *
 * Return: texts, the last NULL, for updown_env_free(); NULL without memory
 */
char **updown_env(const struct updown_about *about)
{
	struct env *env = calloc(1, sizeof(*env));

	if (!env)
		return NULL;
	put_inherited(env);
	put(env, "PLUTO_VERSION=2.0");
	put_verb(env, about);
	put_devices(env, about);
	put_hosts(env, about);
	put_client(env, "MY", about->local);
	put_client(env, "PEER", about->remote);
	put_source(env, about);
	if (about->child)
		put_child(env, about->child);
	if (!env->failed)
		return env->list;
	updown_env_free(env->list);
	return NULL;
}

/* The list is the first of its struct env. */
void updown_env_free(char **env)
{
	char **one;

	for (one = env; env && *one; one++)
		free(*one);
	free(env);
}
