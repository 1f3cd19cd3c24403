# SPDX-License-Identifier: GPL-2.0-or-later
"""KLIPS's transforms against scapy's, in both directions: every algorithm and mode that scapy has.

KLIPS_ORACLE names the program (build/klips/asan/klips/tests/test_oracle if it is not set).
"""

import os
import random
import warnings
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption, IPOption_Router_Alert, IPOption_RR, IPOption_Timestamp
    from scapy.layers.inet6 import (
        IPv6,
        IPv6ExtHdrDestOpt,
        IPv6ExtHdrHopByHop,
        IPv6ExtHdrRouting,
        PadN,
        RouterAlert,
    )
    from scapy.layers.ipsec import AH, AUTH_ALGOS, CRYPT_ALGOS, ESP, SecurityAssociation
    from scapy.packet import Raw, raw

ROOT = Path(__file__).parents[3]
PROGRAM = os.environ.get('KLIPS_ORACLE', str(ROOT / 'build/klips/asan/klips/tests/test_oracle'))
SPI = 0x12345678
OUTER = {4: ('192.0.2.1', '192.0.2.2'), 6: ('2001:db8::1', '2001:db8::2')}
INNER = {4: ('10.1.0.1', '10.2.0.1'), 6: ('2001:db8:1::1', '2001:db8:2::1')}

# ours: scapy's name, lengths of keys, salt
CIPHERS = {
    'null': ('NULL', (0,), 0),
    '3des': ('3DES', (24,), 0),
    'aes-cbc': ('AES-CBC', (16, 24, 32), 0),
    'aes-ctr': ('AES-CTR', (16, 24, 32), 4),
}
AEADS = {
    'aes-gcm-16': ('AES-GCM', (16, 24, 32), 4),
    'aes-ccm-16': ('AES-CCM', (16, 24, 32), 3),
    'chacha20-poly1305': ('CHACHA20-POLY1305', (32,), 4),
}
AUTHS = {
    'hmac-md5-96': ('HMAC-MD5-96', 16),
    'hmac-sha1-96': ('HMAC-SHA1-96', 20),
    'aes-cmac-96': ('AES-CMAC-96', 16),
    'hmac-sha2-256-128': ('SHA2-256-128', 32),
    'hmac-sha2-384-192': ('SHA2-384-192', 48),
    'hmac-sha2-512-256': ('SHA2-512-256', 64),
}
MODES = [('transport', 4, 4), ('transport', 6, 6)] + [('tunnel', i, o) for i in (4, 6) for o in (4, 6)]


class Oracle:
    """Our side: it seals and opens packets."""

    def __init__(self, process):
        self.process = process

    def ask(self, verb, packet, **words):
        """What it makes of a packet, as bytes."""
        words['packet'] = raw(packet).hex()
        request = [verb] + [f'{key}={value}' for key, value in words.items() if value != '']
        answer = self.process.ask(' '.join(request))
        assert answer, request
        return bytes.fromhex(answer)


@pytest.fixture(scope='module')
def oracle(oracle_process):
    return Oracle(oracle_process)


def ip(version, pair, **fields):
    """An IP header."""
    src, dst = pair[version]
    return IP(src=src, dst=dst, **fields) if version == 4 else IPv6(src=src, dst=dst, **fields)


def packets(version, rng):
    """Packets of many lengths, TCP, UDP and ICMP, as bytes that scapy reads again."""
    for length in (0, 1, 2, 3, 7, 13, 64, rng.randrange(65, 1300), 1400):
        upper = rng.choice([UDP(sport=1, dport=2), TCP(sport=3, dport=4), ICMP()] if version == 4 else [UDP(sport=1, dport=2)])
        header = ip(version, INNER)
        yield header.__class__(raw(header / upper / Raw(rng.randbytes(length))))


def header_of(mode, outer):
    """The tunnel's outer header, as scapy takes it; None in transport mode."""
    return ip(outer, OUTER) if mode == 'tunnel' else None


