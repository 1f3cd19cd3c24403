# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates: openssl itself verifies what was made, and refuses what it should."""

import subprocess
import threading

import pytest

from lab import x509
from lab.errors import UnresolvedError, UsageError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CYGNET_CACHE", str(tmp_path_factory.mktemp("cache")))
        return {kind: x509.ensure(kind) for kind in x509.KINDS}


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)


def shown(certificate, *what):
    return openssl("x509", "-in", certificate, "-noout", *what).stdout


def verified(authority, certificate, *how):
    return openssl("verify", "-CAfile", authority / "ca.crt", *how, certificate).returncode == 0


@pytest.mark.parametrize("kind", x509.KINDS)
def test_every_host_has_a_certificate_that_its_ca_verifies(made, kind):
    for host in x509.HOSTS:
        certificate = made[kind] / f"{host}.crt"
        assert verified(made[kind], certificate, "-purpose", "sslserver", "-x509_strict")
        assert verified(made[kind], certificate, "-purpose", "sslclient")
        assert verified(made[kind], certificate, "-verify_hostname", f"{host}.example.net")
        assert verified(made[kind], certificate, "-verify_email", f"{host}@example.net")


@pytest.mark.parametrize("kind, other", [("rsa", "ecdsa"), ("ecdsa", "ed25519"), ("ed25519", "rsa")])
def test_another_ca_does_not_verify_it(made, kind, other):
    assert not verified(made[other], made[kind] / "east.crt")
    assert not verified(made[kind], made[kind] / "east.crt", "-verify_hostname", "west.example.net")


@pytest.mark.parametrize("year, good", [
    (1999, False), (2000, True), (2038, True), (2099, True), (2100, False)])
def test_they_hold_for_the_century(made, year, good):
    moment = int((year - 1970) * 365.2425 * 86400) + 40 * 86400
    assert verified(made["rsa"], made["rsa"] / "east.crt", "-attime", moment) is good


@pytest.mark.parametrize("kind, key", [
    ("rsa", "Public-Key: (2048 bit)"), ("ecdsa", "NIST CURVE: P-256"), ("ecdsa384", "NIST CURVE: P-384"),
    ("ecdsa521", "NIST CURVE: P-521"), ("ed25519", "ED25519 Public-Key")])
def test_the_keys_are_of_the_kind(made, kind, key):
    assert key in shown(made[kind] / "east.crt", "-text") and key in shown(made[kind] / "ca.crt", "-text")


@pytest.mark.parametrize("kind", x509.KINDS)
def test_a_key_fits_its_certificate_alone_and_is_private(made, kind):
    keys = {}
    for name in ("ca", *x509.HOSTS):
        key = made[kind] / f"{name}.key"
        assert key.read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
        assert key.stat().st_mode & 0o077 == 0
        keys[name] = openssl("pkey", "-in", key, "-pubout").stdout
        assert keys[name] == shown(made[kind] / f"{name}.crt", "-pubkey")
    assert len(set(keys.values())) == len(keys)


def test_names_and_serial_numbers_are_the_same_each_time(made):
    assert shown(made["rsa"] / "ca.crt", "-subject", "-serial") == (
        "subject=O = Cygnet test, CN = Cygnet test CA\nserial=01\n")
    assert shown(made["rsa"] / "west.crt", "-subject", "-issuer", "-serial") == (
        "subject=O = Cygnet test, CN = west.example.net\n"
        "issuer=O = Cygnet test, CN = Cygnet test CA\nserial=03\n")


def test_a_hosts_certificate_is_no_authority(made):
    assert "CA:FALSE" in shown(made["rsa"] / "east.crt", "-ext", "basicConstraints")
    assert "CA:TRUE" in shown(made["rsa"] / "ca.crt", "-ext", "basicConstraints")


def test_nothing_else_is_left(made):
    names = {f"{name}.{end}" for name in ("ca", *x509.HOSTS) for end in ("crt", "key")}
    for folder in made.values():
        assert {path.name for path in folder.iterdir()} == names


def test_several_kinds_have_one_ca_and_names_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    made = x509.ensure("ecdsa+ed25519+ecdsa384")
    assert x509.names("ecdsa+ed25519+ecdsa384", "west") == {
        "west": "ecdsa", "west-ed25519": "ed25519", "west-ecdsa384": "ecdsa384"}
    assert len(list(made.iterdir())) == 2 * (1 + 3 * len(x509.HOSTS))
    for name, key in (("ca", "P-256"), ("west", "P-256"), ("west-ed25519", "ED25519 Public-Key"), ("west-ecdsa384", "P-384")):
        assert key in shown(made / f"{name}.crt", "-text")
        assert openssl("pkey", "-in", made / f"{name}.key", "-pubout").stdout == shown(made / f"{name}.crt", "-pubkey")
    assert verified(made, made / "west-ed25519.crt", "-verify_hostname", "west-ed25519.example.net")
    assert shown(made / "west-ed25519.crt", "-subject") == "subject=O = Cygnet test, CN = west-ed25519.example.net\n"
    assert x509.ensure("ecdsa+ed25519+ecdsa384") == made != x509.ensure("ecdsa")


def test_an_unknown_kind_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match="^no certificates of kind dsa: there are rsa, ecdsa, ecdsa384, ecdsa521, ed25519$"):
        x509.ensure("dsa")
    with pytest.raises(UsageError, match="^no certificates of kind dsa: "):
        x509.ensure("rsa+dsa")
    assert not list(tmp_path.iterdir())


def test_four_at_once_make_them_once(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    calls, make = [], x509._make
    monkeypatch.setattr(x509, "_make", lambda kind, folder: (calls.append(kind), make(kind, folder)))
    folders = []
    threads = [threading.Thread(target=lambda: folders.append(x509.ensure("ed25519"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == ["ed25519"] and len(folders) == 4 and len(set(folders)) == 1


def test_another_recipe_gives_another_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    first = x509.ensure("ed25519")
    monkeypatch.setattr(x509, "DOMAIN", "example.org")
    assert x509.ensure("ed25519") != first
    assert "DNS:east.example.org" in shown(x509.ensure("ed25519") / "east.crt", "-ext", "subjectAltName")


def test_an_openssl_that_fails_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    monkeypatch.setitem(x509.KINDS, "ed25519", ["-algorithm", "NONE"])
    with pytest.raises(UnresolvedError, match="^openssl genpkey in [^\n]+$"):
        x509.ensure("ed25519")
    assert [path.name for path in (tmp_path / "x509").iterdir()] == ["ed25519.lock"]


def test_no_openssl_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnresolvedError, match="^openssl: no such command; `make deps` installs it$"):
        x509.ensure("rsa")
