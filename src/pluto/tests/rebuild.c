// SPDX-License-Identifier: GPL-2.0-or-later
#include "rebuild.h"

#include <string.h>

#include "pluto/notify.h"

static bool again_sa(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	static struct ike_proposals proposals;

	if (ike_sa_read(&proposals, payload, why) || !proposals.count)
		return false;
	ike_put_sa(builder, &proposals);
	return true;
}

static bool again_ke(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_ke_body body;

	if (ike_ke_read(&body, payload, why))
		return false;
	ike_put_ke(builder, body.method, body.value);
	return true;
}

static bool again_id(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_id_body body;

	if (ike_id_read(&body, payload, why))
		return false;
	ike_put_id(builder, payload->type, body.type, body.data);
	return true;
}

static bool again_cert(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_cert_body body;

	if (ike_cert_read(&body, payload, why))
		return false;
	ike_put_cert(builder, payload->type, body.encoding, body.data);
	return true;
}

static bool again_auth(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_auth_body body;

	if (ike_auth_read(&body, payload, why))
		return false;
	ike_put_auth(builder, body.method, body.data);
	return true;
}

static bool again_nonce(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_slice nonce;

	if (ike_nonce_read(&nonce, payload, why))
		return false;
	ike_put_payload(builder, IKE_P_NONCE, nonce);
	return true;
}

static bool again_notify(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_notify body;

	if (ike_notify_read(&body, payload, why))
		return false;
	ike_put_notify(builder, body.protocol, body.type, body.spi, body.data);
	return true;
}

static bool again_delete(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_delete body;

	if (ike_delete_read(&body, payload, why))
		return false;
	ike_put_delete(builder, body.protocol, body.spi_size, body.spis.data, body.count);
	return true;
}

static bool again_ts(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_ts_list list;

	if (ike_ts_read(&list, payload, why) || !list.count)
		return false;
	ike_put_ts(builder, payload->type, &list);
	return true;
}

/* Addresses by what they mean, all others by their bytes. */
static bool again_cp(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct klips_addr addr;
	struct ike_cp cp;
	uint8_t i, bits;
	size_t begin;

	if (ike_cp_read(&cp, payload, why))
		return false;
	begin = ike_put_cp_begin(builder, cp.type);
	for (i = 0; i < cp.count; i++) {
		if (ike_cp_addr(&cp.attributes[i], &addr, &bits))
			ike_put_cp_addr(builder, cp.attributes[i].type, &addr, bits);
		else
			ike_put_cp_attribute(builder, cp.attributes[i].type, cp.attributes[i].value);
	}
	ike_put_cp_end(builder, begin);
	return true;
}

static bool again_sealed(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	uint8_t *at = ike_put_sealed(builder, payload->next, payload->body.length);

	(void)why;
	if (at)
		memcpy(at, payload->body.data, payload->body.length);
	return true;
}

static bool again_fragment(struct ike_builder *builder, const struct ike_payload *payload, const char **why)
{
	struct ike_fragment body;
	uint8_t *at;

	if (ike_fragment_read(&body, payload, why))
		return false;
	at = ike_put_fragment(builder, payload->next, body.number, body.total, body.sealed.length);
	if (at)
		memcpy(at, body.sealed.data, body.sealed.length);
	return true;
}

static bool (*const again[])(struct ike_builder *builder, const struct ike_payload *payload, const char **why) = {
	[IKE_P_SA] = again_sa,	       [IKE_P_KE] = again_ke,	     [IKE_P_IDI] = again_id,
	[IKE_P_IDR] = again_id,	       [IKE_P_CERT] = again_cert,    [IKE_P_CERTREQ] = again_cert,
	[IKE_P_AUTH] = again_auth,     [IKE_P_NONCE] = again_nonce,  [IKE_P_NOTIFY] = again_notify,
	[IKE_P_DELETE] = again_delete, [IKE_P_TSI] = again_ts,	     [IKE_P_TSR] = again_ts,
	[IKE_P_SK] = again_sealed,     [IKE_P_SKF] = again_fragment, [IKE_P_CP] = again_cp,
};

bool rebuild_payload(struct ike_builder *builder, const struct ike_payload *payload)
{
	const char *why = NULL;

	if (payload->type < ARRAY_SIZE(again) && again[payload->type] && again[payload->type](builder, payload, &why))
		return true;
	ike_put_payload(builder, payload->type, payload->body);
	return false;
}

int rebuild_message(uint8_t *to, size_t room, const struct ike_message *message, uint64_t *readable)
{
	struct ike_builder builder;
	size_t i;

	*readable = 0;
	ike_build_start(&builder, to, room, &message->header);
	for (i = 0; i < message->count; i++)
		if (rebuild_payload(&builder, &message->payloads[i]))
			*readable |= 1ULL << i;
	return ike_build_end(&builder);
}

/* AES_CBC_256, HMAC_SHA2_256, HMAC_SHA2_256_128, two groups; then AES_GCM_16 of two lengths. */
static const struct ike_proposals ike_offer = {
	.count = 2,
	.proposals = {
		{ .protocol = IKE_PROTO_IKE, .number = 1, .count = 5,
		  .transforms = { { IKE_ENCR, 12, 256 }, { IKE_INTEG, 12, 0 }, { IKE_PRF, 5, 0 }, { IKE_KE, 31, 0 },
				  { IKE_KE, 14, 0 } } },
		{ .protocol = IKE_PROTO_IKE, .number = 2, .count = 4,
		  .transforms = { { IKE_ENCR, 20, 256 }, { IKE_ENCR, 20, 128 },
				  { IKE_PRF, 5, 0 }, { IKE_KE, 31, 0 } } },
	},
};

