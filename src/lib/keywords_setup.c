// SPDX-License-Identifier: GPL-2.0-or-later
/* The keywords of config setup. */
#include "keywords.h"

static const struct keyword_word protostack_words[] = {
	{ "auto", 0 },	 { "klips", 1 }, { "netkey", 2 }, { "none", 3 },
	{ "native", 2 }, { "xfrm", 2 },	 { "mast", 4 },	  { 0 },
};

static const struct keyword_word klipsdebug_words[] = {
	{ "none", 0 },	       { "all", 0x7ff },
	{ "tunnel", 1 << 0 },  { "tunnel-xmit", 1 << 1 },
	{ "netlink", 1 << 2 }, { "xform", 1 << 3 },
	{ "eroute", 1 << 4 },  { "spi", 1 << 5 },
	{ "radij", 1 << 6 },   { "rcv", 1 << 7 },
	{ "esp", 1 << 8 },     { "ah", 1 << 9 },
	{ "ipcomp", 1 << 10 }, { "verbose", 1 << 11 },
	{ "xmit", 1 << 1 },    { "comp", 1 << 10 },
	{ "pfkey", 1 << 2 },   { 0 },
};

static const struct keyword_word interfaces_words[] = {
	{ "%none", 0 },
	{ "%defaultroute", 1 },
	{ 0 },
};

static const struct keyword klips_keywords[] = {
	KEYWORD("protostack", ENUM, "auto",
		"The IPsec stack that pluto drives. auto takes KLIPS if it runs, and the kernel's own stack "
		"otherwise; mast takes KLIPS if it is the kernel module; none negotiates without one.",
		.words = protostack_words),
	KEYWORD("interfaces", INTERFACES, "%defaultroute",
		"Which ipsecN device of KLIPS is attached to which device, as in \"ipsec0=eth1 ipsec1=ppp0\". "
		"%defaultroute stands for ipsec0 on the device of the default route; %none attaches none before "
		"a conn needs one.",
		.words = interfaces_words, .support = KEYWORD_IGNORED),
	KEYWORD("klipsdebug", SET, "none", "What KLIPS says of its work; see klipsdebug(8).", .words = klipsdebug_words,
		.support = KEYWORD_IGNORED),
	KEYWORD("fragicmp", BOOL, "yes",
		"Whether the sender of a packet that becomes too long in its tunnel, and may not be fragmented, "
		"is told.",
		.support = KEYWORD_IGNORED),
	KEYWORD("hidetos", BOOL, "yes", "Whether outer headers have a TOS of 0, and not the inner one's.",
		.support = KEYWORD_IGNORED),
	KEYWORD("overridemtu", NUMBER, NULL, "The MTU of ipsecN devices, in place of the one that KLIPS reckons.",
		.min = 68, .max = 65535, .support = KEYWORD_IGNORED),
	{ 0 },
};

/* Classes of pluto's debugging messages; base and tmi are sets of them, the latter with each byte. */
static const struct keyword_word debug_words[] = {
	{ "none", 0 },
	{ "all", 0x77fff },
	{ "base", 0x7f70 },
	{ "raw", 1 << 0 },
	{ "crypt", 1 << 1 },
	{ "parsing", 1 << 2 },
	{ "emitting", 1 << 3 },
	{ "control", 1 << 4 },
	{ "lifecycle", 1 << 5 },
	{ "kernel", 1 << 6 },
	{ "dns", 1 << 7 },
	{ "oppo", 1 << 8 },
	{ "x509", 1 << 9 },
	{ "dpd", 1 << 10 },
	{ "nattraversal", 1 << 11 },
	{ "retransmits", 1 << 12 },
	{ "proposal", 1 << 13 },
	{ "routing", 1 << 14 },
	{ "private", 1 << 15 },
	{ "cpu-usage", 1 << 16 },
	{ "whackwatch", 1 << 17 },
	{ "xauth", 1 << 18 },
	{ "tmi", 0x77fff },
	{ "natt", 1 << 11 },
	{ "controlmore", 1 << 4 },
	{ "oppoinfo", 1 << 8 },
	{ "pfkey", 1 << 6 },
	{ 0 },
};

