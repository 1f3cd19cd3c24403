// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/parse.h"
#include "../mobike.h"

static uint64_t now(void *arg)
{
	return ((struct side *)arg)->world->now;
}

static int64_t date(void *arg)
{
	return ((struct side *)arg)->world->date;
}

static bool has(const struct side *side, const struct klips_addr *addr)
{
	unsigned int at;

	for (at = 0; at < side->address_count; at++)
		if (klips_addr_equal(&side->addresses[at], addr))
			return true;
	return false;
}

static bool is_dead(const struct world *world, const struct klips_addr *addr)
{
	return world->dead.version && klips_addr_equal(&world->dead, addr);
}

/* What a NAT makes of it, either way. */
static void translate(const struct world *world, struct packet *packet)
{
	if (!world->outside.addr.version)
		return;
	if (klips_addr_equal(&packet->from.addr, &world->inside.addr)) {
		packet->from.addr = world->outside.addr;
		packet->from.port = packet->from.port == 500 ? world->outside.port + 1 : world->outside.port;
	} else if (klips_addr_equal(&packet->to.addr, &world->outside.addr)) {
		packet->to.addr = packet->to.port == world->outside.port || packet->to.port == world->outside.port + 1 ?
					  world->inside.addr :
					  packet->to.addr;
		packet->to.port = packet->to.port == world->outside.port ? 4500 : 500;
	}
}

static void dispatch(void *arg, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data)
{
	struct side *side = arg;
	struct world *world = side->world;
	struct packet *packet;

	side->sent++;
	if (world->lose) {
		world->lose--;
		return;
	}
	if ((side->moves && !has(side, &from->addr)) || is_dead(world, &from->addr) || is_dead(world, &to->addr))
		return;
	if (world->count == PACKETS_MAX || data.length > sizeof(packet->data))
		abort();
	packet = &world->packet[(world->first + world->count++) % PACKETS_MAX];
	packet->from = *from;
	packet->to = *to;
	packet->length = data.length;
	memcpy(packet->data, data.data, data.length);
	translate(world, packet);
}

static unsigned int addresses(void *arg, struct klips_addr *to, unsigned int room)
{
	const struct side *side = arg;
	unsigned int count = side->address_count < room ? side->address_count : room;

	memcpy(to, side->addresses, count * sizeof(*to));
	return count;
}

static bool source(void *arg, const struct klips_addr *to, struct klips_addr *from)
{
	const struct side *side = arg;
	unsigned int at;

	for (at = 0; at < side->address_count; at++)
		if (side->addresses[at].version == to->version) {
			*from = side->addresses[at];
			return true;
		}
	return false;
}

static bool device(void *arg, const struct klips_addr *addr, char name[16])
{
	memcpy(name, "eth1", sizeof("eth1"));
	return has(arg, addr);
}

static int chance(void *arg, void *out, size_t length)
{
	struct side *side = arg;
	uint8_t *bytes = out;
	size_t at;

	for (at = 0; at < length; at++) {
		bytes[at] = side->chance += 37;
		if (at) /* the first octet decides which nonce is lower; no two draws are the same */
			bytes[at] ^= side->draws >> 8 * (at & 3);
	}
	side->chance++;
	side->draws++;
	return 0;
}

static void submit(void *arg, struct pluto_job *job)
{
	struct side *side = arg;

	if (side->keep_jobs) {
		job->next = side->jobs;
		side->jobs = job;
		return;
	}
	job->work(job);
	job->done(job);
}

void side_run_job(struct side *side)
{
	struct pluto_job *job = side->jobs;

	side->jobs = job->next;
	job->work(job);
	job->done(job);
}

void side_run_first_job(struct side *side)
{
	struct pluto_job **link = &side->jobs, *job;

	while ((*link)->next)
		link = &(*link)->next;
	job = *link;
	*link = NULL;
	job->work(job);
	job->done(job);
}

void side_run_jobs(struct side *side)
{
	while (side->jobs)
		side_run_job(side);
}

static void append(char *to, size_t size, const char *text)
{
	size_t length = strlen(to);

	snprintf(to + length, size - length, "%s\n", text);
}

static void note(void *arg, enum pluto_log_level level, const char *line)
{
	struct side *side = arg;

	if (level <= PLUTO_NOTICE)
		append(side->log, sizeof(side->log), line);
}

static size_t secret(void *arg, const struct connection *connection, const struct ike_identity *own,
		     const struct ike_identity *remote, uint8_t *to)
{
	struct side *side = arg;
	bool west = side == &side->world->west;
	char local[IKE_ID_TEXT];

	(void)connection;
	ike_identity_print(local, sizeof(local), own);
	/* West's engine may also be that of north, a second road. */
	if ((strcmp(local, west ? "@west" : "@east") && !(west && !strcmp(local, "@north"))) || !remote->type)
		return 0;
	memcpy(to, side->psk, strlen(side->psk));
	return strlen(side->psk);
}

