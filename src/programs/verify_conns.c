// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec verify: whether pluto could load each conn, by what pluto itself does when it loads them. */
#include "verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/secrets.h"
#include "../lib/ike_crypto.h"
#include "../pluto/natd.h"
#include "../pluto/orient.h"
#include "../pluto/pluto.h"

static uint64_t no_time(void *arg)
{
	(void)arg;
	return 0;
}

static int random_bytes(void *arg, void *out, size_t length)
{
	(void)arg;
	return ike_random(out, length);
}

static void no_log(void *arg, enum pluto_log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

/* Nothing is negotiated. */
static const struct pluto_port port = { .now = no_time, .random = random_bytes, .log = no_log };

/**
 * struct trial - a conn that is looked at
 * @said: why it is refused
 */
struct trial {
	struct verify *verify;
	struct pluto *pluto;
	struct secrets *secrets;
	struct orient_said said;
	struct orient_names names;
};

static bool needs_psk(const struct connection *connection)
{
	return (connection->local.auth | connection->remote.auth) & AUTH_BY_SECRET &&
	       connection->kind <= CONNECTION_TRANSPORT;
}

/* Peers that may be anybody come with identities that nobody knows yet. */
static bool has_psk(const struct trial *trial, const struct connection *connection)
{
	const struct secret *found, *rival;
	struct ike_identity local;

	if (!needs_psk(connection) || ike_identity_is_many(&connection->remote.id) || !trial->secrets)
		return true;
	connection_local_id(connection, &connection->local.host, &local);
	return !secrets_psk(trial->secrets, &local, &connection->remote.id, &found, &rival);
}

static bool expires(const struct pki_cert *cert)
{
	return cert && pki_cert_info(cert)->not_after < (int64_t)time(NULL);
}

static void say_connection(struct trial *trial, const char *name, const struct connection *connection)
{
	if (expires(connection->local.cert))
		verify_say(trial->verify, VERIFY_FAILED, "connections", "replace it",
			   "%s: this host's certificate has expired", name);
	else if (!has_psk(trial, connection))
		verify_say(trial->verify, VERIFY_WARNING, "connections",
			   "add one to ipsec.secrets, then ipsec rereadsecrets",
			   "%s: there is no pre-shared key for it", name);
	else
		verify_say(trial->verify, VERIFY_OK, "connections", NULL, "%s can be loaded", name);
}

/* Of subnets= the first stands for all. */
static void try_conn(struct trial *trial, const char *name, const json_t *conn, const struct orient_pair *pair)
{
	struct connection *connection = connection_new(trial->pluto, name);
	struct orient_extra extra = { 0 };
	const struct orient_world world = {
		.addresses = &trial->verify->addresses,
		.route_to = host_route_to,
		.route_default = host_route_default,
		.names = &trial->names,
		.pair = *pair,
		.ike_port = IKE_PORT,
		.store = trial->verify->store,
	};
	int err;

	if (!connection)
		return;
	err = orient(connection, &extra, conn, &world, &trial->said);
	if (err == -EADDRNOTAVAIL)
		verify_say(trial->verify, VERIFY_WARNING, "connections", "it waits for that", "%s: %s", name,
			   trial->said.why);
	else if (err)
		verify_say(trial->verify, VERIFY_FAILED, "connections", "see ipsec.conf(5)", "%s: %s", name,
			   trial->said.why);
	else
		say_connection(trial, name, connection);
	orient_extra_free(&extra);
}

/* What is wrong in the file of a policy group: pluto leaves such lines out. */
static void try_group(struct trial *trial, const char *name)
{
	const char *directory = conf_text(&trial->verify->conf->setup, "ipsecdir");
	struct conf_errors errors = { 0 };
	struct policy_nets nets;
	char text[4096];
	unsigned int i;

	snprintf(text, sizeof(text), "%s/" POLICY_FOLDER "/%s", directory ? directory : "/etc/ipsec.d", name);
	if (!policy_nets_load(&nets, text, &errors))
		policy_nets_free(&nets);
	for (i = 0; i < errors.count; i++) {
		conf_error_print(text, sizeof(text), &errors.list[i]);
		verify_say(trial->verify, VERIFY_FAILED, "connections",
			   "it is left out until that is mended, and ipsec auto --rereadgroups", "%s", text);
	}
	conf_errors_free(&errors);
}

static void try_section(struct trial *trial, const struct conf_section *section)
{
	struct orient_pair *pairs = calloc(ORIENT_PAIRS, sizeof(*pairs));
	json_t *conn = conf_conn_json(section);
	unsigned int count;

	trial->said = (struct orient_said){ .why = "" };
	if (pairs && conn) {
		if (orient_find_names(&trial->names, conn))
			orient_resolve(&trial->names);
		count = orient_pairs(pairs, conn, &trial->said);
		if (count)
			try_conn(trial, section->name, conn, &pairs[0]);
		else
			verify_say(trial->verify, VERIFY_FAILED, "connections", "see ipsec.conf(5)", "%s: %s",
				   section->name, trial->said.why);
		if (orient_is_group(conn))
			try_group(trial, section->name);
	}
	json_decref(conn);
	free(pairs);
}

static void try_all(struct trial *trial, const struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->count; i++) {
		const struct conf_section *section = conf->conns[i];
		const char *when = conf_text(section, "auto");

		if (section->is_faulty)
			verify_say(trial->verify, VERIFY_FAILED, "connections",
				   "ipsec addconn --checkconfig says what is wrong", "%s is not loaded", section->name);
		else if (when && strcmp(when, "ignore") != 0)
			try_section(trial, section);
	}
}

/* Conns with auto=ignore are for others to include. */
void verify_connections(struct verify *verify)
{
	const char *path = verify->conf ? conf_text(&verify->conf->setup, "secretsfile") : NULL;
	struct trial *trial = calloc(1, sizeof(*trial));
	struct conf_errors errors = { 0 };

	if (!trial || !verify->conf) {
		free(trial);
		return;
	}
	trial->verify = verify;
	trial->pluto = pluto_new(&port, NULL);
	trial->secrets = secrets_load(path ? path : SECRETS_PATH, &errors);
	conf_errors_free(&errors);
	if (trial->pluto) {
		try_all(trial, verify->conf);
		pluto_free(trial->pluto);
	}
	secrets_free(trial->secrets);
	free(trial);
}
