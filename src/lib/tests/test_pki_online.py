# SPDX-License-Identifier: GPL-2.0-or-later
"""OCSP and fetched CRLs, with a server here that says what it is told to."""

import base64
import socket
import sys
import threading
import time
import urllib.parse
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import pki_maker as maker  # noqa: E402 (it is beside this file)
from pki_asked import NOW, Directory, Oracle  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


class Server(ThreadingHTTPServer):
    """Has what is in `files`; `ocsp` makes an answer of a request. `asked` has each request's method and path."""

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.files, self.ocsp, self.asked = {}, None, []
        self.uri = f'http://127.0.0.1:{self.server_port}'
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(f'GET {self.path}')
        if self.path.startswith('/ocsp/'):
            self.answer(base64.b64decode(urllib.parse.unquote(self.path.removeprefix('/ocsp/'))))
        else:
            self.send(self.server.files.get(self.path))

    def do_POST(self):
        self.server.asked.append(f'POST {self.path}')
        assert self.headers['Content-Type'] == 'application/ocsp-request'
        self.answer(self.rfile.read(int(self.headers['Content-Length'])))

    def answer(self, request):
        self.send(self.server.ocsp(ocsp.load_der_ocsp_request(request)))

    def send(self, data):
        self.send_response(200 if data is not None else 404)
        self.send_header('Content-Length', str(len(data or b'')))
        self.end_headers()
        self.wfile.write(data or b'')

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as it:
        yield it


@pytest.fixture(scope='module')
def process():
    with Oracle() as it:
        yield it


@pytest.fixture
def oracle(process):
    yield process
    process.ask('offline')


@pytest.fixture
def ipsec_d(tmp_path):
    return Directory(tmp_path)


def begin(oracle, strict=0, ocsp=0, ocsp_strict=0, post=0, interval=0, timeout=5, uri='-', trust='-', size=9, least=60,
          most=3600):
    oracle.ask('online', strict, ocsp, ocsp_strict, post, interval, timeout, uri, trust, size, least, most)


def named(server, kind='ocsp', path='/ocsp'):
    """The extension that names the server."""
    uri = x509.UniformResourceIdentifier(server.uri + path)
    if kind == 'ocsp':
        return {'more': [(x509.AuthorityInformationAccess(
            [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, uri)]), False)]}
    return {'more': [(x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None)]), False)]}


def answering(leaf, issuer, status=GOOD, signer=None, days=(-1, 1), about=None, certificates=()):
    """An OCSP responder of one certificate."""
    signer = signer or issuer
    first, last = (None if day is None else maker.NOW + day * maker.DAY for day in days)

    def answer(request):
        assert request.serial_number == leaf.serial
        revoked = status is REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            (about or leaf).certificate, issuer.certificate, hashes.SHA1(), status, first, last,
            maker.NOW if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None
        ).responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        if certificates:
            builder = builder.certificates([one.certificate for one in certificates])
        return builder.sign(signer.key, maker.digest_for(signer.key)).public_bytes(Encoding.DER)
    return answer


def pair(server, **options):
    root = maker.Certified('root', ca=True)
    return root, maker.Certified('leaf', root, **(options or named(server)))


@pytest.mark.parametrize('post', [0, 1])
def test_good_and_revoked(oracle, ipsec_d, server, post):
    root, leaf = pair(server)
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, ocsp_strict=1, post=post)
    server.ocsp = answering(leaf, root)
    assert ipsec_d.check(oracle, leaf) == ''
    assert ipsec_d.check(oracle, leaf, now=NOW + 60) == ''
    assert len(server.asked) == 1, 'the second time, it is known'
    begin(oracle, ocsp=1, post=post)
    server.ocsp = answering(leaf, root, REVOKED)
    for _ in range(2):
        assert ipsec_d.check(oracle, leaf).startswith('O=Cygnet test, CN=leaf: OCSP: certificate revoked')
    assert len(server.asked) == 2 and server.asked[0].split()[0] == ('POST' if post else 'GET')


def test_ocsp_is_off_unless_it_is_on(oracle, ipsec_d, server):
    root, leaf = pair(server)
    ipsec_d.trust(root)
    begin(oracle)
    assert ipsec_d.check(oracle, leaf) == '' and not server.asked