def addresses(mode, outer):
    """Our SA's addresses."""
    src, dst = OUTER[outer] if mode == 'tunnel' else INNER[outer]
    return {'src': raw_address(src), 'dst': raw_address(dst)}


def raw_address(text):
    """An address in hexadecimal."""
    return raw(IPv6(src=text))[8:24].hex() if ':' in text else raw(IP(src=text))[12:16].hex()


def same_esp(ours, theirs, version):
    """Two ESP packets, by what the receiver sees of the outer header."""
    assert ours[ESP].spi == theirs[ESP].spi and ours[ESP].seq == theirs[ESP].seq
    assert raw(ours[ESP]) == raw(theirs[ESP])
    assert (ours.src, ours.dst) == (theirs.src, theirs.dst)
    if version == 4:
        assert (ours.len, ours.proto, ours.ihl) == (theirs.len, theirs.proto, theirs.ihl)
        check = ours.copy()
        del check.chksum
        assert ours.chksum == check.__class__(raw(check)).chksum
    else:
        assert (ours.plen, ours.nh) == (theirs.plen, theirs.nh)


def both_ways(oracle, words, theirs, mode, inner, outer, esn=None):
    """Each side seals what the other opens, and seals the same with the same IV."""
    rng = random.Random(repr((sorted(words.items()), mode, inner, outer)))
    start = ((esn or 0) << 32) + 4
    words = dict(words, mode=mode, spi=SPI, seq=start, esn=int(esn is not None), **addresses(mode, outer))
    kind = IP if outer == 4 else IPv6
    extra = {} if esn is None else {'esn_en': True, 'esn': esn}
    for packet in packets(inner, rng):
        ours = kind(oracle.ask('seal', packet, **words))
        assert raw(theirs.decrypt(ours.copy(), **extra)) == raw(packet)
        iv = raw(ours[ESP])[8:][:theirs.crypt_algo.iv_size] if words['proto'] == 'esp' else None
        sealed = theirs.encrypt(packet.copy(), seq_num=5, **({'iv': iv} if iv else {}), **extra)
        sealed = kind(raw(sealed))
        if words['proto'] == 'esp':
            same_esp(ours, sealed, outer)
        else:
            assert raw(ours[AH]) == raw(sealed[AH]) or mode == 'tunnel'
        assert oracle.ask('open', sealed, **words) == raw(packet)


@pytest.mark.parametrize(('mode', 'inner', 'outer'), MODES)
@pytest.mark.parametrize('auth', AUTHS)
@pytest.mark.parametrize('encr', CIPHERS)
def test_cipher_and_authenticator(oracle, encr, auth, mode, inner, outer):
    """ESP with a cipher and an authenticator."""
    rng = random.Random(encr + auth)
    name, lengths, salt = CIPHERS[encr]
    auth_name, auth_length = AUTHS[auth]
    for length in lengths:
        key, auth_key = rng.randbytes(length + salt if length else 0), rng.randbytes(auth_length)
        theirs = SecurityAssociation(
            ESP,
            spi=SPI,
            crypt_algo=name,
            crypt_key=key or None,
            auth_algo=auth_name,
            auth_key=auth_key,
            tunnel_header=header_of(mode, outer),
        )
        words = {'proto': 'esp', 'encr': encr, 'auth': auth, 'ekey': key.hex(), 'akey': auth_key.hex()}
        both_ways(oracle, words, theirs, mode, inner, outer)


def with_upper_half(theirs, packet, esn):
    """An ESP packet whose ICV is over the upper half of the sequence number too, which scapy leaves out: RFC 4303, 2.8."""
    covered = raw(packet[ESP])[: -theirs.auth_algo.icv_size]
    mac = theirs.auth_algo.new_mac(theirs.auth_key)
    mac.update(covered + esn.to_bytes(4, 'big'))
    header = packet.copy()
    header.remove_payload()
    # scapy computes no length anew that is there
    return raw(header) + covered + mac.finalize()[: theirs.auth_algo.icv_size]


