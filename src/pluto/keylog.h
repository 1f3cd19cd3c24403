/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of SAs, for who looks at captures: two files with the names and the lines that Wireshark has for them in a
 * folder of its configuration. Whoever reads them reads the traffic.
 */
#ifndef PLUTO_KEYLOG_H
#define PLUTO_KEYLOG_H

#include "child_sa.h"

#define KEYLOG_IKE "ikev2_decryption_table"
#define KEYLOG_ESP "esp_sa"

struct keylog;

/* In a folder, which is made if it is not there; what is in the files stays. NULL: errno has the reason. */
struct keylog *keylog_open(const char *folder);
void keylog_close(struct keylog *keylog);
/* Those of an IKE SA. On the disk when it returns; 0, or a negative errno: nothing, or a part of a line, was written.
 */
int keylog_ike(struct keylog *keylog, const struct ike_sa *sa);
/* Those of a Child SA; @initiator: whether this side began the exchange that made it. */
int keylog_child(struct keylog *keylog, const struct child_sa *child, const struct ike_child_keys *keys,
		 bool initiator);

#endif
