// SPDX-License-Identifier: GPL-2.0-or-later
/* What logs call notifications, exchanges and payloads: IANA's names. */
#include "notify.h"

#include <stdio.h>

#include "message.h"

#define NAMES_KEPT 4 /* of numbers without a name: so many may be in one line of a log */

struct name {
	uint16_t number;
	const char *name;
};

#define NOTIFY(name)            \
	{                       \
		N_##name, #name \
	}

static const struct name notifies[] = {
	NOTIFY(UNSUPPORTED_CRITICAL_PAYLOAD),
	NOTIFY(INVALID_IKE_SPI),
	NOTIFY(INVALID_MAJOR_VERSION),
	NOTIFY(INVALID_SYNTAX),
	NOTIFY(INVALID_MESSAGE_ID),
	NOTIFY(INVALID_SPI),
	NOTIFY(NO_PROPOSAL_CHOSEN),
	NOTIFY(INVALID_KE_PAYLOAD),
	NOTIFY(AUTHENTICATION_FAILED),
	NOTIFY(SINGLE_PAIR_REQUIRED),
	NOTIFY(NO_ADDITIONAL_SAS),
	NOTIFY(INTERNAL_ADDRESS_FAILURE),
	NOTIFY(FAILED_CP_REQUIRED),
	NOTIFY(TS_UNACCEPTABLE),
	NOTIFY(INVALID_SELECTORS),
	NOTIFY(UNACCEPTABLE_ADDRESSES),
	NOTIFY(UNEXPECTED_NAT_DETECTED),
	NOTIFY(USE_ASSIGNED_HoA),
	NOTIFY(TEMPORARY_FAILURE),
	NOTIFY(CHILD_SA_NOT_FOUND),
	NOTIFY(INVALID_GROUP_ID),
	NOTIFY(AUTHORIZATION_FAILED),
	NOTIFY(STATE_NOT_FOUND),
	NOTIFY(TS_MAX_QUEUE),
	NOTIFY(REGISTRATION_FAILED),
	NOTIFY(INITIAL_CONTACT),
	NOTIFY(SET_WINDOW_SIZE),
	NOTIFY(ADDITIONAL_TS_POSSIBLE),
	NOTIFY(IPCOMP_SUPPORTED),
	NOTIFY(NAT_DETECTION_SOURCE_IP),
	NOTIFY(NAT_DETECTION_DESTINATION_IP),
	NOTIFY(COOKIE),
	NOTIFY(USE_TRANSPORT_MODE),
	NOTIFY(HTTP_CERT_LOOKUP_SUPPORTED),
	NOTIFY(REKEY_SA),
	NOTIFY(ESP_TFC_PADDING_NOT_SUPPORTED),
	NOTIFY(NON_FIRST_FRAGMENTS_ALSO),
	NOTIFY(MOBIKE_SUPPORTED),
	NOTIFY(ADDITIONAL_IP4_ADDRESS),
	NOTIFY(ADDITIONAL_IP6_ADDRESS),
	NOTIFY(NO_ADDITIONAL_ADDRESSES),
	NOTIFY(UPDATE_SA_ADDRESSES),
	NOTIFY(COOKIE2),
	NOTIFY(NO_NATS_ALLOWED),
	NOTIFY(AUTH_LIFETIME),
	NOTIFY(MULTIPLE_AUTH_SUPPORTED),
	NOTIFY(ANOTHER_AUTH_FOLLOWS),
	NOTIFY(REDIRECT_SUPPORTED),
	NOTIFY(REDIRECT),
	NOTIFY(REDIRECTED_FROM),
	NOTIFY(TICKET_LT_OPAQUE),
	NOTIFY(TICKET_REQUEST),
	NOTIFY(TICKET_ACK),
	NOTIFY(TICKET_NACK),
	NOTIFY(TICKET_OPAQUE),
	NOTIFY(LINK_ID),
	NOTIFY(USE_WESP_MODE),
	NOTIFY(ROHC_SUPPORTED),
	NOTIFY(EAP_ONLY_AUTHENTICATION),
	NOTIFY(CHILDLESS_IKEV2_SUPPORTED),
	NOTIFY(QUICK_CRASH_DETECTION),
	NOTIFY(IKEV2_MESSAGE_ID_SYNC_SUPPORTED),
	NOTIFY(IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED),
	NOTIFY(IKEV2_MESSAGE_ID_SYNC),
	NOTIFY(IPSEC_REPLAY_COUNTER_SYNC),
	NOTIFY(SECURE_PASSWORD_METHODS),
	NOTIFY(PSK_PERSIST),
	NOTIFY(PSK_CONFIRM),
	NOTIFY(ERX_SUPPORTED),
	NOTIFY(IFOM_CAPABILITY),
	NOTIFY(GROUP_SENDER),
	NOTIFY(IKEV2_FRAGMENTATION_SUPPORTED),
	NOTIFY(SIGNATURE_HASH_ALGORITHMS),
	NOTIFY(CLONE_IKE_SA_SUPPORTED),
	NOTIFY(CLONE_IKE_SA),
	NOTIFY(PUZZLE),
	NOTIFY(USE_PPK),
	NOTIFY(PPK_IDENTITY),
	NOTIFY(NO_PPK_AUTH),
	NOTIFY(INTERMEDIATE_EXCHANGE_SUPPORTED),
	NOTIFY(IP4_ALLOWED),
	NOTIFY(IP6_ALLOWED),
	NOTIFY(ADDITIONAL_KEY_EXCHANGE),
	NOTIFY(USE_AGGFRAG),
	NOTIFY(SUPPORTED_AUTH_METHODS),
	NOTIFY(SA_RESOURCE_INFO),
	NOTIFY(USE_PPK_INT),
	NOTIFY(PPK_IDENTITY_KEY),
	NOTIFY(IKE_SA_INIT_FULL_TRANSCRIPT_AUTH),
};

