# SPDX-License-Identifier: GPL-2.0-or-later
"""IKEv2 messages against scapy's: what it builds is read and built again, what we build is dissected by it.

PLUTO_ORACLE names the program (build/klips/asan/pluto/tests/test_message_oracle if it is not set).
"""

import os
import random
import socket
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from scapy.contrib import ikev2 as scapy
    from scapy.packet import Raw, raw

ROOT = Path(__file__).parents[3]
PROGRAM = os.environ.get('PLUTO_ORACLE', str(ROOT / 'build/klips/asan/pluto/tests/test_message_oracle'))
SPIS = {'init_SPI': b'initiato', 'resp_SPI': b'responde'}
HEADER = [('header.spi-i', SPIS['init_SPI'].hex()), ('header.spi-r', SPIS['resp_SPI'].hex()),
          ('header.exchange', '35'), ('header.flags', '32'), ('header.id', '77')]
ROUNDS = 20


class Oracle:
    """Our side: it reads and builds messages."""

    def __init__(self, process):
        self.process = process

    def ask(self, *words):
        """The answer to a request."""
        answer = self.process.ask(' '.join(words))
        assert answer, words
        return answer

    def read(self, message):
        """The fields of a message, as pairs of name and value."""
        return [tuple(word.split('=')) for word in self.ask('read', message.hex()).split()]


@pytest.fixture(scope='module')
def oracle(oracle_process):
    return Oracle(oracle_process)


def message(payloads, **fields):
    """What scapy makes of them; of some it must be told the type of the first."""
    packet = scapy.IKEv2(exch_type=35, flags=32, id=77, **SPIS, **fields)
    for payload in payloads:
        packet = packet / payload
    return raw(packet)


def both(oracle, expected, *payloads, **fields):
    """Ours reads what scapy builds, and builds the same bytes of it."""
    data = message(payloads, **fields)
    assert oracle.read(data) == HEADER + [(name, str(value)) for name, value in expected]
    assert oracle.ask('rebuild', data.hex()) == data.hex()


def lengths(rng, least=0):
    """Some lengths of a body."""
    return [least, least + 1, 255, 256, 1400] + [rng.randrange(least, 2000) for _ in range(ROUNDS)]


def test_header(oracle):
    """No payload."""
    both(oracle, [])


def test_plain(oracle):
    """Nonce, Vendor ID, and the body of EAP."""
    rng = random.Random('plain')
    for length in range(16, 257):
        nonce, vendor = rng.randbytes(length), rng.randbytes(length % 40)
        both(oracle, [('Nonce.body', nonce.hex()), ('V.body', vendor.hex())],
             scapy.IKEv2_payload_Nonce(load=nonce, next_payload=43), scapy.IKEv2_payload_VendorID(vendorID=vendor))


def test_ke(oracle):
    """Groups and public values."""
    rng = random.Random('ke')
    for length in lengths(rng, 1):
        group, value = rng.randrange(65536), rng.randbytes(length)
        both(oracle, [('KE.method', group), ('KE.value', value.hex())],
             scapy.IKEv2_payload_KE(group=group, load=value))


def test_notify(oracle):
    """With an SPI and without."""
    rng = random.Random('notify')
    for length in lengths(rng):
        kind, spi, data = rng.randrange(65536), rng.randbytes(rng.choice((0, 4, 8, 255))), rng.randbytes(length)
        # scapy's dissector counts the SPI twice, so its length is given
        payload = scapy.IKEv2_payload_Notify(proto=3, SPI=spi, type=kind, load=data, length=8 + len(spi) + length)
        both(oracle, [('N.protocol', 3), ('N.type', kind), ('N.spi', spi.hex()), ('N.data', data.hex())], payload)


def test_delete(oracle):
    """SPIs; scapy leaves the body to whoever uses it."""
    for count in (0, 1, 2, 100, 3000):
        spis = random.Random(count).randbytes(4 * count)
        body = bytes([3, 4]) + count.to_bytes(2, 'big') + spis
        both(oracle, [('D.protocol', 3), ('D.count', count), ('D.spis', spis.hex())],
             scapy.IKEv2_payload_Delete(vendorID=body))


@pytest.mark.parametrize(('name', 'kind'), [('IDi', scapy.IKEv2_payload_IDi), ('IDr', scapy.IKEv2_payload_IDr)])
def test_id(oracle, name, kind):
    """Addresses of both families, and names."""
    for number, text, data in ((1, '192.0.2.1', '192.0.2.1'), (5, '2001:db8::1', '2001:db8::1'),
                               (2, b'east.example.org', None), (3, b'u@example.org', None), (11, bytes(40), None)):
        value = socket.inet_pton(socket.AF_INET if number == 1 else socket.AF_INET6, data) if data else text
        both(oracle, [(f'{name}.type', number), (f'{name}.data', value.hex())],
             kind(IDtype=number, ID=text, length=8 + len(value)))


