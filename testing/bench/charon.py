# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's charon as a responder whose IPsec stack says yes to everything: charon/null_kernel.c.

Debian has no package with charon's headers: those of its source package are fetched into the cache, and the plugin is compiled
there, outside of the tree.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from measure import ROOT, run

sys.path.insert(0, str(ROOT / "testing"))
from lab import once, paths, peers  # noqa: E402

SOURCE = Path(__file__).with_name("charon") / "null_kernel.c"
PLUGIN = "/usr/lib/ipsec/plugins/libstrongswan-null-kernel.so"
# What Debian's charon was configured with, as far as the headers ask.
FLAGS = ("-shared", "-fPIC", "-O2", "-Wall", "-Wno-unused-parameter", "-DCONFIG_H_INCLUDED", "-DHAVE_SIGWAITINFO")
ARCHIVE = """\
Types: deb-src
URIs: {uri}
Suites: {suite}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
SETTINGS = """\
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::http::Timeout "20";
Dir::Etc::SourceParts "-";
Dir::Etc::SourceList "{folder}/debian.sources";
Dir::State::Lists "{folder}/lists";
Dir::Cache "{folder}";
"""


def _command(folder: Path, *words: str) -> None:
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        sys.exit(f"bench: {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _archive() -> str:
    """Where the machine has its packages of Debian's main component from, for source packages."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    rows = subprocess.run(["apt-get", "indextargets", "--format", form, "Identifier: Packages"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False).stdout.splitlines()
    for uri, suite, component in (row.split() for row in rows if len(row.split()) == 3):
        if component == "main" and suite.isalpha():
            return ARCHIVE.format(uri=uri, suite=suite)
    sys.exit("bench: apt knows no archive with Debian's main component")


def _fetch(draft: Path, upstream: str) -> None:
    """Have the headers in draft/src; apt verifies what it fetches."""
    (draft / "lists/partial").mkdir(parents=True)
    (draft / "archives/partial").mkdir(parents=True)
    (draft / "debian.sources").write_text(_archive(), encoding="ascii")
    (draft / "apt.conf").write_text(SETTINGS.format(folder=draft), encoding="utf-8")
    _command(draft, "apt-get", "-q", "-c", "apt.conf", "update")
    _command(draft, "apt-get", "-q", "-c", "apt.conf", "source", "--download-only", "--tar-only", "strongswan")
    tar = draft / f"strongswan_{upstream}.orig.tar.bz2"
    if not tar.exists():
        sys.exit(f"bench: the archive's source of strongSwan is not {upstream}, as its packages here are")
    _command(draft, "tar", "-xjf", tar.name, "--strip-components=1", "--wildcards", "*/src/libstrongswan/*.h",
             "*/src/libcharon/*.h", "*/COPYING")
    for name in (tar.name, "lists", "archives"):
        run("rm", "-rf", str(draft / name))


def plugin() -> Path:
    """The plugin, compiled for the charon that the lab has as a peer. Ends the bench if it cannot be had."""
    peer = peers.load("strongswan")
    peer.tree(lambda line: print(line, file=sys.stderr))
    upstream = (peer.version() or "").partition("-")[0]
    top = paths.cache() / "bench"
    top.mkdir(parents=True, exist_ok=True)
    headers = top / f"strongswan-{upstream}"
    with once.locked(top / "lock"):
        once.folder(headers, lambda draft: _fetch(draft, upstream))
        key = hashlib.sha256(SOURCE.read_bytes() + " ".join(FLAGS).encode()).hexdigest()[:12]
        made = top / f"null-kernel-{upstream}-{key}.so"
        if not made.exists():
            draft = made.with_suffix(".draft")
            run("gcc", *FLAGS, f"-I{headers}/src/libstrongswan", f"-I{headers}/src/libcharon", str(SOURCE), "-o", str(draft))
            draft.rename(made)
    return made
