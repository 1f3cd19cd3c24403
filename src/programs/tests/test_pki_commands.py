# SPDX-License-Identifier: GPL-2.0-or-later
"""ipsec pki, newhostkey and showhostkey: what they make is read by openssl and by the cryptography package.

PKI_IPSEC names the program (build/klips/asan/programs/ipsec if it is not set).
"""

import base64
import hashlib
import json
import os
import subprocess
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key, load_pem_private_key, \
        load_pem_public_key

ROOT = Path(__file__).parents[3]
PROGRAM = os.environ.get('PKI_IPSEC', str(ROOT / 'build/klips/asan/programs/ipsec'))


class Shell:
    """Commands in a folder of their own."""

    def __init__(self, path):
        self.path = path

    def run(self, *words, given=b''):
        return subprocess.run([PROGRAM, *map(str, words)], cwd=self.path, input=given, capture_output=True, timeout=60)

    def ask(self, *words, given=b''):
        done = self.run(*words, given=given)
        assert not done.returncode, done.stderr.decode()
        return done.stdout

    def refused(self, *words, status=1, given=b''):
        done = self.run(*words, given=given)
        assert done.returncode == status and not done.stdout
        return done.stderr.decode().strip()

    def put(self, name, data):
        (self.path / name).write_bytes(data)
        return name

    def openssl(self, *words):
        return subprocess.run(['openssl', *words], cwd=self.path, capture_output=True, text=True, timeout=60)


@pytest.fixture
def shell(tmp_path):
    if not Path(PROGRAM).exists():
        pytest.fail(f'{PROGRAM} is not built: make klips-tests-asan')
    return Shell(tmp_path)


@pytest.fixture
def authority(shell):
    shell.ask('pki', '--gen', '--type', 'ecdsa', '--out', 'ca.key')
    shell.ask('pki', '--self', '--in', 'ca.key', '--dn', 'O=Cygnet, CN=ca', '--ca', '--pathlen', '0', '--out', 'ca.crt')
    return ['--cacert', 'ca.crt', '--cakey', 'ca.key']


KINDS = [('rsa', 2048), ('ecdsa', 256), ('ecdsa', 384), ('ecdsa', 521), ('ed25519', 0), ('ed448', 0)]


@pytest.mark.parametrize('kind, bits', KINDS)
def test_certificates(shell, authority, kind, bits):
    key = shell.ask('pki', '--gen', '--type', kind, *(['--size', bits] if bits else []))
    shell.put('key', key)
    names = ['west.example.net', 'west@example.net', '192.0.2.1', '2001:db8::1']
    request = shell.ask('pki', '--req', '--dn', 'O=Cygnet, CN=west', *(f'--san={name}' for name in names), given=key)
    found = shell.put('west.crt', shell.ask('pki', '--issue', *authority, '--flag', 'ipsecIKE', '--flag', 'serverAuth',
                                            '--serial', '0abc', '--crl', 'http://192.0.2.9/crl', given=request))
    cert = x509.load_pem_x509_certificate((shell.path / found).read_bytes())
    assert cert.serial_number == 0xabc and cert.subject.rfc4514_string() == 'CN=west,O=Cygnet'
    assert [str(name.value) for name in cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value] == names
    assert shell.openssl('verify', '-x509_strict', '-CAfile', 'ca.crt', found).returncode == 0
    assert cert.public_key().public_numbers() == load_pem_private_key(key, None).public_key().public_numbers() \
        if hasattr(cert.public_key(), 'public_numbers') else True
    told = json.loads(shell.ask('pki', '--print', '--json', '--in', found))
    assert (told['subject'], told['serial'], told['ca']) == ('O=Cygnet, CN=west', '0ABC', False)
    assert shell.ask('pki', '--pub', '--in', 'key') == \
        subprocess.run(['openssl', 'pkey', '-pubout'], input=key, capture_output=True).stdout


def test_revocation(shell, authority):
    for name in ('one', 'two'):
        shell.put(name, shell.ask('pki', '--issue', '--type', 'key', '--dn', f'CN={name}', *authority,
                                  given=(shell.path / 'ca.key').read_bytes()))
    verify = ['verify', '-crl_check', '-CRLfile', 'crl', '-CAfile', 'ca.crt']
    shell.ask('pki', '--signcrl', *authority, '--out', 'crl')
    assert shell.openssl(*verify, 'one').returncode == 0
    shell.put('crl', shell.ask('pki', '--signcrl', *authority, '--lastcrl', 'crl', '--cert', 'one'))
    assert 'certificate revoked' in shell.openssl(*verify, 'one').stderr
    assert shell.openssl(*verify, 'two').returncode == 0
    shell.put('crl', shell.ask('pki', '--signcrl', *authority, '--lastcrl', 'crl', '--serial', '77', '--outform', 'der'))
    crl = x509.load_der_x509_crl((shell.path / 'crl').read_bytes())
    assert len(crl) == 2 and crl.get_revoked_certificate_by_serial_number(0x77)
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 3