@pytest.mark.parametrize('how, reason', [
    ({'status': UNKNOWN}, 'OCSP: the certificate is not known'),
    ({'days': (-9, -1)}, 'OCSP: the answer is not of this time'),
    ({'days': (1, 9)}, 'OCSP: the answer is not of this time'),
    ({'days': (-1, None)}, 'OCSP: the answer is not of this time'),
    ({'about': 'other'}, 'OCSP: the answer is about others'),
    ({'signer': 'other'}, 'OCSP: the answer is by somebody else'),
    ({'signer': 'host'}, 'OCSP: the answer is by somebody else'),
])
def test_answers_that_are_none(oracle, ipsec_d, server, how, reason):
    root, leaf = pair(server)
    others = {'other': maker.Certified('other', ca=True), 'host': maker.Certified('host', root)}
    how = {key: others.get(value, value) if isinstance(value, str) else value for key, value in how.items()}
    if how.get('about'):
        how['about'] = maker.Certified('third', root)
    if how.get('signer'):
        how['certificates'] = [how['signer']]
    server.ocsp = answering(leaf, root, **how)
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, ocsp_strict=1)
    assert ipsec_d.check(oracle, leaf) == f'O=Cygnet test, CN=leaf: {reason}'
    begin(oracle, ocsp=1)
    assert ipsec_d.check(oracle, leaf) == ''


def test_answer_for_the_moment(oracle, ipsec_d, server):
    """Without nextUpdate."""
    root, leaf = pair(server)
    server.ocsp = answering(leaf, root, days=(0, None))
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, ocsp_strict=1)
    assert ipsec_d.check(oracle, leaf) == ''
    begin(oracle, ocsp=1, ocsp_strict=1)
    assert ipsec_d.check(oracle, leaf, now=NOW + 301).endswith('OCSP: the answer is not of this time')


def test_delegated_and_trusted_responders(oracle, ipsec_d, server):
    root, leaf = pair(server)
    delegated = maker.Certified('responder', root, purposes=[ExtendedKeyUsageOID.OCSP_SIGNING])
    stranger = maker.Certified('stranger')
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, ocsp_strict=1)
    server.ocsp = answering(leaf, root, signer=delegated, certificates=[delegated])
    assert ipsec_d.check(oracle, leaf) == ''
    ipsec_d.put('certs', 'stranger.pem', stranger.pem)
    server.ocsp = answering(leaf, root, signer=stranger)
    begin(oracle, ocsp=1, ocsp_strict=1, trust='stranger')
    assert ipsec_d.check(oracle, leaf) == ''


@pytest.mark.parametrize('data', [b'', b'nothing', b'0\x03\n\x01\x06', None])
def test_no_ocsp(oracle, ipsec_d, server, data):
    root, leaf = pair(server)
    server.ocsp = lambda request: data
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, ocsp_strict=1)
    assert ipsec_d.check(oracle, leaf).startswith('O=Cygnet test, CN=leaf: ')
    assert ipsec_d.check(oracle, leaf).endswith('there was no answer lately') and len(server.asked) == 1
    assert ipsec_d.check(oracle, leaf, now=NOW + 61).startswith('O=Cygnet test, CN=leaf: ') and len(server.asked) == 2
    begin(oracle, ocsp=1)
    assert ipsec_d.check(oracle, leaf) == ''


def test_default_responder(oracle, ipsec_d, server):
    root = maker.Certified('root', ca=True)
    leaf = maker.Certified('leaf', root)
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, ocsp_strict=1)
    assert ipsec_d.check(oracle, leaf).endswith('OCSP: there is no responder')
    begin(oracle, ocsp=1, ocsp_strict=1, uri=f'{server.uri}/ocsp')
    server.ocsp = answering(leaf, root)
    assert ipsec_d.check(oracle, leaf) == ''


def test_silent_server(oracle, ipsec_d):
    """It takes the connection and says nothing: the time limit ends that."""
    with socket.create_server(('127.0.0.1', 0)) as silent:
        root = maker.Certified('root', ca=True)
        leaf = maker.Certified('leaf', root)
        ipsec_d.trust(root)
        begin(oracle, ocsp=1, ocsp_strict=1, timeout=1, uri=f'http://127.0.0.1:{silent.getsockname()[1]}')
        before = time.monotonic()
        assert ipsec_d.check(oracle, leaf) != ''
        assert time.monotonic() - before < 4


