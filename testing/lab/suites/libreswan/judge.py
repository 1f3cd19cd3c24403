# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges a run of a libreswan test: the tree's sanitizers, an exact comparison, and what logs and consoles show of faults.

What is a fault, and where it is looked for, is as in the tree's testing/utils/fab/post.py; its verdicts are the lab's classes,
but that a time-out is one of its own.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from lab import compare, diffshow
from lab.errors import UnresolvedError
from lab.suites import Ended, Judgement, layer
from lab.suites.libreswan import outcome, programs, raw, tree
from lab.transcript import from_json

if TYPE_CHECKING:
    from lab.suites.libreswan.case import LibreswanCase

_LIMIT = 60.0  # seconds for a console's sanitizers
_EVERYWHERE = {"ASSERTION": "ASSERTION FAILED", "EXPECTATION": "EXPECTATION FAILED", "PRINTF_NULL": r"\(null\)"}
_IN_LOG = {**_EVERYWHERE, "iscntrl": r"[^ -~\n]", "LEAK": r"leak detective found [0-9]+ leaks"}
_IN_RAW = {**_EVERYWHERE, "CORE": r"[\r\n]CORE FOUND", "SEGFAULT": "SEGFAULT", "GPFAULT": "GPFAULT"}
_IN_CONSOLE = {"PRINTF_NULL": r"\(null\)", "iscntrl": r"[^ -~\r\n\t]", "KERNEL": r"\[ *\d+\.\d+\] Call Trace:"}
_WORST = ("semantic", "cosmetic", "environment")  # of several differences the first of these counts


def judge(case: "LibreswanCase", out: Path, ended: Ended) -> Judgement:
    """The judgement of the run in folder out. UnresolvedError if a sanitizer fails."""
    if ended.kind == "unresolved":
        return Judgement("unresolved", ended.why)
    hosts = [host for host in case.typed_hosts if (out / f"{host}.transcript.json").exists()]
    with ThreadPoolExecutor(max(1, len(hosts))) as pool:  # the time goes into starting sed
        consoles = list(pool.map(lambda host: _console(case, out, host, ended), hosts))
    if case.suite.by_outcome:
        return _outcome(case, ended, dict(zip(hosts, (text for _, text in consoles))))
    found = Judgement("pass", notes={"rules": {}})
    issues, unchecked = [], []
    for host, (said, text) in zip(hosts, consoles):
        issues += [f"{host}: {issue}" for issue in _issues(case, out, host, said, text)]
        expected = _read(case.folder / f"{host}.console.txt")
        if expected is None:
            unchecked.append(host)
        elif expected.splitlines() != text.splitlines():
            _differs(found, host, expected, text)
    issues += [f"crash of {crash}" for crash in ended.crashes if not issues]
    return _sum(found, ended, issues, unchecked)


def _outcome(case: "LibreswanCase", ended: Ended, consoles: dict[str, str]) -> Judgement:
    """The judgement by what hosts' consoles show of the end state."""
    wanted = {host: list(outcome.facts(_read(case.folder / f"{host}.console.txt") or "")) for host in consoles}
    found = Judgement("pass", notes={"rules": {}})
    for host, text in consoles.items():
        rows = outcome.differences(wanted[host], list(outcome.facts(text)))
        if rows:
            found.diffs.append({"what": f"outcome {host}", "kind": "semantic", "text": "".join(f"{row}\n" for row in rows)})
    if ended.kind or ended.crashes:
        found.verdict, found.reason = ended.kind or "fail", ended.why or f"crash of {ended.crashes[0]}"
    elif found.diffs:
        first = found.diffs[0]
        found.verdict, found.reason = "fail", f"{first['what']}: {first['text'].splitlines()[0]}"
    elif not outcome.is_telling([fact for rows in wanted.values() for fact in rows]):
        found.verdict, found.reason = "unresolved", "it expects no ping, traffic or SA that it could be judged by"
    if found.verdict not in ("pass", "unresolved"):
        found.notes["class"] = "semantic"
    return found


