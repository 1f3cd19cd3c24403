/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages read and built again, and messages as hosts send them: for tests, the oracle and fuzz targets. */
#ifndef PLUTO_TESTS_REBUILD_H
#define PLUTO_TESTS_REBUILD_H

#include "pluto/cp.h"
#include "pluto/message.h"
#include "pluto/ts.h"

#define REBUILD_MAX 4096

/* A slice of a string literal or an array, without the string's end. */
#define TEXT(text)   ((struct ike_slice){ (const uint8_t *)(text), sizeof(text) - 1 })
#define BYTES(array) ((struct ike_slice){ (array), sizeof(array) })

/*
 * Reads the body of a payload by its type, and puts it again; one that cannot be read as it is. Returns whether it
 * could be read, as one that has something that is known.
 */
bool rebuild_payload(struct ike_builder *builder, const struct ike_payload *payload);
/* A whole message. @readable: a bit for each payload: what rebuild_payload() returned. Returns its length, or -1. */
int rebuild_message(uint8_t *to, size_t room, const struct ike_message *message, uint64_t *readable);

/* What an initiator sends, with everything in it: IKE_SA_INIT, and what is inside the SK payload of IKE_AUTH. */
int rebuild_sa_init(uint8_t *to, size_t room);
int rebuild_auth_chain(uint8_t *to, size_t room, uint8_t *first);

#endif