static const struct keyword logging_keywords[] = {
	KEYWORD("logfile", FILE, NULL, "Where the log goes; without it, to syslog."),
	KEYWORD("logappend", BOOL, "yes", "Whether a log file is continued, and not begun anew."),
	KEYWORD("logtime", BOOL, "yes", "Whether lines in a log file begin with the time."),
	KEYWORD("logip", BOOL, "yes", "Whether the log names the addresses of peers.", .support = KEYWORD_IGNORED),
	KEYWORD("loglimit", NUMBER, "1000",
		"How many lines about one sort of event, such as malformed messages, may be logged in an hour; 0 "
		"for all.",
		.max = UINT32_MAX, .support = KEYWORD_IGNORED),
	KEYWORD("syslog", TEXT, "daemon.error", "Facility and level of messages to syslog.",
		.support = KEYWORD_IGNORED),
	KEYWORD("audit-log", BOOL, "yes", "Whether SAs that come up and go are told to the kernel's audit.",
		.support = KEYWORD_IGNORED),
	KEYWORD("plutodebug", SET, "none",
		"What pluto logs for debugging: base for all that is of use, all, or classes of their own. "
		"private adds keys.",
		.words = debug_words),
	KEYWORD("statsbin", FILE, NULL, "A program that is run when an SA comes up or goes.",
		.support = KEYWORD_IGNORED),
	KEYWORD("dumpdir", FILE, "/run/pluto", "Where pluto leaves a core if it has to.", .support = KEYWORD_IGNORED),
	{ 0 },
};

static const struct keyword path_keywords[] = {
	KEYWORD("ipsecdir", FILE, "/etc/ipsec.d", "Where keys, certificates and policy groups are."),
	KEYWORD("secretsfile", FILE, "/etc/ipsec.secrets", "The file of pre-shared keys; see ipsec.secrets(5)."),
	{ 0 },
};

static const struct keyword_word listen_words[] = {
	{ "%any", 0 },
	{ 0 },
};

static const struct keyword network_keywords[] = {
	KEYWORD("listen", ADDRESSES, "%any", "The addresses of this host that IKE is spoken on.",
		.words = listen_words),
	KEYWORD("listen-udp", BOOL, "yes", "Whether IKE is spoken over UDP.", .support = KEYWORD_IGNORED),
	KEYWORD("listen-tcp", BOOL, "no", "Whether IKE and ESP are taken over TCP (RFC 9329).",
		.support = KEYWORD_IGNORED),
	KEYWORD("ikeport", NUMBER, "500", "The UDP port of IKE.", .min = 1, .max = 65535),
	KEYWORD("nat-ikeport", NUMBER, "4500", "The UDP port of IKE and ESP behind NAT.", .min = 1, .max = 65535),
	KEYWORD("virtual-private", PRIVATE, NULL,
		"Subnets that road warriors may have behind them, as in "
		"\"%v4:10.0.0.0/8,%v4:!10.1.0.0/16,%v6:fc00::/7\"; ! excludes.",
		.support = KEYWORD_IGNORED),
	KEYWORD("keep-alive", TIME, "20s", "How often a NAT on the way is kept awake (RFC 3948); 0 for never.",
		.max = 3600),
	KEYWORD("ike-socket-bufsize", BYTES, "2MiB", "Room for messages that wait in IKE's sockets.", .max = INT32_MAX),
	KEYWORD("ike-socket-errqueue", BOOL, "yes", "Whether ICMP errors about IKE's messages are logged.",
		.support = KEYWORD_IGNORED),
	{ 0 },
};

static const struct keyword_word ikev1_words[] = { { "drop", 0 }, { "reject", 1 }, { "accept", 2 }, { 0 } };
static const struct keyword_word redirect_words[] = { { "no", 0 }, { "yes", 1 }, { "auto", 2 }, { 0 } };

static const struct keyword policy_keywords[] = {
	KEYWORD("uniqueids", BOOL, "yes", "Whether a new IKE SA of a peer ends its older one."),
	KEYWORD("shuntlifetime", TIME, "15m", "How long a shunt of a negotiation that failed stays.", .max = 86400),
	KEYWORD("expire-lifetime", TIME, "5m", "How long the kernel waits for the answer to an acquire.", .min = 1,
		.max = 86400, .support = KEYWORD_IGNORED),
	KEYWORD("expire-shunt-interval", TIME, "20s", "How often old shunts are looked for.", .min = 1, .max = 3600,
		.support = KEYWORD_IGNORED),
	KEYWORD("drop-oppo-null", BOOL, "no", "Whether peers without authentication are refused at once.",
		.support = KEYWORD_IGNORED),
	KEYWORD("ikev1-policy", ENUM, "drop", "What happens to IKEv1 messages.", .words = ikev1_words,
		.support = KEYWORD_IGNORED),
	KEYWORD("global-redirect", ENUM, "no", "Whether new peers are sent to other gateways (RFC 5685).",
		.words = redirect_words, .support = KEYWORD_IGNORED),
	KEYWORD("global-redirect-to", TEXT, NULL, "These gateways, apart by commas.", .support = KEYWORD_IGNORED),
	{ 0 },
};

