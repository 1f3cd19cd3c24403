// SPDX-License-Identifier: GPL-2.0-or-later
#include "said_option.h"

#include "../lib/parse.h"

static unsigned int bit(int option)
{
	return 1U << (option - SAID_FIRST);
}

/**
 * said_option_take - take one of SAID_OPTIONS; its value is getopt's
 */
int said_option_take(struct said_option *one, int option)
{
	static const char *const names[] = { "said", "af", "edst", "spi", "proto" };
	const char *wrong;

	switch (option) {
	case SAID_SAID:
		wrong = klips_parse_said(&one->said, optarg);
		break;
	case SAID_AF:
		wrong = klips_parse_family(&one->version, optarg);
		break;
	case SAID_EDST:
		wrong = klips_parse_addr(&one->said.dst, optarg);
		break;
	case SAID_SPI:
		wrong = klips_parse_spi(&one->said.spi, optarg);
		break;
	default:
		wrong = klips_parse_said_proto(&one->said.proto, optarg);
	}
	if (one->given & bit(option))
		wrong = "given twice";
	if (is_wrong(wrong, names[option - SAID_FIRST], optarg))
		return EXIT_USAGE;
	one->given |= bit(option);
	return 0;
}

/**
 * said_option_finish - check that an SA is named, and not in two ways
 */
int said_option_finish(struct said_option *one)
{
	if (!one->given)
		return bad_usage("--said is missing");
	if (one->given & bit(SAID_SAID))
		return one->given == bit(SAID_SAID) ?
			       0 :
			       bad_usage("--said and --af, --edst, --spi, --proto do not go together");
	if (!(one->given & bit(SAID_PROTO)))
		return bad_usage("--proto is missing");
	if (!(one->given & bit(SAID_SPI)))
		return bad_usage("--spi is missing");
	if (!(one->given & bit(SAID_EDST)))
		return bad_usage("--edst is missing");
	if ((one->given & bit(SAID_AF)) && one->version != one->said.dst.version)
		return bad_usage("--edst: not of the family that --af says");
	if (one->said.proto == KLIPS_PROTO_COMP && be32_to_cpu(one->said.spi) > 0xffff)
		return bad_usage("--spi: a CPI has 16 bits");
	return 0;
}
