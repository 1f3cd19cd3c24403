/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of keys and certificates, as commands read and write them. All complain, and return the exit status. */
#ifndef PROGRAMS_PKI_FILE_H
#define PROGRAMS_PKI_FILE_H

#include <time.h>

#include "../lib/pki_make.h"

#define IPSEC_D "/etc/ipsec.d"

/**
 * struct pki_output - where something goes
 * @path: NULL: stdout
 * @der: DER, not PEM
 * @is_secret: only its owner may read it; an older file of that name is not overwritten
 */
struct pki_output {
	const char *path;
	bool der, is_secret;
};

int pki_write(const struct pki_output *output, const char *label, struct ike_slice data);
int pki_write_private(const struct pki_output *output, const struct pki_key *key);

/* @path: NULL: stdin */
int pki_load_key(struct pki_key **key, const char *path);
int pki_load_cert(struct pki_cert **cert, const char *path);
/* DER of what has that label in PEM; free() is due. */
int pki_load_bytes(struct ike_slice *data, const char *label, const char *path);

/* "rsa", "ecdsa", "ed25519", "ed448"; 0: there is none such. @bits: gets the usual ones if it is 0. */
enum pki_key_type pki_type_named(const char *name, unsigned int *bits);

#endif
