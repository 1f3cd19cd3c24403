// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a certificate is good: RFC 5280, 6, by OpenSSL, and what RFC 4945 wants of IKE's. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "pki_store_own.h"

#define AUTH_LEVEL 2 /* of OpenSSL: 112 bits: RSA of 2048, SHA-2 */

/* That of a certificate it is not known whether it is revoked. */
static bool is_ignorance(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
		return true;
	}
	return false;
}

/*
 * Nobody answers for an anchor, which is trusted because it is here: RFC 5280, 6.1. Of others it must be known that
 * they are not revoked only if crl-strict= says so.
 */
static int judge(int good, X509_STORE_CTX *ctx)
{
	const struct pki_check *check = X509_STORE_CTX_get_app_data(ctx);
	int last = sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;

	if (good || !is_ignorance(X509_STORE_CTX_get_error(ctx)))
		return good;
	return !check->crl_strict || X509_STORE_CTX_get_error_depth(ctx) == last;
}

static int errno_of(int error)
{
	switch (error) {
	case X509_V_ERR_CERT_REVOKED:
		return EKEYREVOKED;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return EKEYEXPIRED;
	case X509_V_ERR_OUT_OF_MEM:
		return ENOMEM;
	}
	return EKEYREJECTED;
}

static int refuse(struct pki_why *why, X509_STORE_CTX *ctx, const struct pki_check *check)
{
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx), err;
	char *subject, *issuer;

	at = at ? at : check->leaf->x509;
	subject = pki_name_text(X509_get_subject_name(at));
	issuer = pki_name_text(X509_get_issuer_name(at));
	if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	    error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
		err = pki_refuse(why, EKEYREJECTED, "%s: its CA is not known here: %s", subject, issuer);
	else
		err = pki_refuse(why, errno_of(error), "%s: %s", subject, X509_verify_cert_error_string(error));
	free(subject);
	free(issuer);
	return err;
}

static int set_untrusted(STACK_OF(X509) * all, const struct pki_store *store, const struct pki_check *check)
{
	size_t at;
	int i;

	for (at = 0; at < check->chain_count && at < PKI_CHAIN_MAX; at++)
		if (!sk_X509_push(all, check->chain[at]->x509))
			return -ENOMEM;
	for (i = 0; i < sk_X509_num(store->intermediates); i++)
		if (!sk_X509_push(all, sk_X509_value(store->intermediates, i)))
			return -ENOMEM;
	return 0;
}

static void set_rules(X509_STORE_CTX *ctx, const struct pki_check *check, STACK_OF(X509_CRL) * crls)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CRL_CHECK |
						   X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT |
						   X509_V_FLAG_USE_DELTAS | X509_V_FLAG_POLICY_CHECK);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, PKI_CHAIN_MAX);
	X509_VERIFY_PARAM_set_time(param, check->now);
	X509_STORE_CTX_set_verify_cb(ctx, judge);
	X509_STORE_CTX_set0_crls(ctx, crls);
}

static int build_path(struct pki_path *path, const struct pki_store *store, const struct pki_check *check,
		      STACK_OF(X509_CRL) * crls, struct pki_why *why)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	int err = -ENOMEM;

	if (!ctx || !untrusted || set_untrusted(untrusted, store, check) ||
	    X509_STORE_CTX_init(ctx, store->anchors, check->leaf->x509, untrusted) != 1 ||
	    X509_STORE_CTX_set_app_data(ctx, (void *)check) != 1) {
		pki_refuse(why, ENOMEM, "no memory");
	} else {
		set_rules(ctx, check, crls);
		err = X509_verify_cert(ctx) == 1 ? 0 : refuse(why, ctx, check);
		if (!err)
			path->chain = X509_STORE_CTX_get1_chain(ctx);
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_free(untrusted);
	ERR_clear_error();
	return err;
}

/*
 * RFC 4945, 5.1.3.2 and 5.1.3.12. Certificates for TLS are in use for IKE too, and no CA makes better ones for some
 * clients, so these purposes are as good.
 */
static bool is_for_ike(X509 *leaf)
{
	static const int good[] = { NID_ipsec_IKE,	NID_anyExtendedKeyUsage, NID_server_auth, NID_client_auth,
				    NID_ipsecEndSystem, NID_ipsecTunnel,	 NID_ipsecUser };
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
	bool found = !usage;
	size_t at;
	int i;

	for (i = 0; i < sk_ASN1_OBJECT_num(usage) && !found; i++)
		for (at = 0; at < sizeof(good) / sizeof(good[0]); at++)
			found = found || OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, i)) == good[at];
	EXTENDED_KEY_USAGE_free(usage);
	return found;
}

static int check_usage(const struct pki_cert *leaf, struct pki_why *why)
{
	if (!leaf->info.key)
		return pki_refuse(why, EKEYREJECTED, "%s: its key is of a sort that IKE does not sign with",
				  leaf->info.subject_text);
	if (!(X509_get_key_usage(leaf->x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return pki_refuse(why, EKEYREJECTED, "%s: its key is not for signatures", leaf->info.subject_text);
	if (!is_for_ike(leaf->x509))
		return pki_refuse(why, EKEYREJECTED, "%s: it is for other purposes than IKE", leaf->info.subject_text);
	return 0;
}

/* leftca=, rightca= */
static int check_ca(STACK_OF(X509) * chain, const struct pki_check *check, struct pki_why *why)
{
	int i, count = sk_X509_num(chain), err;
	struct ike_slice name;
	char *text;

	if (!check->ca.length)
		return 0;
	for (i = count > 1 ? 1 : 0; i < count; i++)
		if (X509_NAME_get0_der(X509_get_subject_name(sk_X509_value(chain, i)), &name.data, &name.length) == 1 &&
		    pki_dn_equal(name, check->ca))
			return 0;
	text = pki_dn_text(check->ca);
	err = pki_refuse(why, EKEYREJECTED, "%s: it is not by the CA %s", check->leaf->info.subject_text,
			 text ? text : "that is wanted");
	free(text);
	return err;
}

int pki_store_validate(const struct pki_store *store, const struct pki_check *check, STACK_OF(X509_CRL) * crls,
		       struct pki_path *path, struct pki_why *why)
{
	struct pki_path own = { NULL };
	int err = check_usage(check->leaf, why);

	if (!err)
		err = build_path(&own, store, check, crls, why);
	if (!err)
		err = check_ca(own.chain, check, why);
	if (!err && path)
		*path = own;
	else
		sk_X509_pop_free(own.chain, X509_free);
	return err;
}

/**
 * pki_store_check() - whether a peer's certificate is good, as far as it is known without asking anybody
 *
 * There must be a path (RFC 5280, 6) to an anchor, with signatures of at least 112 bits' strength, and nothing in it
 * may be revoked by a CRL of the store. It takes milliseconds, and may run in any thread.
 *
 * Return: 0, -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED: of other reasons, -ENOMEM; @why says which certificate and what
 */
int pki_store_check(const struct pki_store *store, const struct pki_check *check, struct pki_why *why)
{
	return pki_store_validate(store, check, NULL, NULL, why);
}
