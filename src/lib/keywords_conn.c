// SPDX-License-Identifier: GPL-2.0-or-later
/* The keywords of a conn and of its ends. */
#include "keywords.h"

static const struct keyword_word host_words[] = {
	{ "%any", 1 },	{ "%defaultroute", 2 }, { "%opportunistic", 3 }, { "%group", 4 }, { "%opportunisticgroup", 5 },
	{ "%any4", 6 }, { "%any6", 7 },		{ "0.0.0.0", 6 },	 { "::", 7 },	  { 0 },
};

static const struct keyword_word nexthop_words[] = { { "%direct", 1 }, { "%defaultroute", 2 }, { 0 } };
static const struct keyword_word sourceip_words[] = { { "%config", 1 }, { "%modeconfig", 1 }, { 0 } };

static const struct keyword end_keywords[] = {
	KEYWORD("", HOST, NULL,
		"The end's address or its name. %any: whatever it is; %defaultroute: the address that the "
		"default route goes from; %DEVICE: the address of a device; %group, %opportunisticgroup: hosts "
		"of the policy group of the conn's name, see POLICY GROUPS; %opportunistic: any host that packets "
		"go to. Which of the two ends is this host is found by its addresses.",
		.words = host_words),
	KEYWORD("id", ID, NULL,
		"Who the end says it is: an address, @NAME or NAME (FQDN, which is not looked up), USER@NAME, @#HEX or "
		"@[TEXT] (key ID), a distinguished name, or @~HEX, its DER; %fromcert: its certificate's subject, "
		"%any: whoever it is. Without one, or with %none, its address. See IDENTITIES."),
	KEYWORD("subnet", SUBNETS, NULL,
		"What is behind the end, in one Child SA: prefixes or ranges, apart by commas, each with "
		"[PROTOCOL/PORT] if only such traffic is meant. Without one, the end itself. vhost: and vnet: "
		"let a road warrior choose."),
	KEYWORD("subnets", SUBNETS, NULL,
		"The same, each of them with each of the other end's in a Child SA of its own, as a connection "
		"NAME/1x1, NAME/1x2 and so on; NAME/1x0 and NAME/0x1 where but one end has several."),
	KEYWORD("protoport", PORTS, NULL,
		"The protocol, or PROTOCOL/PORT, that is protected alone; a port may also be a range, or %any: "
		"one, whichever."),
	KEYWORD("nexthop", ADDRESS, NULL, "The gateway towards the other end.", .words = nexthop_words),
	KEYWORD("sourceip", ADDRESSES, NULL,
		"The addresses that the end itself speaks from inside the tunnel; %config asks the peer for one.",
		.words = sourceip_words),
	KEYWORD("interface-ip", PREFIX, NULL, "The address on the device of ipsec-interface=."),
	KEYWORD("vti", PREFIX, NULL, "The address on the device of vti-interface=."),
	KEYWORD("updown", TEXT, "ipsec _updown", "What is run when the conn goes up or down; see _updown(8)."),
	KEYWORD("ikeport", NUMBER, NULL,
		"The end's UDP port of IKE and ESP, if not 500; then the other end has 4500, or its own.", .min = 1,
		.max = 65535),
	{ 0 },
};

static const struct keyword_word key_words[] = {
	{ "%cert", 1 }, { "%dnsondemand", 2 }, { "%dns", 2 }, { "%dnsonload", 3 }, { "%none", 4 }, { 0 },
};

static const struct keyword_word ca_words[] = { { "%same", 1 }, { "%any", 2 }, { 0 } };

static const struct keyword_word sendcert_words[] = {
	{ "always", 2 },     { "ifasked", 1 },	   { "never", 0 },  { "yes", 2 },    { "no", 0 },
	{ "alwayssend", 2 }, { "sendifasked", 1 }, { "nosend", 0 }, { "forced", 2 }, { 0 },
};