def test_certificates_for_a_web_server(shell, authority):
    shell.put('west.crt', shell.ask('pki', '--issue', '--type', 'key', '--dn', 'CN=west', *authority,
                                    given=(shell.path / 'ca.key').read_bytes()))
    ders = [x509.load_pem_x509_certificate((shell.path / name).read_bytes()).public_bytes(Encoding.DER)
            for name in ('west.crt', 'ca.crt')]
    (shell.path / 'www').mkdir()
    said = shell.ask('pki', '--publish', '--cert', 'west.crt', '--cert', 'ca.crt', '--out', 'www').decode().split()
    assert said == ['www/' + hashlib.sha1(der).hexdigest() for der in ders]
    assert [(shell.path / path).read_bytes() for path in said] == ders
    shell.ask('pki', '--bundle', '--cert', 'west.crt', '--cert', 'ca.crt', '--out', 'both')
    listed = shell.openssl('asn1parse', '-inform', 'der', '-in', 'both').stdout.splitlines()
    assert [line.split(':d=')[1][0] for line in listed if ':d=0' in line or ':d=1' in line] == ['0', '1', '1']
    starts = [int(line.split(':')[0]) + int(line.split('hl=')[1].split()[0])
              for line in listed if 'cont [ 0 ]' in line and ':d=1' in line]
    for start, der in zip(starts, ders, strict=True):
        found = shell.openssl('asn1parse', '-inform', 'der', '-in', 'both', '-strparse', str(start), '-noout', '-out', 'one')
        assert found.returncode == 0 and (shell.path / 'one').read_bytes() == der


def test_times(shell, authority):
    data = shell.ask('pki', '--self', '--in', 'ca.key', '--dn', 'CN=x', '--not-before', '2030-01-02',
                     '--not-after', '2030-01-03T04:05:06')
    cert = x509.load_pem_x509_certificate(data)
    assert str(cert.not_valid_before) == '2030-01-02 00:00:00' and str(cert.not_valid_after) == '2030-01-03 04:05:06'
    assert (cert.not_valid_after - x509.load_pem_x509_certificate(shell.ask(
        'pki', '--self', '--in', 'ca.key', '--dn', 'CN=x', '--not-before', '2030-01-02', '--lifetime', '9')
    ).not_valid_after).days == -9 + 1


@pytest.mark.parametrize('words, why', [
    ([], 'what is to be done? --help lists it'),
    (['--gen', '--pub'], 'only one of --gen, --pub, --self, --req, --issue, --signcrl, --publish, --bundle and --print'),
    (['--gen', '--type', 'dsa'], '--type dsa: rsa, ecdsa, ed25519 or ed448'),
    (['--publish', '--out', 'x'], '--cert is missing: which certificates?'),
    (['--publish', '--cert', 'x'], '--out is missing: which folder does the web server have?'),
    (['--bundle'], '--cert is missing: which certificates?'),
    (['--self'], '--dn is missing: whose certificate is it?'),
    (['--issue', '--cacert', 'x'], '--cacert and --cakey are missing: who signs?'),
    (['--gen', '--size', 'x'], '--size x: a number from 0 to 65536'),
    (['--self', '--dn', 'CN=x', '--pathlen', '1'], '--pathlen is for --ca'),
    (['--self', '--dn', 'CN=x', '--not-after', '2030'], '--not-after 2030: not a date such as 2026-11-22 or '
     '2026-11-22T10:00:00'),
    (['--self', '--dn', 'CN=x', '--not-after', '1999-01-01'], 'it would end before it begins'),
    (['--self', '--dn', 'CN=x', '--flag', 'all'], '--flag all: serverAuth, clientAuth, ipsecIKE or ocspSigning'),
    (['--gen', '--outform', 'txt'], '--outform txt: pem or der'),
])
def test_bad_usage(shell, words, why):
    assert shell.refused('pki', *words, status=2) == f'ipsec pki: {why}'


