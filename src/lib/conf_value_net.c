// SPDX-License-Identifier: GPL-2.0-or-later
/* Values that are addresses, and what goes with them. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "conf_value_own.h"
#include "parse.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static void print_addr(FILE *out, const struct klips_addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(addr->version == KLIPS_V4 ? AF_INET : AF_INET6, addr->b, text, sizeof(text));
	fputs(text, out);
}

static bool is_device(const char *name)
{
	size_t length = strlen(name);

	return length && length < IFNAMSIZ && !strpbrk(name, "/%: \t");
}

/* A name of DNS; one of numbers alone was to be an address. */
static bool is_host_name(const char *text)
{
	size_t length = strlen(text);

	return length < CONF_ITEM_MAX && strspn(text, NAME_LETTERS "-._") == length && *text != '-' && *text != '.' &&
	       strspn(text, "0123456789.") != length;
}

static int read_addr(struct conf_reading *reading, struct klips_addr *addr, const char *item, const char *at)
{
	const char *wrong = klips_parse_addr(addr, item);

	return wrong ? conf_refuse(reading, at, strlen(item), "%s", wrong) : 0;
}

/* Of an item its first @length bytes. */
static int read_part(struct conf_reading *reading, struct klips_addr *addr, const char *item, size_t length,
		     const char *at)
{
	char part[CONF_ITEM_MAX];

	*addr = (struct klips_addr){ 0 };
	if (length >= sizeof(part))
		return conf_refuse(reading, at, 16, "too long");
	memcpy(part, item, length);
	part[length] = '\0';
	return read_addr(reading, addr, part, at);
}

/* Words such as %any are known already. */
int conf_read_host(struct conf_reading *reading)
{
	const char *text = reading->text;
	struct klips_addr addr;

	if (!klips_parse_addr(&addr, text)) {
		print_addr(reading->out, &addr);
		return 0;
	}
	if (*text == '%' ? !is_device(text + 1) : !is_host_name(text))
		return conf_refuse(reading, text, strlen(text), "not an address, a name, %%any or %%DEVICE");
	fputs(text, reading->out);
	return 0;
}

static int add_address(struct conf_reading *reading, const char *item, const char *at)
{
	const struct keyword_word *word = conf_word(reading->keyword, item);
	struct klips_addr addr;
	int err;

	conf_comma(reading);
	if (word) {
		fputs(word->name, reading->out);
		return 0;
	}
	err = read_addr(reading, &addr, item, at);
	if (!err)
		print_addr(reading->out, &addr);
	return err;
}

int conf_read_address(struct conf_reading *reading)
{
	return add_address(reading, reading->text, reading->text);
}

int conf_read_addresses(struct conf_reading *reading)
{
	return conf_each(reading, ", \t", add_address);
}

/* ADDRESS/LENGTH: the address of a device, with its network's length. */
int conf_read_prefix(struct conf_reading *reading)
{
	const char *slash = strchr(reading->text, '/');
	struct klips_addr addr;
	u64 bits;
	int err = read_part(reading, &addr, reading->text, strcspn(reading->text, "/"), reading->text);

	if (err)
		return err;
	bits = klips_addr_bits(&addr);
	if (slash && klips_parse_number(&bits, slash + 1, bits))
		return conf_refuse(reading, slash + 1, strlen(slash + 1), "not a length that fits the address");
	print_addr(reading->out, &addr);
	fprintf(reading->out, "/%" PRIu64, (uint64_t)bits);
	return 0;
}

/* FIRST-LAST. */
static int read_range(struct conf_reading *reading, const char *item, const char *dash, const char *at)
{
	struct klips_addr first, last;
	int err = read_part(reading, &first, item, (size_t)(dash - item), at);

	if (!err)
		err = read_addr(reading, &last, dash + 1, at + (dash + 1 - item));
	if (err)
		return err;
	if (first.version != last.version)
		return conf_refuse(reading, at, strlen(item), "its ends are of different versions of IP");
	if (memcmp(first.b, last.b, first.version == KLIPS_V4 ? 4 : 16) > 0)
		return conf_refuse(reading, at, strlen(item), "its end is before its beginning");
	print_addr(reading->out, &first);
	fputc('-', reading->out);
	print_addr(reading->out, &last);
	return 0;
}

