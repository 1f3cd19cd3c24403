// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is of keys, certificates and CRLs, for status. */
#include "../lib/hex.h"
#include "../lib/json_text.h"
#include "plan.h"
#include "trust.h"

static json_t *hex_json(const uint8_t bytes[PKI_KEY_ID])
{
	char text[2 * PKI_KEY_ID + 1];

	return json_string(hex_print(text, bytes, PKI_KEY_ID));
}

json_t *trust_key_json(const struct pki_key *key)
{
	const struct pki_key_info *info = pki_key_info(key);

	return json_pack("{s:s, s:i, s:o}", "type", pki_key_type_name(info->type), "bits", (int)info->bits, "ckaid",
			 hex_json(info->ckaid));
}

static json_t *cert_json(const struct pki_entry *entry)
{
	const struct pki_cert_info *info = pki_cert_info(entry->cert);
	json_t *row = json_pack("{s:o, s:o, s:s, s:s, s:s, s:I, s:I, s:b}", "name", json_text(entry->name), "path",
				json_text(entry->path), "subject", info->subject_text, "issuer", info->issuer_text,
				"serial", info->serial, "not_before", (json_int_t)info->not_before, "not_after",
				(json_int_t)info->not_after, "private", entry->key != NULL);

	if (info->key)
		json_object_set_new(row, "key", trust_key_json(info->key));
	return row;
}

static json_t *crl_json(const struct pki_entry *entry)
{
	return json_pack("{s:o, s:s, s:I, s:I, s:i}", "path", json_text(entry->path), "issuer", entry->crl.issuer_text,
			 "this_update", (json_int_t)entry->crl.this_update, "next_update",
			 (json_int_t)entry->crl.next_update, "revoked", (int)entry->crl.revoked);
}

/* @kinds: 1 << enum pki_kind of each that is listed */
static json_t *list(const struct daemon *daemon, unsigned int kinds, json_t *(*make)(const struct pki_entry *entry))
{
	const struct pki_store *store = daemon->pluto->trust.store;
	const struct pki_entry *entry;
	json_t *rows = json_array();
	size_t at;

	for (at = 0; (entry = pki_store_at(store, at)); at++)
		if ((kinds & (1u << entry->kind)) && (entry->cert || entry->kind == PKI_CRLS))
			json_array_append_new(rows, make(entry));
	return rows;
}

json_t *trust_certs(const struct daemon *daemon)
{
	return json_pack("{s:o}", "certs", list(daemon, 1u << PKI_CERTS | 1u << PKI_KEYS, cert_json));
}

json_t *trust_cas(const struct daemon *daemon)
{
	return json_pack("{s:o, s:o}", "cacerts", list(daemon, 1u << PKI_CACERTS, cert_json), "intermediates",
			 list(daemon, 1u << PKI_INTERMEDIATES, cert_json));
}

static void add_fetched(void *rows, const struct pki_fetched *crl)
{
	json_array_append_new(rows,
			      json_pack("{s:o, s:s, s:I, s:I, s:i}", "path", json_text(crl->uri), "issuer",
					crl->issuer_text, "this_update", (json_int_t)crl->this_update, "next_update",
					(json_int_t)crl->next_update, "revoked", (int)crl->revoked));
}

/* Those of files, and those that were fetched. */
json_t *trust_crls(const struct daemon *daemon)
{
	json_t *rows = list(daemon, 1u << PKI_CRLS, crl_json);

	if (daemon->pluto->trust.online)
		pki_online_list(daemon->pluto->trust.online, add_fetched, rows);
	return json_pack("{s:o}", "crls", rows);
}

static void put_key(json_t *rows, const struct connection *connection, const struct connection_end *end)
{
	char id[IKE_ID_TEXT];
	json_t *row;

	if (!end->key)
		return;
	ike_identity_print(id, sizeof(id), &end->id);
	row = trust_key_json(end->key);
	json_object_set_new(row, "id", json_string(id));
	json_object_set_new(row, "connection", json_string(connection->name));
	json_object_set_new(row, "private", json_boolean(pki_key_info(end->key)->is_private));
	if (end->cert) {
		const struct pki_cert_info *info = pki_cert_info(end->cert);

		json_object_set_new(row, "subject", json_string(info->subject_text));
		json_object_set_new(row, "not_after", json_integer((json_int_t)info->not_after));
	}
	json_array_append_new(rows, row);
}

json_t *trust_keys(const struct daemon *daemon)
{
	json_t *rows = json_array();
	const struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		if (plan->gone)
			continue;
		put_key(rows, plan->connection, &plan->connection->local);
		put_key(rows, plan->connection, &plan->connection->remote);
	}
	return json_pack("{s:o}", "pubkeys", rows);
}
