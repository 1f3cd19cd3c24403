// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors as text: what configurations and logs have. See ts.h. */
#include "ts.h"

#include <netdb.h>
#include <netinet/in.h>

#include "../lib/parse.h"

#define ADDRS_TEXT 112 /* two IPv6 addresses with a dash between them, and an end */
#define PORTS_TEXT 48

/* Those that there is a name for also where /etc/protocols is not. */
static const struct {
	uint8_t number;
	const char *name;
} protocols[] = {
	{ IPPROTO_ICMP, "icmp" }, { IPPROTO_TCP, "tcp" },	   { IPPROTO_UDP, "udp" },
	{ IPPROTO_GRE, "gre" },	  { IPPROTO_ICMPV6, "ipv6-icmp" }, { IPPROTO_SCTP, "sctp" },
};

/* RFC 7296, 3.13.1: the type of ICMP, or of mobility headers, is the upper byte of a port, ICMP's code the lower one.
 */
static bool has_types(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6 || protocol == IPPROTO_MH;
}

static bool cut(char *part, size_t size, const char *text, const char *end)
{
	if ((size_t)(end - text) >= size)
		return false;
	memcpy(part, text, (size_t)(end - text));
	part[end - text] = 0;
	return true;
}

static const char *parse_range(struct ike_ts *to, const char *text, const char *dash)
{
	struct klips_addr first, last;
	char part[ADDRS_TEXT];

	if (!cut(part, sizeof(part), text, dash) || klips_parse_addr(&first, part) || klips_parse_addr(&last, dash + 1))
		return "what is around its - are not two addresses";
	if (first.version != last.version)
		return "its range begins and ends in different families";
	if (memcmp(first.b, last.b, sizeof(first.b)) > 0)
		return "its range ends before it begins";
	to->version = first.version;
	memcpy(to->first, first.b, sizeof(to->first));
	memcpy(to->last, last.b, sizeof(to->last));
	return NULL;
}

static const char *parse_prefix(struct ike_ts *to, const char *text)
{
	const char *slash = strchr(text, '/');
	struct klips_addr addr;
	const char *wrong;
	uint16_t port;
	uint8_t bits;
	unsigned int i;

	if (slash && strchr(slash, ':'))
		return "its ports go into [], after its addresses";
	wrong = klips_parse_net(&addr, &bits, &port, text);
	if (wrong)
		return wrong;
	to->version = addr.version;
	memcpy(to->first, addr.b, sizeof(to->first));
	memcpy(to->last, addr.b, sizeof(to->last));
	for (i = bits; i < klips_addr_bits(&addr); i++)
		to->last[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return NULL;
}

static const char *parse_protocol(uint8_t *protocol, const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (!strcmp(text, protocols[i].name)) {
			*protocol = protocols[i].number;
			return NULL;
		}
	}
	if (!strcmp(text, "%any")) {
		*protocol = 0;
		return NULL;
	}
	return klips_parse_protocol(protocol, text);
}

/* A type, of which all codes are meant, or TYPE(CODE). */
static const char *parse_type(uint16_t *first, uint16_t *last, const char *text)
{
	const char *open = strchr(text, '(');
	uint64_t type, code = 0;
	size_t length = strlen(text);
	char part[16];

	if (!cut(part, sizeof(part), text, open ? open : text + length) || klips_parse_number(&type, part, 255))
		return "its type is not a number up to 255";
	if (open && (text[length - 1] != ')' || !cut(part, sizeof(part), open + 1, text + length - 1) ||
		     klips_parse_number(&code, part, 255)))
		return "its code is not a number up to 255 in ()";
	*first = (uint16_t)(type << 8 | code);
	*last = (uint16_t)(type << 8 | (open ? code : 255));
	return NULL;
}

static const char *parse_port(uint16_t *port, const char *text)
{
	const struct servent *service;

	if (*text >= '0' && *text <= '9')
		return klips_parse_port(port, text);
	service = getservbyname(text, NULL);
	if (!service)
		return "its port is neither a number nor a service's name";
	*port = ntohs((uint16_t)service->s_port);
	return NULL;
}

static const char *parse_one_port(uint16_t *first, uint16_t *last, uint8_t protocol, const char *text)
{
	const char *wrong;

	if (has_types(protocol))
		return parse_type(first, last, text);
	wrong = parse_port(first, text);
	if (!wrong)
		*last = *first;
	return wrong;
}

/* Names of services have dashes too: only between numbers is there a range. */
static const char *find_dash(const char *text)
{
	const char *dash = strchr(text, '-');

	return dash && strspn(text, "0123456789()xabcdefABCDEF") == (size_t)(dash - text) && *text >= '0' &&
			       *text <= '9' ?
		       dash :
		       NULL;
}

static const char *parse_ports(struct ike_ts *to, const char *text)
{
	const char *dash = find_dash(text);
	const char *wrong;
	char part[PORTS_TEXT];
	uint16_t ignored;

	if (!strcmp(text, "%any"))
		return NULL;
	if (!to->protocol)
		return "ports are of a protocol";
	if (!strcmp(text, "%opaque")) {
		to->first_port = 65535;
		to->last_port = 0;
		return NULL;
	}
	if (!cut(part, sizeof(part), text, dash ? dash : text + strlen(text)))
		return "its port is too long";
	wrong = parse_one_port(&to->first_port, &to->last_port, to->protocol, part);
	if (!wrong && dash)
		wrong = parse_one_port(&ignored, &to->last_port, to->protocol, dash + 1);
	if (!wrong && to->first_port > to->last_port)
		wrong = "its ports end before they begin";
	return wrong;
}