/* A prefix, printed with its length even if it is that of a host. */
static int read_net(struct conf_reading *reading, const char *item, const char *at)
{
	bool cut, may_cut = reading->keyword->kind == KEYWORD_SUBNETS;
	struct klips_addr addr;
	const char *wrong;
	u16 port;
	u8 bits;

	if (!strcmp(item, "0/0"))
		item = "0.0.0.0/0";
	wrong = strchr(item, '/') && strchr(strchr(item, '/'), ':') ?
			"its mask is not a length that fits the address" :
			klips_parse_net_of(&addr, &bits, &port, &cut, item);
	if (!wrong && cut && !may_cut)
		wrong = "its address has bits that its mask leaves out";
	if (wrong)
		return conf_refuse(reading, at, strlen(item), "%s", wrong);
	reading->is_cut |= cut;
	print_addr(reading->out, &addr);
	fprintf(reading->out, "/%u", bits);
	return 0;
}

static int read_net_or_range(struct conf_reading *reading, const char *item, const char *at)
{
	const char *dash = strchr(item, '-');

	return dash ? read_range(reading, item, dash, at) : read_net(reading, item, at);
}

static int add_pool(struct conf_reading *reading, const char *item, const char *at)
{
	conf_comma(reading);
	return read_net_or_range(reading, item, at);
}

int conf_read_pool(struct conf_reading *reading)
{
	return conf_each(reading, ", \t", add_pool);
}

static const char *read_port(u16 *port, const char *text, u8 proto)
{
	const struct protoent *name = isdigit((unsigned char)*text) ? NULL : getprotobynumber(proto);
	const struct servent *service = name ? getservbyname(text, name->p_name) : NULL;

	if (!service)
		return klips_parse_port(port, text);
	*port = ntohs((uint16_t)service->s_port);
	return NULL;
}

/* PORT, FIRST-LAST, or %any and %opaque, which have their words: "" for a plain port. */
static const char *read_port_range(u16 ports[2], const char **word, char *text, u8 proto)
{
	char *dash = isdigit((unsigned char)*text) ? strchr(text, '-') : NULL;
	const char *wrong;

	*word = !strcmp(text, "%any") ? "/%any" : !strcmp(text, "%opaque") ? "/%opaque" : "";
	ports[0] = **word && !strcmp(*word, "/%opaque") ? UINT16_MAX : 0;
	ports[1] = ports[0] ? 0 : UINT16_MAX;
	if (**word)
		return NULL;
	if (dash)
		*dash++ = '\0';
	wrong = read_port(&ports[0], text, proto);
	ports[1] = ports[0];
	if (!wrong && dash)
		wrong = read_port(&ports[1], dash, proto);
	if (!wrong && ports[1] < ports[0])
		wrong = "its last port is before its first";
	/* As the number of all ports: "17/0" and "17" are the same. */
	if (!wrong && !ports[1])
		ports[1] = UINT16_MAX;
	return wrong;
}

/* PROTOCOL, or PROTOCOL/PORTS, in numbers. */
static int read_ports(struct conf_reading *reading, const char *item, const char *at)
{
	const char *wrong, *word = "";
	u16 ports[2] = { 0, UINT16_MAX };
	char copy[CONF_ITEM_MAX], *slash;
	u8 proto = 0;

	snprintf(copy, sizeof(copy), "%s", item);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	wrong = strcmp(copy, "%any") ? klips_parse_protocol(&proto, copy) : NULL;
	if (!wrong && slash)
		wrong = read_port_range(ports, &word, slash, proto);
	if (!wrong && !proto && (ports[0] || ports[1] != UINT16_MAX))
		wrong = "a port without a protocol";
	if (wrong)
		return conf_refuse(reading, at, strlen(item), "%s", wrong);
	reading->number = (uint64_t)proto << 32 | (uint32_t)ports[0] << 16 | ports[1];
	fprintf(reading->out, "%u%s", proto, word);
	if (!*word && ports[0] == ports[1])
		fprintf(reading->out, "/%u", ports[0]);
	else if (!*word && (ports[0] || ports[1] != UINT16_MAX))
		fprintf(reading->out, "/%u-%u", ports[0], ports[1]);
	return 0;
}