@pytest.mark.parametrize(('mode', 'inner', 'outer'), MODES)
@pytest.mark.parametrize('auth', AUTHS)
def test_authenticator_with_esn(oracle, auth, mode, inner, outer):
    """The upper half of the sequence number is authentic, though it is not on the wire."""
    rng = random.Random(auth)
    name, length = AUTHS[auth]
    key, auth_key, esn, kind = rng.randbytes(16), rng.randbytes(length), 0x87654321, IP if outer == 4 else IPv6
    algorithms = {'crypt_algo': 'AES-CBC', 'crypt_key': key, 'auth_algo': name, 'auth_key': auth_key}
    theirs = SecurityAssociation(ESP, spi=SPI, tunnel_header=header_of(mode, outer), **algorithms)
    words = {'proto': 'esp', 'encr': 'aes-cbc', 'auth': auth, 'ekey': key.hex(), 'akey': auth_key.hex(), 'spi': SPI}
    words.update(addresses(mode, outer), mode=mode, seq=(esn << 32) + 4, esn=1)
    for packet in packets(inner, rng):
        ours = kind(oracle.ask('seal', packet, **words))
        sealed = kind(raw(theirs.encrypt(packet.copy(), seq_num=5, iv=raw(ours[ESP])[8:24])))
        sealed = kind(with_upper_half(theirs, sealed, esn))
        same_esp(ours, sealed, outer)
        assert oracle.ask('open', sealed, **words) == raw(packet)


@pytest.mark.parametrize('esn', [None, 0x87654321])
@pytest.mark.parametrize('length', [16, 24, 32])
def test_gmac(oracle, length, esn):
    """AES-GMAC (RFC 4543), which scapy has not: its ESP is parsed, and GCM is the cryptography package's."""
    rng = random.Random(length)
    key, salt = rng.randbytes(length), rng.randbytes(4)
    words = {'proto': 'esp', 'encr': 'null-auth-aes-gmac', 'ekey': (key + salt).hex(), 'mode': 'tunnel', 'spi': SPI}
    words.update(addresses('tunnel', 4), seq=((esn or 0) << 32) + 4, esn=int(esn is not None))
    for packet in packets(4, rng):
        sealed = raw(IP(oracle.ask('seal', packet, **words))[ESP])
        head, iv, inside, icv = sealed[:8], sealed[8:16], sealed[16:-16], sealed[-16:]
        assert inside.startswith(raw(packet)) and inside[-1] == 4
        upper = b'' if esn is None else esn.to_bytes(4, 'big')
        # RFC 4543, 3.3: SPI, the sequence number from its upper half on, IV, and what is inside
        authentic = head[:4] + upper + head[4:] + iv + inside
        assert AESGCM(key).encrypt(salt + iv, b'', authentic) == icv


@pytest.mark.parametrize(('mode', 'inner', 'outer'), MODES)
@pytest.mark.parametrize('esn', [None, 0, 0x87654321])
@pytest.mark.parametrize('encr', AEADS)
def test_aead(oracle, encr, esn, mode, inner, outer):
    """ESP with an AEAD, with and without extended sequence numbers."""
    rng = random.Random(encr)
    name, lengths, salt = AEADS[encr]
    for length in lengths:
        key = rng.randbytes(length + salt)
        theirs = SecurityAssociation(ESP, spi=SPI, crypt_algo=name, crypt_key=key, tunnel_header=header_of(mode, outer))
        both_ways(oracle, {'proto': 'esp', 'encr': encr, 'ekey': key.hex()}, theirs, mode, inner, outer, esn)


@pytest.mark.parametrize('icv', [8, 12])
def test_short_icv(oracle, icv):
    """AES-CCM with shorter ICVs, the only AEAD that scapy can shorten in the library's way."""
    key = random.Random(icv).randbytes(19)
    theirs = SecurityAssociation(
        ESP, spi=SPI, crypt_algo='AES-CCM', crypt_key=key, crypt_icv_size=icv, tunnel_header=header_of('tunnel', 4)
    )
    both_ways(oracle, {'proto': 'esp', 'encr': f'aes-ccm-{icv}', 'ekey': key.hex()}, theirs, 'tunnel', 4, 4)