static const struct keyword_word ddos_words[] = { { "auto", 0 }, { "busy", 1 }, { "unlimited", 2 }, { 0 } };
static const struct keyword_word seccomp_words[] = { { "disabled", 0 }, { "tolerant", 1 }, { "enabled", 2 }, { 0 } };
static const struct keyword_word nhelpers_words[] = { { "auto", UINT64_MAX }, { "-1", UINT64_MAX }, { 0 } };

static const struct keyword limit_keywords[] = {
	KEYWORD("nhelpers", NUMBER, "auto",
		"Threads for heavy arithmetic; auto makes one for each processor that pluto may have.",
		.words = nhelpers_words, .max = 1024),
	KEYWORD("ddos-mode", ENUM, "auto", "When cookies are demanded: under load, always (busy) or never (unlimited).",
		.words = ddos_words),
	KEYWORD("ddos-ike-threshold", NUMBER, "25000", "From how many half-open IKE SAs on cookies are demanded.",
		.max = UINT32_MAX),
	KEYWORD("max-halfopen-ike", NUMBER, "50000", "How many half-open IKE SAs there may be.", .min = 1,
		.max = UINT32_MAX),
	KEYWORD("seccomp", ENUM, "disabled",
		"Whether system calls that pluto does not need end it (enabled) or fail (tolerant).",
		.words = seccomp_words),
	{ 0 },
};

static const struct keyword_word ocsp_words[] = { { "get", 0 }, { "post", 1 }, { 0 } };

static const struct keyword pki_keywords[] = {
	KEYWORD("crl-strict", BOOL, "no", "Whether a certificate counts only with a current CRL."),
	KEYWORD("crlcheckinterval", TIME, "0", "How often CRLs are fetched; 0 for never."),
	KEYWORD("crl-timeout", TIME, "5s", "How long fetching a CRL, or a certificate by its URL, may take.", .min = 1,
		.max = 3600),
	KEYWORD("curl-iface", TEXT, NULL, "The device by which CRLs are fetched.", .support = KEYWORD_IGNORED),
	KEYWORD("ocsp-enable", BOOL, "no", "Whether certificates are looked up by OCSP."),
	KEYWORD("ocsp-strict", BOOL, "no", "Whether they count only with an answer."),
	KEYWORD("ocsp-uri", TEXT, NULL, "The responder of certificates that name none."),
	KEYWORD("ocsp-timeout", TIME, "2s", "How long a look-up may take.", .min = 1, .max = 3600),
	KEYWORD("ocsp-trustname", TEXT, NULL, "The name of the responder's certificate."),
	KEYWORD("ocsp-method", ENUM, "get", "HTTP's method of a look-up.", .words = ocsp_words),
	KEYWORD("ocsp-cache-size", NUMBER, "1000", "How many answers are kept.", .max = UINT32_MAX),
	KEYWORD("ocsp-cache-min-age", TIME, "1h", "How long an answer is kept at least."),
	KEYWORD("ocsp-cache-max-age", TIME, "24h", "And at most."),
	KEYWORD("hash-and-url", BOOL, "no",
		"Whether peers are told that they may name their certificates by hash and URL (RFC 7296, 3.6), which "
		"are then fetched. The URL is the choice of somebody who is not authenticated yet: whoever can send "
		"this host messages can have it ask any web server that it reaches. What comes counts only if it has "
		"the hash; 4 URLs of a message, 4 look-ups for an address and 32 altogether at a time are the limits, "
		"and none while cookies are demanded."),
	KEYWORD("hash-and-url-base", URL, NULL,
		"What these URLs must begin with, as http://pki.example.net/certs/; without, they may be any."),
	{ 0 },
};

