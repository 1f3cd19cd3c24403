// SPDX-License-Identifier: GPL-2.0-or-later
/* Which stack pluto drives; and the stack that is none. */
#include <sys/random.h>

#include "backend.h"

/* Of protostack=. Where there are two stacks the first that can be had is taken. @overlap: it must have that option. */
static const struct choice {
	const char *name;
	const struct backend_ops *stacks[2];
	bool overlap;
} choices[] = {
	{ "auto", { &backend_klips, &backend_netkey }, false },
	{ "klips", { &backend_klips, NULL }, false },
	{ "mast", { &backend_klips, NULL }, true },
	{ "netkey", { &backend_netkey, NULL }, false },
	{ "xfrm", { &backend_netkey, NULL }, false },
	{ "native", { &backend_netkey, NULL }, false },
	{ "none", { &backend_none, NULL }, false },
};

static const struct choice *find(const char *protostack)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		if (!strcmp(choices[i].name, protostack))
			return &choices[i];
	}
	return NULL;
}

static void explain(const struct choice *choice, const struct backend_ops *ops, const char *details,
		    const char *refused, char *why, size_t size)
{
	if (choice->stacks[1])
		snprintf(why, size, "stack %s (%s): protostack=%s, and %s", ops->name, details, choice->name,
			 refused[0] ? refused : "KLIPS runs");
	else
		snprintf(why, size, "stack %s (%s): protostack=%s", ops->name, details, choice->name);
}

/* NULL: it cannot be had, or it is not what the choice wants; @details say why, or what it is. */
static struct backend *open_for(const struct choice *choice, const struct backend_ops *ops,
				const struct backend_events *events, void *arg, char *details, size_t size)
{
	struct backend *backend = ops->open(events, arg, details, size);

	if (!backend || !choice->overlap || !ops->check(backend, &(struct backend_options){ .overlap = true }))
		return backend;
	snprintf(details, size, "%s", ops->why(backend));
	ops->close(backend);
	return NULL;
}

/* backend.h has it */
int backend_choose(struct backend **backend, const char *protostack, const struct backend_events *events, void *arg,
		   char *why, size_t size)
{
	const struct choice *choice = find(protostack);
	char details[256], refused[600] = "";
	unsigned int i;

	if (!choice) {
		snprintf(why, size, "protostack=%s: not one of auto, klips, mast, netkey, xfrm, native, none",
			 protostack);
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(choice->stacks); i++) {
		const struct backend_ops *ops = choice->stacks[i];
		size_t length = strlen(refused);

		if (!ops)
			break;
		*backend = open_for(choice, ops, events, arg, details, sizeof(details));
		if (*backend) {
			explain(choice, ops, details, refused, why, size);
			return 0;
		}
		snprintf(refused + length, sizeof(refused) - length, "%s%s", length ? "; " : "", details);
	}
	snprintf(why, size, "no stack: protostack=%s, but %s", choice->name, refused);
	return -ENODEV;
}

static void none_close(struct backend *backend)
{
	free(backend);
}

static struct backend *none_open(const struct backend_events *events, void *arg, char *why, size_t size)
{
	struct backend *backend = calloc(1, sizeof(*backend));

	(void)events;
	(void)arg;
	if (backend)
		backend->ops = &backend_none;
	snprintf(why, size, "%s", backend ? "no traffic is protected" : strerror(ENOMEM));
	return backend;
}

static int none_fd(struct backend *backend)
{
	(void)backend;
	return -1;
}

static void none_dispatch(struct backend *backend)
{
	(void)backend;
}

static int none_get_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
			const struct klips_addr *dst, uint32_t reqid, uint32_t *spi)
{
	(void)backend;
	(void)src;
	(void)dst;
	(void)reqid;
	do {
		if (getrandom(spi, sizeof(*spi), 0) != sizeof(*spi))
			return -EIO;
		if (protocol == BACKEND_IPCOMP)
			*spi &= cpu_to_be32(0x7fff); /* all that are left are below BACKEND_CPI_LAST */
	} while (be32_to_cpu(*spi) < BACKEND_SPI_FIRST);
	return 0;
}

static int none_sa_add(struct backend *backend, const struct backend_sa *sa)
{
	(void)backend;
	(void)sa;
	return 0;
}

static int none_sa_delete(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			  const struct klips_addr *dst)
{
	(void)backend;
	(void)protocol;
	(void)spi;
	(void)src;
	(void)dst;
	return 0;
}

static int none_sa_move(struct backend *backend, const struct backend_move *move)
{
	(void)backend;
	(void)move;
	return 0;
}

static int none_sa_usage(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			 const struct klips_addr *dst, struct backend_usage *usage)
{
	*usage = (struct backend_usage){ .idle = UINT64_MAX };
	return none_sa_delete(backend, protocol, spi, src, dst);
}

static int none_policy(struct backend *backend, const struct backend_policy *policy)
{
	(void)backend;
	(void)policy;
	return 0;
}

static int none_socket(struct backend *backend, int fd, uint8_t version)
{
	(void)backend;
	(void)fd;
	(void)version;
	return 0;
}

static int none_encap(struct backend *backend, int fd, uint8_t version, uint16_t port)
{
	(void)port;
	return none_socket(backend, fd, version);
}

static int none_attach(struct backend *backend, const struct backend_policy *like, char device[16])
{
	(void)backend;
	(void)like;
	device[0] = '\0';
	return 0;
}

static const char *none_why(struct backend *backend)
{
	(void)backend;
	return "no random numbers";
}

/* protostack=none: everything is done at once, since there is nothing to do. */
const struct backend_ops backend_none = {
	.name = "none",
	.open = none_open,
	.close = none_close,
	.fd = none_fd,
	.dispatch = none_dispatch,
	.get_spi = none_get_spi,
	.sa_add = none_sa_add,
	.sa_delete = none_sa_delete,
	.sa_move = none_sa_move,
	.sa_usage = none_sa_usage,
	.policy_set = none_policy,
	.policy_delete = none_policy,
	.bypass_socket = none_socket,
	.encap_socket = none_encap,
	.attach = none_attach,
	.why = none_why,
};
