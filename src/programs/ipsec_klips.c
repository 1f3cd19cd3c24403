// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec klips: start and stop KLIPS, and see how it is. */
#include "command.h"
#include "klipsd_process.h"
#include "klips_offload.h"

#include "../lib/parse.h"

static int usage(void)
{
	printf("usage: ipsec klips start [WORD...]    (words for klipsd: klipsd --help tells them)\n"
	       "       ipsec klips stop\n"
	       "       ipsec klips status [--json]\n"
	       "       ipsec klips settings [--json] [NAME=VALUE...]\n"
	       "       ipsec klips --offload [none | pcrypt | cryptd]    (of the module)\n");
	return 0;
}

static json_t *status_as_json(const struct klips_status_info *info)
{
	json_t *row = json_object(), *stats = json_object();
	unsigned int i;

	json_object_set_new(row, "version", json_string(info->version));
	json_object_set_new(row, "driver", json_string(info->driver));
	if (info->guard[0])
		json_object_set_new(row, "guard", json_string(info->guard));
	json_object_set_new(row, "sas", json_integer(info->sas));
	json_object_set_new(row, "eroutes", json_integer(info->eroutes));
	json_object_set_new(row, "devs", json_integer(info->devs));
	for (i = 1; i < KLIPS_A_STATS_END; i++)
		json_object_set_new(stats, klips_set_policies[KLIPS_SET_STATS].attrs[i].name,
				    json_integer((json_int_t)info->stats[i]));
	json_object_set_new(row, "stats", stats);
	return row;
}

static void print_status(const struct klips_status_info *info)
{
	unsigned int i;

	printf("Cygnet KLIPS version: %s\ncrypto: %s\n", info->version, info->driver);
	if (!strcmp(info->guard, "none"))
		printf("guard: none, packets in clear are not refused\n");
	printf("SAs: %u\neroutes: %u\ndevices: %u\n", info->sas, info->eroutes, info->devs);
	for (i = 1; i < KLIPS_A_STATS_END; i++) {
		if (info->stats[i])
			printf("%s: %llu\n", klips_set_policies[KLIPS_SET_STATS].attrs[i].name,
			       (unsigned long long)info->stats[i]);
	}
}

/**
 * struct words - those after klips, from status or settings on
 */
struct words {
	int argc;
	char **argv;
};

static bool is_json(const struct words *words)
{
	return words->argc == 2 && !strcmp(words->argv[1], "--json");
}

static int run_status(struct klips_client *client, void *arg)
{
	const struct words *words = arg;
	struct klips_refusal why = { 0 };
	struct klips_status_info info;

	if (words->argc > 1 && !is_json(words))
		return bad_usage("%s: status takes --json alone", words->argv[1]);
	if (klips_client_status(client, &info, &why))
		return refused(&why, NULL);
	if (is_json(words))
		return print_json(status_as_json(&info));
	print_status(&info);
	return 0;
}

/* Which setting a word such as tos=0 names, and its value; 0 after a complaint. */
static unsigned int read_setting(const char *word, u32 values[KLIPS_A_SETTINGS_END])
{
	const struct klips_set_policy *policy = &klips_set_policies[KLIPS_SET_SETTINGS];
	const char *wrong;
	u64 value;
	unsigned int i;

	for (i = 1; i < policy->end; i++) {
		size_t length = strlen(policy->attrs[i].name);

		if (strncmp(word, policy->attrs[i].name, length) || word[length] != '=')
			continue;
		wrong = klips_parse_number(&value, word + length + 1, UINT32_MAX);
		if (wrong) {
			bad_usage("%s: %s", word, wrong);
			return 0;
		}
		values[i] = (u32)value;
		return i;
	}
	bad_usage("%s: there is no such setting, or no value", word);
	return 0;
}

/* All in one request: none is changed if one of them is wrong. */
static int set_settings(struct klips_client *client, const struct words *words)
{
	u32 values[KLIPS_A_SETTINGS_END];
	struct klips_refusal why = { 0 };
	unsigned int setting;
	u64 given = 0;
	int i;

	for (i = 1; i < words->argc; i++) {
		setting = read_setting(words->argv[i], values);
		if (!setting)
			return EXIT_USAGE;
		given |= KLIPS_ATTR_BIT(setting);
	}
	return klips_client_settings_set(client, values, given, &why) ? refused(&why, NULL) : 0;
}