static void event(void *arg, const char *what, const struct ike_sa *sa, const char *detail)
{
	struct side *side = arg;

	(void)sa;
	(void)detail;
	append(side->events, sizeof(side->events), what);
}

static void child_event(void *arg, const char *what, const struct child_sa *child, const char *detail)
{
	event(arg, what, child->sa, detail);
}

static int fetch(void *arg, struct pki_located *to, struct pki_why *why)
{
	struct side *side = arg;

	return side->world->fetch ? side->world->fetch(side, to, why) : -EIO;
}

static const struct pluto_port port = {
	.now = now,
	.date = date,
	.send = dispatch,
	.random = chance,
	.submit = submit,
	.fetch = fetch,
	.log = note,
	.secret = secret,
	.event = event,
	.child_event = child_event,
	.addresses = addresses,
	.source = source,
	.device = device,
};

static struct stack *stack_of(struct backend *backend)
{
	return caa_container_of(backend, struct stack, backend);
}

static void add_cpi(struct stack *stack, uint32_t cpi, const struct klips_addr *dst)
{
	unsigned int at;

	for (at = 0; at < stack->cpis; at++)
		if (stack->cpi[at].cpi == cpi && klips_addr_equal(&stack->cpi[at].dst, dst))
			return;
	if (stack->cpis == SAS_MAX)
		abort();
	stack->cpi[stack->cpis].cpi = cpi;
	stack->cpi[stack->cpis++].dst = *dst;
}

static int delete_cpi(struct stack *stack, uint32_t cpi, const struct klips_addr *dst)
{
	unsigned int at;

	for (at = 0; at < stack->cpis; at++)
		if (stack->cpi[at].cpi == cpi && klips_addr_equal(&stack->cpi[at].dst, dst)) {
			stack->cpi[at] = stack->cpi[--stack->cpis];
			return 0;
		}
	return -ESRCH;
}

static int get_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		   const struct klips_addr *dst, uint32_t reqid, uint32_t *spi)
{
	struct stack *stack = stack_of(backend);

	(void)src;
	(void)reqid;
	if (protocol == BACKEND_IPCOMP) {
		*spi = htonl(stack->next_cpi++);
		if (!stack->refuse_cpi)
			add_cpi(stack, *spi, dst);
		return stack->refuse_cpi;
	}
	*spi = htonl(stack->next_spi++);
	stack->larval += !stack->refuse_spi;
	return stack->refuse_spi;
}

static int sa_add(struct backend *backend, const struct backend_sa *sa)
{
	struct stack *stack = stack_of(backend);

	if (stack->refuse)
		return stack->refuse;
	if (stack->sas == SAS_MAX)
		abort();
	stack->larval -= sa->inbound;
	if (sa->cpi)
		add_cpi(stack, sa->cpi, &sa->dst.addr);
	stack->sa[stack->sas++] = *sa;
	return 0;
}

static bool has_sa(const struct stack *stack, uint32_t spi)
{
	unsigned int at;

	for (at = 0; at < stack->sas; at++)
		if (stack->sa[at].spi == spi)
			return true;
	return false;
}

/* In the place of one that is gone, or its own. */
static void set_mark(struct stack *stack, uint32_t spi, uint32_t ref)
{
	unsigned int at, to = SAS_MAX;

	for (at = 0; at < SAS_MAX && stack->marks[at].spi != spi; at++)
		if (!has_sa(stack, stack->marks[at].spi))
			to = at;
	if (at < SAS_MAX)
		to = at;
	if (to == SAS_MAX)
		abort();
	stack->marks[to].spi = spi;
	stack->marks[to].ref = ref;
}

static int sa_refer(struct backend *backend, const struct backend_pair *pair, uint32_t *ref)
{
	struct stack *stack = stack_of(backend);
	bool is_new = !*ref;

	if (stack->refuse_refer)
		return stack->refuse_refer;
	if (is_new)
		*ref = ++stack->refs;
	if (*ref >= REFS_MAX)
		abort();
	if (is_new || pair->send)
		stack->owner[*ref] = pair->spi[1];
	set_mark(stack, pair->spi[0], *ref);
	return 0;
}

static int sa_delete(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		     const struct klips_addr *dst)
{
	struct stack *stack = stack_of(backend);
	unsigned int at;

	(void)src;
	if (protocol == BACKEND_IPCOMP)
		return delete_cpi(stack, spi, dst);
	for (at = 0; at < stack->sas; at++)
		if (stack->sa[at].spi == spi && klips_addr_equal(&stack->sa[at].dst.addr, dst)) {
			stack->sa[at] = stack->sa[--stack->sas];
			return 0;
		}
	stack->larval -= stack->larval != 0;
	return -ESRCH;
}

