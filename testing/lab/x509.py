# SPDX-License-Identifier: GPL-2.0-or-later
"""X.509 certificates for tests: a CA and one certificate a host, made once with openssl and kept."""

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


def ensure(kind: str) -> Path:
    """The folder with ca.crt, ca.key, and HOST.crt and HOST.key (PKCS#8) of each of HOSTS, all in PEM.

    `kind` is one of KINDS: the keys and the CA's alike. The CA is "Cygnet test CA"; a host's names are
    HOST.example.net and the mail address HOST@example.net, for use in an IKE identity (RFC 4945). Valid
    from 2000 to 2099. Made at the first call and then kept; to be read, not changed. UsageError for an
    unknown kind, UnresolvedError if openssl fails or the disk is full.
    """
    if kind not in KINDS:
        raise UsageError(f"no certificates of kind {kind}: there are {', '.join(KINDS)}")
    final = paths.cache() / "x509" / f"{kind}-{_recipe(kind)}"
    if final.is_dir():
        return final
    with once.locked(final.with_name(f"{kind}.lock")):
        return once.folder(final, lambda draft: _make(kind, draft))


def _recipe(kind: str) -> str:
    recipe = "\n".join([_settings(kind), DOMAIN, *KINDS[kind], *HOSTS])
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _settings(kind: str) -> str:
    return SETTINGS.format(digest="null" if kind == "ed25519" else "sha256")


def _make(kind: str, folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor
    work = folder / "work"
    work.mkdir()
    (work / "openssl.cnf").write_text(_settings(kind))
    (work / "index").touch()
    (work / "serial").write_text("01\n")
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(lambda name: _openssl(folder, "genpkey", *KINDS[kind], "-out", f"{name}.key"),
                      ("ca", *HOSTS)))
    _request(work, "ca", "Cygnet test CA")
    _sign(work, ["ca"], "-selfsign", "-keyfile", "../ca.key", "-extensions", "authority")
    for host in HOSTS:
        _request(work, host, f"{host}.{DOMAIN}", f"DNS:{host}.{DOMAIN}", f"email:{host}@{DOMAIN}")
    _sign(work, HOSTS, "-keyfile", "../ca.key", "-cert", "../ca.crt")
    _clear(work)


def _request(work: Path, name: str, subject: str, *names: str) -> None:
    extensions = ["-addext", f"subjectAltName={','.join(names)}"] if names else []
    _openssl(work, "req", "-new", "-config", "openssl.cnf", "-subj", f"/O=Cygnet test/CN={subject}",
             *extensions, "-key", f"../{name}.key", "-out", f"{name}.csr")


def _sign(work: Path, names, *options: str) -> None:
    """Sign the requests in one go; openssl names the certificates by serial number, in their order."""
    first = int((work / "serial").read_text(), 16)
    _openssl(work, "ca", "-batch", "-notext", "-config", "openssl.cnf", *options,
             "-infiles", *(f"{name}.csr" for name in names))
    for serial, name in enumerate(names, first):
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
