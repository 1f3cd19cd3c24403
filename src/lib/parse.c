// SPDX-License-Identifier: GPL-2.0-or-later
#include "parse.h"

#include <arpa/inet.h>
#include <netdb.h>

#include "../klips/core/eroute.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Digits up to @end, all of them. */
static const char *read_digits(u64 *number, const char *text, const char *end, unsigned int base, u64 max)
{
	u64 value = 0;

	if (text == end)
		return "no number";
	for (; text < end; text++) {
		int next = digit(*text);

		if (next < 0 || (unsigned int)next >= base)
			return "not a number";
		if (value > (max - (u64)next) / base || (u64)next > max)
			return "too high a number";
		value = value * base + (u64)next;
	}
	*number = value;
	return NULL;
}

static const char *read_number(u64 *number, const char *text, const char *end, u64 max)
{
	if (end - text > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return read_digits(number, text + 2, end, 16, max);
	return read_digits(number, text, end, 10, max);
}

/**
 * klips_parse_number - a number, decimal or with 0x before it hexadecimal
 * @max: the highest that is taken
 */
const char *klips_parse_number(u64 *number, const char *text, u64 max)
{
	return read_number(number, text, text + strlen(text), max);
}

/**
 * klips_parse_family - inet or inet6
 * @version: KLIPS_V4 or KLIPS_V6
 */
const char *klips_parse_family(u8 *version, const char *text)
{
	*version = !strcmp(text, "inet") ? KLIPS_V4 : !strcmp(text, "inet6") ? KLIPS_V6 : 0;
	return *version ? NULL : "not inet or inet6";
}

/**
 * klips_parse_addr - an IPv4 address of four numbers, or an IPv6 address
 */
const char *klips_parse_addr(struct klips_addr *addr, const char *text)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, addr->b) == 1) {
		addr->version = KLIPS_V4;
		return NULL;
	}
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET6, text, addr->b) != 1)
		return "not an IP address";
	addr->version = KLIPS_V6;
	return NULL;
}

/* Copies what is before @end, so that it has an end of its own. */
static bool cut(char *part, size_t size, const char *text, const char *end)
{
	if ((size_t)(end - text) >= size)
		return false;
	memcpy(part, text, (size_t)(end - text));
	part[end - text] = 0;
	return true;
}

/* A mask as four numbers: its ones must be at the front. */
static const char *read_mask(u8 *bits, const char *text)
{
	struct klips_addr mask;
	u32 word;

	if (klips_parse_addr(&mask, text) || mask.version != KLIPS_V4)
		return "its mask is neither a length nor four numbers";
	word = be32_to_cpu(mask.w[0]);
	if (~word & (~word + 1))
		return "its mask has a gap";
	*bits = (u8)__builtin_popcount(word);
	return NULL;
}

static const char *read_bits(u8 *bits, const struct klips_addr *addr, const char *text)
{
	u64 number;

	if (addr->version == KLIPS_V4 && strchr(text, '.'))
		return read_mask(bits, text);
	if (klips_parse_number(&number, text, klips_addr_bits(addr)))
		return "its mask is not a length that fits the address";
	*bits = (u8)number;
	return NULL;
}

static bool has_host_bits(const struct klips_addr *addr, u8 bits)
{
	struct klips_addr net = klips_addr_mask(addr, bits);

	return !klips_addr_equal(addr, &net);
}

/* What follows the slash: a mask, and a port after a colon. */
static const char *read_tail(const struct klips_addr *addr, u8 *bits, u16 *port, const char *slash)
{
	const char *colon = strchr(slash, ':');
	const char *wrong;
	char mask[32];

	if (!cut(mask, sizeof(mask), slash + 1, colon ? colon : slash + strlen(slash)))
		return "its mask is too long";
	wrong = read_bits(bits, addr, mask);
	if (!wrong && colon)
		wrong = klips_parse_port(port, colon + 1);
	return wrong;
}

static const char *read_net(struct klips_addr *addr, u8 *bits, u16 *port, const char *text)
{
	const char *slash = strchr(text, '/');
	const char *wrong;
	char host[INET6_ADDRSTRLEN];

	*port = 0;
	*bits = 0;
	if (!strcmp(text, "default"))
		return klips_parse_addr(addr, "0.0.0.0");
	if (!strcmp(text, "default6"))
		return klips_parse_addr(addr, "::");
	if (!cut(host, sizeof(host), text, slash ? slash : text + strlen(text)))
		return "not an IP address";
	wrong = klips_parse_addr(addr, host);
	*bits = (u8)klips_addr_bits(addr);
	if (!wrong && slash)
		wrong = read_tail(addr, bits, port, slash);
	return wrong;
}

