// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets for ESP in UDP (RFC 3948) where no IKE daemon has one: tunnels made by hand need them, and NATs that are kept
 * awake. Such a socket is open to sharing once it is bound: a daemon that binds with SO_REUSEADDR or an address of its
 * own has the packets while it is there.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/udp.h>

#include "module.h"

/**
 * struct klips_port - a port at which ESP in UDP arrives
 * @list: among those of its namespace
 * @number: host byte order
 * @sockets: over IPv4 and IPv6; NULL: another program has it, or there is no IPv6
 * @rcu: frees it after the last reader
 */
struct klips_port {
	struct list_head list;
	u16 number;
	struct socket *sockets[2];
	struct rcu_head rcu;
};

static int bind_to(struct socket *socket, bool v6, u16 number)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = cpu_to_be16(number) };
	struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = cpu_to_be16(number) };

	if (v6)
		return kernel_bind(socket, (struct sockaddr *)&any6, sizeof(any6));
	return kernel_bind(socket, (struct sockaddr *)&any4, sizeof(any4));
}

/* Nobody reads what is not ESP: it is dropped. */
static int open_one(struct socket **result, struct net *net, bool v6, u16 number)
{
	int kind = UDP_ENCAP_ESPINUDP, err;
	struct socket *socket;

	err = sock_create_kern(net, v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, IPPROTO_UDP, &socket);
	if (err)
		return err;
	if (v6)
		err = ip6_sock_set_v6only(socket->sk);
	if (!err)
		err = bind_to(socket, v6, number);
	if (!err)
		err = socket->ops->setsockopt(socket, IPPROTO_UDP, UDP_ENCAP, KERNEL_SOCKPTR(&kind), sizeof(kind));
	if (err) {
		sock_release(socket);
		return err;
	}
	lock_sock(socket->sk);
	socket->sk->sk_rcvbuf = 0;
	socket->sk->sk_reuse = SK_CAN_REUSE;
	release_sock(socket->sk);
	WRITE_ONCE(*result, socket);
	return 0;
}

/* In rcu_read_lock(), or with @net->ports_lock. */
static struct klips_port *find(struct klips_net *net, u16 number)
{
	struct klips_port *port;

	list_for_each_entry_rcu(port, &net->ports, list, lockdep_is_held(&net->ports_lock))
		if (port->number == number)
			return port;
	return NULL;
}

static struct klips_port *add(struct klips_net *net, u16 number)
{
	struct klips_port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return NULL;
	port->number = number;
	list_add_rcu(&port->list, &net->ports);
	return port;
}

/**
 * klips_port_open() - have ESP in UDP arrive at a port
 * @net: where
 * @number: of the port, host byte order
 * @v6: over IPv6
 *
 * Control is serialised by @net->ports_lock alone. Where another program has the port that is its business: it has
 * UDP_ENCAP set, as IKE daemons do, or wants no ESP.
 *
 * Return: 0, also if it is open already, or is another's; or a negative errno.
 */
int klips_port_open(struct klips_net *net, u16 number, bool v6)
{
	struct klips_port *port;
	int err = 0;

	mutex_lock(&net->ports_lock);
	port = find(net, number);
	if (!port)
		port = add(net, number);
	if (!port)
		err = -ENOMEM;
	else if (!port->sockets[v6])
		err = open_one(&port->sockets[v6], net->net, v6, number);
	mutex_unlock(&net->ports_lock);
	return err == -EADDRINUSE || err == -EAFNOSUPPORT ? 0 : err;
}

/**
 * klips_port_is_open() - whether ESP in UDP arrives by KLIPS's own socket
 * @net: where
 * @number: of the port, host byte order
 * @v6: over IPv6
 */
bool klips_port_is_open(struct klips_net *net, u16 number, bool v6)
{
	struct klips_port *port;
	bool open;

	rcu_read_lock();
	port = find(net, number);
	open = port && READ_ONCE(port->sockets[v6]);
	rcu_read_unlock();
	return open;
}

static void close(struct klips_port *port)
{
	unsigned int v6;

	for (v6 = 0; v6 < ARRAY_SIZE(port->sockets); v6++)
		if (port->sockets[v6])
			sock_release(port->sockets[v6]);
	list_del_rcu(&port->list);
	kfree_rcu(port, rcu);
}

static void close_all(struct klips_net *net)
{
	struct klips_port *port, *next;

	list_for_each_entry_safe(port, next, &net->ports, list)
		close(port);
}

/**
 * klips_ports_close() - no longer have ESP in UDP arrive anywhere by KLIPS's own doing
 * @net: where
 */
void klips_ports_close(struct klips_net *net)
{
	mutex_lock(&net->ports_lock);
	close_all(net);
	mutex_unlock(&net->ports_lock);
}

/**
 * klips_ports_close_unused() - give the ports back when there is no SA any more
 * @net: where
 */
void klips_ports_close_unused(struct klips_net *net)
{
	mutex_lock(&net->ports_lock);
	if (!klips_sadb_count(net->klips.sadb))
		close_all(net);
	mutex_unlock(&net->ports_lock);
}
