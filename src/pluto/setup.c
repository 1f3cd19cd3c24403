// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* sched_getaffinity */
#include "setup.h"

#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/parse.h"
#include "../lib/secrets.h"
#include "../lib/version.h"
#include "natd.h"

#define EXIT_USAGE   2
#define HELPERS_MAX  1024
#define HELPERS_AUTO UINT64_MAX

enum {
	OPT_CONFIG = 256,
	OPT_SECRETS,
	OPT_RUNDIR,
	OPT_NOFORK,
	OPT_LOGFILE,
	OPT_STDERRLOG,
	OPT_NHELPERS,
	OPT_IKEPORT,
	OPT_NATPORT,
	OPT_PROTOSTACK,
	OPT_DEBUG,
	OPT_KEYLOG,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "secretsfile", required_argument, NULL, OPT_SECRETS },
	{ "rundir", required_argument, NULL, OPT_RUNDIR },
	{ "nofork", no_argument, NULL, OPT_NOFORK },
	{ "logfile", required_argument, NULL, OPT_LOGFILE },
	{ "stderrlog", no_argument, NULL, OPT_STDERRLOG },
	{ "nhelpers", required_argument, NULL, OPT_NHELPERS },
	{ "ikeport", required_argument, NULL, OPT_IKEPORT },
	{ "natikeport", required_argument, NULL, OPT_NATPORT },
	{ "protostack", required_argument, NULL, OPT_PROTOSTACK },
	{ "debug", no_argument, NULL, OPT_DEBUG },
	{ "keylog", required_argument, NULL, OPT_KEYLOG },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static int usage(void)
{
	printf("usage: pluto [OPTION...]\n"
	       "  --config FILE       (/etc/ipsec.conf): its config setup\n"
	       "  --secretsfile FILE  (/etc/ipsec.secrets)\n"
	       "  --rundir DIR        (" SETUP_RUNDIR "): the control socket and the process number\n"
	       "  --nofork            stay in the foreground\n"
	       "  --logfile FILE      in place of syslog\n"
	       "  --stderrlog         log to standard error\n"
	       "  --nhelpers N        threads for heavy arithmetic; 0: none\n"
	       "  --ikeport PORT      (500)\n"
	       "  --natikeport PORT   (4500)\n"
	       "  --protostack STACK  auto, klips, mast, netkey or none\n"
	       "  --debug             log more\n"
	       "  --keylog DIR        write the SAs' keys there, for Wireshark: who reads them reads the traffic\n");
	return 0;
}

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "pluto: %s: %s\n", what, why);
	return EXIT_USAGE;
}

static uint64_t number_of(const struct conf_section *setup, const char *name)
{
	enum keyword_side side;
	const struct keyword *keyword = keyword_find(true, name, &side);
	const char *text = conf_text(setup, name);
	struct conf_wrong wrong = { 0 };
	struct conf_value value;

	if (!keyword || !text || conf_value_read(&value, keyword, text, &wrong))
		return 0;
	free(value.text);
	return value.number;
}

/* One for each processor that this process may have. */
static unsigned int usual_helpers(void)
{
	cpu_set_t processors;

	return sched_getaffinity(0, sizeof(processors), &processors) ? 1 : (unsigned int)CPU_COUNT(&processors);
}

static void read_listen(struct setup *to, const char *text)
{
	char copy[SETUP_LISTEN_MAX * 64], *one, *rest = copy;

	if (!text || !strcmp(text, "%any"))
		return;
	snprintf(copy, sizeof(copy), "%s", text);
	while ((one = strsep(&rest, ",")) && to->listen_count < SETUP_LISTEN_MAX) {
		if (!klips_parse_addr(&to->listen[to->listen_count], one))
			to->listen_count++;
	}
}

static void read_limits(struct setup *to, const struct conf_section *setup)
{
	uint64_t mode = number_of(setup, "ddos-mode");

	to->limits.half_open = (unsigned int)number_of(setup, "max-halfopen-ike");
	to->limits.cookies = (unsigned int)number_of(setup, "ddos-ike-threshold");
	if (mode)
		to->limits.cookies = mode == 1 ? 0 : UINT_MAX;
}

static void read_online(struct pki_online_options *to, const struct conf_section *setup)
{
	*to = (struct pki_online_options){
		.crl_strict = number_of(setup, "crl-strict"),
		.crl_interval = (unsigned int)number_of(setup, "crlcheckinterval"),
		.crl_timeout = (unsigned int)number_of(setup, "crl-timeout"),
		.ocsp = number_of(setup, "ocsp-enable"),
		.ocsp_strict = number_of(setup, "ocsp-strict"),
		.ocsp_post = number_of(setup, "ocsp-method"),
		.ocsp_timeout = (unsigned int)number_of(setup, "ocsp-timeout"),
		.ocsp_uri = conf_text(setup, "ocsp-uri"),
		.ocsp_trust = conf_text(setup, "ocsp-trustname"),
		.cache_size = number_of(setup, "ocsp-cache-size"),
		.cache_min = (unsigned int)number_of(setup, "ocsp-cache-min-age"),
		.cache_max = (unsigned int)number_of(setup, "ocsp-cache-max-age"),
	};
}

