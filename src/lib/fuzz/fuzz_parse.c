// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text into all parsers; what one takes as a SAID or a prefix is the same after it was printed. */
#include "lib/format.h"
#include "lib/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_said(const char *text)
{
	char printed[KLIPS_SAID_TEXT];
	struct klips_said said, again;

	if (klips_parse_said(&said, text))
		return;
	klips_said_print(printed, sizeof(printed), &said);
	if (klips_parse_said(&again, printed) || said.spi != again.spi || said.proto != again.proto)
		abort();
	/* A shunt's name has no address. */
	if (said.proto != KLIPS_PROTO_INT && !klips_addr_equal(&said.dst, &again.dst))
		abort();
}

static void check_net(const char *text)
{
	char printed[KLIPS_NET_TEXT];
	struct klips_addr addr, again;
	u16 port, port_again;
	u8 bits, bits_again;

	if (klips_parse_net(&addr, &bits, &port, text))
		return;
	klips_print_net(printed, sizeof(printed), &addr, bits, cpu_to_be16(port));
	if (klips_parse_net(&again, &bits_again, &port_again, printed) || !klips_addr_equal(&addr, &again) ||
	    bits != bits_again || port != port_again)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct klips_limits soft = { 0 }, hard = { 0 };
	char *text = malloc(size + 1);
	u8 key[64];
	size_t length;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = 0;
	check_said(text);
	check_net(text);
	klips_parse_key(key, sizeof(key), &length, text);
	klips_parse_life(&soft, &hard, text);
	free(text);
	return 0;
}
