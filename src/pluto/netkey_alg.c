// SPDX-License-Identifier: GPL-2.0-or-later
/* Which algorithms this kernel has: it has no list of them for XFRM, and loads their modules when an SA wants them. */
#include <time.h>

#include "netkey.h"

#define ASK_AGAIN 10 /* seconds: a module may come */

/* What is known of one. @lacks_at: when the kernel lacked it; seconds of CLOCK_MONOTONIC; 0: it never did */
struct netkey_alg {
	bool has;
	time_t lacks_at;
};

/* An SA from this host to itself, with a key for nobody. */
static void fill(struct backend_sa *sa, uint8_t protocol)
{
	size_t at;

	*sa = (struct backend_sa){ .spi = htonl(BACKEND_SPI_FIRST), .protocol = protocol, .tunnel = true };
	sa->src.addr = sa->dst.addr = klips_addr_v4(htonl(INADDR_LOOPBACK));
	/* No weak keys, of 3DES for one: all bytes differ. */
	for (at = 0; at < IKE_KEY_MAX; at++)
		sa->encr.data[at] = sa->integ.data[at] = (uint8_t)(at + 1);
}

static void use_encr(struct backend_sa *sa, const struct ike_alg *alg)
{
	sa->suite.encr = alg;
	sa->encr.length = alg->key_bits[0] / 8 + alg->salt;
}

static void use_integ(struct backend_sa *sa, const struct ike_alg *alg)
{
	sa->suite.integ = alg;
	sa->integ.length = alg->key;
}

static int try(struct netkey *netkey, const struct backend_sa *sa)
{
	int err = netkey_sa_send(netkey, sa, XFRM_MSG_NEWSA);

	if (!err)
		netkey_sa_delete(&netkey->backend, sa->protocol, sa->spi, &sa->src.addr, &sa->dst.addr);
	/* An SA of this name is there: the kernel looks at algorithms first. */
	return err == -EEXIST ? 0 : err;
}

/* ESP with an integrity algorithm that the kernel lacks is no answer about the cipher; without any it is one. */
static int try_encr(struct netkey *netkey, const struct ike_alg *alg)
{
	struct backend_sa sa;
	int err;

	fill(&sa, IKE_PROTO_ESP);
	use_encr(&sa, alg);
	err = try(netkey, &sa);
	if (alg->aead || (err != -ENOENT && err != -EINVAL))
		return err;
	/* Nor is that one if the kernel has nothing that stands for none. */
	use_integ(&sa, ike_alg_by_id(IKE_INTEG, 12));
	return try(netkey, &sa);
}

/* AH has nothing else; a kernel without AH has looked for the algorithm before. */
static int try_integ(struct netkey *netkey, const struct ike_alg *alg)
{
	struct backend_sa sa;

	fill(&sa, IKE_PROTO_AH);
	use_integ(&sa, alg);
	return try(netkey, &sa);
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + 1;
}

static struct netkey_alg *place(struct netkey *netkey, const struct ike_alg *alg)
{
	if (!netkey->algs)
		netkey->algs = calloc(ike_alg_count, sizeof(*netkey->algs));
	return netkey->algs ? &netkey->algs[alg - ike_algs] : NULL;
}

/* What is wrong for another reason is no answer, and is said when there is to be an SA. */
static int ask_kernel(struct netkey *netkey, const struct ike_alg *alg, struct netkey_alg *known)
{
	int err = alg->type == IKE_ENCR ? try_encr(netkey, alg) : try_integ(netkey, alg);
	bool lacks = err == -ENOSYS || err == -ENOENT;

	known->has = !err || err == -EPROTONOSUPPORT;
	known->lacks_at = lacks ? now() : 0;
	return !lacks;
}

/**
 * netkey_has() - whether this kernel has an algorithm
 * @backend: netkey
 * @alg: of ike_algs: IKE_ENCR or IKE_INTEG
 * @ask: it may be asked, which takes a tenth of a millisecond, or some more if it has to look for a module; once for
 *	 each algorithm that it has
 *
 * Return: 1 or 0; -1: it is not known.
 */
int netkey_has(struct backend *backend, const struct ike_alg *alg, bool ask)
{
	struct netkey *netkey = netkey_of(backend);
	struct netkey_alg *known;

	if (!alg->xfrm)
		return 0;
	known = place(netkey, alg);
	if (known && known->has)
		return 1;
	if (known && known->lacks_at && (!ask || now() - known->lacks_at < ASK_AGAIN))
		return 0;
	if (!ask || !known)
		return -1;
	return ask_kernel(netkey, alg, known);
}

/**
 * netkey_probe() - whether the kernel has ESP: XFRM alone may be there without it
 * @netkey: whom to ask
 *
 * An SA is added and deleted: only then the kernel looks for the protocol. It has one or the other of the algorithms.
 *
 * Return: 0 or a negative errno, with a text.
 */
int netkey_probe(struct netkey *netkey)
{
	struct backend_sa sa;
	int err;

	fill(&sa, IKE_PROTO_ESP);
	use_encr(&sa, ike_alg_by_id(IKE_ENCR, 20));
	sa.encr.length = 16 + sa.suite.encr->salt;
	err = try(netkey, &sa);
	if (err != -ENOSYS)
		return err;
	use_encr(&sa, ike_alg_by_id(IKE_ENCR, 12));
	sa.encr.length = 16;
	use_integ(&sa, ike_alg_by_id(IKE_INTEG, 12));
	return try(netkey, &sa);
}