static const struct keyword_word auth_words[] = {
	{ "secret", 1 },  { "rsasig", 2 }, { "ecdsa", 3 }, { "eddsa", 4 }, { "pubkey", 5 },  { "null", 6 },
	{ "eaponly", 7 }, { "none", 0 },   { "psk", 1 },   { "rsa", 2 },   { "ed25519", 4 }, { 0 },
};

static const struct keyword_word autheap_words[] = { { "none", 0 }, { "tls", 1 }, { 0 } };

static const struct keyword end_auth_keywords[] = {
	KEYWORD("auth", ENUM, NULL, "How the end shows who it is, where authby= does not say it of both.",
		.words = auth_words),
	KEYWORD("autheap", ENUM, "none", "The EAP method of auth=eaponly.", .words = autheap_words,
		.support = KEYWORD_IGNORED),
	KEYWORD("cert", TEXT, NULL, "The end's certificate: a file in ipsecdir= or elsewhere."),
	KEYWORD("ckaid", HEX, NULL, "Its key, by the hash of it."),
	KEYWORD("rsasigkey", KEY, NULL,
		"Its RSA key: 0s and base64, 0x and hexadecimal, or a file; %cert: the certificate's.",
		.words = key_words),
	KEYWORD("ecdsakey", KEY, NULL, "Its ECDSA key, likewise.", .words = key_words),
	KEYWORD("pubkey", KEY, NULL, "Its public key of any sort, likewise.", .words = key_words),
	KEYWORD("ca", ID, NULL, "The subject of the CA that its certificate must lead to; %same: the other end's.",
		.words = ca_words),
	KEYWORD("sendcert", ENUM, "always", "Whether it sends its certificate.", .words = sendcert_words),
	KEYWORD("certuribase", URL, NULL,
		"Where its certificates are, as http://HOST/PATH/: each by the hexadecimal SHA-1 hash of its DER, "
		"which is put behind this. A peer that looks certificates up (RFC 7296, 3.6; hash-and-url= in "
		"config setup) is sent that in place of them; pki(8) makes the files."),
	KEYWORD("certbundleuri", URL, NULL,
		"The URL of a bundle of its certificate and those of the authorities that go with it (sendca=), in "
		"this order: one URL for them all."),
	KEYWORD("username", TEXT, NULL, "Its name for XAUTH or EAP.", .support = KEYWORD_IGNORED),
	KEYWORD("xauthserver", BOOL, "no", "Whether it asks for an XAUTH password.", .support = KEYWORD_OF_IKEV1),
	KEYWORD("xauthclient", BOOL, "no", "Whether it gives one.", .support = KEYWORD_OF_IKEV1),
	KEYWORD("modecfgserver", BOOL, "no", "Whether it gives addresses to its peers."),
	KEYWORD("modecfgclient", BOOL, "no", "Whether it asks for one."),
	KEYWORD("addresspool", POOL, NULL, "Addresses for its peers: FIRST-LAST or a prefix, apart by commas."),
	KEYWORD("cat", BOOL, "no", "Whether its traffic is translated to the address that it was given.",
		.support = KEYWORD_REFUSED),
	{ 0 },
};

static const struct keyword old_end_keywords[] = {
	KEYWORD_OLD("xauthusername", ALIAS, "username"),
	KEYWORD_OLD("xauthname", ALIAS, "username"),
	KEYWORD_OLD("rsasigkey2", OBSOLETE, "a second conn"),
	KEYWORD_OLD("subnetwithin", OBSOLETE, "subnet= and narrowing=yes"),
	KEYWORD_OLD("firewall", OBSOLETE, "updown="),
	KEYWORD_OLD("hostaccess", OBSOLETE, "updown="),
	KEYWORD_OLD("allowany", OBSOLETE, "%any"),
	KEYWORD_OLD("sendchain", OBSOLETE, "sendcert="),
	KEYWORD_OLD("groups", OBSOLETE, NULL),
	KEYWORD_OLD("groundhog", ABSENT, NULL),
	KEYWORD_OLD("updown-config", ABSENT, NULL),
	{ 0 },
};