/* What is in the brackets: PROTOCOL or PROTOCOL/PORTS. */
static const char *parse_upper(struct ike_ts *to, const char *bracket)
{
	char text[PORTS_TEXT];
	size_t length = strlen(bracket);
	const char *wrong;
	char *slash;

	if (bracket[length - 1] != ']' || !cut(text, sizeof(text), bracket + 1, bracket + length - 1))
		return "what follows its addresses is not [PROTOCOL/PORT]";
	slash = strchr(text, '/');
	if (slash)
		*slash = 0;
	wrong = parse_protocol(&to->protocol, text);
	if (!wrong && slash)
		wrong = parse_ports(to, slash + 1);
	return wrong;
}

/**
 * ike_ts_parse() - a selector from text
 * @to: gets it
 * @text: an address, a prefix or a range of addresses, and perhaps [PROTOCOL] or [PROTOCOL/PORTS]
 *
 * Protocols have numbers or names. Ports are one, by number or service, a range of numbers, %any, or %opaque (RFC 4301,
 * 4.4.1.1); of ICMP a type or TYPE(CODE), or a range of such.
 *
 * Return: NULL, or what is wrong: a constant.
 */
const char *ike_ts_parse(struct ike_ts *to, const char *text)
{
	const char *bracket = strchr(text, '[');
	char addrs[ADDRS_TEXT];
	const char *wrong, *dash;

	memset(to, 0, sizeof(*to));
	to->last_port = 65535;
	if (!cut(addrs, sizeof(addrs), text, bracket ? bracket : text + strlen(text)))
		return "not an IP address";
	dash = strchr(addrs, '-');
	wrong = dash ? parse_range(to, addrs, dash) : parse_prefix(to, addrs);
	if (!wrong && bracket)
		wrong = parse_upper(to, bracket);
	return wrong;
}

static void print_addrs(char *text, size_t size, const struct ike_ts *ts)
{
	char first[INET6_ADDRSTRLEN + 8], last[INET6_ADDRSTRLEN + 8];
	struct klips_addr addr = { .version = ts->version };
	size_t length = ts->version == 6 ? 16 : 4;
	bool exact;
	unsigned int bits = ike_ts_prefix(ts, &exact);

	memcpy(addr.b, ts->first, length);
	klips_addr_print(first, sizeof(first), &addr);
	memcpy(addr.b, ts->last, length);
	klips_addr_print(last, sizeof(last), &addr);
	if (exact)
		snprintf(text, size, "%s/%u", first, bits);
	else
		snprintf(text, size, "%s-%s", first, last);
}

/* One end of a range of types and codes; a code that follows from it being an end is left out. */
static int print_type(char *text, size_t size, unsigned int port, unsigned int implied)
{
	if ((port & 255) == implied)
		return snprintf(text, size, "%u", port >> 8);
	return snprintf(text, size, "%u(%u)", port >> 8, port & 255);
}

static void print_types(char *text, size_t size, uint16_t first, uint16_t last)
{
	int at;

	/* Alone, a type is with all codes. */
	if (first >> 8 == last >> 8 && (first & 255) == 0 && (last & 255) == 255) {
		print_type(text, size, first, 0);
		return;
	}
	at = first == last ? print_type(text, size, first, 256) : print_type(text, size, first, 0);
	if (first != last && at >= 0 && (size_t)at + 1 < size) {
		text[at] = '-';
		print_type(text + at + 1, size - (size_t)at - 1, last, 255);
	}
}

static void print_ports(char *text, size_t size, const struct ike_ts *ts)
{
	*text = 0;
	if (ts->first_port == 0 && ts->last_port == 65535)
		return;
	*text++ = '/';
	size--;
	if (ts->first_port > ts->last_port)
		snprintf(text, size, "%%opaque");
	else if (has_types(ts->protocol))
		print_types(text, size, ts->first_port, ts->last_port);
	else if (ts->first_port == ts->last_port)
		snprintf(text, size, "%u", ts->first_port);
	else
		snprintf(text, size, "%u-%u", ts->first_port, ts->last_port);
}

static void print_protocol(char *text, size_t size, uint8_t protocol)
{
	size_t i;

	snprintf(text, size, "%u", protocol);
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == protocol)
			snprintf(text, size, "%s", protocols[i].name);
}

/**
 * ike_ts_print() - a selector as text, which ike_ts_parse() reads
 * @text: gets it
 * @size: bytes there; IKE_TS_TEXT are enough
 * @ts: the selector
 *
 * Return: the length of the whole text.
 */
int ike_ts_print(char *text, size_t size, const struct ike_ts *ts)
{
	char addrs[ADDRS_TEXT], protocol[16], ports[PORTS_TEXT];

	print_addrs(addrs, sizeof(addrs), ts);
	print_protocol(protocol, sizeof(protocol), ts->protocol);
	print_ports(ports, sizeof(ports), ts);
	if (!ts->protocol && !*ports)
		return snprintf(text, size, "%s", addrs);
	return snprintf(text, size, "%s[%s%s]", addrs, protocol, ports);
}
