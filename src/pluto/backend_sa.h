/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs as pluto gives them to the IPsec stack: see backend.h. */
#ifndef PLUTO_BACKEND_SA_H
#define PLUTO_BACKEND_SA_H

#include "ts.h"
#include "../klips/core/addr.h"

#define BACKEND_SPI_FIRST 0x100	 /* RFC 4303, 2.1, and of CPIs RFC 3173, 3.3: those below are reserved */
#define BACKEND_CPI_LAST  0xefff /* RFC 3173, 3.3 */
#define BACKEND_IPCOMP	  108	 /* a protocol without a number in IKE; its SPI is a CPI */

/* @port: host byte order; 0: none */
struct ike_endpoint {
	struct klips_addr addr;
	uint16_t port;
};

/* Limits of an SA; 0: never. @seconds: since it was added. */
struct backend_limits {
	uint64_t bytes, packets, seconds;
};

enum backend_offload {
	BACKEND_OFFLOAD_NO,
	BACKEND_OFFLOAD_CRYPTO,
	BACKEND_OFFLOAD_PACKET,
	BACKEND_OFFLOAD_AUTO, /* cryptography, if the network card can */
};

/* @mask: 0: none. */
struct backend_mark {
	uint32_t value, mask;
};

/**
 * struct backend_options - what not every stack has, or not for every SA; all 0: nothing special
 * @decap_dscp, @no_encap_dscp: RFC 4301, 5.1.2; @no_pmtu_disc: outer IPv4 headers are without DF
 * @offload: what the network card does
 * @mark: of the packets that a policy is for: what comes, what goes
 * @device: by which the traffic goes; empty: none; @if_id: of an XFRM device; 0: it is a VTI one, known by @mark
 * @keep: the device stays when pluto ends
 * @overlap: what several peers have inside may look the same: what goes out goes by the reference of its SA
 */
struct backend_options {
	bool decap_dscp, no_encap_dscp, no_pmtu_disc, keep, overlap;
	enum backend_offload offload;
	struct backend_mark mark[2];
	uint32_t if_id;
	char device[16];
};

/**
 * struct backend_sa - one direction of a Child SA
 * @spi: network byte order
 * @protocol: IKE_PROTO_ESP or IKE_PROTO_AH
 * @cpi: network byte order; packets are compressed before (RFC 3173), by an SA of IPCOMP that has this name, and a
 * tunnel if it is one; 0: not
 * @src, @dst: outer; the ports count with @encap (RFC 3948)
 * @src_ts, @dst_ts: what may be inside: all their pairs; none: anything
 * @window: packets, of an inbound SA
 * @tfc: bytes that payloads of an outbound tunnel are padded to; 0: they are not (RFC 4303, 2.7)
 * @options: NULL: none; @physical: the interface that its packets go by; NULL: not known
 */
struct backend_sa {
	uint32_t spi, cpi;
	uint8_t protocol;
	bool inbound, tunnel, encap;
	struct ike_endpoint src, dst;
	struct ike_ts_list src_ts, dst_ts;
	struct ike_suite suite;
	struct ike_key encr, integ;
	uint32_t reqid;
	uint32_t window, tfc;
	struct backend_limits soft, hard;
	const struct backend_options *options;
	const char *physical;
};

/**
 * struct backend_move - an SA's new outer addresses
 * @spi: network byte order
 * @from: its destination until now
 * @src, @dst, @encap: as struct backend_sa has them
 */
struct backend_move {
	uint8_t protocol;
	uint32_t spi;
	bool inbound, encap;
	struct klips_addr from;
	struct ike_endpoint src, dst;
};

/**
 * struct backend_pair - the two SAs of a Child SA whose options have @overlap
 * @spi, @cpi: network byte order: of what comes in, of what goes out
 * @local, @remote: outer
 * @send: what goes out goes by it from now on
 */
struct backend_pair {
	uint8_t protocol;
	uint32_t spi[2], cpi[2];
	struct klips_addr local, remote;
	bool send;
};

#endif
