// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec spigrp: bundles of SAs. */
#include "command.h"
#include "format.h"

#include "../lib/parse.h"

static int usage(void)
{
	printf("usage: ipsec spigrp [--json]\n"
	       "       ipsec spigrp [--label TEXT] --said SAID...    (2 to 4, inner first; one is ungrouped)\n"
	       "       ipsec spigrp inet|inet6 ADDRESS SPI PROTO ...  (the same, four words an SA)\n");
	return 0;
}

static int print_row(const struct klips_sa_info *info, void *rows)
{
	char text[ROW_TEXT];
	json_t *row;

	if (!rows) {
		format_group(text, sizeof(text), info);
		puts(text);
		return 0;
	}
	row = json_array();
	json_array_append_new(row, json_said(&info->config.said));
	for (unsigned int i = 0; i < info->group_count; i++)
		json_array_append_new(row, json_said(&info->group[i]));
	return json_array_append_new(rows, row);
}

static int print_table(struct klips_client *client, void *json)
{
	json_t *rows = *(bool *)json ? json_array() : NULL;
	struct klips_refusal why = { 0 };

	return end_table(klips_client_sa_list(client, print_row, rows, &why), rows, &why);
}

/**
 * struct bundle - SAs that are to be grouped, inner first
 */
struct bundle {
	struct klips_said saids[KLIPS_BUNDLE_MAX];
	unsigned int count;
};

static int read_saids(struct bundle *bundle, int argc, char **argv)
{
	const char *wrong;

	for (; argc > 0; argc--, argv++) {
		if (bundle->count == KLIPS_BUNDLE_MAX)
			return bad_usage("%s: at most %d SAs make a bundle", *argv, KLIPS_BUNDLE_MAX);
		wrong = klips_parse_said(&bundle->saids[bundle->count++], *argv);
		if (wrong)
			return bad_usage("%s: %s", *argv, wrong);
	}
	return bundle->count ? 0 : bad_usage("--said: which SAs?");
}

static int read_four(struct klips_said *said, char **words)
{
	const char *wrong;
	u8 version;
	int i = 0;

	memset(said, 0, sizeof(*said));
	wrong = klips_parse_family(&version, words[i]);
	if (!wrong)
		wrong = klips_parse_addr(&said->dst, words[++i]);
	if (!wrong && said->dst.version != version)
		wrong = "not of this family";
	if (!wrong)
		wrong = klips_parse_spi(&said->spi, words[++i]);
	if (!wrong)
		wrong = klips_parse_said_proto(&said->proto, words[++i]);
	return wrong ? bad_usage("%s: %s", words[i], wrong) : 0;
}

static int read_fours(struct bundle *bundle, int argc, char **argv)
{
	int status = 0;

	if (argc % 4)
		return bad_usage("%s: an SA takes four words: its family, address, SPI and protocol", argv[argc - 1]);
	if (argc / 4 > KLIPS_BUNDLE_MAX)
		return bad_usage("%s: at most %d SAs make a bundle", argv[4 * KLIPS_BUNDLE_MAX], KLIPS_BUNDLE_MAX);
	for (; argc && !status; argc -= 4, argv += 4)
		status = read_four(&bundle->saids[bundle->count++], argv);
	return status;
}

static int group(struct klips_client *client, void *arg)
{
	const struct bundle *bundle = arg;
	struct klips_refusal why = { 0 };

	return klips_client_sa_group(client, bundle->saids, bundle->count, &why) ? refused(&why, NULL) : 0;
}

/* The words are too free for getopt: --said takes all that follow. */
int run_spigrp(int argc, char **argv)
{
	struct bundle bundle = { .count = 0 };
	bool json;
	int status;

	argc--, argv++;
	if (argc > 0 && !strcmp(*argv, "--help"))
		return usage();
	if (argc > 0 && !strcmp(*argv, "--debug"))
		argc--, argv++;
	if (argc > 0 && !strcmp(*argv, "--label")) {
		if (argc < 2)
			return bad_usage("--label: its value is missing");
		say_as("spigrp", argv[1]);
		argc -= 2, argv += 2;
	}
	json = argc == 1 && !strcmp(*argv, "--json");
	if (!argc || json)
		return with_klips(print_table, &json);
	if (!strcmp(*argv, "--said"))
		status = read_saids(&bundle, argc - 1, argv + 1);
	else
		status = read_fours(&bundle, argc, argv);
	return status ? status : with_klips(group, &bundle);
}
