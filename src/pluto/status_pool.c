// SPDX-License-Identifier: GPL-2.0-or-later
/* Pools of addresses, and who has which. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cp_state.h"
#include "status.h"

static const char *text_of(const struct klips_addr *addr, char text[INET6_ADDRSTRLEN])
{
	klips_addr_print(text, INET6_ADDRSTRLEN, addr);
	return text;
}

static json_t *range_json(const struct address_range *range)
{
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN], text[2 * INET6_ADDRSTRLEN];

	snprintf(text, sizeof(text), "%s-%s", text_of(&range->first, first), text_of(&range->last, last));
	return json_string(text);
}

static json_t *lease_json(const struct ike_sa *sa, const struct address_lease *lease)
{
	char text[INET6_ADDRSTRLEN], peer[INET6_ADDRSTRLEN], id[IKE_ID_TEXT] = "";

	if (sa->peer_id)
		ike_identity_print(id, sizeof(id), sa->peer_id);
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "address", text_of(&lease->addr, text), "id", id, "peer",
			 text_of(&sa->remote.addr, peer), "connection", sa->connection->name, "instance",
			 (int)sa->instance, "ike_sa", (int)sa->serial);
}

/* Numbers of JSON are signed. */
static json_int_t number(uint64_t count)
{
	return count > INT64_MAX ? INT64_MAX : (json_int_t)count;
}

static json_t *leases_json(const struct address_pool *pool)
{
	json_t *rows = json_array();
	const struct ike_sa *sa;
	unsigned int at;

	cds_list_for_each_entry(sa, &pool->pluto->sas, node) {
		for (at = 0; sa->cp && at < 2; at++) {
			if (sa->cp->leases[at] && sa->cp->leases[at]->pool == pool)
				json_array_append_new(rows, lease_json(sa, sa->cp->leases[at]));
		}
	}
	return rows;
}

static json_t *pool_json(const struct address_pool *pool)
{
	const struct address_family *families = pool->families;
	uint64_t size = families[0].size + families[1].size;
	json_t *ranges = json_array();
	unsigned int at;

	for (at = 0; at < pool->ranges.count; at++)
		json_array_append_new(ranges, range_json(&pool->ranges.list[at]));
	return json_pack("{s:o, s:I, s:I, s:I, s:o}", "ranges", ranges, "size",
			 number(size < families[0].size ? UINT64_MAX : size), "used",
			 number(families[0].held + families[1].held), "remembered",
			 number(families[0].free_count + families[1].free_count), "leases", leases_json(pool));
}

json_t *status_pools(const struct daemon *daemon)
{
	const struct address_pool *pool;
	json_t *rows = json_array();

	cds_list_for_each_entry(pool, &daemon->pluto->pools, node)
		json_array_append_new(rows, pool_json(pool));
	return json_pack("{s:o}", "addresspools", rows);
}
