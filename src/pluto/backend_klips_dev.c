// SPDX-License-Identifier: GPL-2.0-or-later
/* KLIPS's devices, and IKE's sockets beside it. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/udp.h>
#include <net/if.h>

#include "backend_klips.h"
#include "../lib/parse.h"

#define DEVICES	      64
#define MAST	      "mast0"
#define PORT_IKE      500
#define PORT_IKE_NATT 4500

/* By number, what there is of ipsecN; and which is attached to @physical. */
struct devices {
	const char *physical;
	char found[IFNAMSIZ];
	bool exists[DEVICES];
	bool attached[DEVICES];
};

static int number_of(const char *name)
{
	u64 number;

	if (strncmp(name, "ipsec", 5) || klips_parse_number(&number, name + 5, DEVICES - 1))
		return -1;
	return (int)number;
}

static int take(const struct klips_dev_info *info, void *arg)
{
	struct devices *all = arg;
	int number = number_of(info->name);

	if (!strcmp(info->phys, all->physical))
		memcpy(all->found, info->name, sizeof(all->found));
	if (number >= 0) {
		all->exists[number] = true;
		all->attached[number] = info->phys[0];
	}
	return 0;
}

/* Or the kernel gives it an IPv6 address of its own, and tells routers. Where there is no IPv6 there is no such file.
 */
static void be_quiet(const char *device)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/addr_gen_mode", device);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	dprintf(fd, "1");
	close(fd);
}

static int bring_up(struct klips_backend *klips, const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	struct ifreq request = { .ifr_flags = 0 };

	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request))
		err = -errno;
	request.ifr_flags |= IFF_UP;
	if (!err && ioctl(fd, SIOCSIFFLAGS, &request))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err ? backend_klips_fail(klips, err, "%s does not come up: %s", device, strerror(-err)) : 0;
}

static int attach(struct klips_backend *klips, const char *device, const char *physical, bool exists)
{
	struct klips_refusal why = { 0 }, ignored = { 0 };

	if (!exists && klips_client_dev(&klips->client, KLIPS_CMD_DEV_CREATE, device, NULL, &why))
		return backend_klips_refused(klips, &why);
	be_quiet(device);
	if (!klips_client_dev(&klips->client, KLIPS_CMD_DEV_ATTACH, device, physical, &why))
		return bring_up(klips, device);
	if (!exists)
		klips_client_dev(&klips->client, KLIPS_CMD_DEV_DELETE, device, NULL, &ignored);
	return backend_klips_refused(klips, &why);
}

static int take_mast(const struct klips_dev_info *info, void *arg)
{
	uint32_t *id = arg;

	if (!strcmp(info->name, MAST))
		*id = info->id;
	return 0;
}

static int find_mast(struct klips_backend *klips, uint32_t *id)
{
	struct klips_refusal why = { 0 };

	*id = 0;
	return klips_client_dev_list(&klips->client, take_mast, id, &why) ? backend_klips_refused(klips, &why) : 0;
}

int backend_klips_mast(struct klips_backend *klips, uint32_t *id)
{
	struct klips_refusal why = { 0 };
	int err = find_mast(klips, id);

	if (err)
		return err;
	if (*id)
		return bring_up(klips, MAST);
	if (klips_client_dev(&klips->client, KLIPS_CMD_DEV_CREATE, MAST, NULL, &why))
		return backend_klips_refused(klips, &why);
	be_quiet(MAST);
	err = bring_up(klips, MAST);
	return err ? err : find_mast(klips, id);
}

/* The first that is free; DEVICES: none. */
static uint8_t choose(const struct devices *all)
{
	uint8_t i;

	for (i = 0; i < DEVICES && all->attached[i]; i++)
		;
	return i;
}

/* struct backend_ops, as are those below */
int backend_klips_attach(struct backend *backend, const struct backend_policy *like, char device[16])
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	const char *physical = like->physical ? like->physical : "";
	struct devices all = { .physical = physical };
	struct klips_refusal why = { 0 };
	char name[IFNAMSIZ];
	int err = backend_klips_ready(klips);
	uint8_t number;

	if (err)
		return err;
	if (!physical[0])
		return backend_klips_fail(klips, -EINVAL, "a device without a name");
	if (klips_client_dev_list(&klips->client, take, &all, &why))
		return backend_klips_refused(klips, &why);
	number = choose(&all);
	if (!all.found[0] && number == DEVICES)
		return backend_klips_fail(klips, -ENOSPC, "all %u devices are attached", DEVICES);
	snprintf(name, sizeof(name), "ipsec%u", number);
	if (!all.found[0])
		err = attach(klips, name, physical, all.exists[number]);
	if (!err)
		memcpy(device, all.found[0] ? all.found : name, IFNAMSIZ);
	return err;
}

