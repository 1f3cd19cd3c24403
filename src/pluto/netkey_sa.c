// SPDX-License-Identifier: GPL-2.0-or-later
/* SAs of XFRM, which calls them states. */
#include <linux/udp.h>

#include <net/if.h>

#include "netkey.h"

#define SPI_LAST    0xffffffff
#define WINDOW_OLD  32 /* packets: those that have more, or ESN, take another attribute */
#define WINDOW_MOST 4096
#define WORD_BITS   32

/* As users name SAs: "esp.1000@192.0.2.1". */
static void name(struct netkey_request *request, const char *verb, uint8_t proto, uint32_t spi,
		 const struct klips_addr *dst)
{
	const char *what = proto == IPPROTO_AH ? "ah" : proto == IPPROTO_COMP ? "comp" : "esp";
	char addr[INET6_ADDRSTRLEN];

	klips_addr_print(addr, sizeof(addr), dst);
	snprintf(request->subject, sizeof(request->subject), "%s %s.%x@%s", verb, what, ntohl(spi), addr);
}

void netkey_begin_named(struct netkey_request *request, uint16_t type, const char *verb, uint8_t protocol, uint32_t spi,
			const struct klips_addr *dst)
{
	struct xfrm_usersa_id *id = netkey_begin(request, type, sizeof(*id));

	netkey_put_addr(&id->daddr, dst);
	id->spi = spi;
	id->family = netkey_family(dst->version);
	id->proto = netkey_proto(protocol);
	name(request, verb, id->proto, spi, dst);
}

/* What the kernel tells of an SA; NULL: it is something else. */
static const struct xfrm_usersa_info *sa_info(const struct nlmsghdr *answer)
{
	if (answer->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(answer) < sizeof(struct xfrm_usersa_info))
		return NULL;
	return mnl_nlmsg_get_payload(answer);
}

static int take_spi(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	const struct xfrm_usersa_info *info = sa_info(answer);

	(void)netkey;
	if (info)
		*(uint32_t *)arg = info->id.spi;
	return 0;
}

/* struct backend_ops, as are those below. The SA is a larval one, and lasts for /proc/sys/net/core/xfrm_acq_expires. */
int netkey_get_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		   const struct klips_addr *dst, uint32_t reqid, uint32_t *spi)
{
	struct netkey *netkey = netkey_of(backend);
	struct netkey_request request;
	struct xfrm_userspi_info *info = netkey_begin(&request, XFRM_MSG_ALLOCSPI, sizeof(*info));
	uint32_t got = 0;
	int err;

	netkey_put_addr(&info->info.id.daddr, dst);
	netkey_put_addr(&info->info.saddr, src);
	info->info.id.proto = netkey_proto(protocol);
	info->info.family = netkey_family(dst->version);
	info->info.mode = XFRM_MODE_TUNNEL;
	info->info.reqid = reqid;
	info->min = BACKEND_SPI_FIRST;
	info->max = protocol == BACKEND_IPCOMP ? BACKEND_CPI_LAST : SPI_LAST;
	snprintf(request.subject, sizeof(request.subject), "allocate an SPI");
	err = netkey_call(netkey, &request, take_spi, &got);
	if (err)
		return err;
	if (!got)
		return netkey_fail(netkey, -EBADMSG, "allocate an SPI: the kernel named none");
	*spi = got;
	return 0;
}

static uint64_t limit(uint64_t value)
{
	return value ? value : XFRM_INF;
}

/* Seconds have 0 for none already. */
static void set_limits(struct xfrm_lifetime_cfg *to, const struct backend_sa *sa)
{
	to->soft_byte_limit = limit(sa->soft.bytes);
	to->hard_byte_limit = limit(sa->hard.bytes);
	to->soft_packet_limit = limit(sa->soft.packets);
	to->hard_packet_limit = limit(sa->hard.packets);
	to->soft_add_expires_seconds = sa->soft.seconds;
	to->hard_add_expires_seconds = sa->hard.seconds;
}

/*
 * The selector of a transport SA, where XFRM can have it in one; policies check the rest. With NAT between, addresses
 * in it may be others than those of the packets. A tunnel's is empty, of no family: both may go through.
 */
