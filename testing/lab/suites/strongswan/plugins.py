# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of strongSwan's plugins a build has, and which a test's hosts load."""

import re
from functools import cache
from pathlib import Path

from lab.suites import SuiteCase
from lab.suites.strongswan import specs

_PREFIX, _SUFFIX = "libstrongswan-", ".so"
_FOLDERS = ("usr/local/lib/ipsec/plugins", "usr/lib/ipsec/plugins", "usr/lib/strongswan/plugins", "lib/ipsec/plugins")
_OPENSSL, _DERIVE, _KERNELS = {"openssl"}, {"kdf", "botan", "wolfssl"}, {"kernel-netlink", "kernel-libipsec"}
_LOAD = re.compile(r"(?:^|[{;])\s*load\s*=\s*(.*)")


def lacking(case: SuiteCase) -> str:
    """The first plugin that the test's hosts load and the build has not, in words; empty if all are there.

    Empty too while the packages that the build is from were not fetched.
    """
    folders = specs.known_trees(case.suite)
    have = found(tuple(folders)) if folders else frozenset()
    if not have:
        return ""
    if not case.suite.build and _derives_by_openssl(case):
        return "openssl-salt: only OpenSSL's HKDF could derive keys, and Debian's build cannot use that of Debian's OpenSSL"
    for name in loaded(case):
        if name not in have and _exists(case.suite.tree, name):
            return f"plugin {name}: this build of strongSwan has none"
    return ""


def _derives_by_openssl(case: SuiteCase) -> bool:
    """Whether a daemon loads the openssl plugin and none other that derives keys for IKEv2; see openssl-salt in suite.toml."""
    if case.folder.parent.name.startswith("ikev1") or case.folder.parent.name.endswith("ikev1"):
        return False
    daemons = [set(_words(line)) for host in case.listed("IPSECHOSTS") for line in _conf(case, host).splitlines()]
    return any(_OPENSSL <= words and not words & _DERIVE for words in daemons if words & _KERNELS)


@cache
def _exists(tree: Path, name: str) -> bool:
    """Whether the project has a plugin of that name: its own hosts have none of what a test's file misspells either."""
    return next(tree.glob(f"src/*/plugins/{name.replace('-', '_')}"), None) is not None


@cache
def found(trees: tuple[Path, ...]) -> frozenset[str]:
    """The plugins in trees of files that are laid over hosts."""
    paths = [path for tree in trees for folder in _FOLDERS for path in (tree / folder).glob(f"{_PREFIX}*{_SUFFIX}")]
    return frozenset(path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for path in paths)


def loaded(case: SuiteCase) -> list[str]:
    """What the strongswan.conf of each host that the test starts strongSwan on has it load, in the order of the files."""
    names: dict[str, None] = {}
    for host in case.listed("IPSECHOSTS"):
        names |= dict.fromkeys(_words(_conf(case, host)))
    return list(names)


def _conf(case: SuiteCase, host: str) -> str:
    """A host's strongswan.conf, or what it is made from."""
    paths = [case.folder / "hosts" / host / "etc" / name for name in ("strongswan.conf", "strongswan.conf.in")]
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file())


def _words(text: str) -> list[str]:
    """The plugins in a strongswan.conf; a mark '!' says that it does not start without."""
    found_words = []
    for line in text.splitlines():
        if match := _LOAD.match(line.partition("#")[0]):
            found_words += [word.rstrip("!") for word in match.group(1).rstrip("} ").split() if word not in ("yes", "no")]
    return found_words