static int print_settings(struct klips_client *client, bool json)
{
	const struct klips_set_policy *policy = &klips_set_policies[KLIPS_SET_SETTINGS];
	json_t *row = json ? json_object() : NULL;
	struct klips_refusal why = { 0 };
	u32 values[KLIPS_A_SETTINGS_END];
	unsigned int i;

	if (klips_client_settings_get(client, values, &why)) {
		json_decref(row);
		return refused(&why, NULL);
	}
	for (i = 1; i < policy->end; i++) {
		if (json)
			json_object_set_new(row, policy->attrs[i].name, json_integer(values[i]));
		else
			printf("%s=%u\n", policy->attrs[i].name, values[i]);
	}
	return json ? print_json(row) : 0;
}

static int run_settings(struct klips_client *client, void *arg)
{
	const struct words *words = arg;

	if (words->argc == 1 || is_json(words))
		return print_settings(client, is_json(words));
	return set_settings(client, words);
}

static bool is_module(void)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;
	bool module;

	if (klips_client_open(&client, NULL, &why))
		return false;
	module = klips_client_is_module(&client);
	klips_client_close(&client);
	return module;
}

static int set_keepalive(struct klips_client *client, void *arg)
{
	struct klips_refusal why = { 0 };
	u32 values[KLIPS_A_SETTINGS_END];
	const char *wrong;
	u64 value;

	wrong = klips_parse_number(&value, arg, UINT32_MAX);
	if (wrong)
		return bad_usage("--keepalive %s: %s", (const char *)arg, wrong);
	values[KLIPS_A_SETTINGS_KEEPALIVE] = (u32)value;
	if (klips_client_settings_set(client, values, KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_KEEPALIVE), &why))
		return refused(&why, NULL);
	return 0;
}

/* The module runs as soon as it is loaded; what is klipsd's alone means nothing to it. */
static int start(char **words)
{
	struct klips_refusal why = { 0 };

	if (!is_module())
		return klipsd_start(words);
	if (!words[1])
		return 0;
	if (!strcmp(words[1], "--keepalive") && words[2] && !words[3])
		return with_klips(set_keepalive, words[2]);
	klips_refuse(&why, -EBUSY, NULL, NULL,
		     "%s: the module is KLIPS here, and of klipsd's words takes --keepalive alone", words[1]);
	return refused(&why, NULL);
}

/**
 * struct devices - names of them
 */
struct devices {
	unsigned int count;
	char names[64][16];
};

static int take_name(const struct klips_dev_info *info, void *arg)
{
	struct devices *all = arg;

	if (all->count < ARRAY_SIZE(all->names))
		memcpy(all->names[all->count++], info->name, sizeof(info->name));
	return 0;
}

/* As after klipsd's end there is nothing; the module itself stays, for rmmod. */
static int empty(struct klips_client *client, void *arg)
{
	struct klips_refusal why = { 0 };
	struct devices all = { 0 };
	unsigned int i;
	int err;

	(void)arg;
	err = klips_client_dev_list(client, take_name, &all, &why);
	for (i = 0; !err && i < all.count; i++)
		err = klips_client_dev(client, KLIPS_CMD_DEV_DELETE, all.names[i], NULL, &why);
	if (!err)
		err = klips_client_eroute_flush(client, &why);
	if (!err)
		err = klips_client_sa_flush(client, &why);
	return err ? refused(&why, NULL) : 0;
}

static int stop(void)
{
	return is_module() ? with_klips(empty, NULL) : klipsd_stop();
}

int run_klips(int argc, char **argv)
{
	static char name[] = "klipsd";
	struct words words = { argc - 1, argv + 1 };

	if (argc < 2)
		return bad_usage("start, stop, status or settings?");
	if (!strcmp(argv[argc - 1], "--help"))
		return usage();
	if (!strcmp(argv[1], "status"))
		return with_klips(run_status, &words);
	if (!strcmp(argv[1], "settings"))
		return with_klips(run_settings, &words);
	if (!strcmp(argv[1], "--offload"))
		return argc <= 3 ? klips_offload(argv[2]) : bad_usage("%s: --offload takes one word", argv[3]);
	if (!strcmp(argv[1], "stop"))
		return argc == 2 ? stop() : bad_usage("%s: stop takes no words", argv[2]);
	if (strcmp(argv[1], "start"))
		return bad_usage("%s: not start, stop, status or settings", argv[1]);
	argv[1] = name;
	return start(argv + 1);
}
