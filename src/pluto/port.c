// SPDX-License-Identifier: GPL-2.0-or-later
/* What the engine asks of what is around it: struct pluto_port, as the daemon has it. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "../lib/pki_bundle.h"
#include "control.h"
#include "held.h"
#include "keylog.h"
#include "log.h"
#include "plan.h"
#include "updown.h"

#define SECRET_MAX 256
#define DRAWN	   512 /* random bytes at a time */

static uint64_t now(void *arg)
{
	struct timespec time;

	(void)arg;
	/* Time that the host sleeps counts. */
	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static int64_t date(void *arg)
{
	(void)arg;
	return time(NULL);
}

static void dispatch(void *arg, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data)
{
	struct daemon *daemon = arg;

	held_send(daemon, from, to, data);
}

/* To draw a few bytes takes OpenSSL as long as to draw many. Each is given once, and wiped. */
static int chance(void *arg, void *out, size_t length)
{
	static uint8_t drawn[DRAWN];
	static size_t left;

	(void)arg;
	if (length > sizeof(drawn))
		return ike_random(out, length);
	if (length > left) {
		if (ike_random(drawn, sizeof(drawn)))
			return -EIO;
		left = sizeof(drawn);
	}
	left -= length;
	memcpy(out, drawn + left, length);
	ike_wipe(drawn + left, length);
	return 0;
}

static void submit(void *arg, struct pluto_job *job)
{
	struct daemon *daemon = arg;

	pool_submit(job->waits && daemon->fetchers ? daemon->fetchers : daemon->pool, job);
}

/* It is seconds: no thread that computes is to wait for it. */
static int fetch(void *arg, struct pki_located *to, struct pki_why *why)
{
	const struct daemon *daemon = arg;

	return pki_located_fetch(to, daemon->setup->online.crl_timeout, why);
}

static void note(void *arg, enum pluto_log_level level, const char *line)
{
	(void)arg;
	log_line(level, line);
}

static void complain_of_two(const struct ike_identity *local, const struct ike_identity *remote,
			    const struct secret *one, const struct secret *other)
{
	char own[IKE_ID_TEXT], peer[IKE_ID_TEXT];

	ike_identity_print(own, sizeof(own), local);
	ike_identity_print(peer, sizeof(peer), remote);
	log_say(PLUTO_ERROR, "two secrets for %s and %s: %s line %u and %s line %u", own, peer, one->place.file,
		one->place.line, other->place.file, other->place.line);
}

static const struct secret *find_secret(const struct secrets *secrets, const struct ike_identity *local,
					const struct ike_identity *remote)
{
	const struct secret *found, *rival;
	int err = secrets_psk(secrets, local, remote, &found, &rival);

	if (err == -ENOTUNIQ)
		complain_of_two(local, remote, found, rival);
	return err ? NULL : found;
}

/* An address that is not known is that of anybody. */
static const struct secret *find_by_hosts(const struct secrets *secrets, const struct connection *connection)
{
	struct ike_identity local = { 0 }, remote = { 0 };

	if (connection->local.host.version)
		ike_identity_from_addr(&local, &connection->local.host);
	if (connection->remote.host.version)
		ike_identity_from_addr(&remote, &connection->remote.host);
	return find_secret(secrets, &local, &remote);
}

/* By identities; if there is none, by the addresses of the connection's ends. */
static size_t secret(void *arg, const struct connection *connection, const struct ike_identity *local,
		     const struct ike_identity *remote, uint8_t *to)
{
	struct daemon *daemon = arg;
	const struct secret *found = find_secret(daemon->secrets, local, remote);

	if (!found)
		found = find_by_hosts(daemon->secrets, connection);
	if (found && found->length > SECRET_MAX)
		log_say(PLUTO_ERROR, "%s line %u: a secret of more than %u bytes", found->place.file, found->place.line,
			SECRET_MAX);
	if (!found || found->length > SECRET_MAX)
		return 0;
	memcpy(to, found->data, found->length);
	return found->length;
}

/* Where pluto listens. */
static unsigned int addresses(void *arg, struct klips_addr *to, unsigned int room)
{
	const struct daemon *daemon = arg;
	unsigned int count = 0;
	size_t at;

	for (at = 0; at < daemon->addresses.count && count < room; at++)
		if (net_listens(daemon->net, &daemon->addresses.list[at].addr))
			to[count++] = daemon->addresses.list[at].addr;
	return count;
}

static bool source(void *arg, const struct klips_addr *to, struct klips_addr *from)
{
	const struct daemon *daemon = arg;
	struct host_route route;

	if (host_route_to(to, &route) || !route.source.version || !net_listens(daemon->net, &route.source))
		return false;
	*from = route.source;
	return true;
}

static bool device(void *arg, const struct klips_addr *addr, char name[16])
{
	const struct daemon *daemon = arg;
	const struct host_address *found = host_address_find(&daemon->addresses, addr);

	if (found)
		memcpy(name, found->device, sizeof(found->device));
	return found;
}

static void updown(void *arg, const char *verb, const struct child_sa *child)
{
	struct daemon *daemon = arg;

	updown_child(daemon->updowns, verb, child);
}

static void silent(void *arg, const struct ike_sa *sa)
{
	(void)arg;
	plan_silent(sa);
}

static void event(void *arg, const char *what, const struct ike_sa *sa, const char *detail)
{
	struct daemon *daemon = arg;

	plan_note(daemon, sa->connection, what);
	control_event(daemon->control, what, sa, detail);
}

static void complain_of_keylog(int err, const struct connection *connection)
{
	if (err == -EOPNOTSUPP)
		log_say(PLUTO_DEBUG, "\"%s\": Wireshark does not know these algorithms: no keys are logged",
			connection->name);
	else if (err)
		log_say(PLUTO_ERROR, "\"%s\": the key log cannot be written: %s", connection->name, strerror(-err));
}

static void ike_keys(void *arg, const struct ike_sa *sa)
{
	const struct daemon *daemon = arg;

	if (daemon->keylog)
		complain_of_keylog(keylog_ike(daemon->keylog, sa), sa->connection);
}

static void child_keys(void *arg, const struct child_sa *child, const struct ike_child_keys *keys, bool initiator)
{
	const struct daemon *daemon = arg;

	if (daemon->keylog)
		complain_of_keylog(keylog_child(daemon->keylog, child, keys, initiator), child->connection);
}

int daemon_keylog(struct daemon *daemon, const char *folder)
{
	struct keylog *keylog = folder ? keylog_open(folder) : NULL;
	int err = folder && !keylog ? -errno : 0;

	if (err) {
		log_say(PLUTO_ERROR, "%s: no keys are logged there: %s", folder, strerror(-err));
		return err;
	}
	keylog_close(daemon->keylog);
	daemon->keylog = keylog;
	if (folder)
		log_say(PLUTO_NOTICE, "KEY LOG: who reads %s can read all traffic of the SAs that are made from now on",
			folder);
	else
		log_say(PLUTO_NOTICE, "KEY LOG: no more keys are logged");
	return 0;
}

static void child_event(void *arg, const char *what, const struct child_sa *child, const char *detail)
{
	struct daemon *daemon = arg;

	plan_note(daemon, child->connection, what);
	control_child_event(daemon->control, what, child, detail);
}

const struct pluto_port daemon_port = {
	.now = now,
	.date = date,
	.send = dispatch,
	.random = chance,
	.submit = submit,
	.fetch = fetch,
	.log = note,
	.secret = secret,
	.addresses = addresses,
	.source = source,
	.device = device,
	.updown = updown,
	.silent = silent,
	.event = event,
	.ike_keys = ike_keys,
	.child_keys = child_keys,
	.child_event = child_event,
};