static int sa_usage(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		    const struct klips_addr *dst, struct backend_usage *usage)
{
	const struct stack *stack = stack_of(backend);
	unsigned int at;

	(void)protocol;
	(void)src;
	*usage = (struct backend_usage){ .idle = UINT64_MAX };
	for (at = 0; at < stack->sas; at++)
		if (stack->sa[at].spi == spi && klips_addr_equal(&stack->sa[at].dst.addr, dst))
			return 0;
	return -ENOENT;
}

static int sa_move(struct backend *backend, const struct backend_move *move)
{
	struct stack *stack = stack_of(backend);
	struct backend_sa *sa = stack->sa;
	unsigned int at = 0;

	if (stack->refuse_move)
		return stack->refuse_move;
	if (move->protocol == BACKEND_IPCOMP) {
		add_cpi(stack, move->spi, &move->dst.addr);
		return 0;
	}
	while (at < stack->sas && (sa[at].spi != move->spi || !klips_addr_equal(&sa[at].dst.addr, &move->from)))
		at++;
	if (at == stack->sas)
		return -ENOENT;
	if (stack->sas == SAS_MAX)
		abort();
	if (!klips_addr_equal(&move->from, &move->dst.addr)) {
		sa[stack->sas] = sa[at];
		at = stack->sas++;
	}
	sa[at].src = move->src;
	sa[at].dst = move->dst;
	sa[at].encap = move->encap;
	return 0;
}

static int policy_set(struct backend *backend, const struct backend_policy *policy)
{
	struct stack *stack = stack_of(backend);
	unsigned int at;

	if (stack->refuse_policy && !stack->room--)
		return stack->refuse_policy;
	for (at = 0; at < stack->policies; at++)
		if (!memcmp(&stack->policy[at].local, &policy->local, sizeof(policy->local)) &&
		    !memcmp(&stack->policy[at].remote, &policy->remote, sizeof(policy->remote)))
			break;
	if (at == POLICIES_MAX)
		abort();
	stack->policy[at] = *policy;
	stack->policies += at == stack->policies;
	return 0;
}

static int policy_delete(struct backend *backend, const struct backend_policy *policy)
{
	struct stack *stack = stack_of(backend);
	unsigned int at;

	for (at = 0; at < stack->policies; at++)
		if (!memcmp(&stack->policy[at].local, &policy->local, sizeof(policy->local)) &&
		    !memcmp(&stack->policy[at].remote, &policy->remote, sizeof(policy->remote))) {
			stack->policy[at] = stack->policy[--stack->policies];
			return 0;
		}
	return -ESRCH;
}

static const char *why(struct backend *backend)
{
	(void)backend;
	return "made up";
}

static const struct backend_ops stack_ops = {
	.name = "made-up stack",
	.get_spi = get_spi,
	.sa_add = sa_add,
	.sa_delete = sa_delete,
	.sa_move = sa_move,
	.sa_refer = sa_refer,
	.sa_usage = sa_usage,
	.policy_set = policy_set,
	.policy_delete = policy_delete,
	.why = why,
};

void world_propose(struct side *side, const char *ike, const char *esp)
{
	struct ike_text_error error = { 0 };

	if (ike_proposals_parse(&side->connection->ike, IKE_PROTO_IKE, ike, true, &error) ||
	    ike_proposals_parse(&side->connection->child, IKE_PROTO_ESP, esp, true, &error))
		abort();
}

static void end_make(struct connection_end *end, const char *address, const char *id, const char *client)
{
	klips_parse_addr(&end->host, address);
	end->ike_port = 500;
	end->auth = AUTH_BY_SECRET;
	ike_identity_parse(&end->id, id);
	end->client.count = 1;
	if (ike_ts_parse(&end->client.ts[0], client))
		abort();
}

static void side_make(struct world *world, struct side *side, bool west)
{
	struct connection *connection;

	side->world = world;
	side->chance = west ? 1 : 101;
	side->psk = "a secret between west and east";
	side->pluto = pluto_new(&port, side);
	side->stack.backend.ops = &stack_ops;
	side->stack.next_cpi = west ? 0x111 : 0x222;
	side->stack.next_spi = west ? 0x1001 : 0x2001;
	side->pluto->backend = &side->stack.backend;
	connection = side->connection = connection_new(side->pluto, "west-east");
	end_make(west ? &connection->local : &connection->remote, "192.1.2.45", "@west", "192.0.1.0/24");
	end_make(west ? &connection->remote : &connection->local, "192.1.2.23", "@east", "192.0.2.0/24");
	side->at = (struct ike_endpoint){ connection->local.host, 500 };
	side->addresses[0] = connection->local.host;
	side->address_count = 1;
	connection->times = (struct connection_times){
		.retransmit_first = 500,
		.retransmit_limit = 60000,
		.dpd_delay = 30000,
	};
	connection->initial_contact = true;
	connection->fragmentation = true;
	world_propose(side, "aes_gcm256-sha2_256-x25519", "aes_gcm256");
}

