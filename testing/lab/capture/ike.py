# SPDX-License-Identifier: GPL-2.0-or-later
"""Decodes what is in clear of IKE messages, versions 1 and 2."""

from __future__ import annotations

import struct

from lab.capture.line import OPEN, Line, Malformed
from lab.capture.names import (GROUPS, IKEV1_EXCHANGES, IKEV1_NOTIFIES, IKEV1_PAYLOADS, IKEV2_EXCHANGES,
                               IKEV2_NOTIFIES, IKEV2_PAYLOADS, TRANSFORMS)

_HEADER = struct.Struct(">8s8sBBBBII")
_PAYLOAD = struct.Struct(">BBH")
_PROPOSAL = struct.Struct(">xxHBxBB")
_TRANSFORM = struct.Struct(">xxHBxH")

_NO_SPI = bytes(8)
_RESPONSE = 0x20
_ENCRYPTED_V1 = 0x01
_CRITICAL = 0x80
_NONCE = 40
_SK = 46
_SKF = 53
_UNSUPPORTED_CRITICAL_PAYLOAD = 1
_INVALID_KE_PAYLOAD = 17
_KEY_LENGTH = 0x800E

# No message needs more; a chain of empty payloads could make a line of 16,000 words.
_MOST_PAYLOADS = 100
# A longer proposal is an offer of all that a daemon has; only its size is shown.
_MOST_TRANSFORMS = 8


def ike(line: Line, at: int, end: int) -> None:
    """RFC 7296 section 3.1, RFC 2408 section 3.1."""
    line.words.append("IKE")
    line.need(at, 28, end, "IKE header")
    message = _HEADER.unpack_from(line.data, at)
    _header_words(line, message)
    length = message[7]
    if length < 28:
        raise Malformed("IKE length")
    if line.quotes:
        return
    if at + length > end:
        line.fault("IKE length is beyond the datagram")
    else:
        if at + length < end < OPEN:
            line.fault("octets after the IKE message")
        end = at + length
    following, version, flags = message[2], message[3], message[5]
    if version >> 4 == 2:
        _payloads(line, following, at + 28, end, _V2_RESPONSE if flags & _RESPONSE else _V2_REQUEST)
    elif version >> 4 != 1:
        raise Malformed("unknown IKE major version")
    elif flags & _ENCRYPTED_V1:
        line.words.append("encrypted{%s}" % _payload_name(IKEV1_PAYLOADS, following))
    else:
        _payloads(line, following, at + 28, end, _V1)


def _header_words(line: Line, message: tuple) -> None:
    initiator, responder, _, version, exchange, flags, ident, _ = message
    major, minor = version >> 4, version & 15
    version_one = major == 1
    line.words[-1] = f"IKEv{major}.{minor}" if minor or major not in (1, 2) else f"IKEv{major}"
    names = IKEV1_EXCHANGES if version_one else IKEV2_EXCHANGES
    line.words.append(names.get(exchange) or f"exchange {exchange}")
    if version_one:
        # Phase 2 identifiers are random (RFC 2408 section 3.1).
        shown = line.names.name("M", "message", ident) if ident else 0
        letters = ((1, "E"), (2, "C"), (4, "A"))
    else:
        line.words.append("response" if flags & _RESPONSE else "request")
        shown = ident
        letters = ((8, "I"), (0x20, "R"), (0x10, "V"))
    line.words.append(f"id={shown} flags={_flags(flags, letters)}"
                      f" spi={_spi(line, 'I', initiator)}/{_spi(line, 'R', responder)}")


def _flags(flags: int, letters: tuple) -> str:
    text = ""
    for bit, letter in letters:
        if flags & bit:
            text += letter
            flags &= ~bit
    if flags:
        text += f"+0x{flags:02x}"
    return text or "-"


def _spi(line: Line, letter: str, octets: bytes) -> str:
    # One key for both places, so that an SPI that comes back in the other place shows as the same.
    return "0" if octets == _NO_SPI else line.names.name(letter, "ike", octets)


def _payload_name(names: dict[int, str], number: int) -> str:
    return names.get(number) or (f"payload-{number}" if number else "")


def _payloads(line: Line, following: int, at: int, end: int, dialect: tuple) -> None:
    """Walk a chain of payloads (RFC 7296 section 3.2) to its end or to the encrypted one."""
    names, details, last, critical = dialect
    count = 0
    while following:
        count += 1
        if count > _MOST_PAYLOADS:
            raise Malformed(f"more than {_MOST_PAYLOADS} payloads")
        name = _payload_name(names, following)
        line.need(at, 4, end, f"{name} payload")
        after, flags, length = _PAYLOAD.unpack_from(line.data, at)
        line.words.append(f"{name}(critical)" if flags & critical else name)
        if length < 4:
            raise Malformed(f"{name} payload length")
        if at + length > end:
            raise Malformed(f"{name} payload is beyond the message")
        detail = details.get(following)
        if detail:
            line.words[-1] += detail(line, at, at + length)
        at += length
        if following in last:
            break
        following = after
    if at < end:
        line.fault("octets after the last payload")


