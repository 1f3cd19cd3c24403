# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a test's directory as a reviewer would: says what makes a test slow, flaky or incomplete.

Purely static: it looks at names and texts, and runs nothing. Each rule below is a function that yields
findings, (file, line number, text).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Finding = tuple[Path, int, str]

_PER_HOST = (".console.txt", ".conf", ".secrets")
_IGNORED = {"OUTPUT", "__pycache__"}


@dataclass(slots=True)
class _Case:
    """A test's directory, and what it may name."""

    directory: Path
    known: set[str]
    used: set[str]
    wires: set[str]
    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    texts: dict[Path, str] = field(default_factory=dict)

    def scripts(self) -> list[Path]:
        return [path for path in self.files if path.suffix == ".sh"]


def lint(directory: Path, hosts_known: Iterable[str], hosts_used: Iterable[str],
         wires: Iterable[str]) -> list[str]:
    """What is wrong with the test in `directory`, as lines `PATH:LINE: text`, sorted; empty if nothing is.

    `hosts_known` and `wires` are the topology's, `hosts_used` are the hosts that the test brings up. A host
    needs a golden console if a script runs on it; `final.sh` runs on each. Files that cannot be read are
    findings too; nothing is raised.
    """
    if not directory.is_dir():
        return [f"{directory}:1: no such test directory"]
    case = _Case(directory, set(hosts_known), set(hosts_used), set(wires))
    findings = _read(case)
    for rule in _RULES:
        findings += rule(case)
    return [f"{path}:{line}: {text}" for path, line, text in sorted(findings)]


def _read(case: _Case) -> list[Finding]:
    for path in sorted(case.directory.iterdir()):
        if path.name in _IGNORED or path.name.startswith("."):
            continue
        (case.folders if path.is_dir() else case.files).append(path)
    inside = [path for folder in case.folders for path in sorted(folder.rglob("*")) if path.is_file()]
    findings = []
    for path in case.files + inside:
        try:
            # Not read_text: it would hide a carriage return.
            case.texts[path] = path.read_bytes().decode("utf-8", "surrogateescape")
        except OSError as error:
            findings.append((path, 1, f"cannot be read: {error.strerror}"))
    return findings


def script_hosts(name: str, known: Iterable[str]) -> list[str] | None:
    """The hosts that a script's name says, or None if it is no name of a script of a host.

    Names are NN-HOST[-HOST...][-what].sh, HOSTinit.sh and HOSTrun.sh; `final.sh` gives [].
    """
    known = set(known)
    if name == "final.sh":
        return []
    match = re.fullmatch(r"(.+)(?:init|run)\.sh", name)
    if match and match[1] in known:
        return [match[1]]
    match = re.fullmatch(r"\d+-(.+)\.sh", name)
    hosts: list[str] = []
    for word in match[1].split("-") if match else []:
        if word not in known:
            break
        hosts.append(word)
    return hosts or None


def _description(case: _Case) -> Iterator[Finding]:
    path = case.directory / "description.txt"
    if path not in case.texts:
        yield path, 1, "missing: its first line is the test's title"
    elif not case.texts[path].strip():
        yield path, 1, "empty: its first line is the test's title"
    elif not case.texts[path].split("\n")[0].strip():
        yield path, 1, "the first line, the title, is empty"


def _script_names(case: _Case) -> Iterator[Finding]:
    for path in case.scripts():
        hosts = script_hosts(path.name, case.known)
        if hosts is None:
            yield path, 1, "not a script's name (NN-HOST-what.sh, HOSTinit.sh, HOSTrun.sh, final.sh)"
        for host in sorted(set(hosts or []) - case.used):
            yield path, 1, f"a script for {host}, a host that the test does not use"
    if not case.scripts():
        yield case.directory, 1, "no script"


def _goldens(case: _Case) -> Iterator[Finding]:
    for host in sorted(_typed_at(case)):
        path = case.directory / f"{host}.console.txt"
        if path not in case.texts:
            yield path, 1, f"missing: scripts run on {host}"
    for path in case.files:
        if path.name.endswith((".console.txt", ".capture.txt")):
            text = case.texts.get(path, "")
            if not text.strip():
                yield path, 1, "an empty golden"
            for number, line in enumerate(text.split("\n"), 1):
                if line.startswith(" [timed out after "):
                    yield path, number, "the golden expects a time-out"


def _typed_at(case: _Case) -> set[str]:
    """The hosts at whose shells scripts are typed."""
    hosts: set[str] = set()
    for path in case.scripts():
        hosts |= case.used if path.name == "final.sh" else set(script_hosts(path.name, case.known) or [])
    return hosts & case.used


