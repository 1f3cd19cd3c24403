// SPDX-License-Identifier: GPL-2.0-or-later
#include "klips_offload.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "command.h"

static const char *path(void)
{
	const char *own = getenv("KLIPS_OFFLOAD");

	return own ? own : KLIPS_OFFLOAD;
}

static int fail(const char *word, int err)
{
	switch (err) {
	case ENOENT:
		return word ? not_done("%s: this kernel has no such wrapper", word) :
			      not_done("ipsec.ko is not loaded: klipsd's cryptography has no offload");
	case EINVAL:
		return not_done("%s: not none, pcrypt or cryptd", word);
	default:
		return not_done("%s: %s", path(), strerror(err));
	}
}

static int show(void)
{
	char text[32];
	int fd = open(path(), O_RDONLY | O_CLOEXEC), err;
	ssize_t length;

	if (fd < 0)
		return fail(NULL, errno);
	length = read(fd, text, sizeof(text));
	err = errno;
	close(fd);
	if (length < 0)
		return fail(NULL, err);
	printf("%.*s", (int)length, text);
	return 0;
}

/**
 * klips_offload() - show or set through what ipsec.ko encrypts for new SAs
 * @word: none, pcrypt or cryptd; NULL: show it
 *
 * Return: the exit status, after a complaint if it is not 0.
 */
int klips_offload(const char *word)
{
	int fd, err = 0;

	if (!word)
		return show();
	fd = open(path(), O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(NULL, errno);
	if (write(fd, word, strlen(word)) < 0)
		err = errno;
	close(fd);
	return err ? fail(word, err) : 0;
}
