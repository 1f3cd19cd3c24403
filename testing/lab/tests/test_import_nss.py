# SPDX-License-Identifier: GPL-2.0-or-later
"""testing/suites/libreswan/cygnet/import-nss: NSS's databases become files. They are made here as NSS's softoken makes them."""

import datetime
import hashlib
import os
import sqlite3
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from lab import paths

PROGRAM = paths.TESTING / "suites/libreswan/cygnet/import-nss"
SALT, ENTRY, VECTOR = b"s" * 20, b"e" * 32, b"v" * 14
P256 = bytes.fromhex("06082a8648ce3d030107")


def _tlv(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else bytes([0x82, *len(body).to_bytes(2, "big")])
    return bytes([tag]) + size + body


def _number(value):
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _seal(plain):
    """PBES2: PBKDF2 with HMAC-SHA256, one round, and AES-256-CBC."""
    padded = plain + bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    key = PBKDF2HMAC(hashes.SHA256(), 32, ENTRY, 1).derive(hashlib.sha1(SALT).digest())
    encryptor = Cipher(algorithms.AES(key), modes.CBC(b"\x04\x0e" + VECTOR)).encryptor()
    derivation = _tlv(0x30, _tlv(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"),
                      _tlv(0x30, _tlv(4, ENTRY), _tlv(2, b"\1"), _tlv(2, b"\x20")))
    cipher = _tlv(0x30, _tlv(6, b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), _tlv(4, VECTOR))
    method = _tlv(0x30, _tlv(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"), _tlv(0x30, derivation, cipher))
    return _tlv(0x30, method, _tlv(4, encryptor.update(padded) + encryptor.finalize()))


def _insert(path, table, rows):
    with sqlite3.connect(path) as base:
        columns = sorted({name for row in rows for name in row})
        base.execute(f"create table if not exists {table} ({', '.join(columns)})")
        for row in rows:
            base.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))


def _self_signed(key, name):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = datetime.datetime(2026, 1, 1)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 1, begin, begin + datetime.timedelta(days=9))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="module")
def keys():
    """A raw RSA key, and one of ECDSA that has a certificate."""
    return rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def folder(tmp_path, keys):
    """Databases with both keys, a certificate of one of them, and an authority's."""
    raw, certified = keys
    numbers = raw.private_numbers()
    cert, authority = _self_signed(certified, "east"), _self_signed(certified, "ca")
    kind = (3).to_bytes(4, "big")
    _insert(tmp_path / "key4.db", "metaData", [{"id": "password", "item1": SALT, "item2": b""}])
    _insert(tmp_path / "key4.db", "nssPrivate", [
        {"a0": kind, "a102": b"\xab" * 20, "a120": _number(numbers.public_numbers.n), "a122": _number(65537),
         "a123": _seal(_number(numbers.d)), "a124": _seal(_number(numbers.p)), "a125": _seal(_number(numbers.q)), "a180": None},
        {"a0": kind, "a102": b"\xcd" * 20, "a180": P256, "a11": _seal(_number(certified.private_numbers().private_value))}])
    _insert(tmp_path / "cert9.db", "nssPublic", [
        {"a0": (1).to_bytes(4, "big"), "a3": b"east", "a11": cert, "a102": b"\xcd" * 20, "ace5363b4": None, "ace536358": None},
        {"a0": (1).to_bytes(4, "big"), "a3": b"Test CA", "a11": authority, "a102": b"\xa5\0\x5a"},
        {"a0": (0xCE534353).to_bytes(4, "big"), "ace5363b4": hashlib.sha1(authority).digest(),
         "ace536358": (0xCE534352).to_bytes(4, "big")}])
    return tmp_path


def _files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.pem"))


def test_what_is_in_the_databases_becomes_files(folder, keys):
    subprocess.run([PROGRAM, folder], check=True, timeout=60)
    assert _files(folder) == ["cacerts/Test CA.pem", "certs/east.pem", "private/" + "ab" * 20 + ".pem", "private/east.pem"]
    for path, key in zip((folder / "private" / f"{'ab' * 20}.pem", folder / "private/east.pem"), keys):
        loaded = serialization.load_pem_private_key(path.read_bytes(), None)
        assert loaded.private_numbers() == key.private_numbers()
        assert path.stat().st_mode & 0o777 == 0o600
    found = x509.load_pem_x509_certificate((folder / "certs/east.pem").read_bytes())
    assert found.subject.rfc4514_string() == "CN=east"


def test_what_left_the_databases_goes(folder):
    subprocess.run([PROGRAM, folder], check=True, timeout=60)
    (folder / "certs/own.pem").write_text("of somebody else\n", encoding="utf-8")
    with sqlite3.connect(folder / "cert9.db") as base:
        base.execute("delete from nssPublic where a3 = ?", (b"east",))
    os.utime(folder / "cert9.db", (1, 1))
    subprocess.run([PROGRAM, folder], check=True, timeout=60)
    private = [f"private/{name * 20}.pem" for name in ("ab", "cd")]
    assert _files(folder) == ["cacerts/Test CA.pem", "certs/own.pem", *private]


def test_a_folder_without_databases_is_left_alone(tmp_path):
    subprocess.run([PROGRAM, tmp_path], check=True, timeout=60)
    assert not list(tmp_path.iterdir())
