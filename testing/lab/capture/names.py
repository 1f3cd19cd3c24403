# SPDX-License-Identifier: GPL-2.0-or-later
"""The names of numbers seen on the wire, as in the IANA registries."""


def _run(first: int, names: str) -> dict[int, str]:
    return dict(enumerate(names.split(), first))


# IKEv2 (ikev2-parameters). Payloads by the short names of RFC 7296, section 3.2.
IKEV2_EXCHANGES = _run(34, """IKE_SA_INIT IKE_AUTH CREATE_CHILD_SA INFORMATIONAL IKE_SESSION_RESUME GSA_AUTH
    GSA_REGISTRATION GSA_REKEY GSA_INBAND_REKEY IKE_INTERMEDIATE IKE_FOLLOWUP_KE""")

# The nonce, 40, is Ni or Nr by the direction.
IKEV2_PAYLOADS = _run(33, """SA KE IDi IDr CERT CERTREQ AUTH Nonce N D V TSi TSr SK CP EAP GSPM IDg GSA KD SKF
    PS""")

IKEV2_NOTIFIES = {
    1: "UNSUPPORTED_CRITICAL_PAYLOAD", 4: "INVALID_IKE_SPI", 5: "INVALID_MAJOR_VERSION",
    7: "INVALID_SYNTAX", 9: "INVALID_MESSAGE_ID", 11: "INVALID_SPI", 14: "NO_PROPOSAL_CHOSEN",
    17: "INVALID_KE_PAYLOAD", 24: "AUTHENTICATION_FAILED",
    **_run(34, """SINGLE_PAIR_REQUIRED NO_ADDITIONAL_SAS INTERNAL_ADDRESS_FAILURE FAILED_CP_REQUIRED
        TS_UNACCEPTABLE INVALID_SELECTORS UNACCEPTABLE_ADDRESSES UNEXPECTED_NAT_DETECTED USE_ASSIGNED_HoA
        TEMPORARY_FAILURE CHILD_SA_NOT_FOUND INVALID_GROUP_ID AUTHORIZATION_FAILED STATE_NOT_FOUND
        TS_MAX_QUEUE REGISTRATION_FAILED"""),
    **_run(16384, """INITIAL_CONTACT SET_WINDOW_SIZE ADDITIONAL_TS_POSSIBLE IPCOMP_SUPPORTED
        NAT_DETECTION_SOURCE_IP NAT_DETECTION_DESTINATION_IP COOKIE USE_TRANSPORT_MODE
        HTTP_CERT_LOOKUP_SUPPORTED REKEY_SA ESP_TFC_PADDING_NOT_SUPPORTED NON_FIRST_FRAGMENTS_ALSO
        MOBIKE_SUPPORTED ADDITIONAL_IP4_ADDRESS ADDITIONAL_IP6_ADDRESS NO_ADDITIONAL_ADDRESSES
        UPDATE_SA_ADDRESSES COOKIE2 NO_NATS_ALLOWED AUTH_LIFETIME MULTIPLE_AUTH_SUPPORTED
        ANOTHER_AUTH_FOLLOWS REDIRECT_SUPPORTED REDIRECT REDIRECTED_FROM TICKET_LT_OPAQUE TICKET_REQUEST
        TICKET_ACK TICKET_NACK TICKET_OPAQUE LINK_ID USE_WESP_MODE ROHC_SUPPORTED
        EAP_ONLY_AUTHENTICATION CHILDLESS_IKEV2_SUPPORTED QUICK_CRASH_DETECTION
        IKEV2_MESSAGE_ID_SYNC_SUPPORTED IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED IKEV2_MESSAGE_ID_SYNC
        IPSEC_REPLAY_COUNTER_SYNC SECURE_PASSWORD_METHODS PSK_PERSIST PSK_CONFIRM ERX_SUPPORTED
        IFOM_CAPABILITY GROUP_SENDER IKEV2_FRAGMENTATION_SUPPORTED SIGNATURE_HASH_ALGORITHMS
        CLONE_IKE_SA_SUPPORTED CLONE_IKE_SA PUZZLE USE_PPK PPK_IDENTITY NO_PPK_AUTH
        INTERMEDIATE_EXCHANGE_SUPPORTED IP4_ALLOWED IP6_ALLOWED ADDITIONAL_KEY_EXCHANGE USE_AGGFRAG
        SUPPORTED_AUTH_METHODS SA_RESOURCE_INFO USE_PPK_INT PPK_IDENTITY_KEY
        IKE_SA_INIT_FULL_TRANSCRIPT_AUTH"""),
}

