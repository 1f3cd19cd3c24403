// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds eroutes to the module that no packet takes: many_eroutes COUNT. They lead from 10.0.0.0, 10.0.0.1 and so on to
 * 203.0.113.0/24, as %drop.
 */
#include "core/eroute.h"
#include "guest/netns.h"
#include "lib/control_client.h"

static int add(struct klips_client *client, u32 number, struct klips_refusal *why)
{
	struct klips_said drop = { .proto = KLIPS_PROTO_INT, .spi = cpu_to_be32(KLIPS_SHUNT_DROP) };
	struct klips_selector sel = { .src = klips_addr_v4(cpu_to_be32((10U << 24) + number)),
				      .dst = klips_addr_v4(cpu_to_be32(0xcb007100)),
				      .src_bits = 32,
				      .dst_bits = 24 };

	drop.dst.version = KLIPS_V4;
	return klips_client_eroute_set(client, &sel, &drop, false, why);
}

int main(int argc, char **argv)
{
	u64 count = argc == 2 ? guest_number(argv[1]) : 0;
	struct klips_refusal why = { 0 };
	struct klips_client client;
	u32 number;
	int err;

	if (!count || count >= 1U << 24) {
		fprintf(stderr, "usage: many_eroutes COUNT\n");
		return 2;
	}
	err = klips_client_open(&client, NULL, &why);
	for (number = 0; !err && number < count; number++)
		err = add(&client, number, &why);
	klips_client_close(&client);
	if (err)
		fprintf(stderr, "many_eroutes: %s\n", why.text);
	return err ? 1 : 0;
}