def test_auth(oracle):
    """Methods."""
    rng = random.Random('auth')
    for length in lengths(rng):
        method, data = rng.randrange(256), rng.randbytes(length)
        both(oracle, [('AUTH.method', method), ('AUTH.data', data.hex())],
             scapy.IKEv2_payload_AUTH(auth_type=method, load=data))


def test_cert(oracle):
    """Certificates of kinds that scapy does not look into, and requests."""
    rng = random.Random('cert')
    for length in lengths(rng):
        cert, hashes = rng.randbytes(length), rng.randbytes(20 * rng.randrange(1, 9))
        expected = [('CERT.encoding', 12), ('CERT.data', cert.hex())]
        expected += [('CERTREQ.encoding', 4), ('CERTREQ.data', hashes.hex())]
        both(oracle, expected, scapy.IKEv2_payload_CERT_STR(cert_type=12, cert_data=cert, next_payload=38),
             scapy.IKEv2_payload_CERTREQ(cert_type=4, cert_data=hashes), next_payload=37)


def transforms(rng, count):
    """A chain of transforms, and what of it is to be read."""
    chain, expected = None, []
    for index in range(count):
        kind, number, bits = rng.randrange(1, 6), rng.randrange(65536), rng.choice((0, 0, 128, 256))
        fields = {'next_payload': 0 if index == count - 1 else 3, 'transform_type': kind, 'transform_id': number}
        if bits:
            fields.update(length=12, key_length=bits)
        one = scapy.IKEv2_payload_Transform(**fields)
        chain = chain / one if chain else one
        expected += [('SA.transform', kind), ('SA.id', number), ('SA.bits', bits)]
    return chain, expected


def test_sa(oracle):
    """Proposals of every protocol, with one to 48 transforms. scapy is slow with many of both."""
    rng = random.Random('sa')
    for count, most in ((1, 48), (1, 1), (2, 10), (3, 5), (16, 4)):
        chain, expected = None, []
        for number in range(1, count + 1):
            protocol, of = rng.randrange(1, 4), most if count == 1 else rng.randrange(1, most)
            spi = rng.randbytes(rng.choice((0, 8)) if protocol == 1 else 4)
            inside, read = transforms(rng, of)
            one = scapy.IKEv2_payload_Proposal(next_payload=0 if number == count else 2, proposal=number, trans=inside,
                                               proto=protocol, SPI=spi, SPIsize=len(spi), trans_nb=of)
            chain = chain / one if chain else one
            expected += [('SA.number', number), ('SA.protocol', protocol), ('SA.spi', spi.hex()), *read]
        both(oracle, expected, scapy.IKEv2_payload_SA(prop=chain))


def selector(rng):
    """A selector of either family, and what of it is to be read."""
    four = rng.random() < 0.5
    family, length = (socket.AF_INET, 4) if four else (socket.AF_INET6, 16)
    first, last = sorted(rng.randbytes(length) for _ in range(2))
    ports = rng.choice(((0, 65535), (65535, 0), (80, 80), (1024, 2048)))
    protocol = rng.randrange(256)
    version = 'v4' if four else 'v6'
    kind = scapy.IPv4TrafficSelector if four else scapy.IPv6TrafficSelector
    fields = {f'starting_address_{version}': socket.inet_ntop(family, first),
              f'ending_address_{version}': socket.inet_ntop(family, last)}
    one = kind(IP_protocol_ID=protocol, start_port=ports[0], end_port=ports[1], length=8 + 2 * length, **fields)
    return one, [('protocol', protocol), ('first-port', ports[0]), ('last-port', ports[1]),
                 ('first', first.hex()), ('last', last.hex())]


@pytest.mark.parametrize(('name', 'kind'), [('TSi', scapy.IKEv2_payload_TSi), ('TSr', scapy.IKEv2_payload_TSr)])
def test_ts(oracle, name, kind):
    """One to 16 selectors."""
    rng = random.Random(name)
    for count in range(1, 17):
        selectors, expected = zip(*(selector(rng) for _ in range(count)), strict=True)
        both(oracle, [(f'{name}.{field}', value) for one in expected for field, value in one],
             kind(traffic_selector=list(selectors), number_of_TSs=count))


def attribute(number, value):
    """A configuration attribute as it is on the wire."""
    return number.to_bytes(2, 'big') + len(value).to_bytes(2, 'big') + value


def test_cp(oracle):
    """Attributes, empty and with addresses."""
    net = socket.inet_pton(socket.AF_INET6, '2001:db8::') + bytes([64])
    rows = [(1, b''), (1, bytes([192, 0, 2, 1])), (2, bytes([255, 255, 255, 0])), (3, bytes(4)), (7, b'Cygnet 1'),
            (8, net), (10, net[:16]), (13, bytes([10, 0, 0, 0, 255, 0, 0, 0])), (14, bytes([0, 1, 0, 3])), (15, net),
            (25, b'example.org'), (16384, b'private')]
    length = sum(len(attribute(*row)) for row in rows)
    expected = [('CP.type', 1)]
    for number, value in rows:
        expected += [('CP.attribute', number), ('CP.value', value.hex())]
    attributes = [scapy.ConfigurationAttribute(attribute(*row)) for row in rows]
    both(oracle, expected, scapy.IKEv2_payload_CP(CFGType=1, attributes=attributes, length=8 + length), next_payload=47)