def _sum(found: Judgement, ended: Ended, issues: list[str], unchecked: list[str]) -> Judgement:
    """The verdict by what was found."""
    classes = [diff["kind"] for diff in found.diffs]
    worst = next((name for name in _WORST if name in classes), "")
    if worst:
        found.notes["class"] = worst
    failures = [f"{diff['what']} differs ({diff['kind']})" for diff in found.diffs if diff["kind"] != "environment"]
    if ended.kind:
        found.verdict, found.reason = ended.kind, ended.why
        found.notes["class"] = "semantic"
    elif issues or failures:
        found.verdict, found.reason = "fail", "; ".join(issues + failures)
        if issues:
            found.notes["class"] = "semantic"
    elif unchecked:
        found.verdict, found.reason = "unresolved", f"the tree has no expected console of {', '.join(unchecked)}"
    found.diffs = [diff for diff in found.diffs if diff["kind"] != "environment"]
    return found


def _console(case: "LibreswanCase", out: Path, host: str, ended: Ended) -> tuple[str, str]:
    """A host's console, as it would have been kept by the tree's runner and as the tree's sanitizers leave it."""
    steps = from_json((out / f"{host}.transcript.json").read_text(encoding="utf-8"), f"{host}.transcript.json")
    text = raw.render(host, case.folder.name, steps, ended if ended.why.startswith(host) else Ended(),
                      tree.is_new(case.suite.tree))
    path = out / f"{host}.console.verbose.txt"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    clean = sanitize(case.suite.tree, case.folder, path, [str(programs.native(case.suite))])
    (out / f"{host}.console.txt").write_text(clean, encoding="utf-8", errors="surrogateescape")
    return text, clean


def sanitize(top: Path, folder: Path, path: Path, first: list[str]) -> str:
    """A console's text after a tree's sanitizers, for the test in a folder. UnresolvedError if they fail or say anything.

    first: folders where programs are looked for before all others.
    """
    command = [str(top / "testing/utils/sanitizer.sh"), str(path), str(folder)]
    variables = {"PATH": ":".join([*first, os.environ.get("PATH", "/usr/bin:/bin")]), "LC_ALL": "C", "HOME": "/"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT, check=False,
                              env=variables)
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{command[0]}: not done with {path.name} after {_LIMIT:g} s") from None
    except OSError as error:
        raise UnresolvedError(f"{command[0]}: {error.strerror}") from None
    if done.returncode or done.stderr:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
        raise UnresolvedError(f"the tree's sanitizer failed on {path.name}: {said[0]}")
    return done.stdout.decode("utf-8", "surrogateescape")


def _issues(case: "LibreswanCase", out: Path, host: str, said: str, text: str) -> list[str]:
    """What shows in a host's log and console that is wrong whatever is expected."""
    kept = sorted(out.glob(f"*/testing/pluto/{case.folder.name}/OUTPUT/{host}.pluto.log"))
    places = [("log", _IN_LOG, _read(path) or "") for path in kept]
    places += [("console", _IN_RAW, said), ("console", _IN_CONSOLE, text)]
    found = {name: place for place, wanted, within in places
             for name, pattern in wanted.items() if re.search(pattern, within, re.MULTILINE)}
    return [f"{name} in its {where}" for name, where in found.items()]


def _differs(found: Judgement, host: str, expected: str, actual: str) -> None:
    """Add what a console's difference is, with our rules and without."""
    rules = layer.load("libreswan").rules
    wanted, _ = layer.apply(rules, expected.splitlines())
    came, touched = layer.apply(rules, actual.splitlines())
    difference = compare.compare("\n".join(wanted), "\n".join(came))
    for name, count in touched.items():
        found.notes["rules"][name] = found.notes["rules"].get(name, 0) + count
    if difference is None:
        found.diffs.append({"what": f"console {host}", "kind": "environment", "text": ""})
        return
    kind = "semantic" if difference.kind == "lines" else "cosmetic"
    found.diffs.append({"what": f"console {host}", "kind": kind, "text": diffshow.unified(difference, f"console {host}")})


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else None