static const struct ike_proposals child_offer = {
	.count = 2,
	.proposals = {
		{ .protocol = IKE_PROTO_ESP, .number = 1, .spi = { 0xc1, 2, 3, 4 }, .spi_size = 4, .count = 3,
		  .transforms = { { IKE_ENCR, 20, 256 }, { IKE_ESN, 1, 0 }, { IKE_ESN, 0, 0 } } },
		{ .protocol = IKE_PROTO_AH, .number = 2, .spi = { 0xc1, 2, 3, 5 }, .spi_size = 4, .count = 2,
		  .transforms = { { IKE_INTEG, 12, 0 }, { IKE_ESN, 0, 0 } } },
	},
};

int rebuild_sa_init(uint8_t *to, size_t room)
{
	static const uint8_t value[32] = { 9, 8, 7 }, nonce[32] = { 1, 2, 3 }, hash[20] = { 4, 5, 6 };
	static const uint8_t hashes[] = { 0, 2, 0, 3, 0, 4, 0, 5 };
	struct ike_header header = {
		.spi_i = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.major = 2,
		.exchange = IKE_SA_INIT,
		.flags = IKE_FLAG_INITIATOR,
	};
	struct ike_slice none = { 0 };
	struct ike_builder builder;

	ike_build_start(&builder, to, room, &header);
	ike_put_sa(&builder, &ike_offer);
	ike_put_ke(&builder, 31, BYTES(value));
	ike_put_payload(&builder, IKE_P_NONCE, BYTES(nonce));
	ike_put_notify(&builder, 0, N_NAT_DETECTION_SOURCE_IP, none, BYTES(hash));
	ike_put_notify(&builder, 0, N_NAT_DETECTION_DESTINATION_IP, none, BYTES(hash));
	ike_put_notify(&builder, 0, N_IKEV2_FRAGMENTATION_SUPPORTED, none, none);
	ike_put_notify(&builder, 0, N_SIGNATURE_HASH_ALGORITHMS, none, BYTES(hashes));
	ike_put_payload(&builder, IKE_P_VENDOR, TEXT("Cygnet"));
	return ike_build_end(&builder);
}

static void put_request(struct ike_builder *builder)
{
	static const uint16_t asked[] = { CP_INTERNAL_IP4_ADDRESS, CP_INTERNAL_IP4_DNS, CP_INTERNAL_DNS_DOMAIN };
	struct klips_addr wanted = klips_addr_v6("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	size_t i, begin = ike_put_cp_begin(builder, CFG_REQUEST);

	for (i = 0; i < ARRAY_SIZE(asked); i++)
		ike_put_cp_attribute(builder, asked[i], (struct ike_slice){ 0 });
	ike_put_cp_addr(builder, CP_INTERNAL_IP6_ADDRESS, &wanted, 64);
	ike_put_cp_end(builder, begin);
}

static void put_selectors(struct ike_builder *builder, uint8_t payload, const char *packet, const char *all)
{
	struct ike_ts_list list = { .count = 2 };

	if (ike_ts_parse(&list.ts[0], packet) || ike_ts_parse(&list.ts[1], all))
		builder->error = true;
	ike_put_ts(builder, payload, &list);
}

int rebuild_auth_chain(uint8_t *to, size_t room, uint8_t *first)
{
	static const uint8_t cert[200] = { 0x30, 0x81, 0xc5 }, hash[40] = { 7 }, code[32] = { 3, 1, 4 };
	struct ike_slice none = { 0 };
	struct ike_builder builder;

	ike_build_chain(&builder, to, room, first);
	ike_put_id(&builder, IKE_P_IDI, 2, TEXT("west.example.org"));
	ike_put_cert(&builder, IKE_P_CERT, 4, BYTES(cert));
	ike_put_notify(&builder, 0, N_INITIAL_CONTACT, none, none);
	ike_put_cert(&builder, IKE_P_CERTREQ, 4, BYTES(hash));
	ike_put_id(&builder, IKE_P_IDR, 1, TEXT("\300\0\2\1"));
	ike_put_auth(&builder, 14, BYTES(code));
	put_request(&builder);
	ike_put_notify(&builder, IKE_PROTO_ESP, N_REKEY_SA, TEXT("\1\2\3\4"), none);
	ike_put_sa(&builder, &child_offer);
	put_selectors(&builder, IKE_P_TSI, "192.0.1.43[tcp/1027]", "192.0.1.0/24");
	put_selectors(&builder, IKE_P_TSR, "2001:db8::9[ipv6-icmp/128(0)]", "2001:db8::1-2001:db8::fff");
	ike_put_delete(&builder, IKE_PROTO_ESP, 4, (const uint8_t *)"\1\2\3\4\5\6\7\10", 2);
	ike_put_payload(&builder, IKE_P_EAP, TEXT("\2\1\0\4"));
	ike_put_notify(&builder, 0, N_MOBIKE_SUPPORTED, none, none);
	return ike_build_end(&builder);
}
