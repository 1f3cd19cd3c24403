# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the results of a run for people and machines: JUnit XML, TAP 13, a line and a table.

A result is what result.json holds: test ("pluto/ikev2-psk"), cell (place, kernel, stack, peer), class (one
of CLASSES), reason (one line), seconds, attempts, diffs (each with `what` and `text`), out (folder). All but
test and class may be left out.
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from lab.diffshow import BOLD, GREEN, RED, RESET, visible
from lab.errors import UnresolvedError

YELLOW = "\x1b[33m"

# In the order in which a table shows them: what needs a look first, comes last, next to the prompt.
CLASSES = ["pass", "skipped", "flaky", "unresolved", "timeout", "crash", "fail"]
CELL = ["place", "kernel", "stack", "peer"]


def junit(results: Sequence[dict], file: Path) -> None:
    """Writes JUnit XML: a testsuite for each cell, the test's folder as class name.

    fail, timeout, crash and flaky are a <failure> of that type, unresolved is an <error>. Raises
    UnresolvedError if the file cannot be written; then an older one is as it was.
    """
    _write(file, junit_text(results))


def tap(results: Sequence[dict], file: Path) -> None:
    """Writes TAP version 13, with a YAML block below what did not pass. Errors as for `junit`."""
    _write(file, tap_text(results))


def _write(file: Path, text: str) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UnresolvedError(f"cannot write {file}: {error.strerror}") from None


def cell_name(result: dict) -> str:
    """The cell as a word: place/kernel/stack/peer, without what is not said."""
    cell = result.get("cell") or {}
    return "/".join(str(cell[key]) for key in CELL if cell.get(key))


def junit_text(results: Sequence[dict]) -> str:
    """The JUnit XML as text."""
    cells: dict[str, list[dict]] = {}
    for result in results:
        cells.setdefault(cell_name(result), []).append(result)
    rows = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="cygnet" {_totals(results)}>']
    for cell, group in cells.items():
        rows.append(f'<testsuite name="{_xml(cell or "lab")}" {_totals(group)}>')
        for result in group:
            rows += _testcase(result)
        rows.append("</testsuite>")
    rows.append("</testsuites>")
    return "\n".join(rows) + "\n"


def _totals(results: Sequence[dict]) -> str:
    errors, skipped, passed = (sum(result["class"] == name for result in results)
                               for name in ("unresolved", "skipped", "pass"))
    failures = len(results) - errors - skipped - passed
    seconds = sum(result.get("seconds") or 0 for result in results)
    return (f'tests="{len(results)}" failures="{failures}" errors="{errors}"'
            f' skipped="{skipped}" time="{seconds:.3f}"')


def _testcase(result: dict) -> list[str]:
    folder, _, name = result["test"].rpartition("/")
    seconds = result.get("seconds") or 0
    rows = [f'<testcase classname="{_xml(folder or "lab")}" name="{_xml(name)}" time="{seconds:.3f}">']
    kind, reason = result["class"], _xml(result.get("reason") or "")
    if kind == "skipped":
        rows.append(f'<skipped message="{reason}"/>')
    elif kind != "pass":
        element = "error" if kind == "unresolved" else "failure"
        rows.append(f'<{element} type="{_xml(kind)}" message="{reason}">{_xml(_diffs(result))}</{element}>')
    if result.get("out"):
        rows.append(f"<system-out>{_xml(_about(result))}</system-out>")
    return rows + ["</testcase>"]


def _diffs(result: dict) -> str:
    parts = []
    for diff in result.get("diffs") or []:
        text = diff["text"]
        parts.append(f"{diff['what']}\n{text}" + ("" if text.endswith("\n") else "\n"))
    return "\n".join(parts)


def _about(result: dict) -> str:
    attempts = len(result.get("attempts") or [])
    tries = f"attempts: {attempts}\n" if attempts > 1 else ""
    return f"{tries}output: {result['out']}\n"


def _clean(text: str) -> str:
    """Text without colours, and with all that is neither a printed character, tab nor newline as escapes."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(text))
    text = "\n".join(visible(line) for line in text.split("\n"))
    return re.sub(r"[\ufffe\uffff\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", text)


def _xml(text: str) -> str:
    """Text for an element or an attribute in double quotes (XML 1.0, 2.2 and 2.4)."""
    text = _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


def tap_text(results: Sequence[dict]) -> str:
    """The TAP as text."""
    rows = ["TAP version 13", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        rows += _tap_rows(number, result)
    return "\n".join(rows) + "\n"


def _tap_rows(number: int, result: dict) -> list[str]:
    cell, kind = cell_name(result), result["class"]
    # A '#' in a description would begin a directive.
    name = _one_line(result["test"] + (f" ({cell})" if cell else "")).replace("#", "")
    if kind == "skipped":
        return [f"ok {number} - {name} # SKIP {_one_line(result.get('reason') or '')}".rstrip()]
    if kind == "pass":
        return [f"ok {number} - {name}"]
    return [f"not ok {number} - {name}", "  ---", *_diagnostics(result), "  ..."]


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def _diagnostics(result: dict) -> list[str]:
    """YAML; a JSON string is one in YAML too, and a literal block keeps a diff readable."""
    rows = [f"  class: {_one_line(result['class'])}"]
    for key in ("reason", "seconds", "out"):
        value = result.get(key)
        if value not in (None, ""):
            rows.append(f"  {key}: {json.dumps(_clean(value) if isinstance(value, str) else value)}")
    if len(result.get("attempts") or []) > 1:
        rows.append(f"  attempts: {len(result['attempts'])}")
    diffs = result.get("diffs") or []
    if diffs:
        rows.append("  diffs:")
    for diff in diffs:
        rows += [f"    - what: {json.dumps(_clean(diff['what']))}", "      text: |2"]
        rows += [f"        {line}".rstrip() for line in _clean(diff["text"]).rstrip("\n").split("\n")]
    return rows


def summary_line(results: Sequence[dict]) -> str:
    """'N passed, N failed', and ', N skipped' if any was; whatever neither passed nor was skipped failed."""
    passed = sum(result["class"] == "pass" for result in results)
    skipped = sum(result["class"] == "skipped" for result in results)
    line = f"{passed} passed, {len(results) - passed - skipped} failed"
    return f"{line}, {skipped} skipped" if skipped else line


def table(results: Sequence[dict], color: bool = False) -> str:
    """A row for each class that occurs, with its count; below it the tests that did not pass and why."""
    rows = []
    for kind in CLASSES + sorted({result["class"] for result in results} - set(CLASSES)):
        group = [result for result in results if result["class"] == kind]
        if not group:
            continue
        ink = GREEN if kind == "pass" else YELLOW if kind in ("skipped", "flaky") else RED
        row = f"{kind:<10} {len(group):>5}"
        rows.append(f"{BOLD}{ink}{row}{RESET}" if color else row)
        if kind != "pass":
            rows += [f"  {_name_and_reason(result)}" for result in group]
    return "".join(f"{row}\n" for row in rows)


def _name_and_reason(result: dict) -> str:
    cell, reason = cell_name(result), _one_line(result.get("reason") or "")
    name = _one_line(result["test"] + (f" ({cell})" if cell else ""))
    return f"{name}: {reason}" if reason else name
