// SPDX-License-Identifier: GPL-2.0-or-later
/* klipsd's command line. */
#include <getopt.h>
#include <unistd.h>

#include "../../lib/control_message.h"
#include "../../lib/parse.h"
#include "../../lib/version.h"
#include "daemon.h"

#define NATT_PORT      4500
#define WORKERS_CHOSEN 4 /* at most, unless more are asked for */
#define MTU_LEAST      68
#define MTU_MOST       65535

enum {
	OPT_CONTROL = 256,
	OPT_CRYPTO,
	OPT_GUARD,
	OPT_KEEPALIVE,
	OPT_MTU,
	OPT_NO_ESP_RAW,
	OPT_ESP_RAW,
	OPT_PID,
	OPT_SHARE,
	OPT_SYSLOG,
	OPT_UDP_PORT,
	OPT_USER,
	OPT_VERSION,
	OPT_WORKERS,
	OPT_HELP,
};

static const struct option names[] = {
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "crypto", required_argument, NULL, OPT_CRYPTO },
	{ "esp-raw", no_argument, NULL, OPT_ESP_RAW },
	{ "guard", required_argument, NULL, OPT_GUARD },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "keepalive", required_argument, NULL, OPT_KEEPALIVE },
	{ "mtu", required_argument, NULL, OPT_MTU },
	{ "no-esp-raw", no_argument, NULL, OPT_NO_ESP_RAW },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "share-udp", no_argument, NULL, OPT_SHARE },
	{ "syslog", no_argument, NULL, OPT_SYSLOG },
	{ "udp-port", required_argument, NULL, OPT_UDP_PORT },
	{ "user", required_argument, NULL, OPT_USER },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ NULL, 0, NULL, 0 },
};

static int usage(void)
{
	printf("usage: klipsd [OPTION...]\n"
	       "  --control PATH             socket that the ipsec commands use (" KLIPS_CONTROL_PATH ")\n"
	       "  --crypto auto|openssl|ipsec-mb\n"
	       "  --esp-raw, --no-esp-raw    whether to take ESP, AH and IPCOMP that come without UDP (yes)\n"
	       "  --guard auto|on|off        refuse what comes in clear and should not; on: or do not start (auto)\n"
	       "  --keepalive SECONDS        between NAT keepalives, 0: none (20)\n"
	       "  --mtu BYTES                of ipsecN (that of the physical device less what any SA may need)\n"
	       "  --pid FILE                 gets the process number once all sockets are open\n"
	       "  --share-udp                another program may have the UDP port too, and gets what is IKE\n"
	       "  --syslog                   messages go there, not to standard error\n"
	       "  --udp-port PORT            of ESP in UDP, 0: none (4500)\n"
	       "  --user NAME                whom to become after the start\n"
	       "  --workers N                threads (one a processor, 4 at most)\n"
	       "  --version, --help\n");
	return 0;
}

static int bad(const char *option, const char *value, const char *why)
{
	fprintf(stderr, "klipsd: --%s %s: %s\n", option, value, why);
	return 2;
}

/* -1 or the exit status */
static int read_number(const char *option, const char *text, u64 least, u64 most, u32 *number)
{
	u64 value = 0;
	const char *wrong = klips_parse_number(&value, text, most);

	if (wrong)
		return bad(option, text, wrong);
	if (value < least)
		return bad(option, text, "too small");
	*number = (u32)value;
	return -1;
}

static int read_port(const char *text, u16 *port)
{
	u32 number = 0;
	int status = read_number("udp-port", text, 0, 65535, &number);

	*port = (u16)number;
	return status;
}

static int read_guard(const char *text, enum klipsd_guard *guard)
{
	static const char *const words[] = {
		[KLIPSD_GUARD_AUTO] = "auto",
		[KLIPSD_GUARD_ON] = "on",
		[KLIPSD_GUARD_OFF] = "off",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i])) {
			*guard = i;
			return -1;
		}
	return bad("guard", text, "not auto, on or off");
}

static int read_value(struct klipsd_options *options, int option, const char *value)
{
	switch (option) {
	case OPT_GUARD:
		return read_guard(value, &options->guard);
	case OPT_KEEPALIVE:
		return read_number("keepalive", value, 0, 86400, &options->keepalive);
	case OPT_MTU:
		return read_number("mtu", value, MTU_LEAST, MTU_MOST, &options->mtu);
	case OPT_UDP_PORT:
		return read_port(value, &options->udp_port);
	case OPT_WORKERS:
		return read_number("workers", value, 1, KLIPS_WORKERS_MAX, &options->workers);
	case OPT_CONTROL:
		options->control = value;
		break;
	case OPT_CRYPTO:
		options->crypto = value;
		break;
	case OPT_PID:
		options->pid_file = value;
		break;
	case OPT_USER:
		options->user = value;
		break;
	}
	return -1;
}

static int read_option(struct klipsd_options *options, int option)
{
	switch (option) {
	case OPT_ESP_RAW:
		options->raw = true;
		return -1;
	case OPT_NO_ESP_RAW:
		options->raw = false;
		return -1;
	case OPT_SHARE:
		options->share = true;
		return -1;
	case OPT_SYSLOG:
		options->syslog = true;
		return -1;
	case OPT_HELP:
		return usage();
	case OPT_VERSION:
		return printf("Cygnet klipsd %s\n", CYGNET_VERSION) < 0;
	case '?':
		return 2;
	default:
		return read_value(options, option, optarg);
	}
}

static void set_defaults(struct klipsd_options *options)
{
	const char *control = getenv("KLIPS_CONTROL");
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	memset(options, 0, sizeof(*options));
	options->control = control ? control : KLIPS_CONTROL_PATH;
	options->crypto = "auto";
	options->workers = (unsigned int)max(1L, min(processors, (long)WORKERS_CHOSEN)); /* -1: nobody knows */
	options->udp_port = NATT_PORT;
	options->keepalive = KLIPS_KEEPALIVE;
	options->raw = true;
}

/**
 * klipsd_options_read() - read the command line
 * @options: gets what it says, and defaults for the rest
 * @argc: main()'s
 * @argv: main()'s; the options name parts of it
 *
 * Return: -1; or the status to exit with: 0 if something was asked for that is done now, 2 if it is wrong.
 */
int klipsd_options_read(struct klipsd_options *options, int argc, char **argv)
{
	int option, status = -1;

	set_defaults(options);
	while (status < 0 && (option = getopt_long(argc, argv, "", names, NULL)) != -1)
		status = read_option(options, option);
	if (status < 0 && optind < argc) {
		fprintf(stderr, "klipsd: %s: klipsd takes options alone\n", argv[optind]);
		status = 2;
	}
	return status;
}
