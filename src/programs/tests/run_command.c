// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "run_command.h"

#include <fcntl.h>
#include <unistd.h>

char command_out[1 << 20], command_err[4096];
int command_status;

/* Sends a stream into a file without a name; what it was is for take_back(). */
static int divert(FILE *stream, int *file)
{
	int kept = dup(fileno(stream));

	fflush(stream);
	*file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	assert_true(*file >= 0);
	assert_int_equal(dup2(*file, fileno(stream)), fileno(stream));
	return kept;
}

static void take_back(FILE *stream, int kept, int file, char *text, size_t size)
{
	ssize_t length;

	fflush(stream);
	dup2(kept, fileno(stream));
	close(kept);
	length = pread(file, text, size - 1, 0);
	text[length > 0 ? length : 0] = 0;
	close(file);
}

void run_command(int (*command)(int argc, char **argv), const char *line)
{
	int out_file, err_file, out_kept, err_kept, argc = 0;
	char *copy = strdup(line), *rest = copy, *word;
	char *argv[64];

	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	argv[argc] = NULL;
	optind = 0;
	out_kept = divert(stdout, &out_file);
	err_kept = divert(stderr, &err_file);
	say_as(argv[0], NULL);
	command_status = command(argc, argv);
	take_back(stdout, out_kept, out_file, command_out, sizeof(command_out));
	take_back(stderr, err_kept, err_file, command_err, sizeof(command_err));
	free(copy);
}
