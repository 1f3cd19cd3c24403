// SPDX-License-Identifier: GPL-2.0-or-later
/* Which keywords pluto acts on. Any other may only say what is so anyway; else it is refused, or warned of. */
#include <stdlib.h>
#include <string.h>

#include "orient_own.h"

static const char *const acted_on[] = {
	/* of the ends */
	"", "id", "subnet", "subnets", "protoport", "nexthop", "sourceip", "updown", "ikeport", "auth", "cert", "ckaid",
	"rsasigkey", "ecdsakey", "pubkey", "ca", "sendcert", "certuribase", "certbundleuri", "addresspool",
	"interface-ip", "vti", "modecfgserver", "modecfgclient",
	/* of the conn */
	"auto", "type", "rekey", "reauth", "narrowing", "keyingtries", "rekeymargin", "rekeyfuzz", "ikelifetime",
	"salifetime", "ipsec-max-bytes", "ipsec-max-packets", "dpddelay", "dpdaction", "retransmit-timeout",
	"retransmit-interval", "initial-contact", "mobike", "authby", "require-id-on-certificate", "ike", "esp", "ah",
	"phase2", "pfs", "esn", "failureshunt", "negotiationshunt", "priority", "ikev2", "keyexchange", "mtu", "metric",
	"replay-window", "nat-keepalive", "reqid", "family", "hostaddrfamily", "compress", "tfc", "decap-dscp",
	"encap-dscp", "nopmtudisc", "nic-offload", "mark", "mark-in", "mark-out", "ipsec-interface", "vti-interface",
	"vti-routing", "vti-shared", "modecfgdns", "modecfgdomains", "encapsulation", "fragmentation", "connalias",
	"ms-dh-downgrade", "sendca", "nflog", "overlapip", "sareftrack", NULL
};

/* Without them a conn is less comfortable, or has what it does not need for a shared secret; it is not less safe. */
static const char *const warned_of[] = {
	/* of the ends */
	"autheap", "username",
	/* of the conn */
	"send-redirect", "redirect-to", "accept-redirect", "accept-redirect-to", "clientaddrfamily", NULL
};

/* IKEv2 has nothing of the sort: a client always asks, and is shown no banner; who does not answer is dead. */
static const char *const of_ikev1[] = { "modecfgpull", "modecfgbanner", "cisco-unity", "remote-peer-type",
					"xauthby",     "xauthfail",	"dpdtimeout",  "nat-ikev1-method",
					"xauthserver", "xauthclient",	NULL };

static bool is_in(const char *const *list, const char *name)
{
	for (; *list; list++) {
		if (!strcmp(*list, name))
			return true;
	}
	return false;
}

/* Whether a value is what is so without it. */
static bool is_usual(const struct keyword *keyword, const char *text)
{
	struct conf_wrong wrong = { 0 };
	struct conf_value usual;
	bool same;

	if (!keyword->fallback || conf_value_read(&usual, keyword, keyword->fallback, &wrong))
		return false;
	same = !strcmp(usual.text, text);
	free(usual.text);
	return same;
}

static int check(struct orientation *orientation, const char *name, const char *text)
{
	enum keyword_side side;
	const struct keyword *keyword = keyword_find(false, name, &side);
	struct conf_wrong wrong = { 0 };
	struct conf_value value;
	int err = 0;

	if (!keyword || keyword->kind >= KEYWORD_ALIAS)
		return orient_refuse(orientation, "%s=: there is no such keyword", name);
	if (!text)
		return orient_refuse(orientation, "%s=: not a text", name);
	if (conf_value_read(&value, keyword, text, &wrong))
		return orient_refuse(orientation, "%s=%s: %s", name, text, wrong.why);
	if (!is_in(acted_on, keyword->name) && !is_usual(keyword, value.text)) {
		if (is_in(of_ikev1, keyword->name))
			orient_warn(orientation, "%s=%s: of IKEv1 alone, and ignored", name, text);
		else if (is_in(warned_of, keyword->name))
			orient_warn(orientation, "%s=%s: not supported yet, and ignored", name, text);
		else
			err = orient_refuse(orientation, "%s=%s: not supported yet", name, text);
	}
	free(value.text);
	return err;
}

int orient_support(struct orientation *orientation)
{
	const char *name;
	json_t *value;
	int err;

	if (!json_is_object(orientation->keywords))
		return orient_refuse(orientation, "a conn without keywords");
	json_object_foreach((json_t *)orientation->keywords, name, value) {
		err = check(orientation, name, json_string_value(value));
		if (err)
			return err;
	}
	return 0;
}