static const struct name exchanges[] = {
	{ IKE_SA_INIT, "IKE_SA_INIT" },	    { IKE_AUTH, "IKE_AUTH" },	  { CREATE_CHILD_SA, "CREATE_CHILD_SA" },
	{ INFORMATIONAL, "INFORMATIONAL" }, { 38, "IKE_SESSION_RESUME" }, { 39, "GSA_AUTH" },
	{ 40, "GSA_REGISTRATION" },	    { 41, "GSA_REKEY" },	  { 42, "GSA_INBAND_REKEY" },
	{ 43, "IKE_INTERMEDIATE" },	    { 44, "IKE_FOLLOWUP_KE" },
};

static const struct name payloads[] = {
	{ IKE_P_NONE, "none" },
	{ IKE_P_SA, "SA" },
	{ IKE_P_KE, "KE" },
	{ IKE_P_IDI, "IDi" },
	{ IKE_P_IDR, "IDr" },
	{ IKE_P_CERT, "CERT" },
	{ IKE_P_CERTREQ, "CERTREQ" },
	{ IKE_P_AUTH, "AUTH" },
	{ IKE_P_NONCE, "Nonce" },
	{ IKE_P_NOTIFY, "N" },
	{ IKE_P_DELETE, "D" },
	{ IKE_P_VENDOR, "V" },
	{ IKE_P_TSI, "TSi" },
	{ IKE_P_TSR, "TSr" },
	{ IKE_P_SK, "SK" },
	{ IKE_P_CP, "CP" },
	{ IKE_P_EAP, "EAP" },
	{ 49, "GSPM" },
	{ 50, "IDg" },
	{ 51, "GSA" },
	{ 52, "KD" },
	{ IKE_P_SKF, "SKF" },
	{ 54, "PS" },
};

/**
 * ike_number_name() - what stands for something without a name
 * @number: up to 65535
 *
 * Return: its digits, in memory that the fourth call of the same thread after this one uses again.
 */
const char *ike_number_name(uint16_t number)
{
	static _Thread_local char texts[NAMES_KEPT][8];
	static _Thread_local unsigned int next;
	char *text = texts[next++ % NAMES_KEPT];

	snprintf(text, sizeof(texts[0]), "%u", number);
	return text;
}

static const char *name_of(const struct name *names, size_t count, uint16_t number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].name;
	return ike_number_name(number);
}

#define NAME_OF(names, number) name_of(names, sizeof(names) / sizeof(*(names)), number)

/**
 * ike_notify_name() - what IANA calls a notification
 * @type: N_COOKIE and so on
 *
 * Return: "COOKIE"; if it has no name, ike_number_name().
 */
const char *ike_notify_name(uint16_t type)
{
	return NAME_OF(notifies, type);
}

/**
 * ike_exchange_name() - what IANA calls an exchange
 * @exchange: IKE_SA_INIT and so on
 *
 * Return: as ike_notify_name().
 */
const char *ike_exchange_name(uint8_t exchange)
{
	return NAME_OF(exchanges, exchange);
}

/**
 * ike_payload_name() - what RFC 7296, 1.2, writes for a payload
 * @type: IKE_P_SA and so on
 *
 * Return: "SA", "TSi", "N"; otherwise as ike_notify_name().
 */
const char *ike_payload_name(uint8_t type)
{
	return NAME_OF(payloads, type);
}