/**
 * klips_parse_net - a prefix: ADDRESS, ADDRESS/LENGTH or ADDRESS/MASK, and :PORT after the mask
 * @bits: its length
 * @port: in host byte order, 0 without one
 *
 * Alone, an address is a host; 0.0.0.0/0 and ::/0 may also be written default and default6.
 */
const char *klips_parse_net(struct klips_addr *addr, u8 *bits, u16 *port, const char *text)
{
	const char *wrong = read_net(addr, bits, port, text);

	return !wrong && has_host_bits(addr, *bits) ? "its address has bits that its mask leaves out" : wrong;
}

/**
 * klips_parse_net_of - the prefix that an address is in, written like one of klips_parse_net()
 * @cut: gets whether the address had bits that the mask leaves out
 */
const char *klips_parse_net_of(struct klips_addr *addr, u8 *bits, u16 *port, bool *cut, const char *text)
{
	const char *wrong = read_net(addr, bits, port, text);

	*cut = !wrong && has_host_bits(addr, *bits);
	if (*cut)
		*addr = klips_addr_mask(addr, *bits);
	return wrong;
}

static const struct {
	const char *name;
	u8 proto;
} protos[] = {
	{ "esp", KLIPS_PROTO_ESP },  { "ah", KLIPS_PROTO_AH },	 { "comp", KLIPS_PROTO_COMP },
	{ "tun", KLIPS_PROTO_IPIP }, { "int", KLIPS_PROTO_INT },
};

/**
 * klips_parse_said_proto - what an SA's protocol is called: esp, ah, comp, tun, int
 */
const char *klips_parse_said_proto(u8 *proto, const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		if (!strcmp(text, protos[i].name)) {
			*proto = protos[i].proto;
			return NULL;
		}
	}
	return "not esp, ah, comp, tun or int";
}

static const struct {
	const char *name;
	enum klips_shunt spi;
	const char *dst;
} shunts[] = {
	{ "%pass", KLIPS_SHUNT_PASS, "0.0.0.0" },
	{ "%pass4", KLIPS_SHUNT_PASS, "0.0.0.0" },
	{ "%pass6", KLIPS_SHUNT_PASS, "::" },
	/* Names of %pass from when it was a tunnel to nowhere. */
	{ "%passthrough", KLIPS_SHUNT_PASS, "0.0.0.0" },
	{ "%passthrough4", KLIPS_SHUNT_PASS, "0.0.0.0" },
	{ "%passthrough6", KLIPS_SHUNT_PASS, "::" },
	{ "%drop", KLIPS_SHUNT_DROP, "0.0.0.0" },
	{ "%reject", KLIPS_SHUNT_REJECT, "0.0.0.0" },
	{ "%hold", KLIPS_SHUNT_HOLD, "0.0.0.0" },
	{ "%trap", KLIPS_SHUNT_TRAP, "0.0.0.0" },
	{ "%trapsubnet", KLIPS_SHUNT_TRAPSUBNET, "0.0.0.0" },
};

static const char *read_shunt(struct klips_said *said, const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shunts); i++) {
		if (!strcmp(text, shunts[i].name)) {
			said->proto = KLIPS_PROTO_INT;
			said->spi = cpu_to_be32(shunts[i].spi);
			return klips_parse_addr(&said->dst, shunts[i].dst);
		}
	}
	return "not %pass, %drop, %reject, %hold, %trap or %trapsubnet";
}

/* The SPI up to the at sign; @version: of the address, as the sign before the SPI has it; 0: it has none */
static const char *read_said_spi(struct klips_said *said, const char *text, const char *at, u8 *version)
{
	const char *wrong;
	u64 spi;

	*version = *text == '.' ? KLIPS_V4 : *text == ':' ? KLIPS_V6 : 0;
	if (*version)
		text++;
	if (at - text > 2 && text[0] == '0' && text[1] == 'x')
		wrong = read_digits(&spi, text + 2, at, 16, UINT32_MAX);
	else if (*version)
		wrong = read_digits(&spi, text, at, 16, UINT32_MAX);
	else
		return "its SPI does not begin with 0x, '.' or ':'";
	if (wrong)
		return "its SPI is not a hexadecimal number of 32 bits";
	if (said->proto == KLIPS_PROTO_COMP && spi > 0xffff)
		return "its CPI has more than 16 bits";
	said->spi = cpu_to_be32((u32)spi);
	return NULL;
}

/**
 * klips_parse_said - the name of an SA: esp0x123@1.2.3.4, esp.123@1.2.3.4, esp:123@2001:db8::1, or a shunt's: %trap
 *
 * The protocols are those of klips_parse_said_proto().
 */
