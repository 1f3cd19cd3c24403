// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* vasprintf */
#include "updown_env.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/version.h"
#include "cp_state.h"

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
	const struct klips_addr *own = sa ? &about->child->path.local.addr : &connection->local.host;
	const struct klips_addr *peer = sa ? &about->child->path.remote.addr : &connection->remote.host;
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
	if (child->ref)
		put(env, "PLUTO_PEER_REF=%" PRIu32, child->ref);
}

static void put_names(struct env *env, const struct cp_names *names)
{
	char text[CP_DOMAINS_MAX * CP_DOMAIN] = "";
	size_t length = 0;
	unsigned int i;

	for (i = 0; i < names->dns_count; i++) {
		length += i ? (size_t)snprintf(text + length, sizeof(text) - length, " ") : 0;
		klips_addr_print(text + length, sizeof(text) - length, &names->dns[i]);
		length += strlen(text + length);
	}
	put(env, "PLUTO_PEER_DNS_INFO=%s", text);
	text[0] = '\0';
	for (i = length = 0; i < names->domain_count; i++)
		length +=
			(size_t)snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", names->domains[i]);
	put(env, "PLUTO_PEER_DOMAIN_INFO=%s", text);
}

/* The address that the peer gave, and what it said of names. */
static bool put_given(struct env *env, const struct updown_about *about)
{
	const struct klips_addr *given = about->child ? cp_own_addr(about->child->sa, about->local->version) : NULL;
	char text[INET6_ADDRSTRLEN];

	if (!given)
		return false;
	put(env, "PLUTO_CFG_CLIENT=1");
	put(env, "PLUTO_MY_SOURCEIP=%s", text_of(given, text));
	put_names(env, &about->child->sa->cp->names);
	return true;
}

/* The first that this host is to speak from, and that fits. */
static void put_source(struct env *env, const struct updown_about *about)
{
	const struct orient_extra *extra = about->extra;
	char text[INET6_ADDRSTRLEN];
	unsigned int i;

	if (put_given(env, about))
		return;
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
	const struct klips_addr *own = about->child ? &about->child->path.local.addr : &connection->local.host;

	put(env, "PLUTO_VERB=%s-%s%s", about->verb, is_host(about->local, own) ? "host" : "client",
	    about->remote->version == KLIPS_V6 ? "-v6" : "");
	put(env, "PLUTO_CONNECTION=%s", connection->name);
	put(env, "PLUTO_CONNECTION_TYPE=%s", connection_kind_name(connection->kind));
	put(env, "PLUTO_CONN_ADDRFAMILY=%s", about->remote->version == KLIPS_V6 ? "ipv6" : "ipv4");
	put(env, "PLUTO_CONN_KIND=%s", connection_is_template(connection) ? "CK_INSTANCE" : "CK_PERMANENT");
	put(env, "PLUTO_SA_REQID=%" PRIu32, about->child ? about->child->reqid : connection->reqid);
}

static void put_devices(struct env *env, const struct updown_about *about)
{
	const char *physical = about->child ? about->child->physical : about->connection->physical;

	put(env, "PLUTO_STACK=%s", about->daemon->backend->ops->name);
	put(env, "PLUTO_INTERFACE=%s", physical);
	put(env, "PLUTO_VIRT_INTERFACE=%s", *about->device ? about->device : physical);
	if (about->extra->device_addr[0])
		put(env, "PLUTO_INTERFACE_IP=%s", about->extra->device_addr);
	if (about->extra->no_device_routes)
		put(env, "PLUTO_VTI_ROUTING=no");
	if (about->connection->options.overlap)
		put(env, "PLUTO_SAREF_TRACKING=%s", about->extra->no_tracking ? "no" : "conntrack");
	if (about->extra->mtu)
		put(env, "PLUTO_MTU=%" PRIu32, about->extra->mtu);
	if (about->extra->nflog)
		put(env, "NFLOG=%" PRIu32, about->extra->nflog);
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

static char **finish(struct env *env)
{
	if (!env->failed)
		return env->list;
	updown_env_free(env->list);
	return NULL;
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
	return finish(env);
}

/**
 * updown_env_nflog() - the environment of a run that is about all connections
 * @verb: "nflog-all-up" or "nflog-all-down"
 * @stack: its name
 * @group: of NFLOG
 *
 * Return: as updown_env()
 */
char **updown_env_nflog(const char *verb, const char *stack, uint32_t group)
{
	struct env *env = calloc(1, sizeof(*env));

	if (!env)
		return NULL;
	put_inherited(env);
	put(env, "PLUTO_VERB=%s", verb);
	put(env, "PLUTO_STACK=%s", stack);
	put(env, "NFLOG=%" PRIu32, group);
	return finish(env);
}

/* The list is the first of its struct env. */
void updown_env_free(char **env)
{
	char **one;

	for (one = env; env && *one; one++)
		free(*one);
	free(env);
}

static const char *value(char *const *env, const char *name)
{
	size_t length = strlen(name);

	for (; *env; env++) {
		if (!strncmp(*env, name, length) && (*env)[length] == '=')
			return *env + length + 1;
	}
	return "";
}

/* As _updown does it; three processes for a Child SA on each end cost more than all the rest of it. */
bool updown_env_is_idle(char *const *env)
{
	const char *stack = value(env, "PLUTO_STACK"), *verb = value(env, "PLUTO_VERB");

	if (!strcmp(stack, "none") || !strncmp(verb, "prepare-", strlen("prepare-")))
		return true;
	if (!strncmp(verb, "up-", strlen("up-")) || !strncmp(verb, "down-", strlen("down-")))
		return !*value(env, "PLUTO_PEER_DNS_INFO") && !*value(env, "NFLOG");
	if (strcmp(value(env, "PLUTO_VIRT_INTERFACE"), value(env, "PLUTO_INTERFACE")) != 0)
		return false; /* a device to route into */
	return strcmp(stack, "klips") != 0 && !*value(env, "PLUTO_MY_SOURCEIP") && !*value(env, "PLUTO_MTU") &&
	       !*value(env, "PLUTO_METRIC");
}