/* What the command line does not say. */
static void read_section(struct setup *to, const struct conf_section *setup)
{
	uint64_t helpers = number_of(setup, "nhelpers");

	to->protostack = conf_text(setup, "protostack");
	to->secrets = conf_text(setup, "secretsfile");
	to->ipsecdir = conf_text(setup, "ipsecdir");
	to->log.file = conf_text(setup, "logfile");
	to->log.time = number_of(setup, "logtime");
	to->log.append = number_of(setup, "logappend");
	to->log.debug = number_of(setup, "plutodebug");
	to->nhelpers = helpers == HELPERS_AUTO ? usual_helpers() : (unsigned int)helpers;
	to->ike_port = (uint16_t)number_of(setup, "ikeport");
	to->nat_port = (uint16_t)number_of(setup, "nat-ikeport");
	to->keep_alive = (uint32_t)number_of(setup, "keep-alive");
	to->nflog_all = (uint32_t)number_of(setup, "nflog-all");
	to->shunt_life = number_of(setup, "shuntlifetime") * 1000;
	to->room = (int)number_of(setup, "ike-socket-bufsize");
	to->seccomp = (enum filter_mode)number_of(setup, "seccomp");
	read_listen(to, conf_text(setup, "listen"));
	to->many_of_one = !number_of(setup, "uniqueids");
	read_limits(to, setup);
	to->hash_and_url = number_of(setup, "hash-and-url");
	to->hash_and_url_base = conf_text(setup, "hash-and-url-base");
	read_online(&to->online, setup);
}

/* Errors do not keep pluto from its work: they may be those of a conn. */
static int read_conf(struct setup *to)
{
	struct conf_errors errors = { 0 };
	char line[1024];
	unsigned int i;

	to->conf = conf_load(to->config, &errors);
	for (i = 0; i < errors.count && to->conf; i++) {
		conf_error_print(line, sizeof(line), &errors.list[i]);
		if (!errors.list[i].is_warning)
			fprintf(stderr, "pluto: %s\n", line);
	}
	conf_errors_free(&errors);
	if (!to->conf)
		return complain(to->config, "no memory");
	read_section(to, &to->conf->setup);
	return -1;
}

static int take_number(const char *name, const char *text, uint64_t max, uint64_t *to)
{
	u64 number;
	const char *wrong = klips_parse_number(&number, text, max);

	*to = number;
	return wrong ? complain(name, wrong) : -1;
}

static int take(struct setup *to, int option)
{
	uint64_t number = 0;
	int status = -1;

	switch (option) {
	case OPT_SECRETS:
		to->secrets = optarg;
		break;
	case OPT_RUNDIR:
		to->rundir = optarg;
		break;
	case OPT_NOFORK:
		to->nofork = true;
		break;
	case OPT_LOGFILE:
		to->log.file = optarg;
		break;
	case OPT_STDERRLOG:
		to->log.err = true;
		break;
	case OPT_NHELPERS:
		status = take_number("--nhelpers", optarg, HELPERS_MAX, &number);
		to->nhelpers = (unsigned int)number;
		break;
	case OPT_IKEPORT:
		status = take_number("--ikeport", optarg, UINT16_MAX, &number);
		to->ike_port = (uint16_t)number;
		break;
	case OPT_NATPORT:
		status = take_number("--natikeport", optarg, UINT16_MAX, &number);
		to->nat_port = (uint16_t)number;
		break;
	case OPT_PROTOSTACK:
		to->protostack = optarg;
		break;
	case OPT_DEBUG:
		to->log.debug = true;
		break;
	case OPT_KEYLOG:
		to->keylog = optarg;
		break;
	}
	return status;
}

/* The file is read before the other options count, wherever --config is. @first: whether this is that reading */
static int read_options(struct setup *to, int argc, char **argv, bool first)
{
	int option, status = -1;

	optind = 1;
	opterr = 0;
	while (status < 0 && (option = getopt_long(argc, argv, "+:", options, NULL)) >= 0) {
		if (option == '?')
			return complain(argv[optind - 1], "there is no such option, or it takes no value");
		if (option == ':')
			return complain(argv[optind - 1], "its value is missing");
		if (option == OPT_HELP)
			return usage();
		if (option == OPT_VERSION)
			return printf("Cygnet pluto %s\n", CYGNET_VERSION) < 0;
		if (option == OPT_CONFIG)
			to->config = optarg;
		else if (!first)
			status = take(to, option);
	}
	if (status < 0 && optind < argc)
		return complain(argv[optind], "what is this for?");
	return status;
}

static int check(const struct setup *to)
{
	if (!to->ike_port || to->ike_port == to->nat_port)
		return complain("--ikeport", "not a port that IKE can have");
	if (!to->nat_port || to->nat_port == IKE_PORT)
		return complain("--natikeport", "not a port that IKE and ESP can share");
	return -1;
}

int setup_read(struct setup *setup, int argc, char **argv)
{
	int status;

	memset(setup, 0, sizeof(*setup));
	setup->config = CONF_PATH;
	status = read_options(setup, argc, argv, true);
	if (status < 0)
		status = read_conf(setup);
	setup->rundir = getenv("PLUTO_RUNDIR");
	if (!setup->rundir)
		setup->rundir = SETUP_RUNDIR;
	setup->keylog = getenv("PLUTO_KEYLOG");
	if (status < 0)
		status = read_options(setup, argc, argv, false);
	return status < 0 ? check(setup) : status;
}

void setup_free(struct setup *setup)
{
	conf_free(setup->conf);
}

void setup_warn(const struct setup *setup)
{
	const struct conf_settings *all = &setup->conf->setup.all;
	const struct conf_setting *one;
	size_t i;

	for (i = 0; i < all->count; i++) {
		one = &all->list[i];
		if (!one->is_bad && one->keyword->support != KEYWORD_ACTED_ON &&
		    (!one->keyword->fallback || strcmp(one->keyword->fallback, one->value.text) != 0))
			log_say(PLUTO_NOTICE, "config setup: %s=%s: not supported yet, and ignored", one->keyword->name,
				one->value.text);
	}
}
