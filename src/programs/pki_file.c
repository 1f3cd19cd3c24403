// SPDX-License-Identifier: GPL-2.0-or-later
#include "pki_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../lib/conf_file.h"
#include "command.h"

static FILE *open_output(const struct pki_output *output)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (output->is_secret ? O_EXCL : O_TRUNC);
	int fd = open(output->path, flags, output->is_secret ? 0600 : 0644);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

static int write_bytes(const struct pki_output *output, const void *data, size_t length)
{
	FILE *file = output->path ? open_output(output) : stdout;
	bool good;

	if (!file)
		return not_done("%s: %s", output->path, strerror(errno));
	good = fwrite(data, 1, length, file) == length && !fflush(file);
	if (output->path && fclose(file))
		good = false;
	return good ? 0 : not_done("%s: %s", output->path ? output->path : "stdout", strerror(errno));
}

int pki_write(const struct pki_output *output, const char *label, struct ike_slice data)
{
	char *text;
	int status;

	if (output->der)
		return write_bytes(output, data.data, data.length);
	text = pki_pem(label, data);
	if (!text)
		return not_done("no memory");
	status = write_bytes(output, text, strlen(text));
	ike_wipe(text, strlen(text));
	free(text);
	return status;
}

int pki_write_private(const struct pki_output *output, const struct pki_key *key)
{
	struct pki_why why = { "" };
	uint8_t *der;
	int length = pki_make_private(&der, key, &why), status;

	if (length < 0)
		return not_done("%s", why.text);
	status = pki_write(output, "PRIVATE KEY", (struct ike_slice){ der, length });
	ike_wipe(der, length);
	free(der);
	return status;
}

static const char *or_stdin(const char *path)
{
	return path ? path : "/dev/stdin";
}

int pki_load_key(struct pki_key **key, const char *path)
{
	struct pki_why why = { "" };

	return pki_key_load(key, or_stdin(path), NULL, &why) ? not_done("%s: %s", or_stdin(path), why.text) : 0;
}

int pki_load_cert(struct pki_cert **cert, const char *path)
{
	struct pki_why why = { "" };

	return pki_cert_load(cert, or_stdin(path), &why) ? not_done("%s: %s", or_stdin(path), why.text) : 0;
}

int pki_load_bytes(struct ike_slice *data, const char *label, const char *path)
{
	struct conf_file file;
	uint8_t *der = NULL;
	int err = conf_file_read(&file, or_stdin(path)), length;

	if (err)
		return not_done("%s: %s", or_stdin(path), strerror(-err));
	length = pki_unpem(&der, label, (struct ike_slice){ (uint8_t *)file.text, file.length });
	conf_file_free(&file);
	if (length <= 0)
		return not_done("%s: it is empty", or_stdin(path));
	*data = (struct ike_slice){ der, length };
	return 0;
}

enum pki_key_type pki_type_named(const char *name, unsigned int *bits)
{
	static const struct {
		const char *name;
		enum pki_key_type type;
		unsigned int bits;
	} types[] = { { "rsa", PKI_RSA, 3072 },
		      { "ecdsa", PKI_ECDSA, 256 },
		      { "ed25519", PKI_ED25519, 0 },
		      { "ed448", PKI_ED448, 0 } };
	size_t at;

	for (at = 0; at < sizeof(types) / sizeof(types[0]); at++) {
		if (strcasecmp(types[at].name, name) != 0)
			continue;
		*bits = *bits ? *bits : types[at].bits;
		return types[at].type;
	}
	return 0;
}