const char *klips_parse_said(struct klips_said *said, const char *text)
{
	const char *at = strchr(text, '@');
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	const char *wrong;
	char proto[8];
	u8 version;

	memset(said, 0, sizeof(*said));
	if (*text == '%')
		return read_shunt(said, text);
	if (!at)
		return "not PROTO0xSPI@ADDRESS";
	if (!cut(proto, sizeof(proto), text, text + length) || klips_parse_said_proto(&said->proto, proto))
		return "it does not begin with esp, ah, comp, tun or int";
	wrong = read_said_spi(said, text + length, at, &version);
	if (!wrong && klips_parse_addr(&said->dst, at + 1))
		wrong = "what follows its @ is not an IP address";
	if (!wrong && version && version != said->dst.version)
		wrong = version == KLIPS_V4 ? "after '.' goes an IPv4 address" : "after ':' goes an IPv6 address";
	return wrong;
}

/**
 * klips_parse_spi - an SPI, in network byte order
 */
const char *klips_parse_spi(__be32 *spi, const char *text)
{
	u64 number;

	if (klips_parse_number(&number, text, UINT32_MAX))
		return "not a number of 32 bits";
	*spi = cpu_to_be32((u32)number);
	return NULL;
}

/**
 * klips_parse_protocol - a transport protocol, by number or by its name in /etc/protocols
 */
const char *klips_parse_protocol(u8 *proto, const char *text)
{
	const struct protoent *entry;
	u64 number;

	if (!klips_parse_number(&number, text, UINT8_MAX)) {
		*proto = (u8)number;
		return NULL;
	}
	entry = digit(*text) < 0 || digit(*text) > 9 ? getprotobyname(text) : NULL;
	if (!entry || entry->p_proto < 0 || entry->p_proto > UINT8_MAX)
		return "not a protocol's number or name";
	*proto = (u8)entry->p_proto;
	return NULL;
}

/**
 * klips_parse_port - a port, in host byte order
 */
const char *klips_parse_port(u16 *port, const char *text)
{
	u64 number;

	if (klips_parse_number(&number, text, UINT16_MAX))
		return "its port is not a number up to 65535";
	*port = (u16)number;
	return NULL;
}

/**
 * klips_parse_key - bytes in hexadecimal: 0x, then pairs of digits; a _ between them is passed over
 * @room: for so many; the caller wipes them
 */
const char *klips_parse_key(u8 *key, size_t room, size_t *length, const char *text)
{
	size_t digits = 0;

	if (text[0] != '0' || text[1] != 'x')
		return "a key begins with 0x";
	for (text += 2; *text; text++) {
		int next = digit(*text);

		if (*text == '_' && digits)
			continue;
		if (next < 0)
			return "not all of it is hexadecimal";
		if (digits / 2 == room)
			return "too long for any key";
		if (digits % 2)
			key[digits / 2] = (u8)(key[digits / 2] | next);
		else
			key[digits / 2] = (u8)(next << 4);
		digits++;
	}
	*length = digits / 2;
	return digits % 2 ? "an odd number of digits" : digits ? NULL : "no digits";
}

static u64 *limit_named(struct klips_limits *limits, const char *name)
{
	if (!strcmp(name, "bytes"))
		return &limits->bytes;
	if (!strcmp(name, "packets"))
		return &limits->packets;
	if (!strcmp(name, "addtime"))
		return &limits->addtime;
	return strcmp(name, "usetime") ? NULL : &limits->usetime;
}

/* One limit, such as soft-bytes=1000, up to @end. */
static const char *read_limit(struct klips_limits *soft, struct klips_limits *hard, const char *text, const char *end)
{
	struct klips_limits *which = !strncmp(text, "soft-", 5) ? soft : !strncmp(text, "hard-", 5) ? hard : NULL;
	const char *equals = strchr(text, '=');
	u64 *limit = NULL;
	char name[16];

	if (!which)
		return "a limit begins with soft- or hard-";
	if (equals && equals < end && equals > text + 5 && cut(name, sizeof(name), text + 5, equals))
		limit = limit_named(which, name);
	if (!limit)
		return "a limit is one of bytes=, packets=, addtime= and usetime=";
	return read_number(limit, equals + 1, end, UINT64_MAX) ? "a limit is not a number" : NULL;
}

/**
 * klips_parse_life - limits of an SA's life: soft-bytes=N or hard-packets=N, addtime=, usetime=; more after commas
 * @soft: gets those that are named, the others stay; likewise @hard
 */
const char *klips_parse_life(struct klips_limits *soft, struct klips_limits *hard, const char *text)
{
	for (;;) {
		const char *end = text + strcspn(text, ",");
		const char *wrong = read_limit(soft, hard, text, end);

		if (wrong || !*end)
			return wrong;
		text = end + 1;
	}
}

/**
 * klips_has_word() - whether a word is in a list
 * @words: apart by blanks
 */
bool klips_has_word(const char *words, const char *word)
{
	size_t length, wanted = strlen(word);

	for (;; words += length) {
		words += strspn(words, " \t");
		length = strcspn(words, " \t");
		if (!length)
			return false;
		if (length == wanted && !memcmp(words, word, length))
			return true;
	}
}