static void set_selector(struct xfrm_usersa_info *info, const struct backend_sa *sa)
{
	struct backend_flows flows;
	const char *why;

	if (info->mode == XFRM_MODE_TUNNEL)
		info->flags |= XFRM_STATE_AF_UNSPEC;
	else if (!sa->tunnel && !sa->encap && sa->src_ts.count == 1 && sa->dst_ts.count == 1 &&
		 !backend_flows_split(&flows, &sa->src_ts.ts[0], &sa->dst_ts.ts[0], true, &why) && flows.count == 1)
		netkey_put_selector(&info->sel, &flows.flows[0]);
}

static uint32_t window(const struct backend_sa *sa)
{
	return sa->inbound ? min(sa->window, (uint32_t)WINDOW_MOST) : 0;
}

static bool has_long_window(const struct backend_sa *sa)
{
	return sa->suite.esn || window(sa) > WINDOW_OLD;
}

static void fill_name(struct xfrm_usersa_info *info, const struct backend_sa *sa, uint8_t protocol, uint32_t spi)
{
	netkey_put_addr(&info->id.daddr, &sa->dst.addr);
	netkey_put_addr(&info->saddr, &sa->src.addr);
	info->id.spi = spi;
	info->id.proto = netkey_proto(protocol);
	info->family = netkey_family(sa->dst.addr.version);
	info->reqid = sa->reqid;
}

/* Where packets are compressed, that is the tunnel. */
static void fill(struct xfrm_usersa_info *info, const struct backend_sa *sa)
{
	fill_name(info, sa, sa->protocol, sa->spi);
	info->mode = sa->tunnel && !sa->cpi ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
	if (sa->suite.esn)
		info->flags |= XFRM_STATE_ESN;
	/* RFC 4302, 3.3.3.2.1: over IPv4 AH's ICV is padded to 4 bytes; without this flag Linux has 8
	 * (docs/man/klipsd.8). */
	if (sa->protocol == IKE_PROTO_AH && info->family == AF_INET)
		info->flags |= XFRM_STATE_ALIGN4;
	if (!has_long_window(sa))
		info->replay_window = (uint8_t)window(sa);
	set_limits(&info->lft, sa);
	set_selector(info, sa);
}

/* The kernel wants a window of an SA with ESN, in either direction: it tells the upper half of the number by it. */
static void put_window(struct netkey_request *request, const struct backend_sa *sa)
{
	union {
		struct xfrm_replay_state_esn state;
		uint8_t room[sizeof(struct xfrm_replay_state_esn) + WINDOW_MOST / 8];
	} replay;
	uint32_t size = max(window(sa), (uint32_t)WORD_BITS);

	if (!has_long_window(sa))
		return;
	memset(&replay, 0, sizeof(replay));
	replay.state.replay_window = size;
	replay.state.bmp_len = DIV_ROUND_UP(size, (uint32_t)WORD_BITS);
	netkey_put(request, XFRMA_REPLAY_ESN_VAL, &replay,
		   sizeof(replay.state) + replay.state.bmp_len * sizeof(replay.state.bmp[0]));
}

static void put_encap(struct netkey_request *request, const struct backend_sa *sa)
{
	struct xfrm_encap_tmpl encap = { .encap_type = UDP_ENCAP_ESPINUDP };

	if (!sa->encap)
		return;
	encap.encap_sport = htons(sa->src.port);
	encap.encap_dport = htons(sa->dst.port);
	netkey_put(request, XFRMA_ENCAP, &encap, sizeof(encap));
}

static void set_flags(struct xfrm_usersa_info *info, const struct backend_options *options)
{
	if (options && options->decap_dscp)
		info->flags |= XFRM_STATE_DECAP_DSCP;
	if (options && options->no_pmtu_disc)
		info->flags |= XFRM_STATE_NOPMTUDISC;
}

/* What goes out by a device has a mark, so that rules can route it by another way than what goes into the device. */
static void put_out_mark(struct netkey_request *request, const struct backend_options *options)
{
	struct backend_mark mark =
		options->mark[1].mask ? options->mark[1] : (struct backend_mark){ options->if_id, UINT32_MAX };

	netkey_put(request, XFRMA_SET_MARK, &mark.value, sizeof(mark.value));
	netkey_put(request, XFRMA_SET_MARK_MASK, &mark.mask, sizeof(mark.mask));
}

