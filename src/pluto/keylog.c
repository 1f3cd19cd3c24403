// SPDX-License-Identifier: GPL-2.0-or-later
#include "keylog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/hex.h"

#define HEX  (2 * IKE_KEY_MAX + 1)
#define LINE 1024

struct keylog {
	int ike, esp;
};

/* Wireshark 4's names of an algorithm; NULL: it has none. @ike: %u is the key's bits. */
static const struct names {
	uint8_t type;
	uint16_t id;
	const char *ike, *esp;
} names[] = {
	{ IKE_ENCR, 3, "3DES [RFC2451]", "TripleDES-CBC [RFC2451]" },
	{ IKE_ENCR, 11, NULL, "NULL" },
	{ IKE_ENCR, 12, "AES-CBC-%u [RFC3602]", "AES-CBC [RFC3602]" },
	{ IKE_ENCR, 13, "AES-CTR-%u [RFC5930]", "AES-CTR [RFC3686]" },
	{ IKE_ENCR, 14, "AES-CCM-%u with 8 octet ICV [RFC5282]", NULL },
	{ IKE_ENCR, 15, "AES-CCM-%u with 12 octet ICV [RFC5282]", NULL },
	{ IKE_ENCR, 16, "AES-CCM-%u with 16 octet ICV [RFC5282]", NULL },
	{ IKE_ENCR, 18, "AES-GCM-%u with 8 octet ICV [RFC5282]", "AES-GCM with 8 octet ICV [RFC4106]" },
	{ IKE_ENCR, 19, "AES-GCM-%u with 12 octet ICV [RFC5282]", "AES-GCM with 12 octet ICV [RFC4106]" },
	{ IKE_ENCR, 20, "AES-GCM-%u with 16 octet ICV [RFC5282]", "AES-GCM with 16 octet ICV [RFC4106]" },
	{ IKE_INTEG, 0, "NONE [RFC4306]", "NULL" },
	{ IKE_INTEG, 1, "HMAC_MD5_96 [RFC2403]", "HMAC-MD5-96 [RFC2403]" },
	{ IKE_INTEG, 2, "HMAC_SHA1_96 [RFC2404]", "HMAC-SHA-1-96 [RFC2404]" },
	{ IKE_INTEG, 12, "HMAC_SHA2_256_128 [RFC4868]", "HMAC-SHA-256-128 [RFC4868]" },
	{ IKE_INTEG, 13, "HMAC_SHA2_384_192 [RFC4868]", "HMAC-SHA-384-192 [RFC4868]" },
	{ IKE_INTEG, 14, "HMAC_SHA2_512_256 [RFC4868]", "HMAC-SHA-512-256 [RFC4868]" },
};

static const struct names *find(uint8_t type, const struct ike_alg *alg)
{
	uint16_t id = alg ? alg->id : 0;
	size_t at;

	for (at = 0; at < sizeof(names) / sizeof(*names); at++)
		if (names[at].type == type && names[at].id == id)
			return &names[at];
	return NULL;
}

