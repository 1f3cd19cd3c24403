# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys, signatures, certificates and stores against the cryptography package."""

import base64
import hashlib
import os
import sys
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import pki_maker as maker  # noqa: E402 (it is beside this file)
from pki_asked import NOW, Directory, Oracle  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
    from cryptography.hazmat.primitives.serialization import (BestAvailableEncryption, Encoding, NoEncryption,
                                                              PrivateFormat, PublicFormat, pkcs12)

HASHES = {256: hashes.SHA256, 384: hashes.SHA384, 512: hashes.SHA512}
SHA2 = {256: '01', 384: '02', 512: '03'}
IPV4, FQDN, MAIL, IPV6, DN, KEY_ID = 1, 2, 3, 5, 9, 11


@pytest.fixture(scope='module')
def oracle():
    """One process for all tests; it must end well, which the sanitizers see to."""
    with Oracle() as it:
        yield it


@pytest.fixture
def ipsec_d(tmp_path):
    return Directory(tmp_path)


KINDS = {'rsa2048': ('RSA', 2048), 'rsa3072': ('RSA', 3072), 'ecdsa256': ('ECDSA', 256), 'ecdsa384': ('ECDSA', 384),
         'ecdsa521': ('ECDSA', 521), 'ed25519': ('Ed25519', 256), 'ed448': ('Ed448', 456)}