static const struct keyword_word auto_words[] = {
	{ "ignore", 0 }, { "add", 1 },	 { "ondemand", 2 }, { "start", 3 },
	{ "keep", 4 },	 { "route", 2 }, { "up", 3 },	    { 0 },
};

static const struct keyword_word type_words[] = {
	{ "tunnel", 0 }, { "transport", 1 }, { "passthrough", 2 }, { "drop", 3 },
	{ "reject", 4 }, { "pass", 2 },	     { "bypass", 2 },	   { 0 },
};

static const struct keyword_word dpd_words[] = {
	{ "hold", 0 }, { "clear", 1 }, { "restart", 2 }, { "restart-by-peer", 2 }, { "trap", 0 }, { "none", 3 }, { 0 },
};

static const struct keyword_word tries_words[] = { { "%forever", 0 }, { "0", 0 }, { 0 } };

static const struct keyword lifecycle_keywords[] = {
	KEYWORD("auto", ENUM, "ignore",
		"What happens at the start: nothing; the conn is loaded (add); its traffic brings it up "
		"(ondemand, also called route); it is brought up (start, also called up); or, once up, kept up "
		"(keep).",
		.words = auto_words),
	KEYWORD("also", NAMES, NULL,
		"Conns whose settings this one has, too, unless it has its own. It may be there several times; "
		"of two conns the later one counts."),
	KEYWORD("alsoflip", NAMES, NULL, "The same, with left and right exchanged."),
	KEYWORD("connalias", TEXT, NULL,
		"Other names, apart by blanks: what is said of one is done to all conns that have it, unless "
		"a conn has it as its own name."),
	KEYWORD("type", ENUM, "tunnel", "Tunnel or transport mode; or what happens to packets without IPsec.",
		.words = type_words),
	KEYWORD("rekey", BOOL, "yes", "Whether SAs that come to their end are renewed."),
	KEYWORD("reauth", BOOL, "no",
		"Whether an IKE SA is renewed by a new IKE_SA_INIT and IKE_AUTH before the old one goes, and not by "
		"rekeying. The one who began does so; a peer that began is told until when (RFC 4478)."),
	KEYWORD("keyingtries", NUMBER, "%forever", "How often a negotiation is tried.", .words = tries_words,
		.max = UINT32_MAX),
	KEYWORD("rekeymargin", TIME, "9m", "How long before their end SAs are renewed."),
	KEYWORD("rekeyfuzz", PERCENT, "100%", "By how much of itself the margin may grow, by chance.", .max = 1000),
	KEYWORD("ikelifetime", TIME, "8h", "How long an IKE SA lives.", .min = 1, .max = 30 * 86400),
	KEYWORD("salifetime", TIME, "8h", "How long a Child SA lives.", .min = 1, .max = 30 * 86400),
	KEYWORD("ipsec-max-bytes", BYTES, NULL, "How many bytes a Child SA may carry."),
	KEYWORD("ipsec-max-packets", PACKETS, NULL, "How many packets."),
	KEYWORD("dpddelay", TIME, "0",
		"How long a peer may be silent until it is asked whether it lives; 0: it never is.", .max = 86400),
	KEYWORD("dpdtimeout", TIME, NULL, "IKEv1: how long it may then not answer.", .max = 86400,
		.support = KEYWORD_OF_IKEV1),
	KEYWORD("dpdaction", ENUM, "hold",
		"What happens if it does not: its traffic is held, goes without, or brings the conn up anew.",
		.words = dpd_words),
	KEYWORD("retransmit-timeout", TIME, "60s", "How long an answer is waited for.", .min = 1, .max = 3600),
	KEYWORD("retransmit-interval", TIME_MS, "500ms",
		"When a request is repeated first; each time the wait doubles.", .min = 1, .max = 3600000),
	KEYWORD("initial-contact", BOOL, "yes", "Whether the peer is told that this is our only IKE SA with it."),
	{ 0 },
};