static const struct keyword other_keywords[] = {
	KEYWORD("dnssec-enable", BOOL, "yes", "Whether names are looked up with DNSSEC.", .support = KEYWORD_IGNORED),
	KEYWORD("dnssec-rootkey-file", FILE, NULL, "The root's key.", .support = KEYWORD_IGNORED),
	KEYWORD("dnssec-anchors", FILE, NULL, "Trust anchors beside it.", .support = KEYWORD_IGNORED),
	KEYWORD("nflog-all", NUMBER, NULL, "The NFLOG group that sees all packets in clear; 0: none. See nflog=.",
		.max = 65535),
	KEYWORD("myvendorid", TEXT, NULL, "A vendor ID to send.", .support = KEYWORD_IGNORED),
	KEYWORD("ipsec-interface-managed", BOOL, "yes",
		"Whether pluto makes and removes the devices of ipsec-interface=.", .support = KEYWORD_IGNORED),
	{ 0 },
};

static const struct keyword old_keywords[] = {
	KEYWORD_OLD("xfrmlifetime", ALIAS, "expire-lifetime"),
	KEYWORD_OLD("plutostderrlog", ALIAS, "logfile"),
	KEYWORD_OLD("plutostderrlogtime", ALIAS, "logtime"),
	KEYWORD_OLD("strictcrlpolicy", ALIAS, "crl-strict"),
	KEYWORD_OLD("crl-check-interval", ALIAS, "crlcheckinterval"),
	KEYWORD_OLD("curl-timeout", ALIAS, "crl-timeout"),
	KEYWORD_OLD("plutofork", OBSOLETE, NULL),
	KEYWORD_OLD("plutorestartoncrash", OBSOLETE, NULL),
	KEYWORD_OLD("plutowait", OBSOLETE, NULL),
	KEYWORD_OLD("plutobackgroundload", OBSOLETE, NULL),
	KEYWORD_OLD("pluto", OBSOLETE, NULL),
	KEYWORD_OLD("plutoload", OBSOLETE, "auto=add"),
	KEYWORD_OLD("plutostart", OBSOLETE, "auto=start"),
	KEYWORD_OLD("plutoopts", OBSOLETE, NULL),
	KEYWORD_OLD("prepluto", OBSOLETE, NULL),
	KEYWORD_OLD("postpluto", OBSOLETE, NULL),
	KEYWORD_OLD("perpeerlog", OBSOLETE, "logfile="),
	KEYWORD_OLD("perpeerlogdir", OBSOLETE, "logfile="),
	KEYWORD_OLD("nat-traversal", OBSOLETE, "encapsulation="),
	KEYWORD_OLD("disable-port-floating", OBSOLETE, "nat-ikeport="),
	KEYWORD_OLD("force-keepalive", OBSOLETE, "keep-alive="),
	KEYWORD_OLD("packetdefault", OBSOLETE, "a conn of type=passthrough or type=drop"),
	KEYWORD_OLD("forwardcontrol", OBSOLETE, "sysctl net.ipv4.ip_forward"),
	KEYWORD_OLD("rp-filter", OBSOLETE, "sysctl net.ipv4.conf.all.rp_filter"),
	KEYWORD_OLD("nocrsend", OBSOLETE, NULL),
	KEYWORD_OLD("cachecrls", OBSOLETE, NULL),
	KEYWORD_OLD("charonstart", OBSOLETE, NULL),
	KEYWORD_OLD("charondebug", OBSOLETE, "plutodebug="),
	KEYWORD_OLD("oe", OBSOLETE, "the policy groups of ipsecdir="),
	KEYWORD_OLD("nssdir", OBSOLETE, "ipsecdir=: keys and certificates are files there"),
	KEYWORD_OLD("seedbits", OBSOLETE, NULL),
	KEYWORD_OLD("secctx-attr-type", OBSOLETE, NULL),
	{ 0 },
};

const struct keyword_group keyword_setup_groups[] = {
	{ "The stack", KEYWORD_SETUP, klips_keywords },
	{ "Logging", KEYWORD_SETUP, logging_keywords },
	{ "Paths", KEYWORD_SETUP, path_keywords },
	{ "Network", KEYWORD_SETUP, network_keywords },
	{ "Policy", KEYWORD_SETUP, policy_keywords },
	{ "Limits", KEYWORD_SETUP, limit_keywords },
	{ "Certificates", KEYWORD_SETUP, pki_keywords },
	{ "Other settings", KEYWORD_SETUP, other_keywords },
	{ "Older names of setup", KEYWORD_SETUP, old_keywords },
	{ 0 },
};