def test_cache(oracle, ipsec_d, server):
    root, leaf = pair(server)
    server.ocsp = answering(leaf, root)
    ipsec_d.trust(root)
    begin(oracle, ocsp=1, least=100, most=200)
    for now, asked in ((0, 1), (199, 1), (201, 2)):
        assert ipsec_d.check(oracle, leaf, now=NOW + now) == '' and len(server.asked) == asked
    others = [maker.Certified(f'leaf{number}', root, **named(server)) for number in range(3)]
    begin(oracle, ocsp=1, size=2)
    for asked, one in enumerate([leaf, *others], 3):
        server.ocsp = answering(one, root)
        assert ipsec_d.check(oracle, one) == '' and len(server.asked) == asked
    assert ipsec_d.check(oracle, others[-1]) == '' and len(server.asked) == 6
    server.ocsp = answering(leaf, root)
    assert ipsec_d.check(oracle, leaf) == '' and len(server.asked) == 7, 'the oldest was forgotten'


def test_fetched_crls(oracle, ipsec_d, server):
    root, leaf = pair(server, **named(server, 'crl', '/root.crl'))
    ipsec_d.trust(root)
    begin(oracle, strict=1, interval=600)
    assert f'unable to get certificate CRL: {server.uri}/root.crl: no answer' in ipsec_d.check(oracle, leaf)
    server.files['/root.crl'] = root.crl(form=Encoding.DER)
    assert ipsec_d.check(oracle, leaf).endswith('unable to get certificate CRL'), 'not asked for again at once'
    assert ipsec_d.check(oracle, leaf, now=NOW + 61) == ''
    assert ipsec_d.check(oracle, leaf, now=NOW + 62) == '' and len(server.asked) == 2
    server.files['/root.crl'] = root.crl(leaf, form=Encoding.DER)
    assert oracle.ask('refresh', ipsec_d.path, NOW + 62) == '0'
    assert oracle.ask('refresh', ipsec_d.path, NOW + 700) == '1'
    assert ipsec_d.check(oracle, leaf, now=NOW + 701).endswith('certificate revoked')


def test_refresh(oracle, ipsec_d, server):
    root, leaf = pair(server, **named(server, 'crl', '/root.crl'))
    ipsec_d.trust(root)
    ipsec_d.put('certs', 'leaf.pem', leaf.pem)
    begin(oracle, interval=600)
    assert oracle.ask('refresh', ipsec_d.path, NOW).startswith(f'0 | {server.uri}/root.crl: ')
    for wrong in (b'', b'nothing', maker.Certified('root', ca=True, number='false').crl(leaf, form=Encoding.DER),
                  maker.Certified('other', ca=True).crl(leaf, form=Encoding.DER), root.crl(leaf)):
        server.files['/root.crl'] = wrong
        assert oracle.ask('refresh', ipsec_d.path, NOW + 1000).startswith(f'0 | {server.uri}/root.crl: ')
        assert ipsec_d.check(oracle, leaf) == ''
        begin(oracle, interval=600)
    server.files['/root.crl'] = root.crl(leaf, days=(-1, 9), form=Encoding.DER)
    assert oracle.ask('refresh', ipsec_d.path, NOW) == '1'
    assert ipsec_d.check(oracle, leaf).endswith('certificate revoked')
    server.files['/root.crl'] = root.crl(days=(-2, 9), form=Encoding.DER)
    assert oracle.ask('refresh', ipsec_d.path, NOW + 600) == '0', 'an older one is played again'
    assert ipsec_d.check(oracle, leaf).endswith('certificate revoked')


def test_no_fetching_unless_it_is_wanted(oracle, ipsec_d, server):
    root, leaf = pair(server, **named(server, 'crl', '/root.crl'))
    ipsec_d.trust(root)
    begin(oracle, strict=1)
    assert ipsec_d.check(oracle, leaf).endswith('unable to get certificate CRL')
    assert oracle.ask('refresh', ipsec_d.path, NOW) == '0' and not server.asked


def test_ocsp_in_place_of_a_crl(oracle, ipsec_d, server):
    root, leaf = pair(server)
    server.ocsp = answering(leaf, root)
    ipsec_d.trust(root)
    begin(oracle, strict=1, ocsp=1)
    assert ipsec_d.check(oracle, leaf) == ''
    server.ocsp = answering(leaf, root, UNKNOWN)
    begin(oracle, strict=1, ocsp=1)
    assert ipsec_d.check(oracle, leaf).endswith('unable to get certificate CRL')


def test_other_protocols(oracle, ipsec_d):
    root = maker.Certified('root', ca=True)
    leaf = maker.Certified('leaf', root)
    ipsec_d.trust(root)
    for uri in ('https://127.0.0.1/', 'ldap://127.0.0.1/', 'file:///etc/passwd'):
        begin(oracle, ocsp=1, ocsp_strict=1, uri=uri)
        assert ipsec_d.check(oracle, leaf) == f'O=Cygnet test, CN=leaf: OCSP: {uri}: only http:// is known'
