// SPDX-License-Identifier: GPL-2.0-or-later
#include "hint.h"

#include <string.h>

#include "child_sa.h"

#define HINTS	   20	 /* answers to strangers a second */
#define DOUBT_TIME 10000 /* milliseconds: an SA is doubted no more often */

static bool may_answer(struct pluto *pluto)
{
	uint64_t now = pluto_now(pluto);

	if (now - pluto->hints_since >= 1000) {
		pluto->hints_since = now;
		pluto->hints = 0;
	}
	return pluto->hints++ < HINTS;
}

/* RFC 7296, 1.5 and 2.5: in clear, with what the message had, and to where it came from. */
static void tell(struct pluto *pluto, const struct ike_path *path, const struct ike_header *from, uint16_t error)
{
	struct ike_header header = *from;
	uint8_t data[IKE_HEADER + 64];
	struct ike_builder builder;
	int length;

	if (!may_answer(pluto))
		return;
	header.major = 2;
	header.minor = 0;
	header.flags = IKE_FLAG_RESPONSE | (from->flags & IKE_FLAG_INITIATOR ? 0 : IKE_FLAG_INITIATOR);
	ike_build_start(&builder, data, sizeof(data), &header);
	ike_put_status(&builder, error, (struct ike_slice){ 0 });
	length = ike_build_end(&builder);
	if (length > 0)
		pluto_send(pluto, &path->local, &path->remote, (struct ike_slice){ data, length });
}

/* Anybody can say so: the peer itself is asked, if it is not being asked anyhow. */
static void doubt(struct ike_sa *sa, const char *what)
{
	uint64_t now = pluto_now(sa->pluto);

	if (sa->state != IKE_SA_ESTABLISHED || (sa->doubted && now - sa->doubted < DOUBT_TIME))
		return;
	sa->doubted = now;
	ike_sa_log(sa, PLUTO_NOTICE, "somebody says that the peer does not know %s", what);
	if (!sa->exchange && cds_list_empty(&sa->queue))
		ike_liveness_start(sa);
}

static bool sends(struct ike_sa *sa, uint32_t spi)
{
	return child_sa_find(sa, IKE_PROTO_ESP, spi, false) || child_sa_find(sa, IKE_PROTO_AH, spi, false);
}

/* RFC 7296, 2.21.4: of a host that has no IKE SA with this one any more. It has no answer. */
static void take_invalid_spi(struct pluto *pluto, const struct ike_path *path, struct ike_slice data)
{
	struct ike_message message;
	struct ike_notify notify;
	struct ike_sa *sa;
	const char *why;
	uint32_t spi;

	if (ike_message_parse(&message, data, &why) || !ike_notify_find(&message, N_INVALID_SPI, &notify) ||
	    notify.data.length != sizeof(spi))
		return;
	memcpy(&spi, notify.data.data, sizeof(spi));
	cds_list_for_each_entry(sa, &pluto->sas, node) {
		if (klips_addr_equal(&sa->remote.addr, &path->remote.addr) && sends(sa, spi)) {
			doubt(sa, "a Child SA");
			return;
		}
	}
}

/**
 * ike_stranger_received() - a message for an IKE SA that is not there
 * @path: where it came, and from where
 * @data: whole, with @header
 *
 * Its sender is told so, as often as a flood of them allows. An answer has none.
 */
void ike_stranger_received(struct pluto *pluto, const struct ike_path *path, struct ike_slice data,
			   const struct ike_header *header)
{
	if (header->flags & IKE_FLAG_RESPONSE)
		return;
	if (header->next == IKE_P_SK || header->next == IKE_P_SKF)
		tell(pluto, path, header, N_INVALID_IKE_SPI);
	else if (header->exchange == INFORMATIONAL && header->next == IKE_P_NOTIFY)
		take_invalid_spi(pluto, path, data);
}

/**
 * ike_version_received() - a message of a later version of IKE: RFC 7296, 2.5
 *
 * Its sender is told which one this host has, as often as a flood of them allows. An answer has none.
 */
void ike_version_received(struct pluto *pluto, const struct ike_path *path, const struct ike_header *header)
{
	if (!(header->flags & IKE_FLAG_RESPONSE))
		tell(pluto, path, header, N_INVALID_MAJOR_VERSION);
}

/**
 * ike_hint_received() - an answer came in clear, where one that is protected is waited for
 */
void ike_hint_received(struct ike_sa *sa, struct ike_slice data)
{
	struct ike_message message;
	const char *why;

	if (!ike_message_parse(&message, data, &why) && ike_notify_find(&message, N_INVALID_IKE_SPI, NULL))
		doubt(sa, "the IKE SA");
}

/**
 * ike_ahead_received() - a request came whose number is not the next one's
 * @data: whole, with @header
 */
void ike_ahead_received(struct ike_sa *sa, struct ike_slice data, const struct ike_header *header)
{
	struct ike_message message;
	const char *why;

	/* Fragments of it are not collected: those of the next request may be on their way. */
	if (header->next == IKE_P_SKF || sa->state != IKE_SA_ESTABLISHED || sa->exchange ||
	    !cds_list_empty(&sa->queue) || !may_answer(sa->pluto) || ike_unprotect(sa, &message, data, &why))
		return;
	ike_sa_log(sa, PLUTO_NOTICE, "a request of the peer's has the number %u, and %u is the next", header->id,
		   sa->receive_id);
	ike_complaint_start(sa, header->id);
}