def ah_pair(auth, mode, outer):
    """scapy's SA, and the words for ours."""
    name, length = AUTHS[auth]
    key = random.Random(auth).randbytes(length)
    theirs = SecurityAssociation(AH, spi=SPI, auth_algo=name, auth_key=key, tunnel_header=header_of(mode, outer))
    return theirs, {'proto': 'ah', 'auth': auth, 'akey': key.hex()}


@pytest.mark.parametrize(('mode', 'inner', 'outer'), MODES)
@pytest.mark.parametrize('esn', [None, 0x10])
@pytest.mark.parametrize('auth', AUTHS)
def test_ah(oracle, auth, esn, mode, inner, outer):
    """AH with each authenticator."""
    theirs, words = ah_pair(auth, mode, outer)
    both_ways(oracle, words, theirs, mode, inner, outer, esn)


HEADERS = {
    'router-alert': IP(src='10.1.0.1', dst='10.2.0.1', tos=0xB9, ttl=3, flags='DF', options=[IPOption_Router_Alert()]),
    'record-route': IP(src='10.1.0.1', dst='10.2.0.1', options=[IPOption_RR(routers=['10.9.9.9', '0.0.0.0'])]),
    'timestamp': IP(src='10.1.0.1', dst='10.2.0.1', options=[IPOption_Timestamp(flg=0, timestamp=77), IPOption_Router_Alert()]),
    'security': IP(src='10.1.0.1', dst='10.2.0.1', options=[IPOption(b'\x82\x0b' + bytes(range(9)))]),
    'hop-by-hop': IPv6(src='2001:db8::1', dst='2001:db8::2', tc=0xB8, fl=0x12345, hlim=2)
    / IPv6ExtHdrHopByHop(options=[RouterAlert()]),
    'changing-option': IPv6(src='2001:db8::1', dst='2001:db8::2')
    / IPv6ExtHdrHopByHop(options=[PadN(otype=0x3E, optdata=b'\1\2\3\4')])
    / IPv6ExtHdrDestOpt(options=[PadN(otype=0x1E, optdata=b'\5\6\7\x08')]),
    'routing': IPv6(src='2001:db8::1', dst='2001:db8::2')
    / IPv6ExtHdrRouting(type=0, addresses=['2001:db8::3', '2001:db8::4'], segleft=2),
}


@pytest.mark.parametrize('esn', [None, 1])
@pytest.mark.parametrize('name', HEADERS)
def test_ah_mutable_fields(oracle, name, esn):
    """AH over options and extension headers: what we send scapy takes, byte by byte as it would send it."""
    header = HEADERS[name]
    packet = header.__class__(raw(header / UDP(sport=1, dport=2) / Raw(b'payload')))
    theirs, words = ah_pair('hmac-sha2-256-128', 'transport', packet.version)
    words.update(mode='transport', spi=SPI, seq=((esn or 0) << 32) + 4, esn=int(esn is not None))
    words.update(src=raw_address(packet.src), dst=raw_address(packet.dst))
    ours = header.__class__(oracle.ask('seal', packet, **words))
    extra = {} if esn is None else {'esn_en': True, 'esn': esn}
    sealed = header.__class__(raw(theirs.encrypt(packet.copy(), seq_num=5, **extra)))
    assert ours[AH].icv == sealed[AH].icv
    if name == 'routing':
        return  # on the way in it must have been followed to its end
    assert oracle.ask('open', sealed, **words) == raw(packet)
    assert raw(theirs.decrypt(ours.copy(), **extra)) == raw(packet)


def test_every_algorithm_of_scapy_is_here():
    """Those that it has and we have not are not for use: RFC 8221, 5 and 6."""
    known = {name for name, _, _ in list(CIPHERS.values()) + list(AEADS.values())}
    assert set(CRYPT_ALGOS) - known <= {'DES', 'CAST', 'Blowfish'}
    assert set(AUTH_ALGOS) - {name for name, _ in AUTHS.values()} == {'NULL'}
