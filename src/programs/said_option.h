/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How users name an SA: --said, or its four parts. */
#ifndef PROGRAMS_SAID_OPTION_H
#define PROGRAMS_SAID_OPTION_H

#include "command.h"

enum {
	SAID_FIRST = 512,
	SAID_SAID = SAID_FIRST,
	SAID_AF,
	SAID_EDST,
	SAID_SPI,
	SAID_PROTO,
};

/* Of a command's getopt_long table. */
#define SAID_OPTIONS                                                                                          \
	{ "said", required_argument, NULL, SAID_SAID }, { "af", required_argument, NULL, SAID_AF },           \
		{ "edst", required_argument, NULL, SAID_EDST }, { "spi", required_argument, NULL, SAID_SPI }, \
	{                                                                                                     \
		"proto", required_argument, NULL, SAID_PROTO                                                  \
	}

/**
 * struct said_option - an SA's name as far as it is given
 * @given: a bit each SAID_
 * @version: of --af
 */
struct said_option {
	struct klips_said said;
	unsigned int given;
	u8 version;
};

int said_option_take(struct said_option *one, int option);
int said_option_finish(struct said_option *one);

#endif
