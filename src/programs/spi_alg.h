/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What users call algorithms: the words of KLIPS, and IANA's. */
#ifndef PROGRAMS_SPI_ALG_H
#define PROGRAMS_SPI_ALG_H

#include "../klips/core/crypto.h"

/* Each returns NULL, or what is wrong. @key_bytes: what the word says of the key's length; 0: nothing. */
const char *spi_alg_esp(enum klips_encr *encr, enum klips_auth *auth, unsigned int *key_bytes, const char *word);
const char *spi_alg_auth(enum klips_auth *auth, const char *word);

#endif