def _owners(case: _Case) -> Iterator[Finding]:
    """Files that belong to a host or wire that is not there."""
    for path in case.files:
        name = path.name
        if name.endswith(".capture.txt"):
            wire = name.removesuffix(".capture.txt")
            if wire not in case.wires:
                yield path, 1, f"no wire '{wire}'"
            continue
        suffix = next((suffix for suffix in _PER_HOST if name.endswith(suffix)), None)
        host = name.split(".")[0]
        if suffix or host in case.known:
            yield from _owner(case, path, host)
    for folder in case.folders:
        yield from _owner(case, folder, folder.name)


def _owner(case: _Case, path: Path, host: str) -> Iterator[Finding]:
    if host not in case.known:
        yield path, 1, f"no host '{host}'"
    elif host not in case.used:
        yield path, 1, f"for {host}, a host that the test does not use"


def _layout(case: _Case) -> Iterator[Finding]:
    for path in case.scripts():
        rows = case.texts.get(path, "").split("\n")
        if not any(row.startswith("# SPDX-License-Identifier: ") for row in rows[:2]):
            yield path, 1, "no '# SPDX-License-Identifier:' in the first two lines"
        if rows[-1]:
            yield path, len(rows), "no newline at the end"
        for number, row in enumerate(rows, 1):
            if row.endswith("\r"):
                yield path, number, "CRLF line end"
            elif row != row.rstrip():
                yield path, number, "trailing blanks"


# A number or a variable: what makes `sleep` a command and not a word in a sentence.
_DELAY = r"['\"]?(?:[\d.]|\$|inf)"
_SLEEPS = [
    (re.compile(rf"(?<![\w.-])u?sleep\s+{_DELAY}"), "sleeps"),
    (re.compile(r"\b(?:time\.)?u?sleep\s*\("), "sleeps"),
    (re.compile(rf"(?<![\w./-])read\s+(?:[^;&|<]*\s)?-\w*t\s*{_DELAY}"), "sleeps: read -t"),
    (re.compile(r"\bselect\s*\(?\s*undef\b"), "sleeps: select"),
]
_PING = re.compile(r"(?<![\w./-])(?:/(?:usr/)?bin/)?(?:fping|ping6?)\s([^;&|]*)")
_LOCAL = re.compile(r"(?<!\S)(?:127\.[\d.]+|::1|localhost)(?!\S)")
_ADVICE = "; wait for what is to happen instead (guestbin/)"


def _delays(case: _Case) -> Iterator[Finding]:
    for path in case.scripts():
        for number, row in enumerate(case.texts.get(path, "").split("\n"), 1):
            reason = _delay(_without_comment(row))
            if reason:
                yield path, number, reason + _ADVICE


def _delay(row: str) -> str | None:
    for pattern, reason in _SLEEPS:
        if pattern.search(row):
            return reason
    for match in _PING.finditer(row):
        reason = _slow_ping(match[1])
        if reason:
            return reason
    return None


def _slow_ping(words: str) -> str | None:
    """Why a ping is a delay: of itself more often than once, or with more than a second between two.

    -w and -W are limits, which an answer ends early, so they are fine.
    """
    interval = _option(words, "i")
    if interval is not None and interval > 1:
        return "sleeps: ping -i over 1 s"
    count = _option(words, "c")
    if _LOCAL.search(words) and (count is None or count > 1) and (interval is None or interval > 0.2):
        return "sleeps: ping to the host itself"
    return None


def _option(words: str, letter: str) -> float | None:
    match = re.search(rf"(?<!\S)-[a-zA-Z46]*{letter}\s*([\d.]*\d)", words)
    return float(match[1]) if match else None


def _without_comment(row: str) -> str:
    return re.sub(r"(?:^|\s)#.*", "", row)


_OWN_MACHINE = re.compile(
    r"(?<![\w./:@*?$}~-])"
    r"(?:/(?:home|root|Users|work|workspace|src|source|build|builds|mnt|media|srv|data)/[\w.]|~[\w-]*/)")
_CLIMB = re.compile(r"(?<![\w./-])\.\.(?:/\.\.)+(?:/[\w.-]*)?")


def _paths(case: _Case) -> Iterator[Finding]:
    """Paths that only the author's machine has; goldens too, as such a path would differ for all others."""
    for path, text in case.texts.items():
        if path.name == "description.txt":
            continue
        for number, row in enumerate(text.split("\n"), 1):
            for match in _OWN_MACHINE.finditer(row):
                word = re.match(r"\S*", row[match.start():])[0]
                yield path, number, f"'{word}' is a path outside the host"
            for match in _CLIMB.finditer(row):
                if match[0] != "../../guestbin":
                    yield path, number, f"'{match[0]}' climbs too far: only ../../guestbin may be used"


_RULES = [_description, _script_names, _goldens, _owners, _layout, _delays, _paths]