static const struct keyword_word authby_words[] = {
	{ "secret", 1 << 0 },
	{ "rsasig", 7 << 1 },
	{ "ecdsa", 7 << 4 },
	{ "eddsa", 1 << 7 },
	{ "null", 1 << 8 },
	{ "never", 1 << 9 },
	{ "rsa-sha1", 1 << 10 },
	{ "rsa-sha2-256", 1 << 1 },
	{ "rsa-sha2-384", 1 << 2 },
	{ "rsa-sha2-512", 1 << 3 },
	{ "ecdsa-sha2-256", 1 << 4 },
	{ "ecdsa-sha2-384", 1 << 5 },
	{ "ecdsa-sha2-512", 1 << 6 },
	{ "psk", 1 << 0 },
	{ "rsa", 7 << 1 },
	{ "rsa-sha2", 7 << 1 },
	{ "ecdsa-sha2", 7 << 4 },
	{ "ed25519", 1 << 7 },
	{ 0 },
};

static const struct keyword_word phase2_words[] = { { "esp", 3 }, { "ah", 2 }, { 0 } };
static const struct keyword_word esn_words[] = { { "no", 0 }, { "yes", 1 }, { "either", 2 }, { 0 } };

static const struct keyword_word insist_words[] = {
	{ "no", 0 }, { "yes", 1 }, { "insist", 2 }, { "never", 0 }, { "permit", 1 }, { "propose", 1 }, { 0 },
};

static const struct keyword_word ikev2_words[] = {
	{ "yes", 1 }, { "no", 0 }, { "insist", 1 }, { "never", 0 }, { "propose", 1 }, { "permit", 1 }, { 0 },
};

static const struct keyword_word exchange_words[] = { { "ikev2", 2 }, { "ikev1", 1 }, { "ike", 2 }, { 0 } };

static const struct keyword_word sendca_words[] = { { "all", 0 }, { "issuer", 1 }, { "none", 2 }, { 0 } };

static const struct keyword crypto_keywords[] = {
	KEYWORD("authby", SET, "rsasig,ecdsa,eddsa",
		"How both ends show who they are: by a shared secret, a signature, by nothing (null); never: "
		"they do not, for conns without IPsec. The hashes of RFC 7427 may be named.",
		.words = authby_words),
	KEYWORD("ike", IKE, NULL,
		"Algorithms of IKE SAs: proposals apart by commas, each ENCRYPTION-INTEGRITY-PRF-GROUP, several "
		"of a sort apart by +."),
	KEYWORD("esp", ESP, NULL, "Algorithms of ESP, likewise."),
	KEYWORD("ah", AH, NULL, "Algorithms of AH, likewise."),
	KEYWORD("phase2", ENUM, "esp", "ESP or AH.", .words = phase2_words),
	KEYWORD("pfs", BOOL, "yes", "Whether new Child SAs have a key exchange of their own."),
	KEYWORD("compress", BOOL, "no", "Whether packets are compressed (IPCOMP)."),
	KEYWORD("esn", ENUM, "either", "Whether sequence numbers have 64 bits.", .words = esn_words),
	KEYWORD("ppk", ENUM, "no", "Whether a post-quantum pre-shared key is used (RFC 8784), or demanded.",
		.words = insist_words, .support = KEYWORD_REFUSED),
	KEYWORD("ikev2", ENUM, NULL, "Whether it is IKEv2; keyexchange= says the same.", .words = ikev2_words),
	KEYWORD("keyexchange", ENUM, "ikev2", "The version of IKE.", .words = exchange_words),
	KEYWORD("sha2-truncbug", BOOL, "no", "Whether HMAC-SHA2-256 has 96 bits, as old Linux kernels have it.",
		.support = KEYWORD_REFUSED),
	KEYWORD("ms-dh-downgrade", BOOL, "no",
		"Whether a Child SA may be rekeyed without a key exchange, where pfs=yes, as some releases of "
		"Windows want it: a weakness."),
	KEYWORD("sendca", ENUM, "all",
		"Which authorities' certificates go with this host's: all between it and the root, its issuer's, or "
		"none.",
		.words = sendca_words),
	KEYWORD("dns-match-id", BOOL, "no", "Whether the peer's identity must be the name of its address.",
		.support = KEYWORD_REFUSED),
	KEYWORD("require-id-on-certificate", BOOL, "yes",
		"Whether the peer's certificate must have the identity that it gives; no: any certificate of a "
		"trusted CA is good for the peer that is wanted."),
	{ 0 },
};

