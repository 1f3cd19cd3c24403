# SPDX-License-Identifier: GPL-2.0-or-later
"""X.509 certificates for tests: a CA and certificates for each host, made once with openssl and kept."""

import hashlib
import os
import subprocess
from pathlib import Path

from lab import once, paths
from lab.errors import UnresolvedError, UsageError

HOSTS = ("east", "west", "road", "nic", "north")
DOMAIN = "example.net"  # reserved, RFC 2606
OPENSSL_SECONDS = 60

# The arguments of `openssl genpkey`.
KINDS = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ecdsa384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ecdsa521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ed25519": ["-algorithm", "ED25519"],
}

# Guests may run with odd clocks, so the certificates hold for the whole century.
SETTINGS = """\
[ca]
default_ca = test
[test]
database = index
serial = serial
new_certs_dir = .
default_md = {digest}
default_startdate = 20000101000000Z
default_enddate = 20991231235959Z
policy = any
copy_extensions = copy
unique_subject = no
email_in_dn = no
x509_extensions = host
[any]
organizationName = optional
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[host]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def ensure(kinds: str) -> Path:
    """The folder with ca.crt, ca.key, and NAME.crt and NAME.key (PKCS#8) of each of HOSTS, all in PEM.

    `kinds` is one of KINDS, or several with + between them; NAME is any of names(). The CA is "Cygnet test CA" and has a key
    of the first kind. A certificate's names are NAME.example.net and the mail address NAME@example.net, for use in an IKE
    identity (RFC 4945). Valid from 2000 to 2099. Made at the first call and then kept; to be read, not changed. UsageError
    for an unknown kind, UnresolvedError if openssl fails or the disk is full.
    """
    for kind in kinds.split("+"):
        if kind not in KINDS:
            raise UsageError(f"no certificates of kind {kind}: there are {', '.join(KINDS)}")
    final = paths.cache() / "x509" / f"{kinds}-{_recipe(kinds)}"
    if final.is_dir():
        return final
    with once.locked(final.with_name(f"{kinds}.lock")):
        return once.folder(final, lambda draft: _make(kinds, draft))


def names(kinds: str, host: str) -> dict[str, str]:
    """What the certificates of a host are called, and the kinds of their keys: HOST for the first, HOST-KIND for others."""
    first, *others = kinds.split("+")
    return {host: first} | {f"{host}-{kind}": kind for kind in others}


def _recipe(kinds: str) -> str:
    first, *others = kinds.split("+")
    words = [word for kind in others for word in (kind, *KINDS[kind])]
    recipe = "\n".join([_settings(first), DOMAIN, *KINDS[first], *HOSTS, *words])
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _settings(kind: str) -> str:
    return SETTINGS.format(digest="null" if kind == "ed25519" else "sha256")


def _make(kinds: str, folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor
    first = kinds.partition("+")[0]
    ends = {name: kind for host in HOSTS for name, kind in names(kinds, host).items()}
    work = folder / "work"
    work.mkdir()
    (work / "openssl.cnf").write_text(_settings(first))
    (work / "index").touch()
    (work / "serial").write_text("01\n")
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(lambda item: _openssl(folder, "genpkey", *KINDS[item[1]], "-out", f"{item[0]}.key"),
                      [("ca", first), *ends.items()]))
    _request(work, "ca", "Cygnet test CA")
    _sign(work, ["ca"], "-selfsign", "-keyfile", "../ca.key", "-extensions", "authority")
    for name in ends:
        _request(work, name, f"{name}.{DOMAIN}", f"DNS:{name}.{DOMAIN}", f"email:{name}@{DOMAIN}")
    _sign(work, list(ends), "-keyfile", "../ca.key", "-cert", "../ca.crt")
    _clear(work)


def _request(work: Path, name: str, subject: str, *also: str) -> None:
    extensions = ["-addext", f"subjectAltName={','.join(also)}"] if also else []
    _openssl(work, "req", "-new", "-config", "openssl.cnf", "-subj", f"/O=Cygnet test/CN={subject}",
             *extensions, "-key", f"../{name}.key", "-out", f"{name}.csr")


def _sign(work: Path, whose: list[str], *options: str) -> None:
    """Sign the requests in one go; openssl names the certificates by serial number, in their order."""
    first = int((work / "serial").read_text(), 16)
    _openssl(work, "ca", "-batch", "-notext", "-config", "openssl.cnf", *options,
             "-infiles", *(f"{name}.csr" for name in whose))
    for serial, name in enumerate(whose, first):
        os.rename(work / f"{serial:02X}.pem", work.parent / f"{name}.crt")


def _clear(work: Path) -> None:
    for path in work.iterdir():
        path.unlink()
    work.rmdir()


def _openssl(folder: Path, *words: str) -> None:
    try:
        done = subprocess.run(["openssl", *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=OPENSSL_SECONDS)
    except FileNotFoundError:
        raise UnresolvedError("openssl: no such command; `make deps` installs it") from None
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"openssl {words[0]}: not done after {OPENSSL_SECONDS} s") from None
    if done.returncode:
        raise UnresolvedError(f"openssl {words[0]} in {folder}: {_reason(done.stderr)}")


def _reason(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if "error" in line.lower()] or stderr.splitlines()
    return lines[-1] if lines else "no reason given"