static void put_options(struct netkey_request *request, const struct backend_sa *sa)
{
	const struct backend_options *options = sa->options;
	const uint32_t extra = XFRM_SA_XFLAG_DONT_ENCAP_DSCP;

	if (!options)
		return;
	if (options->no_encap_dscp)
		netkey_put(request, XFRMA_SA_EXTRA_FLAGS, &extra, sizeof(extra));
	if (options->if_id)
		netkey_put(request, XFRMA_IF_ID, &options->if_id, sizeof(options->if_id));
	if (options->if_id && !sa->inbound)
		put_out_mark(request, options);
}

/* The kernel pads tunnels alone. */
static void put_tfc(struct netkey_request *request, const struct backend_sa *sa)
{
	if (sa->tfc && sa->tunnel && !sa->cpi && sa->protocol == IKE_PROTO_ESP)
		netkey_put(request, XFRMA_TFCPAD, &sa->tfc, sizeof(sa->tfc));
}

static void put_offload(struct netkey_request *request, const struct backend_sa *sa)
{
	struct xfrm_user_offload offload = { .flags = sa->inbound ? XFRM_OFFLOAD_INBOUND : 0 };

	if (!sa->options || sa->options->offload == BACKEND_OFFLOAD_NO || !sa->physical)
		return;
	if (sa->options->offload == BACKEND_OFFLOAD_PACKET)
		offload.flags |= XFRM_OFFLOAD_PACKET;
	offload.ifindex = (int)if_nametoindex(sa->physical);
	netkey_put(request, XFRMA_OFFLOAD_DEV, &offload, sizeof(offload));
}

/* All three structures begin with the name and the key's length; two have the length of the ICV next. */
union algorithm {
	struct xfrm_algo_auth head;
	uint8_t room[sizeof(struct xfrm_algo_auth) + IKE_KEY_MAX];
};

static int put_algorithm(struct netkey *netkey, struct netkey_request *request, uint16_t type,
			 const struct ike_alg *alg, const struct ike_key *key)
{
	const size_t head = type == XFRMA_ALG_CRYPT ? sizeof(struct xfrm_algo) : sizeof(struct xfrm_algo_auth);
	union algorithm algo;

	_Static_assert(sizeof(struct xfrm_algo_aead) == sizeof(struct xfrm_algo_auth), "the ICV's length is in both");
	if (!alg->xfrm || strlen(alg->xfrm) >= sizeof(algo.head.alg_name))
		return netkey_fail(netkey, -EOPNOTSUPP, "%s: NETKEY has no %s", request->subject, alg->name);
	if (key->length > IKE_KEY_MAX)
		return netkey_fail(netkey, -EINVAL, "%s: %s with a key of %u bytes", request->subject, alg->name,
				   key->length);
	memset(&algo, 0, sizeof(algo));
	memcpy(algo.head.alg_name, alg->xfrm, strlen(alg->xfrm));
	algo.head.alg_key_len = key->length * 8U;
	algo.head.alg_trunc_len = alg->size * 8U;
	memcpy(algo.room + head, key->data, key->length);
	netkey_put(request, type, &algo, head + key->length);
	explicit_bzero(&algo, sizeof(algo));
	return 0;
}

static int put_algorithms(struct netkey *netkey, struct netkey_request *request, const struct backend_sa *sa)
{
	const struct ike_alg *encr = sa->protocol == IKE_PROTO_AH ? NULL : sa->suite.encr, *integ = sa->suite.integ;
	int err = 0;

	if (encr)
		err = put_algorithm(netkey, request, encr->aead ? XFRMA_ALG_AEAD : XFRMA_ALG_CRYPT, encr, &sa->encr);
	if (!err && integ && integ->id)
		err = put_algorithm(netkey, request, XFRMA_ALG_AUTH_TRUNC, integ, &sa->integ);
	return err;
}

static int send_as_it_is(struct netkey *netkey, const struct backend_sa *sa, uint16_t type)
{
	struct netkey_request request;
	struct xfrm_usersa_info *info = netkey_begin(&request, type, sizeof(*info));
	int err;

	fill(info, sa);
	name(&request, "add", info->id.proto, sa->spi, &sa->dst.addr);
	err = put_algorithms(netkey, &request, sa);
	set_flags(info, sa->options);
	put_window(&request, sa);
	put_encap(&request, sa);
	put_options(&request, sa);
	put_tfc(&request, sa);
	put_offload(&request, sa);
	if (!err)
		err = netkey_call(netkey, &request, NULL, NULL);
	explicit_bzero(&request, sizeof(request));
	return err;
}