def dns_form(public):
    """RFC 3110, 2."""
    numbers = public.public_numbers()
    return bytes([3]) + numbers.e.to_bytes(3, 'big') + numbers.n.to_bytes((public.key_size + 7) // 8, 'big')


def ckaid(private):
    """As NSS makes it."""
    public = private.public_key()
    if hasattr(public, 'curve'):
        data = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    elif hasattr(public, 'public_numbers'):
        data = public.public_numbers().n.to_bytes(public.key_size // 8, 'big')
    else:
        data = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha1(data).hexdigest()


@pytest.mark.parametrize('kind', KINDS)
def test_private_keys(oracle, tmp_path, kind):
    private = maker.key(kind)
    forms = [(maker.private_bytes(private), '-'), (maker.private_bytes(private, form=Encoding.DER), '-'),
             (maker.private_bytes(private, 'secret'), 'secret'),
             (maker.private_bytes(private, 'secret', Encoding.DER), 'secret')]
    if not kind.startswith('ed'):
        forms.append((maker.private_bytes(private, kind=PrivateFormat.TraditionalOpenSSL), '-'))
    for number, (data, passphrase) in enumerate(forms):
        path = tmp_path / str(number)
        path.write_bytes(data)
        answer = oracle.ask('key', path, passphrase).split()
        assert tuple(answer[:4]) == (KINDS[kind][0], str(KINDS[kind][1]), 'private', ckaid(private))
        form = dns_form(private.public_key()) if kind.startswith('rsa') else maker.public_bytes(private)
        assert answer[4] == '0s' + base64.b64encode(form).decode()


@pytest.mark.parametrize('kind', KINDS)
def test_public_keys(oracle, tmp_path, kind):
    private = maker.key(kind)
    for form in (Encoding.PEM, Encoding.DER):
        path = tmp_path / 'public'
        path.write_bytes(maker.public_bytes(private, form))
        assert oracle.ask('text', path).split()[2:4] == ['public', ckaid(private)]
    texts = [maker.public_bytes(private)]
    if kind.startswith('ecdsa'):
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        texts += [point, point[1:]]
    if kind.startswith('rsa'):
        texts.append(dns_form(private.public_key()))
    for data in texts:
        assert oracle.ask('text', '0s' + base64.b64encode(data).decode()).split()[3] == ckaid(private)
        assert oracle.ask('text', '0x' + data.hex()).split()[3] == ckaid(private)


@pytest.mark.parametrize('kind, reason', [
    ('rsa1024', 'an RSA key of 1024 bits: only 2048 to 8192 are taken'),
    ('ecdsa192', 'an ECDSA key on a curve that IKE does not have'),
    ('secp256k1', 'an ECDSA key on a curve that IKE does not have'),
])
def test_keys_of_no_use(oracle, tmp_path, kind, reason):
    path = tmp_path / 'key'
    path.write_bytes(maker.private_bytes(maker.key(kind)))
    assert oracle.why('key', path, '-') == reason


def test_passphrases(oracle, tmp_path):
    for form in (Encoding.PEM, Encoding.DER):
        path = tmp_path / 'key'
        path.write_bytes(maker.private_bytes(maker.key(), 'secret', form))
        assert oracle.why('key', path, '-') == 'it needs a passphrase'
        assert oracle.why('key', path, 'wrong') == 'the passphrase is wrong'


def test_files_without_a_key(oracle, tmp_path):
    path = tmp_path / 'key'
    for data in (b'', b'-----BEGIN PRIVATE KEY-----\n', b'\x30\x82', maker.private_bytes(maker.key())[:-60]):
        path.write_bytes(data)
        assert oracle.why('key', path, '-') == 'there is no key in it'
    path.write_bytes(bytes(70000))
    assert oracle.why('key', path, '-') == 'too long for a key'


def rsa_schemes(bits):
    """(AlgorithmIdentifier, what the other library calls it)"""
    digest = HASHES[bits]()
    last = {256: '0b', 384: '0c', 512: '0d'}[bits]
    one = '300d06096086480165030402' + SHA2[bits] + '0500'
    pss = '304106092a864886f70d01010a3034a00f' + one + 'a11c301a06092a864886f70d010108' + one + 'a20302' \
          + '01' + f'{bits // 8:02x}'
    return [('300d06092a864886f70d0101' + last + '0500', padding.PKCS1v15()),
            (pss, padding.PSS(padding.MGF1(digest), bits // 8))]


@pytest.mark.parametrize('bits', HASHES)
@pytest.mark.parametrize('kind', ['rsa2048', 'rsa3072'])
def test_rsa_signatures(oracle, tmp_path, kind, bits):
    private, data = maker.key(kind), os.urandom(99)
    path = tmp_path / 'key'
    path.write_bytes(maker.private_bytes(private))
    for algorithm, form in rsa_schemes(bits):
        signature = bytes.fromhex(oracle.ask('sign', path, algorithm, data))
        private.public_key().verify(signature, data, form, HASHES[bits]())
        oracle.ask('verify', path, algorithm, data, private.sign(data, form, HASHES[bits]()))
        oracle.why('verify', path, algorithm, data, private.sign(data + b'.', form, HASHES[bits]()))
        with pytest.raises(InvalidSignature):
            private.public_key().verify(signature, data + b'.', form, HASHES[bits]())
    # A salt of another length than the AlgorithmIdentifier says.
    odd = private.sign(data, padding.PSS(padding.MGF1(HASHES[bits]()), 20), HASHES[bits]())
    oracle.why('verify', path, rsa_schemes(bits)[1][0], data, odd)


@pytest.mark.parametrize('bits', HASHES)
@pytest.mark.parametrize('kind', ['ecdsa256', 'ecdsa384', 'ecdsa521'])
def test_ecdsa_signatures(oracle, tmp_path, kind, bits):
    private, data = maker.key(kind), os.urandom(99)
    path = tmp_path / 'key'
    path.write_bytes(maker.private_bytes(private))
    algorithm, scheme = f"300a06082a8648ce3d0403{ {256: '02', 384: '03', 512: '04'}[bits]}", ec.ECDSA(HASHES[bits]())
    private.public_key().verify(bytes.fromhex(oracle.ask('sign', path, algorithm, data)), data, scheme)
    oracle.ask('verify', path, algorithm, data, private.sign(data, scheme))
    oracle.why('verify', path, algorithm, data + b'.', private.sign(data, scheme))


@pytest.mark.parametrize('kind, method, bits', [('ecdsa256', 9, 256), ('ecdsa384', 10, 384), ('ecdsa521', 11, 512)])
def test_ecdsa_of_rfc_4754(oracle, tmp_path, kind, method, bits):
    private, data = maker.key(kind), os.urandom(99)
    size = (private.key_size + 7) // 8
    path = tmp_path / 'key'
    path.write_bytes(maker.private_bytes(private))
    raw = bytes.fromhex(oracle.ask('sign', path, method, data))
    assert len(raw) == 2 * size
    der = utils.encode_dss_signature(int.from_bytes(raw[:size], 'big'), int.from_bytes(raw[size:], 'big'))
    private.public_key().verify(der, data, ec.ECDSA(HASHES[bits]()))
    r, s = utils.decode_dss_signature(private.sign(data, ec.ECDSA(HASHES[bits]())))
    raw = r.to_bytes(size, 'big') + s.to_bytes(size, 'big')
    oracle.ask('verify', path, method, data, raw)
    for wrong in (raw[:-1], raw + b'\0', bytes(2 * size), raw[size:] + raw[:size], b''):
        oracle.why('verify', path, method, data, wrong)


@pytest.mark.parametrize('kind, algorithm', [('ed25519', '300506032b6570'), ('ed448', '300506032b6571')])
def test_eddsa_signatures(oracle, tmp_path, kind, algorithm):
    private, data = maker.key(kind), os.urandom(99)
    path = tmp_path / 'key'
    path.write_bytes(maker.private_bytes(private))
    assert bytes.fromhex(oracle.ask('sign', path, algorithm, data)) == private.sign(data)
    oracle.ask('verify', path, algorithm, data, private.sign(data))
    oracle.why('verify', path, algorithm, data, private.sign(data + b'.'))


def test_what_a_certificate_says(oracle, tmp_path):
    one = maker.Certified('west', ca=True, days=(-2, 3))
    path = tmp_path / 'cert'
    for data in (one.pem, one.der, b'Text before it\n' + one.pem):
        path.write_bytes(data)
        assert oracle.ask('cert', path).split(' ', 5) == [
            f'{one.serial:X}'.rjust((len(f'{one.serial:X}') + 1) // 2 * 2, '0'),
            hashlib.sha1(maker.public_bytes(one.key)).hexdigest(), str(NOW - 2 * 86400), str(NOW + 3 * 86400), '1',
            'O=Cygnet test, CN=west']
    path.write_bytes(one.der + b'\0')
    assert oracle.why('cert', path).startswith('not a certificate')
    path.write_bytes(b'')
    assert oracle.why('cert', path).startswith('not a certificate')


def test_identities(oracle, tmp_path):
    names = ['DNS:west.example.net', 'email:West@example.net', 'IP:192.0.2.1', 'IP:2001:db8::1', 'dirName:other']
    path = tmp_path / 'cert'
    path.write_bytes(maker.Certified('west.cn', names=names).pem)

    def has(kind, data):
        return oracle.ask('id', path, kind, data) == '1'

    assert has(FQDN, b'west.example.net') and has(FQDN, b'WEST.example.NET')
    assert not has(FQDN, b'west.example.ne') and not has(FQDN, b'west.example.net\0') and not has(FQDN, b'')
    assert not has(FQDN, b'west.cn'), 'a common name is no FQDN (RFC 4945, 3.1.2)'
    assert has(MAIL, b'west@example.net') and not has(MAIL, b'west.example.net')
    assert not has(FQDN, b'West@example.net')
    assert has(IPV4, bytes([192, 0, 2, 1])) and not has(IPV4, bytes([192, 0, 2, 2]))
    assert has(IPV6, bytes.fromhex('20010db8000000000000000000000001')) and not has(IPV6, bytes(16))
    assert has(DN, maker.name('west.cn').public_bytes()) and has(DN, maker.name('other').public_bytes())
    assert has(DN, maker.name('WEST.CN', 'cygnet   Test').public_bytes()), 'RFC 5280, 7.1'
    assert not has(DN, maker.name('west').public_bytes()) and not has(DN, b'\x30') and not has(DN, b'')
    assert not has(KEY_ID, b'west.cn')


def chain_of(depth, **options):
    """A root, intermediates, and a leaf, in this order."""
    certified = [maker.Certified('root', ca=True, **options.get('root', {}))]
    for number in range(depth):
        certified.append(maker.Certified(f'ca{number}', certified[-1], ca=True, **options.get('middle', {})))
    certified.append(maker.Certified('leaf', certified[-1], **options.get('leaf', {})))
    return certified


@pytest.mark.parametrize('kind', [*KINDS])
def test_good_certificates(oracle, ipsec_d, kind):
    root, leaf = chain_of(0, root={'kind': kind}, leaf={'kind': kind})
    ipsec_d.trust(root)
    assert ipsec_d.check(oracle, leaf) == ''


@pytest.mark.parametrize('depth', [1, 3, 8])
def test_chains(oracle, ipsec_d, depth):
    root, *middle, leaf = chain_of(depth)
    ipsec_d.trust(root)
    assert ipsec_d.check(oracle, leaf, *middle) == ''
    assert ipsec_d.check(oracle, leaf, *reversed(middle), leaf, root) == ''
    lacking = middle[:-1]
    assert ipsec_d.check(oracle, leaf, *lacking) == ('O=Cygnet test, CN=leaf: its CA is not known here: '
                                                     f'O=Cygnet test, CN=ca{depth - 1}')
    ipsec_d.put('intermediates', 'one.pem', middle[-1].pem)
    assert ipsec_d.check(oracle, leaf, *lacking) == ''


def test_an_intermediate_may_be_trusted(oracle, ipsec_d):
    _, middle, leaf = chain_of(1)
    ipsec_d.trust(middle)
    assert ipsec_d.check(oracle, leaf) == ''
    assert ipsec_d.check(oracle, leaf, strict=True).endswith('unable to get certificate CRL')


def test_unknown_and_false_authorities(oracle, ipsec_d):
    root, leaf = chain_of(0)
    assert ipsec_d.check(oracle, leaf) == 'O=Cygnet test, CN=leaf: its CA is not known here: O=Cygnet test, CN=root'
    false = maker.Certified('root', ca=True, number='false')
    ipsec_d.trust(false)
    assert ipsec_d.check(oracle, leaf, root).endswith('certificate signature failure')
    alone = maker.Certified('alone')
    assert ipsec_d.check(oracle, alone) == 'O=Cygnet test, CN=alone: self-signed certificate'


@pytest.mark.parametrize('where', ['root', 'middle', 'leaf'])
@pytest.mark.parametrize('days, reason', [((-9, -1), 'certificate has expired'),
                                          ((1, 9), 'certificate is not yet valid')])
def test_times(oracle, ipsec_d, where, days, reason):
    root, middle, leaf = chain_of(1, **{where: {'days': days}})
    ipsec_d.trust(root)
    assert ipsec_d.check(oracle, leaf, middle).endswith(reason)
    assert ipsec_d.check(oracle, leaf, middle, now=NOW + 30 * 86400).endswith('certificate has expired')


def refused_for(oracle, ipsec_d, reason, depth=1, **options):
    root, *middle, leaf = chain_of(depth, **options)
    ipsec_d.trust(root)
    answer = ipsec_d.check(oracle, leaf, *middle)
    assert answer.endswith(reason), answer


def test_path_length(oracle, ipsec_d):
    refused_for(oracle, ipsec_d, 'path length constraint exceeded', depth=2, root={'pathlen': 1})
    root, *middle, leaf = chain_of(1, root={'pathlen': 1}, middle={'pathlen': 0})
    ipsec_d.trust(root)
    assert ipsec_d.check(oracle, leaf, *middle) == ''


def test_who_may_issue(oracle, ipsec_d):
    root = maker.Certified('root', ca=True)
    ipsec_d.trust(root)
    host = maker.Certified('host', root)
    assert ipsec_d.check(oracle, maker.Certified('leaf', host), host).endswith('invalid CA certificate')
    mute = maker.Certified('mute', root, ca=True, usage={'crl_sign': True})
    assert 'CN=mute' in ipsec_d.check(oracle, maker.Certified('leaf', mute), mute)


def test_purposes(oracle, ipsec_d):
    for purposes in (maker.TLS[:1], maker.TLS[1:], [maker.IPSEC_IKE],
                     [x509.oid.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
                     [x509.oid.ExtendedKeyUsageOID.CODE_SIGNING, maker.IPSEC_IKE]):
        root, leaf = chain_of(0, leaf={'purposes': purposes})
        ipsec_d.trust(root)
        assert ipsec_d.check(oracle, leaf) == ''
    refused_for(oracle, ipsec_d, 'it is for other purposes than IKE',
                leaf={'purposes': [x509.oid.ExtendedKeyUsageOID.CODE_SIGNING]})


def test_key_usages(oracle, ipsec_d):
    for bits in ({}, {'content_commitment': True}, {'digital_signature': True, 'key_encipherment': True}):
        root, leaf = chain_of(0, leaf={'usage': bits})
        ipsec_d.trust(root)
        assert ipsec_d.check(oracle, leaf) == ''
    refused_for(oracle, ipsec_d, 'its key is not for signatures', leaf={'usage': {'key_encipherment': True}})


@pytest.mark.filterwarnings('ignore:SHA1')
def test_weak_and_strange_keys(oracle, ipsec_d):
    refused_for(oracle, ipsec_d, 'its key is of a sort that IKE does not sign with', leaf={'kind': 'rsa1024'})
    refused_for(oracle, ipsec_d, 'its key is of a sort that IKE does not sign with', leaf={'kind': 'secp256k1'})
    refused_for(oracle, ipsec_d, 'CA certificate key too weak', root={'kind': 'rsa1024'})
    refused_for(oracle, ipsec_d, 'CA signature digest algorithm too weak', leaf={'hash': hashes.SHA1})


def test_extensions(oracle, ipsec_d):
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.3.6.1.4.1.55555.1'), b'\x05\x00')
    root, leaf = chain_of(0, leaf={'more': [(strange, False)]})
    ipsec_d.trust(root)
    assert ipsec_d.check(oracle, leaf) == ''
    refused_for(oracle, ipsec_d, 'unhandled critical extension', leaf={'more': [(strange, True)]})
    only = x509.NameConstraints([x509.DNSName('example.org')], None)
    refused_for(oracle, ipsec_d, 'permitted subtree violation', middle={'more': [(only, True)]},
                leaf={'names': ['DNS:west.example.net']})


def test_the_ca_that_is_wanted(oracle, ipsec_d):
    root, middle, leaf = chain_of(1)
    ipsec_d.trust(root)
    for common in ('root', 'ca0', 'ROOT'):
        assert ipsec_d.check(oracle, leaf, middle, ca=maker.name(common).public_bytes()) == ''
    for common in ('leaf', 'other'):
        assert ipsec_d.check(oracle, leaf, middle, ca=maker.name(common).public_bytes()) == \
            f'O=Cygnet test, CN=leaf: it is not by the CA O=Cygnet test, CN={common}'


def test_revocation(oracle, ipsec_d):
    root, middle, leaf = chain_of(1)
    ipsec_d.trust(root)
    ipsec_d.put('crls', 'root.pem', root.crl())
    ipsec_d.put('crls', 'ca0.crl', middle.crl(form=Encoding.DER))
    assert ipsec_d.check(oracle, leaf, middle) == ''
    assert ipsec_d.check(oracle, leaf, middle, strict=True) == ''
    ipsec_d.put('crls', 'ca0.crl', middle.crl(root, leaf))
    assert ipsec_d.check(oracle, leaf, middle) == 'O=Cygnet test, CN=leaf: certificate revoked'
    ipsec_d.put('crls', 'ca0.crl', middle.crl())
    ipsec_d.put('crls', 'root.pem', root.crl(middle))
    assert ipsec_d.check(oracle, leaf, middle) == 'O=Cygnet test, CN=ca0: certificate revoked'


def test_revocation_that_is_not_known(oracle, ipsec_d):
    root, leaf = chain_of(0)
    ipsec_d.trust(root)
    assert ipsec_d.check(oracle, leaf, strict=True).endswith('unable to get certificate CRL')
    for days, reason in (((-9, -1), 'CRL has expired'), ((1, 2), 'CRL is not yet valid')):
        ipsec_d.put('crls', 'root.pem', root.crl(days=days))
        assert ipsec_d.check(oracle, leaf) == ''
        assert ipsec_d.check(oracle, leaf, strict=True).endswith(reason)
    ipsec_d.put('crls', 'root.pem', root.crl(leaf, days=(-9, -1)))
    assert ipsec_d.check(oracle, leaf).endswith('certificate revoked'), 'known once is known for ever'


def test_the_newest_crl_counts(oracle, ipsec_d):
    root, leaf = chain_of(0)
    ipsec_d.trust(root)
    ipsec_d.put('crls', 'old.pem', root.crl(days=(-9, 9)))
    ipsec_d.put('crls', 'new.pem', root.crl(leaf, days=(-1, 9)))
    assert ipsec_d.check(oracle, leaf).endswith('certificate revoked')


def test_forged_crl(oracle, ipsec_d):
    root, leaf = chain_of(0)
    ipsec_d.trust(root)
    path = ipsec_d.put('crls', 'root.pem', root.crl(leaf, signer=maker.Certified('other', ca=True)))
    assert oracle.ask('store', ipsec_d.path) == f'2:ca0 | {path}: its signature is not that of its CA'
    assert ipsec_d.check(oracle, leaf) == ''


def test_store(oracle, ipsec_d):
    root, middle, leaf = chain_of(1)
    ipsec_d.trust(root)
    ipsec_d.put('certs', 'west.crt', leaf.pem + middle.pem)
    ipsec_d.put('certs', 'west.crt.pass', b'not a certificate')
    ipsec_d.put('certs', '.hidden', b'not a certificate')
    ipsec_d.put('private', 'west.key', leaf.private('secret'))
    ipsec_d.put('private', 'west.key.pass', b'secret\n')
    ipsec_d.put('crls', 'root', root.crl(leaf))
    assert oracle.ask('store', ipsec_d.path) == '0:west+ 3:west 1:west+ 2:ca0 4:root'
    assert oracle.ask('chain', ipsec_d.path, ipsec_d.path / 'certs/west.crt').split() == [
        f'{middle.serial:X}'.rjust((len(f'{middle.serial:X}') + 1) // 2 * 2, '0')]


def test_pkcs12(oracle, ipsec_d):
    root, middle, leaf = chain_of(1)
    ipsec_d.trust(root)
    for passphrase, encryption in (('secret', BestAvailableEncryption(b'secret')), ('', NoEncryption())):
        data = pkcs12.serialize_key_and_certificates(
            b'nick', leaf.key, leaf.certificate, [middle.certificate],
            encryption)
        ipsec_d.put('private', 'west.p12', data)
        ipsec_d.put('private', 'west.p12.pass', passphrase.encode())
        assert oracle.ask('store', ipsec_d.path) == '0:nick+ 3:west 1:west+ 2:ca0'
    ipsec_d.put('private', 'west.p12.pass', b'wrong')
    path = ipsec_d.put('private', 'west.p12', pkcs12.serialize_key_and_certificates(
        b'nick', leaf.key, leaf.certificate, None, BestAvailableEncryption(b'secret')))
    assert oracle.ask('store', ipsec_d.path) == f'2:ca0 | {path}: the passphrase is wrong'


def test_what_cannot_be_read(oracle, ipsec_d):
    root, leaf = chain_of(0)
    paths = [ipsec_d.put('certs', 'a.pem', b'nothing'), ipsec_d.put('private', 'b.pem', leaf.private('secret')),
             ipsec_d.put('private', 'c.pem', maker.public_bytes(leaf.key, Encoding.PEM)),
             ipsec_d.put('private', 'd.pem', leaf.private(), mode=0o640),
             ipsec_d.put('private', 'e.p12', b'0'), ipsec_d.put('cacerts', 'f.pem', leaf.pem),
             ipsec_d.put('crls', 'g.pem', b'0')]
    ipsec_d.put('cacerts', 'root.pem', root.pem)
    first, *faults = oracle.ask('store', ipsec_d.path).split(' | ')
    assert first == '1:d+ 2:root'
    expected = ['not a certificate', 'it needs a passphrase', 'it has a public key and no private one',
                'warning: others than its owner can read or write it: mode 640, not 600', 'not PKCS#12',
                'O=Cygnet test, CN=leaf is no CA, so it is not trusted', 'not a CRL']
    assert len(faults) == len(expected)
    for fault, path, text in zip(faults, paths, expected, strict=True):
        assert fault.startswith(f'{path}: {text}'), fault


def test_nothing_there(oracle, ipsec_d):
    assert oracle.ask('store', ipsec_d.path / 'none') == ''
    (ipsec_d.path / 'certs').write_bytes(b'')
    assert oracle.ask('store', ipsec_d.path) == f"| {ipsec_d.path / 'certs'}: Not a directory"