def _proposals(line: Line, at: int, end: int) -> str:
    """What an SA payload proposes: `(1:AES_CBC_128/HMAC_SHA2_256_128/..., 2:...)`; RFC 7296 section 3.3."""
    at += 4
    shown = []
    while at < end:
        line.need(at, 8, end, "SA proposal")
        length, number, spi_size, count = _PROPOSAL.unpack_from(line.data, at)
        if length < 8 + spi_size or at + length > end:
            raise Malformed("SA proposal length")
        transforms = _transforms(line, at + 8 + spi_size, at + length)
        if len(transforms) != count:
            raise Malformed("SA transform count")
        text = "/".join(transforms) if count <= _MOST_TRANSFORMS else f"{count} transforms"
        shown.append(f"{number}:{text}")
        at += length
    return f"({', '.join(shown)})"


def _transforms(line: Line, at: int, end: int) -> list[str]:
    """The names of a proposal's transforms, with key lengths (RFC 7296 sections 3.3.2 and 3.3.5)."""
    shown = []
    while at < end:
        line.need(at, 8, end, "SA transform")
        length, kind, ident = _TRANSFORM.unpack_from(line.data, at)
        if length < 8 or at + length > end:
            raise Malformed("SA transform length")
        word, names = TRANSFORMS.get(kind) or (f"type-{kind}", {})
        name = names.get(ident) or f"{word}-{ident}"
        if length >= 12:
            line.need(at, 12, end, "SA transform")
            attribute, value = struct.unpack_from(">HH", line.data, at + 8)
            if attribute == _KEY_LENGTH:
                name += f"_{value}"
        shown.append(name)
        at += length
    return shown


def _group(line: Line, at: int, end: int) -> str:
    line.need(at, 8, end, "KE payload")
    number = struct.unpack_from(">H", line.data, at + 4)[0]
    return f"({GROUPS.get(number) or f'group {number}'})"


def _notify(line: Line, at: int, end: int) -> str:
    """RFC 7296 section 3.10, with the data of those whose data says what was wrong."""
    line.need(at, 8, end, "N payload")
    number = struct.unpack_from(">H", line.data, at + 6)[0]
    name = IKEV2_NOTIFIES.get(number) or str(number)
    data = line.data[at + 8 + line.data[at + 5]:end]
    if number == _INVALID_KE_PAYLOAD and len(data) == 2:
        group = data[0] << 8 | data[1]
        name += f" {GROUPS.get(group) or f'group {group}'}"
    elif number == _UNSUPPORTED_CRITICAL_PAYLOAD and len(data) == 1:
        name += f" {data[0]}"
    return f"({name})"


def _encrypted(line: Line, at: int, end: int) -> str:
    return "{%s}" % _payload_name(_REQUEST, line.data[at])


def _encrypted_fragment(line: Line, at: int, end: int) -> str:
    """RFC 7383 section 2.5; only the first fragment names the inner payload."""
    line.need(at, 8, end, "SKF payload")
    number, total = struct.unpack_from(">HH", line.data, at + 4)
    return f"({number}/{total})" + _encrypted(line, at, end)


def _notify_v1(line: Line, at: int, end: int) -> str:
    """RFC 2408 section 3.14."""
    line.need(at, 12, end, "N payload")
    number = struct.unpack_from(">H", line.data, at + 10)[0]
    return f"({IKEV1_NOTIFIES.get(number) or number})"


def _fragment_v1(line: Line, at: int, end: int) -> str:
    """The fragmentation of IKEv1 that Cisco began ([MS-IKEE] section 2.2.2); its message id is random."""
    line.need(at, 8, end, "FRAG payload")
    number, last = line.data[at + 6], line.data[at + 7] & 1
    return f"({number} last)" if last else f"({number})"


_REQUEST = {**IKEV2_PAYLOADS, _NONCE: "Ni"}
_RESPONSE_NAMES = {**IKEV2_PAYLOADS, _NONCE: "Nr"}
_DETAILS = {33: _proposals, 34: _group, 41: _notify, _SK: _encrypted, _SKF: _encrypted_fragment}

# Names of the payloads, what is shown of their content, those that end the chain, the critical bit.
_V2_REQUEST = (_REQUEST, _DETAILS, (_SK, _SKF), _CRITICAL)
_V2_RESPONSE = (_RESPONSE_NAMES, _DETAILS, (_SK, _SKF), _CRITICAL)
_V1 = (IKEV1_PAYLOADS, {11: _notify_v1, 132: _fragment_v1}, (), 0)