static const struct keyword_word failure_words[] = {
	{ "none", 0 }, { "passthrough", 1 }, { "drop", 2 }, { "reject", 3 }, { "pass", 1 }, { 0 },
};

static const struct keyword_word negotiation_words[] = {
	{ "hold", 0 }, { "passthrough", 1 }, { "drop", 0 }, { "pass", 1 }, { 0 },
};

static const struct keyword_word saref_words[] = { { "yes", 1 }, { "no", 0 }, { "conntrack", 2 }, { 0 } };

static const struct keyword shunt_keywords[] = {
	KEYWORD("failureshunt", ENUM, "none",
		"What happens to packets after a negotiation failed; none: what would without the conn.",
		.words = failure_words),
	KEYWORD("negotiationshunt", ENUM, "hold", "And while there is one.", .words = negotiation_words),
	KEYWORD("priority", NUMBER, "0",
		"Of the policies in the kernel's stack: the lower, the earlier; 0: by their selectors.",
		.max = UINT32_MAX),
	KEYWORD("overlapip", BOOL, "no",
		"Whether several peers may have the same address inside, or, in transport mode, behind one NAT. "
		"What goes out goes by its mark alone then, and is dropped without one. For KLIPS as a kernel "
		"module; the peers bring the conn up."),
	KEYWORD("sareftrack", ENUM, "yes",
		"With overlapip=yes, whether connection tracking remembers by which SA a connection came, and "
		"marks its answers; no: programs do it themselves. conntrack is yes.",
		.words = saref_words),
	KEYWORD("disablearrivalcheck", BOOL, "no",
		"Whether packets that came through an SA may be such as it does not say.", .support = KEYWORD_REFUSED),
	{ 0 },
};

static const struct keyword_word encapsulation_words[] = { { "auto", 0 }, { "yes", 1 }, { "no", 2 }, { 0 } };
static const struct keyword_word natt_words[] = { { "both", 0 }, { "rfc", 1 }, { "drafts", 2 }, { "none", 3 }, { 0 } };
static const struct keyword_word fragmentation_words[] = { { "yes", 1 }, { "no", 0 }, { "force", 2 }, { 0 } };
static const struct keyword_word mark_words[] = { { "no", 0 }, { "-1", UINT64_MAX }, { "%unique", UINT64_MAX }, { 0 } };

static const struct keyword_word offload_words[] = {
	{ "no", 0 }, { "crypto", 1 }, { "packet", 2 }, { "auto", 3 }, { "yes", 1 }, { 0 },
};

