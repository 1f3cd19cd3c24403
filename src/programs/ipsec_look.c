// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec look: all tables in one. */
#include "command.h"
#include "format.h"
#include "stack_tables.h"

#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/**
 * struct rows - lines that are sorted before they are shown
 */
struct rows {
	char **lines;
	size_t count;
	size_t room;
};

/**
 * struct tables - all that is shown
 * @groups: as ipsec spigrp has them; an eroute's SA is the first word of one
 */
struct tables {
	struct rows eroutes;
	struct rows groups;
	struct rows sas;
	struct rows devs;
};

static int add_row(struct rows *rows, const char *text)
{
	if (rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 64;
		char **lines = realloc(rows->lines, room * sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		rows->lines = lines;
		rows->room = room;
	}
	rows->lines[rows->count] = strdup(text);
	if (!rows->lines[rows->count])
		return -ENOMEM;
	rows->count++;
	return 0;
}

static void free_rows(struct rows *rows)
{
	while (rows->count)
		free(rows->lines[--rows->count]);
	free(rows->lines);
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_rows(struct rows *rows)
{
	if (rows->count)
		qsort(rows->lines, rows->count, sizeof(*rows->lines), compare_rows);
}

static void print_rows(const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		puts(rows->lines[i]);
}

/* Compares a SAID with the first word of a group. */
static int compare_group(const void *key, const void *row)
{
	const char *line = *(char *const *)row;
	size_t length = strcspn(line, " ");
	int order = strncmp(key, line, length);

	return order ? order : (int)(unsigned char)((const char *)key)[length];
}

static int take_sa(const struct klips_sa_info *info, void *arg)
{
	struct tables *tables = arg;
	char text[ROW_TEXT];

	format_sa(text, sizeof(text), info);
	if (add_row(&tables->sas, text))
		return -ENOMEM;
	format_group(text, sizeof(text), info);
	return add_row(&tables->groups, text);
}

/* An eroute's row, and behind its SA the others of the bundle. */
static int take_eroute(const struct klips_eroute_info *info, void *arg)
{
	struct tables *tables = arg;
	char text[2 * ROW_TEXT], said[KLIPS_SAID_TEXT];
	char **group;
	int used = format_eroute(text, sizeof(text), info);

	klips_said_print(said, sizeof(said), &info->said);
	group = tables->groups.count ? bsearch(said, tables->groups.lines, tables->groups.count,
					       sizeof(*tables->groups.lines), compare_group) :
				       NULL;
	if (group)
		snprintf(text + used, sizeof(text) - (size_t)used, "%s", *group + strlen(said));
	return add_row(&tables->eroutes, text);
}

static int take_dev(const struct klips_dev_info *info, void *arg)
{
	struct tables *tables = arg;
	char text[ROW_TEXT];

	format_dev(text, sizeof(text), info);
	return add_row(&tables->devs, text);
}

static int read_tables(struct stack *stack, struct tables *tables, struct klips_refusal *why)
{
	int err = stack_sa_list(stack, take_sa, tables, why);

	sort_rows(&tables->sas);
	sort_rows(&tables->groups);
	if (!err)
		err = stack_eroute_list(stack, take_eroute, tables, why);
	sort_rows(&tables->eroutes);
	return err || !stack->klips ? err : klips_client_dev_list(stack->klips, take_dev, tables, why);
}

static void print_head(void)
{
	char host[256] = "", date[64] = "";
	time_t now = time(NULL);
	struct tm *local = localtime(&now);

	gethostname(host, sizeof(host) - 1);
	if (local)
		strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Z %Y", local);
	printf("%s %s\n", host, date);
}

/* The routes are those of ip(8), which whoever reads this knows. */
static void print_routes(const char *family)
{
	const char *words[] = { "ip", family, "route", "show", NULL };
	pid_t pid;

	fflush(stdout);
	if (posix_spawnp(&pid, words[0], NULL, NULL, (char *const *)words, environ))
		return;
	waitpid(pid, NULL, 0);
}

static int look(struct stack *stack, void *arg)
{
	struct tables *tables = arg;
	struct klips_refusal why = { 0 };

	if (read_tables(stack, tables, &why))
		return refused(&why, NULL);
	print_head();
	print_rows(&tables->eroutes);
	print_rows(&tables->devs);
	print_rows(&tables->sas);
	print_routes("-4");
	print_routes("-6");
	return 0;
}

int run_look(int argc, char **argv)
{
	struct tables tables = { 0 };
	int status;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		puts("usage: ipsec look");
		return 0;
	}
	if (argc > 1)
		return bad_usage("%s: look takes no words", argv[1]);
	status = with_stack(look, &tables);
	free_rows(&tables.eroutes);
	free_rows(&tables.groups);
	free_rows(&tables.sas);
	free_rows(&tables.devs);
	return status;
}
