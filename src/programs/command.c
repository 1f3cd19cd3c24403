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

int not_done(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return EXIT_REFUSED;
}

int no_order(void)
{
	return bad_usage("what is to be done? --help lists it");
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

/* After all options. */
static int take_word(const struct command_line *line, int argc, char **argv)
{
	if (line->word && optind < argc)
		*line->word = argv[optind++];
	if (optind == argc)
		return -1;
	complain("%s: what is this for?", argv[optind]);
	return '?';
}

/* '?': it has been complained about. */
static int next_option(const struct command_line *line, int argc, char **argv)
{
	int option = getopt_long(argc, argv, line->word ? ":" : "+:", line->options, NULL);

	if (option == ':')
		complain("%s: its value is missing", argv[optind - 1]);
	else if (option == '?')
		complain("%s: there is no such option, or it is not clear which, or it takes no value",
			 argv[optind - 1]);
	else if (option < 0)
		option = take_word(line, argc, argv);
	return option == ':' ? '?' : option;
}

int with_klips(carry_out_fn carry_out, void *order)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;
	int status;

	if (klips_client_open(&client, NULL, &why))
		return refused(&why, NULL);
	status = carry_out(&client, order);
	klips_client_close(&client);
	return status;
}

int run_line(const struct command_line *line, int argc, char **argv)
{
	int option, status = 0;

	while (!status && (option = next_option(line, argc, argv)) >= 0) {
		switch (option) {
		case '?':
			return EXIT_USAGE;
		case OPT_HELP:
			return line->usage();
		case OPT_LABEL:
			say_as(argv[0], optarg);
			break;
		case OPT_DEBUG:
			break;
		case OPT_JSON:
			*line->json = true;
			break;
		default:
			status = line->take(line->order, option);
		}
	}
	if (!status && line->check)
		status = line->check(line->order);
	if (status)
		return status;
	return line->act ? line->act(line->order) : with_klips(line->carry_out, line->order);
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

int end_table(int err, json_t *rows, const struct klips_refusal *why)
{
	if (!err)
		return rows ? print_json(rows) : 0;
	json_decref(rows);
	return refused(why, NULL);
}