int conf_read_ports(struct conf_reading *reading)
{
	return read_ports(reading, reading->text, reading->text);
}

/* A prefix or a range, and [PROTOCOL/PORTS] after it. */
static int add_subnet(struct conf_reading *reading, const char *item, const char *at)
{
	char net[CONF_ITEM_MAX], ports[CONF_ITEM_MAX];
	size_t length = strcspn(item, "["), end = strlen(item);
	int err;

	conf_comma(reading);
	snprintf(net, sizeof(net), "%.*s", (int)length, item);
	err = read_net_or_range(reading, net, at);
	if (err || length == end)
		return err;
	if (item[end - 1] != ']' || end - length < 3)
		return conf_refuse(reading, at + length, end - length, "not [PROTOCOL/PORT]");
	snprintf(ports, sizeof(ports), "%.*s", (int)(end - length - 2), item + length + 1);
	fputc('[', reading->out);
	err = read_ports(reading, ports, at + length + 1);
	fputc(']', reading->out);
	reading->number = 0;
	return err;
}

/* !NET or NET, of %v4: or %v6:. */
static int read_private(struct conf_reading *reading, const char *item, const char *at)
{
	const char *net = item + 4 + (item[4] == '!');
	struct klips_addr addr;
	u16 port;
	u8 bits;

	if (!klips_parse_net(&addr, &bits, &port, net) && (addr.version == KLIPS_V4) != (item[2] == '4'))
		return conf_refuse(reading, at, strlen(item), "an address of the other version of IP");
	fprintf(reading->out, "%.*s", (int)(net - item), item);
	return read_net(reading, net, at + (net - item));
}

static int add_private(struct conf_reading *reading, const char *item, const char *at)
{
	if (strncmp(item, "%v4:", 4) && strncmp(item, "%v6:", 4))
		return conf_refuse(reading, at, strlen(item), "it does not begin with %%v4: or %%v6:");
	conf_comma(reading);
	return read_private(reading, item, at);
}

int conf_read_private(struct conf_reading *reading)
{
	return conf_each(reading, ", \t", add_private);
}

/* What vhost: or vnet: may be: %no, %priv, %all, or a net as in virtual-private=. */
static int add_virtual(struct conf_reading *reading, const char *item, const char *at)
{
	if (item == reading->text || !strncmp(item, "vhost:", 6) || !strncmp(item, "vnet:", 5)) {
		size_t prefix = strcspn(item, ":") + 1;

		fprintf(reading->out, "%.*s", (int)prefix, item);
		item += prefix;
		at += prefix;
	} else {
		conf_comma(reading);
	}
	if (!strncmp(item, "%v4:", 4) || !strncmp(item, "%v6:", 4))
		return read_private(reading, item, at);
	if (strcmp(item, "%no") && strcmp(item, "%priv") && strcmp(item, "%all"))
		return conf_refuse(reading, at, strlen(item), "not %%no, %%priv, %%all or a net");
	fputs(item, reading->out);
	return 0;
}

int conf_read_subnets(struct conf_reading *reading)
{
	bool is_virtual = !strncmp(reading->text, "vhost:", 6) || !strncmp(reading->text, "vnet:", 5);

	return conf_each(reading, ", \t", is_virtual ? add_virtual : add_subnet);
}

/* ipsecN=DEVICE. */
static int add_interface(struct conf_reading *reading, const char *item, const char *at)
{
	const char *equals = strchr(item, '=');
	const char *digits = item + strcspn(item, "0123456789=");
	size_t stem = (size_t)(digits - item), count = strspn(digits, "0123456789");
	bool ours = (stem == 5 && !strncmp(item, "ipsec", 5)) || (stem == 4 && !strncmp(item, "mast", 4));

	conf_comma(reading);
	if (!ours || !count || digits + count != equals || !is_device(equals + 1))
		return conf_refuse(reading, at, strlen(item), "not ipsecN=DEVICE");
	fputs(item, reading->out);
	return 0;
}

int conf_read_interfaces(struct conf_reading *reading)
{
	return conf_each(reading, ", \t", add_interface);
}