static const struct keyword packet_keywords[] = {
	KEYWORD("mtu", NUMBER, NULL, "The MTU of the conn's routes.", .min = 68, .max = 65535),
	KEYWORD("metric", NUMBER, NULL, "The metric of its routes.", .max = UINT32_MAX),
	KEYWORD("tfc", NUMBER, "0", "To how many bytes packets are filled up; 0: they are not.", .max = 65535),
	KEYWORD("replay-window", NUMBER, "128", "How many packets late one may come; 0: all are taken.", .max = 4096),
	KEYWORD("decap-dscp", BOOL, "no", "Whether packets get the outer header's DSCP."),
	KEYWORD("encap-dscp", BOOL, "yes", "Whether outer headers have the packet's DSCP."),
	KEYWORD("nopmtudisc", BOOL, "no", "Whether outer headers are without DF."),
	KEYWORD("encapsulation", ENUM, "auto",
		"Whether ESP goes in UDP: if there is a NAT, always, or never; both ends must say the same of never.",
		.words = encapsulation_words),
	KEYWORD("nat-keepalive", BOOL, "yes", "Whether a NAT on the way is kept awake; see keep-alive=."),
	KEYWORD("nat-ikev1-method", ENUM, "both", "IKEv1: how NATs are found.", .words = natt_words,
		.support = KEYWORD_OF_IKEV1),
	KEYWORD("fragmentation", ENUM, "yes",
		"Whether long messages are sent in fragments (RFC 7383); force: likewise, as IKEv2 does so at once.",
		.words = fragmentation_words),
	KEYWORD("reqid", NUMBER, NULL, "Of its SAs, for rules of iptables and nft.", .min = 1, .max = 16379),
	KEYWORD("mark", MARK, NULL, "Only packets with this mark, VALUE or VALUE/MASK, are protected; both directions.",
		.words = mark_words),
	KEYWORD("mark-in", MARK, NULL, "The same of what comes.", .words = mark_words),
	KEYWORD("mark-out", MARK, NULL, "The same of what goes.", .words = mark_words),
	KEYWORD("nflog", NUMBER, NULL, "The NFLOG group that sees its packets in clear; 0: none. It takes nft(8).",
		.max = 65535),
	KEYWORD("nic-offload", ENUM, "no", "Whether the network card does the work.", .words = offload_words),
	{ 0 },
};

static const struct keyword_word ipsec_interface_words[] = { { "no", UINT64_MAX }, { "yes", 1 }, { 0 } };

static const struct keyword device_keywords[] = {
	KEYWORD("ipsec-interface", NUMBER, "no", "N: the conn goes by an XFRM device ipsecN; yes: by ipsec1.",
		.words = ipsec_interface_words, .max = 16383),
	KEYWORD("vti-interface", TEXT, NULL, "The conn goes by a VTI device of this name."),
	KEYWORD("vti-routing", BOOL, "yes", "Whether routes into it are made."),
	KEYWORD("vti-shared", BOOL, "no", "Whether it is shared, and stays."),
	{ 0 },
};

static const struct keyword_word send_redirect_words[] = { { "no", 0 }, { "yes", 1 }, { "auto", 2 }, { 0 } };
static const struct keyword_word family_words[] = { { "ipv4", 4 }, { "ipv6", 6 }, { 0 } };
static const struct keyword_word tcp_words[] = { { "no", 0 }, { "yes", 1 }, { "fallback", 2 }, { 0 } };

static const struct keyword mobility_keywords[] = {
	KEYWORD("mobike", BOOL, "no", "Whether the ends may change their addresses (RFC 4555)."),
	KEYWORD("send-redirect", ENUM, "auto", "Whether peers are sent elsewhere (RFC 5685).",
		.words = send_redirect_words, .support = KEYWORD_IGNORED),
	KEYWORD("redirect-to", TEXT, NULL, "Where to.", .support = KEYWORD_IGNORED),
	KEYWORD("accept-redirect", BOOL, "no", "Whether this end lets itself be sent.", .support = KEYWORD_IGNORED),
	KEYWORD("accept-redirect-to", TEXT, NULL, "And where to.", .support = KEYWORD_IGNORED),
	KEYWORD("family", ENUM, NULL, "Which addresses of names count.", .words = family_words),
	KEYWORD("hostaddrfamily", ENUM, NULL, "The same.", .words = family_words),
	KEYWORD("clientaddrfamily", ENUM, NULL, "The same of what is behind the ends.", .words = family_words,
		.support = KEYWORD_IGNORED),
	KEYWORD("narrowing", BOOL, "yes", "Whether a Child SA may be for a part of what its initiator asked for."),
	KEYWORD("enable-tcp", ENUM, "no", "Whether IKE and ESP go over TCP (RFC 9329), or if UDP does not pass.",
		.words = tcp_words, .support = KEYWORD_REFUSED),
	KEYWORD("tcp-remoteport", NUMBER, "4500", "To which port.", .min = 1, .max = 65535, .support = KEYWORD_REFUSED),
	{ 0 },
};