static int open_file(const char *folder, const char *name)
{
	char path[4096];
	struct stat is;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		return -1;
	/* One that was there may be open to others. */
	if (!fstat(fd, &is) && S_ISREG(is.st_mode) && !fchmod(fd, 0600))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

struct keylog *keylog_open(const char *folder)
{
	struct keylog *keylog = malloc(sizeof(*keylog));

	if (!keylog)
		return NULL;
	*keylog = (struct keylog){ .ike = -1, .esp = -1 };
	if (!mkdir(folder, 0700) || errno == EEXIST)
		keylog->ike = open_file(folder, KEYLOG_IKE);
	if (keylog->ike >= 0)
		keylog->esp = open_file(folder, KEYLOG_ESP);
	if (keylog->esp >= 0)
		return keylog;
	keylog_close(keylog);
	return NULL;
}

void keylog_close(struct keylog *keylog)
{
	int before = errno;

	if (!keylog)
		return;
	if (keylog->ike >= 0)
		close(keylog->ike);
	if (keylog->esp >= 0)
		close(keylog->esp);
	free(keylog);
	errno = before;
}

static int put(int fd, char *line, int length)
{
	ssize_t written = length < LINE ? write(fd, line, (size_t)length) : -1;
	int err = written == length && !fdatasync(fd) ? 0 : -(errno ? errno : EIO);

	ike_wipe(line, LINE);
	return err;
}

int keylog_ike(struct keylog *keylog, const struct ike_sa *sa)
{
	const struct names *encr = find(IKE_ENCR, sa->suite.encr), *integ = find(IKE_INTEG, sa->suite.integ);
	const struct ike_keys *keys = &sa->keys;
	char line[LINE], spi[2][HEX], encrs[2][HEX], integs[2][HEX], name[80];
	int i, length;

	if (!encr || !encr->ike || !integ || !integ->ike)
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), encr->ike, sa->suite.encr_bits);
	for (i = 0; i < 2; i++) {
		hex_print(spi[i], sa->spi[i], sizeof(sa->spi[i]));
		hex_print(encrs[i], keys->encr[i].data, keys->encr[i].length);
		hex_print(integs[i], keys->integ[i].data, keys->integ[i].length);
	}
	length = snprintf(line, sizeof(line), "%s,%s,%s,%s,\"%s\",%s,%s,\"%s\"\n", spi[0], spi[1], encrs[0], encrs[1],
			  name, integs[0], integs[1], integ->ike);
	ike_wipe(encrs, sizeof(encrs));
	ike_wipe(integs, sizeof(integs));
	return put(keylog->ike, line, length);
}

/* "*" is any, where it may move or be moved. */
static void put_address(char text[INET6_ADDRSTRLEN], const struct child_sa *child, const struct klips_addr *addr)
{
	if (child->connection->mobike || child->encap)
		memcpy(text, "*", sizeof("*"));
	else
		klips_addr_print(text, INET6_ADDRSTRLEN, addr);
}

static int put_child(struct keylog *keylog, const struct child_sa *child, const struct ike_child_keys *keys,
		     bool inbound, unsigned int from)
{
	const struct names *encr = find(IKE_ENCR, child->suite.encr), *integ = find(IKE_INTEG, child->suite.integ);
	const struct klips_addr *src = inbound ? &child->path.remote.addr : &child->path.local.addr;
	const struct klips_addr *dst = inbound ? &child->path.local.addr : &child->path.remote.addr;
	char line[LINE], encrs[HEX], integs[HEX], from_text[INET6_ADDRSTRLEN], to_text[INET6_ADDRSTRLEN];
	int length;

	put_address(from_text, child, src);
	put_address(to_text, child, dst);
	hex_print(encrs, keys->encr[from].data, keys->encr[from].length);
	hex_print(integs, keys->integ[from].data, keys->integ[from].length);
	length = snprintf(line, sizeof(line),
			  "\"IPv%u\",\"%s\",\"%s\",\"0x%08" PRIx32 "\",\"%s\",\"%s%s\",\"%s\",\"%s%s\"\n", src->version,
			  from_text, to_text, ntohl(child->spi[!inbound]), encr->esp, *encrs ? "0x" : "", encrs,
			  integ->esp, *integs ? "0x" : "", integs);
	ike_wipe(encrs, sizeof(encrs));
	ike_wipe(integs, sizeof(integs));
	return put(keylog->esp, line, length);
}

int keylog_child(struct keylog *keylog, const struct child_sa *child, const struct ike_child_keys *keys, bool initiator)
{
	const struct names *encr = find(IKE_ENCR, child->suite.encr), *integ = find(IKE_INTEG, child->suite.integ);
	int err;

	if (child->protocol != IKE_PROTO_ESP || !encr || !encr->esp || !integ || !integ->esp)
		return -EOPNOTSUPP;
	err = put_child(keylog, child, keys, false, !initiator);
	return err ? err : put_child(keylog, child, keys, true, initiator);
}
