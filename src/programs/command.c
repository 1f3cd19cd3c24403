// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <stdarg.h>

static struct {
	const char *command;
	const char *label;
} speaker = { NULL, NULL };

void say_as(const char *command, const char *label)
{
	speaker.command = command;
	speaker.label = label;
}

static void say(const char *format, va_list args)
{
	fprintf(stderr, speaker.command ? "ipsec %s: " : "ipsec: ", speaker.command);
	if (speaker.label)
		fprintf(stderr, "%s: ", speaker.label);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

static void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

int bad_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return EXIT_USAGE;
}

int refused(const struct klips_refusal *why, const struct names *names)
{
	for (; why->name && names && names->attr; names++) {
		if (!strcmp(names->attr, why->name)) {
			complain("%s: %s", names->option, why->text);
			return EXIT_REFUSED;
		}
	}
	complain("%s", why->text[0] ? why->text : strerror(-why->error));
	return EXIT_REFUSED;
}

bool is_wrong(const char *wrong, const char *option, const char *value)
{
	/* A key that is wrong in one digit is still a secret. */
	if (wrong && strstr(option, "key"))
		complain("--%s: %s", option, wrong);
	else if (wrong)
		complain("--%s %s: %s", option, value, wrong);
	return wrong;
}

int next_option(int argc, char **argv, const struct option *options)
{
	int option = getopt_long(argc, argv, "+:", options, NULL);

	if (option == ':')
		complain("%s: its value is missing", argv[optind - 1]);
	else if (option == '?')
		complain("%s: there is no such option, or it is not clear which, or it takes no value",
			 argv[optind - 1]);
	else if (option < 0 && optind < argc) {
		complain("%s: what is this for?", argv[optind]);
		option = '?';
	}
	return option == ':' ? '?' : option;
}

bool connect_klips(struct klips_client *client)
{
	struct klips_refusal why = { 0 };

	if (!klips_client_open(client, NULL, &why))
		return true;
	refused(&why, NULL);
	return false;
}

int print_json(json_t *rows)
{
	int err = json_dumpf(rows, stdout, JSON_INDENT(2));

	json_decref(rows);
	if (err) {
		complain("the table cannot be written");
		return EXIT_REFUSED;
	}
	putchar('\n');
	return 0;
}