def test_refusals(shell, authority):
    assert shell.refused('pki', '--gen', '--size', 1024).endswith('RSA keys have 2048 to 8192 bits')
    assert shell.refused('pki', '--gen', '--type', 'ecdsa', '--out', 'ca.key').endswith('ca.key: File exists')
    assert shell.refused('pki', '--self', '--in', 'ca.key', '--dn', 'west').endswith('"west" is not a distinguished name')
    assert shell.refused('pki', '--self', '--in', 'ca.key', '--dn', 'CN=x', '--serial', 'x').endswith(
        '"x" is no serial number')
    assert shell.refused('pki', '--issue', *authority, given=b'x').startswith('ipsec pki: not a request')
    shell.ask('pki', '--gen', '--type', 'ed25519', '--out', 'other.key')
    assert 'the issuer is no CA, or its key is another one' in shell.refused(
        'pki', '--signcrl', '--cacert', 'ca.crt', '--cakey', 'other.key')
    public = shell.put('public', shell.ask('pki', '--pub', '--in', 'ca.key'))
    assert shell.refused('pki', '--self', '--in', public, '--dn', 'CN=x').endswith('public: not a private key')
    assert 'no key: there is no key in it' in shell.refused('pki', '--print', given=b'x')
    tampered = shell.ask('pki', '--req', '--in', 'other.key', '--dn', 'CN=west', '--outform', 'der').replace(b'west', b'east')
    assert shell.refused('pki', '--issue', *authority, given=tampered).startswith('ipsec pki: not a request')


def test_host_keys(shell):
    folder = ['--ipsecdir', 'd']
    told = json.loads(shell.ask('rsasigkey', '2048', '--json', *folder))
    assert (told['type'], told['bits'], told['file']) == ('RSA', 2048, f"d/private/{told['ckaid']}.pem")
    assert (shell.path / told['file']).stat().st_mode & 0o777 == 0o600
    private = load_pem_private_key((shell.path / told['file']).read_bytes(), None)
    comment, line = shell.ask('showhostkey', '--left', *folder).decode().splitlines()
    name, text = line.strip().split('=', 1)
    raw = base64.b64decode(text.removeprefix('0s'))
    assert name == 'leftrsasigkey' and int.from_bytes(raw[4:], 'big') == private.public_key().public_numbers().n
    keyid = text[2:11]
    assert comment == f'\t# rsakey {keyid}'

    other = json.loads(shell.ask('newhostkey', '--keytype', 'ecdsa', '--json', *folder))
    assert shell.refused('showhostkey', '--left', *folder).endswith(
        'there are several keys: name one with --ckaid; --list shows them')
    assert shell.ask('showhostkey', '--right', '--rsaid', keyid, *folder).decode() == \
        f'\t# rsakey {keyid}\n\trightrsasigkey={text}\n'
    point = load_pem_public_key(shell.ask('showhostkey', '--pem', '--ckaid', other['ckaid'], *folder)).public_numbers()
    assert shell.ask('showhostkey', '--left', '--ckaid', other['ckaid'], *folder).decode().count('leftpubkey=0s') == 1
    assert shell.refused('showhostkey', '--pem', '--pubkey', *folder, status=2).endswith('--pubkey is for --left and --right')
    line = shell.ask('showhostkey', '--right', '--pubkey', '--ckaid', told['ckaid'], *folder).decode().splitlines()[1]
    spki = base64.b64decode(line.removeprefix('\trightpubkey=0s'))
    assert load_der_public_key(spki).public_numbers() == private.public_key().public_numbers()
    record = shell.ask('showhostkey', '--ipseckey', '--gateway', '192.0.2.1', '--ckaid', other['ckaid'], *folder)
    words = record.decode().split()
    assert words[1:7] == ['IN', 'IPSECKEY', '10', '1', '3', '192.0.2.1']
    assert base64.b64decode(words[7]) == point.x.to_bytes(32, 'big') + point.y.to_bytes(32, 'big')
    listed = json.loads(shell.ask('showhostkey', '--list', '--json', *folder))
    assert {key['ckaid'] for key in listed} == {told['ckaid'], other['ckaid']}
    assert shell.refused('showhostkey', '--left', '--ckaid', '00', *folder).endswith('d/private: there is no such key')
    assert shell.refused('newhostkey', '--output', told['file'], '--keytype', 'ed25519').endswith('File exists')


@pytest.mark.parametrize('words', [['newhostkey', '--help'], ['showhostkey', '--help'], ['pki', '--help']])
def test_help(shell, words):
    assert shell.ask(*words).startswith(b'usage: ipsec ' + words[0].encode())