PROTOCOL_IDS = {1: "IKE", 2: "AH", 3: "ESP"}

# Groups by the names that both swans take in their configuration files.
GROUPS = {
    0: "none", 1: "modp768", 2: "modp1024", 5: "modp1536",
    **_run(14, """modp2048 modp3072 modp4096 modp6144 modp8192 ecp256 ecp384 ecp521 modp1024s160
        modp2048s224 modp2048s256 ecp192 ecp224 ecp224bp ecp256bp ecp384bp ecp512bp x25519 x448
        gost256 gost512 mlkem512 mlkem768 mlkem1024"""),
}

_ENCRYPTION = {
    **_run(1, "DES_IV64 DES 3DES RC5 IDEA CAST BLOWFISH 3IDEA DES_IV32"), 11: "NULL",
    **_run(12, "AES_CBC AES_CTR AES_CCM_8 AES_CCM_12 AES_CCM_16"),
    **_run(18, """AES_GCM_8 AES_GCM_12 AES_GCM_16 NULL_AUTH_AES_GMAC XTS_AES CAMELLIA_CBC CAMELLIA_CTR
        CAMELLIA_CCM_8 CAMELLIA_CCM_12 CAMELLIA_CCM_16 CHACHA20_POLY1305 AES_CCM_8_IIV AES_GCM_16_IIV
        CHACHA20_POLY1305_IIV KUZNYECHIK_MGM_KTREE MAGMA_MGM_KTREE KUZNYECHIK_MGM_MAC_KTREE
        MAGMA_MGM_MAC_KTREE"""),
}
_PRF = _run(1, """PRF_HMAC_MD5 PRF_HMAC_SHA1 PRF_HMAC_TIGER PRF_AES128_XCBC PRF_HMAC_SHA2_256
    PRF_HMAC_SHA2_384 PRF_HMAC_SHA2_512 PRF_AES128_CMAC PRF_HMAC_STREEBOG_512""")
_INTEGRITY = _run(0, """NONE HMAC_MD5_96 HMAC_SHA1_96 DES_MAC KPDK_MD5 AES_XCBC_96 HMAC_MD5_128 HMAC_SHA1_160
    AES_CMAC_96 AES_128_GMAC AES_192_GMAC AES_256_GMAC HMAC_SHA2_256_128 HMAC_SHA2_384_192
    HMAC_SHA2_512_256""")

# Transform type to (the word for an unknown one, its names); RFC 7296 section 3.3.2, RFC 9370 section 2.2.1.
TRANSFORMS = {
    1: ("ENCR", _ENCRYPTION), 2: ("PRF", _PRF), 3: ("INTEG", _INTEGRITY), 4: ("KE", GROUPS),
    5: ("ESN", {0: "NO_ESN", 1: "ESN"}),
    **{kind: (f"KE{kind - 5}", {n: f"KE{kind - 5}_{name}" for n, name in GROUPS.items()})
       for kind in range(6, 13)},
}

# IKEv1 (RFC 2408 section 3.1, RFC 2409 appendix A, isakmp-registry, RFC 3947, RFC 3706).
IKEV1_EXCHANGES = {
    0: "None", 1: "Base", 2: "Identity Protection (Main Mode)", 3: "Authentication Only", 4: "Aggressive",
    5: "Informational", 6: "Transaction", 32: "Quick Mode", 33: "New Group Mode",
}

