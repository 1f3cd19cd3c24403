// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH of a peer that has the keys of IKE_SA_INIT, but nothing to show: identities, certificates, AUTH payloads. */
#include <stdlib.h>
#include <string.h>

#include "../auth_certs.h"
#include "../cert_lookup.h"
#include "../tests/auth_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BOTH (AUTH_BY_SIGNATURE | AUTH_BY_SECRET)

static struct auth_rig rig;
static struct side *const west = &rig.world.west, *const east = &rig.world.east;

static void unmake(void)
{
	auth_rig_unmake_group(NULL);
}

/* Certificates are made once. */
static void make(void)
{
	static bool made;

	if (!made) {
		auth_rig_make_group(NULL);
		atexit(unmake);
	}
	made = true;
}

/* A certificate that is right but for a byte. */
static struct ike_slice nearly(const uint8_t *data, size_t size)
{
	static uint8_t copy[4096];
	const struct pki_entry *entry = pki_store_at(rig.all, data[1] % 16);
	struct ike_slice der =
		entry && entry->cert ? pki_cert_info(entry->cert)->der : (struct ike_slice){ data, size };

	der.length = der.length < sizeof(copy) ? der.length : sizeof(copy);
	memcpy(copy, der.data, der.length);
	if (size > 5)
		copy[(data[3] << 8 | data[4]) % der.length] ^= data[5];
	return (struct ike_slice){ copy, der.length };
}

/*
 * What is told apart by the first byte: a chain of payloads as it is, or one with an identity, a certificate and AUTH.
 */
static size_t put_payloads(uint8_t *to, size_t room, uint8_t *first, bool request, const uint8_t *data, size_t size)
{
	static const uint8_t name[2][5] = { "east", "west" };
	size_t length = (data[0] & 0x1f) * 32 < (int)size - 3 ? (data[0] & 0x1f) * 32 : size - 3;
	struct ike_slice cert = { data + 3, length };
	struct ike_builder builder;

	if (data[0] & 0x80) {
		*first = data[1];
		memcpy(to, data + 2, size - 2);
		return size - 2;
	}
	ike_build_chain(&builder, to, room, first);
	ike_put_id(&builder, request ? IKE_P_IDI : IKE_P_IDR, IKE_ID_FQDN, (struct ike_slice){ name[request], 4 });
	if (data[0] & 0x20)
		cert = nearly(data, size);
	ike_put_cert(&builder, IKE_P_CERT, data[1] & 1 ? CERT_X509_SIGNATURE : data[1], cert);
	ike_put_auth(&builder, data[2], (struct ike_slice){ data + 3 + length, size - 3 - length });
	return builder.length;
}

/* What a URL leads to: a certificate of the rig's, or nothing; the hash is what the peer has said. */
static int fetch(struct side *side, struct pki_located *to, struct pki_why *why)
{
	const struct pki_entry *entry = pki_store_at(rig.all, to->hash[0] % 16);

	(void)side;
	why->text[0] = '\0';
	if (!entry || !entry->cert)
		return -1;
	to->certs[to->count++] = pki_cert_get(entry->cert);
	return 0;
}

static void send_as(struct side *from, const uint8_t *data, size_t size)
{
	struct side *to = auth_rig_other(from);
	struct ike_sa *own = side_sa(from, from == west ? IKE_SA_CONNECTING : IKE_SA_ESTABLISHED);
	struct ike_sa *peer = side_sa(to, IKE_SA_CONNECTING);
	struct ike_packet *packets, *packet;
	uint8_t plain[8192], first;
	size_t length;

	if (!own || !peer)
		abort();
	length = put_payloads(plain, sizeof(plain), &first, from == west, data, size);
	packets = ike_protect(own, IKE_AUTH, from == east, 1, first, (struct ike_slice){ plain, length });
	ike_sa_get(peer);
	for (packet = packets; packet; packet = packet->next)
		pluto_receive(to->pluto, &to->at, &from->at, (struct ike_slice){ packet->data, packet->length });
	ike_sa_put(peer);
	ike_packets_free(packets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool answer;

	if (size < 4 || size > 6000)
		return 0;
	make();
	answer = data[0] & 0x40;
	auth_rig_begin(&rig);
	auth_rig_cert(&rig, west, "west-P-256", BOTH);
	auth_rig_cert(&rig, east, "east-P-256", BOTH);
	rig.world.fetch = fetch;
	west->pluto->lookups.on = east->pluto->lookups.on = true;
	if (ike_sa_initiate(west->connection))
		abort();
	world_deliver(&rig.world);
	world_deliver(&rig.world);
	if (answer) /* to what west has asked */
		world_deliver(&rig.world);
	rig.world.count = 0;
	send_as(answer ? east : west, data, size);
	world_settle(&rig.world);
	auth_rig_end(&rig);
	return 0;
}