void world_make(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->now = 1000000;
	side_make(world, &world->west, true);
	side_make(world, &world->east, false);
}

void world_free(struct world *world)
{
	side_run_jobs(&world->west);
	side_run_jobs(&world->east);
	pluto_free(world->west.pluto);
	pluto_free(world->east.pluto);
}

void world_deliver(struct world *world)
{
	struct packet packet;
	struct side *to;

	if (!world->count)
		return;
	packet = world->packet[world->first++ % PACKETS_MAX];
	world->count--;
	to = has(&world->west, &packet.to.addr) || !has(&world->east, &packet.to.addr) ? &world->west : &world->east;
	if (to->moves && !has(to, &packet.to.addr))
		return;
	world->last = packet;
	pluto_receive(to->pluto, &packet.to, &packet.from, (struct ike_slice){ packet.data, packet.length });
}

static struct packet *packet_at(struct world *world, unsigned int number)
{
	return &world->packet[(world->first + number) % PACKETS_MAX];
}

static bool is_for(const struct packet *packet, const struct side *side)
{
	return klips_addr_equal(&packet->to.addr, &side->at.addr);
}

unsigned int side_packets(const struct side *side)
{
	unsigned int at, count = 0;

	for (at = 0; at < side->world->count; at++)
		count += is_for(packet_at(side->world, at), side);
	return count;
}

void side_take(struct side *side, unsigned int number, bool lost)
{
	struct world *world = side->world;
	struct packet packet;
	unsigned int at;

	for (at = 0; !is_for(packet_at(world, at), side) || number; at++)
		number -= is_for(packet_at(world, at), side);
	packet = *packet_at(world, at);
	for (world->count--; at < world->count; at++)
		*packet_at(world, at) = *packet_at(world, at + 1);
	if (!lost)
		pluto_receive(side->pluto, &packet.to, &packet.from, (struct ike_slice){ packet.data, packet.length });
}

void world_settle(struct world *world)
{
	while (world->count)
		world_deliver(world);
}

void world_pass(struct world *world, uint64_t milliseconds)
{
	uint64_t end = world->now + milliseconds, west, east;

	world_settle(world);
	for (;;) {
		west = pluto_timers_next(&world->west.pluto->timers);
		east = pluto_timers_next(&world->east.pluto->timers);
		if (west > end && east > end)
			break;
		world->now = west < east ? west : east;
		pluto_timers_run(&world->west.pluto->timers, world->now);
		pluto_timers_run(&world->east.pluto->timers, world->now);
		world_settle(world);
	}
	world->now = end;
}

struct ike_sa *side_sa(struct side *side, enum ike_sa_state state)
{
	struct ike_sa *sa, *found = NULL;

	cds_list_for_each_entry(sa, &side->pluto->sas, node) {
		if (sa->state != state)
			continue;
		if (found)
			return NULL;
		found = sa;
	}
	return found;
}

struct child_sa *side_child(struct side *side)
{
	struct ike_sa *sa = side_sa(side, IKE_SA_ESTABLISHED);

	if (!sa || cds_list_empty(&sa->children) || sa->children.next->next != &sa->children)
		return NULL;
	return cds_list_first_entry(&sa->children, struct child_sa, node);
}

unsigned int side_sas(struct side *side)
{
	struct ike_sa *sa;
	unsigned int count = 0;

	cds_list_for_each_entry(sa, &side->pluto->sas, node)
		count++;
	return count;
}

bool side_said(const struct side *side, const char *text)
{
	return strstr(side->log, text);
}

struct klips_addr world_address(const char *text)
{
	struct klips_addr addr;

	klips_parse_addr(&addr, text);
	return addr;
}

void side_has(struct side *side, ...)
{
	const char *text;
	va_list list;

	side->address_count = 0;
	side->moves = true;
	va_start(list, side);
	while ((text = va_arg(list, const char *)))
		side->addresses[side->address_count++] = world_address(text);
	va_end(list);
	pluto_addresses_changed(side->pluto);
}

void world_replay(struct world *world, const struct packet *packet, const char *from, uint16_t port)
{
	struct packet *copy = &world->packet[(world->first + world->count++) % PACKETS_MAX];

	*copy = *packet;
	copy->from = (struct ike_endpoint){ world_address(from), port };
}