static const struct keyword_word xauthby_words[] = { { "file", 0 }, { "pam", 1 }, { "alwaysok", 2 }, { 0 } };
static const struct keyword_word xauthfail_words[] = { { "hard", 0 }, { "soft", 1 }, { 0 } };
static const struct keyword_word peer_words[] = { { "ietf", 0 }, { "cisco", 1 }, { 0 } };

static const struct keyword server_keywords[] = {
	KEYWORD("modecfgpull", BOOL, "no", "IKEv1: whether the client asks, and is not told.",
		.support = KEYWORD_OF_IKEV1),
	KEYWORD("modecfgdns", ADDRESSES, NULL, "Name servers that peers are told."),
	KEYWORD("modecfgdomains", TEXT, NULL, "Domains that they are for, apart by commas."),
	KEYWORD("modecfgbanner", TEXT, NULL, "What users of a peer are shown.", .support = KEYWORD_OF_IKEV1),
	KEYWORD("xauthby", ENUM, "file", "How passwords of XAUTH are checked.", .words = xauthby_words,
		.support = KEYWORD_OF_IKEV1),
	KEYWORD("xauthfail", ENUM, "hard", "Whether a wrong one ends it.", .words = xauthfail_words,
		.support = KEYWORD_OF_IKEV1),
	KEYWORD("aggressive", BOOL, "no", "IKEv1: aggressive mode, which shows identities and hashes of secrets.",
		.support = KEYWORD_REFUSED),
	KEYWORD("remote-peer-type", ENUM, "ietf", "IKEv1: whose habits the peer has.", .words = peer_words,
		.support = KEYWORD_OF_IKEV1),
	KEYWORD("cisco-unity", BOOL, "no", "IKEv1: whether Cisco's vendor ID is sent.", .support = KEYWORD_OF_IKEV1),
	{ 0 },
};

static const struct keyword old_conn_keywords[] = {
	KEYWORD_OLD("keylife", ALIAS, "salifetime"),
	KEYWORD_OLD("lifetime", ALIAS, "salifetime"),
	KEYWORD_OLD("ipsec-lifetime", ALIAS, "salifetime"),
	KEYWORD_OLD("phase2alg", ALIAS, "esp"),
	KEYWORD_OLD("aggrmode", ALIAS, "aggressive"),
	KEYWORD_OLD("ikev1-natt", ALIAS, "nat-ikev1-method"),
	KEYWORD_OLD("ike-frag", ALIAS, "fragmentation"),
	KEYWORD_OLD("ikev2-allow-narrowing", ALIAS, "narrowing"),
	KEYWORD_OLD("connaddrfamily", ALIAS, "family"),
	KEYWORD_OLD("addrfamily", ALIAS, "family"),
	KEYWORD_OLD("nflog-group", ALIAS, "nflog"),
	KEYWORD_OLD("modecfgdomain", ALIAS, "modecfgdomains"),
	KEYWORD_OLD("dns-match-id,", ALIAS, "dns-match-id"),
	KEYWORD_OLD("modecfgdns1", OBSOLETE, "modecfgdns="),
	KEYWORD_OLD("modecfgdns2", OBSOLETE, "modecfgdns="),
	KEYWORD_OLD("modecfgwins1", OBSOLETE, NULL),
	KEYWORD_OLD("modecfgwins2", OBSOLETE, NULL),
	KEYWORD_OLD("forceencaps", OBSOLETE, "encapsulation="),
	KEYWORD_OLD("pfsgroup", OBSOLETE, "a group in esp="),
	KEYWORD_OLD("dh-group", OBSOLETE, "a group in ike="),
	KEYWORD_OLD("loopback", OBSOLETE, NULL),
	KEYWORD_OLD("eroutemode", OBSOLETE, "type="),
	KEYWORD_OLD("instance", OBSOLETE, NULL),
	KEYWORD_OLD("dumpdir", OBSOLETE, "dumpdir= in config setup"),
	KEYWORD_OLD("spi", OBSOLETE, "spi(8): conns without IKE are gone"),
	KEYWORD_OLD("espenckey", OBSOLETE, "spi(8): conns without IKE are gone"),
	KEYWORD_OLD("espauthkey", OBSOLETE, "spi(8): conns without IKE are gone"),
	{ 0 },
};