static struct klips_ike_port *find_port(struct klips_backend *klips, uint16_t number)
{
	unsigned int at;

	for (at = 0; at < klips->port_count; at++)
		if (klips->ports[at].number == number)
			return &klips->ports[at];
	return NULL;
}

int backend_klips_ports_again(struct klips_backend *klips, struct klips_refusal *why)
{
	unsigned int at;
	int err = 0;

	for (at = 0; at < klips->port_count && !err; at++)
		err = klips_client_port_add(&klips->client, klips->ports[at].number, klips->ports[at].encapsulation,
					    why);
	return err;
}

/* IKE is at that port, and ESP in UDP: KLIPS is told of each but once. */
static int tell_port(struct klips_backend *klips, uint16_t number, bool encapsulation)
{
	struct klips_ike_port *port = find_port(klips, number);
	struct klips_refusal why = { 0 };
	int err;

	if (port && port->encapsulation >= encapsulation)
		return 0;
	if (!port && klips->port_count == KLIPS_BACKEND_PORTS)
		return backend_klips_fail(klips, -ENOSPC, "IKE has %u ports already", KLIPS_BACKEND_PORTS);
	err = backend_klips_ready(klips);
	if (err)
		return err;
	if (klips_client_port_add(&klips->client, number, encapsulation, &why))
		return backend_klips_refused(klips, &why);
	if (!port)
		port = &klips->ports[klips->port_count++];
	*port = (struct klips_ike_port){ number, encapsulation };
	return 0;
}

/* What is of XFRM alone. */
int backend_klips_check(struct backend *backend, const struct backend_options *options)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	const char *what = NULL;

	if (options->if_id)
		what = "no XFRM devices (ipsec-interface=): it has its own, ipsec0 and on";
	else if (options->device[0])
		what = "no VTI devices (vti-interface=): it has its own, ipsec0 and on";
	else if (options->mark[0].mask || options->mark[1].mask)
		what = "no policies by marks (mark=)";
	else if (options->overlap && !klips_client_is_module(&klips->client))
		what = "peers that look alike (overlapip=) only as a kernel module: klipsd cannot tell packets' marks";
	else if (options->offload == BACKEND_OFFLOAD_CRYPTO || options->offload == BACKEND_OFFLOAD_PACKET)
		what = "no work for network cards (nic-offload=)";
	return what ? backend_klips_fail(klips, -EOPNOTSUPP, "KLIPS has %s", what) : 0;
}

/* What is from IKE's ports passes KLIPS (core/xmit_route.c): it knows 500 and 4500, and others are told. */
int backend_klips_bypass_socket(struct backend *backend, int fd, uint8_t version)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	uint16_t port;

	if (getsockname(fd, (struct sockaddr *)&address, &size))
		return backend_klips_fail(klips, -errno, "getsockname: %s", strerror(errno));
	port = ntohs(version == KLIPS_V6 ? ((struct sockaddr_in6 *)&address)->sin6_port :
					   ((struct sockaddr_in *)&address)->sin_port);
	return !port || port == PORT_IKE || port == PORT_IKE_NATT ? 0 : tell_port(klips, port, false);
}

/* The module hears of ESP by the socket itself, as XFRM does: udp(7). */
static int encap_for_module(struct klips_backend *klips, int fd, uint16_t port)
{
	int kind = UDP_ENCAP_ESPINUDP;

	if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &kind, sizeof(kind)))
		return backend_klips_fail(klips, -errno, "ESP in UDP: %s", strerror(errno));
	return port == PORT_IKE_NATT ? 0 : tell_port(klips, port, false);
}

/* klipsd has a socket of its own at the port, which this one shares with it: see --share-udp in klipsd(8). */
int backend_klips_encap_socket(struct backend *backend, int fd, uint8_t version, uint16_t port)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	int one = 1;

	(void)version;
	if (klips_client_is_module(&klips->client))
		return encap_for_module(klips, fd, port);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)))
		return backend_klips_fail(klips, -errno, "SO_REUSEPORT: %s", strerror(errno));
	return port == PORT_IKE_NATT ? 0 : tell_port(klips, port, true);
}
