/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.secrets(5): pre-shared keys and passwords, and which of the former is for whom. */
#ifndef LIB_SECRETS_H
#define LIB_SECRETS_H

#include <stdint.h>

#include "conf_source.h"
#include "identity.h"

#define SECRETS_PATH "/etc/ipsec.secrets"

enum secret_kind {
	SECRET_PSK,
	SECRET_XAUTH,
	SECRET_PPK,
};

/* Whom a secret is for. @text: as it is written; @type, @data: as struct ike_identity has them; IKE_ID_NONE: any */
struct secret_id {
	char *text;
	uint8_t type;
	struct ike_slice data;
};

/**
 * struct secret - an entry
 * @ids: whom it is for; @id_count: 0: for all
 * @data: bytes, at least one; there are zeros in them before they are freed
 */
struct secret {
	enum secret_kind kind;
	struct secret_id *ids;
	size_t id_count;
	uint8_t *data;
	size_t length;
	struct conf_place place;
};

struct secrets {
	struct secret *list;
	size_t count, room;
	struct conf_names files;
};

struct secrets *secrets_load(const char *path, struct conf_errors *errors);
struct secrets *secrets_parse(const char *name, const char *text, size_t length, struct conf_errors *errors);
void secrets_free(struct secrets *secrets);

int secrets_psk(const struct secrets *secrets, const struct ike_identity *local, const struct ike_identity *remote,
		const struct secret **found, const struct secret **rival);

#endif