def test_sealed(oracle):
    """SK, and fragments; next is the type of what is inside."""
    rng = random.Random('sealed')
    for length in lengths(rng):
        load = rng.randbytes(length)
        both(oracle, [('SK.inside', 35), ('SK.body', load.hex())],
             scapy.IKEv2_payload_Encrypted(next_payload=35, load=load))
        both(oracle, [('SKF.inside', 35), ('SKF.number', 2), ('SKF.total', 9), ('SKF.sealed', load.hex())],
             scapy.IKEv2_payload_Encrypted_Fragment(next_payload=35, frag_number=2, frag_total=9, load=load))


def layers(packet):
    """The payloads of a message that scapy dissected, each without what follows it."""
    found = []
    while packet and not isinstance(packet, Raw):
        found.append(packet)
        packet = packet.payload
    assert not packet, 'scapy does not know what to make of the end'
    return found


def test_sa_init(oracle):
    """An IKE_SA_INIT of ours."""
    found = layers(scapy.IKEv2(bytes.fromhex(oracle.ask('init'))))
    header, sa, ke, nonce, source, destination, fragmentation, hashes, vendor = found
    assert (header.exch_type, header.flags, header.version, header.init_SPI) == (34, 8, 0x20, bytes(range(1, 9)))
    first, second = sa.prop, sa.prop.payload
    assert (first.proposal, first.proto, first.trans_nb, first.next_payload) == (1, 1, 5, 2)
    chosen = [(one.transform_type, one.transform_id) for one in layers(first.trans)]
    assert chosen == [(1, 12), (3, 12), (2, 5), (4, 31), (4, 14)]
    assert first.trans.key_length == 256
    assert (second.proposal, second.trans_nb, second.next_payload) == (2, 4, 0)
    assert [one.key_length for one in layers(second.trans)[:2]] == [256, 128]
    assert (ke.group, ke.load) == (31, bytes([9, 8, 7]) + bytes(29))
    assert nonce.load == bytes([1, 2, 3]) + bytes(29)
    assert [one.type for one in (source, destination, fragmentation, hashes)] == [16388, 16389, 16430, 16431]
    assert (source.load, hashes.load) == (bytes([4, 5, 6]) + bytes(17), bytes([0, 2, 0, 3, 0, 4, 0, 5]))
    assert vendor.vendorID == b'Cygnet'


def test_auth_message(oracle):
    """What is in an IKE_AUTH of ours, up to where scapy reads an SPI wrongly."""
    packet = scapy.IKEv2(bytes.fromhex(oracle.ask('auth')))
    assert (packet.exch_type, packet.id, packet.length) == (35, 1, len(raw(packet)))
    peer, certificate = packet.payload, packet.payload.payload
    assert (peer.next_payload, peer.IDtype, peer.ID) == (37, 2, b'west.example.org')
    assert (certificate.cert_type, certificate.length) == (4, 205)
    contact = certificate.payload
    assert (contact.proto, contact.SPIsize, contact.type) == (0, 0, 16384)
    request, own, auth = contact.payload, contact.payload.payload, contact.payload.payload.payload
    assert (request.cert_type, len(request.cert_data)) == (4, 40)
    assert (own.IDtype, own.ID) == (1, '192.0.2.1')
    assert (auth.auth_type, auth.load[:3]) == (14, bytes([3, 1, 4]))
    config = auth.payload
    assert config.CFGType == 1
    assert [(one.type, one.length) for one in config.attributes] == [(1, 0), (3, 0), (25, 0), (8, 17)]


def test_selectors_of_ours(oracle):
    """TSi and TSr of an IKE_AUTH of ours, which scapy dissects alone."""
    data = bytes.fromhex(oracle.ask('auth'))
    kind, at, found = data[16], 28, {}
    while kind:
        length = int.from_bytes(data[at + 2:at + 4], 'big')
        found[kind] = data[at:at + length]
        kind, at = data[at], at + length
    assert at == len(data)
    own, peer = scapy.IKEv2_payload_TSi(found[44]), scapy.IKEv2_payload_TSr(found[45])
    assert own.number_of_TSs == peer.number_of_TSs == 2
    first, second = own.traffic_selector
    assert (first.IP_protocol_ID, first.start_port, first.end_port) == (6, 1027, 1027)
    assert (first.starting_address_v4, first.ending_address_v4) == ('192.0.1.43', '192.0.1.43')
    assert (second.starting_address_v4, second.ending_address_v4) == ('192.0.1.0', '192.0.1.255')
    first, second = peer.traffic_selector
    assert (first.IP_protocol_ID, first.start_port, first.end_port) == (58, 0x8000, 0x8000)
    assert (second.starting_address_v6, second.ending_address_v6) == ('2001:db8::1', '2001:db8::fff')