static const struct keyword absent_keywords[] = {
	KEYWORD_OLD("intermediate", ABSENT, NULL),
	KEYWORD_OLD("session-resumption", ABSENT, NULL),
	KEYWORD_OLD("send-supported-auth-methods", ABSENT, NULL),
	KEYWORD_OLD("ikepad", ABSENT, NULL),
	KEYWORD_OLD("clones", ABSENT, NULL),
	KEYWORD_OLD("ppk-ids", ABSENT, NULL),
	KEYWORD_OLD("ignore-peer-dns", ABSENT, NULL),
	KEYWORD_OLD("dns-resolver", ABSENT, NULL),
	KEYWORD_OLD("cisco-split", ABSENT, NULL),
	KEYWORD_OLD("nm-configured", ABSENT, NULL),
	KEYWORD_OLD("pam-authorize", ABSENT, NULL),
	KEYWORD_OLD("share-lease", ABSENT, NULL),
	KEYWORD_OLD("send-vendorid", ABSENT, NULL),
	KEYWORD_OLD("send-no-esp-tfc", ABSENT, NULL),
	KEYWORD_OLD("reject-simultaneous-ike-auth", ABSENT, NULL),
	KEYWORD_OLD("policy-label", ABSENT, NULL),
	KEYWORD_OLD("sec-label", ABSENT, NULL),
	KEYWORD_OLD("labeled-ipsec", ABSENT, NULL),
	KEYWORD_OLD("debug", ABSENT, NULL),
	KEYWORD_OLD("iptfs", ABSENT, NULL),
	KEYWORD_OLD("iptfs-fragmentation", ABSENT, NULL),
	KEYWORD_OLD("iptfs-packet-size", ABSENT, NULL),
	KEYWORD_OLD("iptfs-max-queue-size", ABSENT, NULL),
	KEYWORD_OLD("iptfs-init-delay", ABSENT, NULL),
	KEYWORD_OLD("iptfs-drop-time", ABSENT, NULL),
	KEYWORD_OLD("iptfs-reorder-window", ABSENT, NULL),
	{ 0 },
};

const struct keyword_group keyword_conn_groups[] = {
	{ "The ends", KEYWORD_END, end_keywords },
	{ "Who the ends are", KEYWORD_END, end_auth_keywords },
	{ "Life", KEYWORD_CONN, lifecycle_keywords },
	{ "Cryptography", KEYWORD_CONN, crypto_keywords },
	{ "Shunts", KEYWORD_CONN, shunt_keywords },
	{ "Packets", KEYWORD_CONN, packet_keywords },
	{ "Devices", KEYWORD_CONN, device_keywords },
	{ "Addresses", KEYWORD_CONN, mobility_keywords },
	{ "What servers tell their peers, and IKEv1", KEYWORD_CONN, server_keywords },
	{ "Older names of ends", KEYWORD_END, old_end_keywords },
	{ "Older names of conns", KEYWORD_CONN, old_conn_keywords },
	{ "Keywords of others", KEYWORD_CONN, absent_keywords },
	{ 0 },
};
