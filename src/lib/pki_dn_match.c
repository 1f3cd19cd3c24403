// SPDX-License-Identifier: GPL-2.0-or-later
/* Distinguished names with wildcards: those that many peers have to have. */
#include "pki_own.h"

#define RDNS_MAX 64

/**
 * struct rdn - a relative distinguished name (RFC 5280, 4.1.2.4), as a name of its own
 * @wild: how many of its values are '*'
 * @taken: it has its counterpart
 */
struct rdn {
	X509_NAME *name;
	int wild;
	bool taken;
};

struct rdns {
	struct rdn list[RDNS_MAX];
	int count;
};

static void rdns_free(struct rdns *rdns)
{
	while (rdns->count)
		X509_NAME_free(rdns->list[--rdns->count].name);
}

static bool is_wild(const X509_NAME_ENTRY *entry)
{
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);

	return ASN1_STRING_length(value) == 1 && *ASN1_STRING_get0_data(value) == '*';
}

/* Attributes with the number of the one before are of one RDN with it. */
static bool add(struct rdns *rdns, const X509_NAME_ENTRY *entry, bool begins)
{
	struct rdn *rdn;

	if (begins || !rdns->count) {
		if (rdns->count == RDNS_MAX)
			return false;
		rdns->list[rdns->count] = (struct rdn){ .name = X509_NAME_new() };
		if (!rdns->list[rdns->count].name)
			return false;
		rdns->count++;
	}
	rdn = &rdns->list[rdns->count - 1];
	rdn->wild += is_wild(entry);
	return X509_NAME_add_entry(rdn->name, entry, -1, begins ? 0 : -1) == 1;
}

static bool split(struct rdns *to, struct ike_slice der)
{
	X509_NAME *name = pki_dn_from_der(der);
	const X509_NAME_ENTRY *entry;
	int at, last = -1, set;
	bool good = name;

	to->count = 0;
	for (at = 0; good && at < X509_NAME_entry_count(name); at++) {
		entry = X509_NAME_get_entry(name, at);
		set = X509_NAME_ENTRY_set(entry);
		good = add(to, entry, set != last);
		last = set;
	}
	X509_NAME_free(name);
	if (!good)
		rdns_free(to);
	return good;
}

/* RFC 5280, 7.1, as of whole names. */
static bool is_same_entry(const X509_NAME_ENTRY *a, const X509_NAME_ENTRY *b)
{
	X509_NAME *one = X509_NAME_new(), *other = X509_NAME_new();
	bool same = one && other && X509_NAME_add_entry(one, a, -1, 0) == 1 &&
		    X509_NAME_add_entry(other, b, -1, 0) == 1 && !X509_NAME_cmp(one, other);

	X509_NAME_free(one);
	X509_NAME_free(other);
	return same;
}

static bool fits_entry(const X509_NAME_ENTRY *wanted, const X509_NAME_ENTRY *entry)
{
	if (is_wild(wanted))
		return !OBJ_cmp(X509_NAME_ENTRY_get_object(wanted), X509_NAME_ENTRY_get_object(entry));
	return is_same_entry(wanted, entry);
}

/* Of an RDN with several attributes each has one for itself; these are of different types (X.501, 9.3). */
static bool fits_rdn(const struct rdn *wanted, const struct rdn *rdn)
{
	int count = X509_NAME_entry_count(wanted->name), i, j;
	uint64_t used = 0;

	if (!wanted->wild)
		return !X509_NAME_cmp(wanted->name, rdn->name);
	if (X509_NAME_entry_count(rdn->name) != count || count > RDNS_MAX)
		return false;
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++)
			if (!(used >> j & 1) &&
			    fits_entry(X509_NAME_get_entry(wanted->name, i), X509_NAME_get_entry(rdn->name, j)))
				break;
		if (j == count)
			return false;
		used |= UINT64_C(1) << j;
	}
	return true;
}

static bool take(const struct rdn *wanted, struct rdns *of)
{
	int at;

	for (at = 0; at < of->count; at++) {
		if (of->list[at].taken || !fits_rdn(wanted, &of->list[at]))
			continue;
		of->list[at].taken = true;
		return true;
	}
	return false;
}

/* Those without wildcards choose first, so that no wildcard has what another needs. */
static int match(const struct rdns *wanted, struct rdns *of)
{
	int at, wild = 0;

	if (wanted->count != of->count)
		return -1;
	for (at = 0; at < wanted->count; at++)
		if (!wanted->list[at].wild && !take(&wanted->list[at], of))
			return -1;
	for (at = 0; at < wanted->count; at++)
		if (wanted->list[at].wild && !take(&wanted->list[at], of))
			return -1;
	for (at = 0; at < wanted->count; at++)
		wild += wanted->list[at].wild;
	return wild;
}

/**
 * pki_dn_match() - whether a name is one of those that are wanted
 * @wanted: DER; an attribute's value '*' stands for any value of that type
 * @name: DER
 *
 * The relative names of both are compared as pki_dn_equal() does, in any order: there must be as many here as there.
 *
 * Return: how many '*' it took; -1: it is none of them, or one of both is malformed
 */
int pki_dn_match(struct ike_slice wanted, struct ike_slice name)
{
	struct rdns one, other;
	int wild;

	if (!split(&one, wanted))
		return -1;
	if (!split(&other, name)) {
		rdns_free(&one);
		return -1;
	}
	wild = match(&one, &other);
	rdns_free(&one);
	rdns_free(&other);
	return wild;
}

/**
 * pki_dn_is_pattern() - whether a name has wildcards, and so is that of nobody
 */
bool pki_dn_is_pattern(struct ike_slice der)
{
	X509_NAME *name = pki_dn_from_der(der);
	bool wild = false;
	int at;

	for (at = 0; name && at < X509_NAME_entry_count(name); at++)
		wild |= is_wild(X509_NAME_get_entry(name, at));
	X509_NAME_free(name);
	return wild;
}
