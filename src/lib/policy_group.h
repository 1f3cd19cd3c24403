/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy groups: the files of ipsec.d/policies, each a list of nets whose hosts a conn with right=%group is for. */
#ifndef LIB_POLICY_GROUP_H
#define LIB_POLICY_GROUP_H

#include "../klips/core/addr.h"
#include "conf_errors.h"

#define POLICY_NETS_MAX 4096 /* of a group */
/* Bytes of the longest text of a net: a prefix, and its protocol and ports. */
#define POLICY_NET_TEXT 80

/**
 * struct policy_net - a line of the file
 * @addr, @bits: a prefix; there are no ones after its @bits
 * @protocol: 0: any
 * @own_port, @peer_port: of this host and of the net's, host byte order; 0: any. Only where @protocol has ports
 * @line: of the file, from 1
 */
struct policy_net {
	struct klips_addr addr;
	u8 bits, protocol;
	u16 own_port, peer_port;
	unsigned int line;
};

/**
 * struct policy_nets - a group's, in the order of its file; zeroed at first
 */
struct policy_nets {
	struct policy_net *list;
	size_t count, room;
};

/* Where a group's file is: in that folder of ipsecdir=. */
#define POLICY_FOLDER "policies"

int policy_nets_load(struct policy_nets *nets, const char *path, struct conf_errors *errors);
int policy_nets_parse(struct policy_nets *nets, const char *name, const char *text, size_t length,
		      struct conf_errors *errors);
void policy_nets_free(struct policy_nets *nets);

/* Whether both are for the same traffic, wherever they are written. */
bool policy_net_equal(const struct policy_net *one, const struct policy_net *other);
const struct policy_net *policy_nets_find(const struct policy_nets *nets, const struct policy_net *net);
/* Whether it is one address. */
bool policy_net_is_host(const struct policy_net *net);
/* "10.0.0.0/8", and with a protocol "10.0.0.0/8-(0--6--22)": the own port, it, and the net's. As snprintf(). */
int policy_net_print(char *text, size_t size, const struct policy_net *net);

#endif