IKEV1_PAYLOADS = {
    **_run(1, "SA P T KE ID CERT CR HASH SIG NONCE N D VID ATTR SAK SAT KD SEQ POP NAT-D NAT-OA GAP"),
    130: "NAT-D-draft", 131: "NAT-OA-draft", 132: "FRAG",
}

IKEV1_NOTIFIES = {
    **_run(1, """INVALID-PAYLOAD-TYPE DOI-NOT-SUPPORTED SITUATION-NOT-SUPPORTED INVALID-COOKIE
        INVALID-MAJOR-VERSION INVALID-MINOR-VERSION INVALID-EXCHANGE-TYPE INVALID-FLAGS INVALID-MESSAGE-ID
        INVALID-PROTOCOL-ID INVALID-SPI INVALID-TRANSFORM-ID ATTRIBUTES-NOT-SUPPORTED NO-PROPOSAL-CHOSEN
        BAD-PROPOSAL-SYNTAX PAYLOAD-MALFORMED INVALID-KEY-INFORMATION INVALID-ID-INFORMATION
        INVALID-CERT-ENCODING INVALID-CERTIFICATE CERT-TYPE-UNSUPPORTED INVALID-CERT-AUTHORITY
        INVALID-HASH-INFORMATION AUTHENTICATION-FAILED INVALID-SIGNATURE ADDRESS-NOTIFICATION
        NOTIFY-SA-LIFETIME CERTIFICATE-UNAVAILABLE UNSUPPORTED-EXCHANGE-TYPE UNEQUAL-PAYLOAD-LENGTHS"""),
    16384: "CONNECTED", 24576: "RESPONDER-LIFETIME", 24577: "REPLAY-STATUS", 24578: "INITIAL-CONTACT",
    36136: "R-U-THERE", 36137: "R-U-THERE-ACK",
}

# IP protocols that have no decoder of their own, or are named in a later fragment.
PROTOCOLS = {
    1: "ICMP", 2: "IGMP", 4: "IPIP", 6: "TCP", 17: "UDP", 33: "DCCP", 41: "IPv6", 46: "RSVP", 47: "GRE",
    50: "ESP", 51: "AH", 58: "ICMPv6", 88: "EIGRP", 89: "OSPF", 103: "PIM", 108: "IPCOMP", 112: "VRRP",
    115: "L2TP", 132: "SCTP", 136: "UDP-Lite", 141: "WESP", 144: "AGGFRAG",
}

# ICMP (icmp-parameters): type to its name, and code to its name.
ICMP_TYPES = {
    0: "echo reply", 3: "unreachable", 4: "source quench", 5: "redirect", 8: "echo request",
    9: "router advertisement", 10: "router solicitation", 11: "time exceeded", 12: "parameter problem",
    13: "timestamp request", 14: "timestamp reply", 42: "extended echo request", 43: "extended echo reply",
}
ICMP_CODES = {
    3: dict(enumerate((
        "net", "host", "protocol", "port", "frag-needed", "source-route-failed", "net-unknown",
        "host-unknown", "source-isolated", "net-prohibited", "host-prohibited", "net-tos", "host-tos",
        "admin-prohibited", "precedence-violation", "precedence-cutoff"))),
    5: {0: "net", 1: "host", 2: "net-tos", 3: "host-tos"},
    11: {0: "ttl", 1: "reassembly"},
    12: {0: "pointer", 1: "missing-option", 2: "length"},
}
ICMPV6_TYPES = {
    1: "unreachable", 2: "too-big", 3: "time exceeded", 4: "parameter problem", 128: "echo request",
    129: "echo reply", **dict(enumerate((
        "listener query", "listener report", "listener done", "router solicitation", "router advertisement",
        "neighbour solicitation", "neighbour advertisement", "redirect"), 130)),
    143: "listener report v2", 160: "extended echo request", 161: "extended echo reply",
}
ICMPV6_CODES = {
    1: dict(enumerate((
        "no-route", "admin-prohibited", "beyond-scope", "address", "port", "source-policy",
        "reject-route"))),
    3: {0: "hop-limit", 1: "reassembly"},
    4: {0: "header-field", 1: "next-header", 2: "option"},
}