/**
 * netkey_sa_send() - an SA as it is to be, or, with nic-offload=auto, without a card that cannot
 * @netkey: whose
 * @sa: which
 * @type: XFRM_MSG_NEWSA or XFRM_MSG_UPDSA
 *
 * Return: 0 or a negative errno, with a text.
 */
int netkey_sa_send(struct netkey *netkey, const struct backend_sa *sa, uint16_t type)
{
	struct backend_options options;
	struct backend_sa plain;
	int err = send_as_it_is(netkey, sa, type);

	if (!sa->options || sa->options->offload != BACKEND_OFFLOAD_AUTO || (err != -EINVAL && err != -EOPNOTSUPP))
		return err;
	plain = *sa;
	options = *sa->options;
	options.offload = BACKEND_OFFLOAD_NO;
	plain.options = &options;
	err = send_as_it_is(netkey, &plain, type);
	explicit_bzero(&plain, sizeof(plain));
	return err;
}

/* RFC 3173; it has no limits, since ESP or AH has them. */
static int send_ipcomp(struct netkey *netkey, const struct backend_sa *sa, uint16_t type)
{
	const struct backend_sa unlimited = {
		.tunnel = sa->tunnel, .encap = sa->encap, .src_ts = sa->src_ts, .dst_ts = sa->dst_ts
	};
	struct xfrm_algo algorithm = { .alg_name = "deflate" };
	struct netkey_request request;
	struct xfrm_usersa_info *info = netkey_begin(&request, type, sizeof(*info));

	fill_name(info, sa, BACKEND_IPCOMP, sa->cpi);
	info->mode = sa->tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
	set_limits(&info->lft, &unlimited);
	set_selector(info, &unlimited);
	set_flags(info, sa->options);
	name(&request, "add", info->id.proto, sa->cpi, &sa->dst.addr);
	put_options(&request, sa);
	netkey_put(&request, XFRMA_ALG_COMP, &algorithm, sizeof(algorithm));
	return netkey_call(netkey, &request, NULL, NULL);
}

/* A larval SA from get_spi() is made whole; it may have gone if that took long, and is added then. */
static int add_one(struct netkey *netkey, const struct backend_sa *sa,
		   int (*send)(struct netkey *netkey, const struct backend_sa *sa, uint16_t type))
{
	int err = sa->inbound ? send(netkey, sa, XFRM_MSG_UPDSA) : -ENOENT;

	return err == -ENOENT ? send(netkey, sa, XFRM_MSG_NEWSA) : err;
}

int netkey_sa_add(struct backend *backend, const struct backend_sa *sa)
{
	struct netkey *netkey = netkey_of(backend);
	int err = add_one(netkey, sa, netkey_sa_send);

	return err || !sa->cpi ? err : add_one(netkey, sa, send_ipcomp);
}

int netkey_sa_delete(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		     const struct klips_addr *dst)
{
	struct netkey_request request;

	(void)src;
	netkey_begin_named(&request, XFRM_MSG_DELSA, "delete", protocol, spi, dst);
	return netkey_call(netkey_of(backend), &request, NULL, NULL);
}

static uint64_t last_used(const struct nlmsghdr *answer)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, answer, sizeof(struct xfrm_usersa_info))
	{
		if (mnl_attr_get_type(attr) == XFRMA_LASTUSED && mnl_attr_get_payload_len(attr) == sizeof(uint64_t))
			return mnl_attr_get_u64(attr);
	}
	return 0;
}

/* Kernels before 6.7 know when an SA was used first, not last: then it may have been idle for less than is said. */
static int take_usage(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	const struct xfrm_usersa_info *info = sa_info(answer);
	struct backend_usage *usage = arg;
	uint64_t now = (uint64_t)time(NULL), then;

	(void)netkey;
	if (!info)
		return 0;
	usage->bytes = info->curlft.bytes;
	usage->packets = info->curlft.packets;
	then = last_used(answer);
	then = then ? then : info->curlft.use_time;
	if (usage->packets && then)
		usage->idle = now > then ? now - then : 0;
	return 0;
}

int netkey_sa_usage(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		    const struct klips_addr *dst, struct backend_usage *usage)
{
	struct netkey_request request;

	(void)src;
	*usage = (struct backend_usage){ .idle = UINT64_MAX };
	netkey_begin_named(&request, XFRM_MSG_GETSA, "ask for", protocol, spi, dst);
	return netkey_call(netkey_of(backend), &request, take_usage, usage);
}
