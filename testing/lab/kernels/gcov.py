# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel built with gcov counts: kept where it is built and where it runs, and added up here over many runs.

The build leaves FOLDER/net/xfrm/xfrm_input.gcno and .c in the cache: what was compiled there. A guest leaves FOLDER/PATH.gcda
in a test's folder, PATH being where the kernel was built: how often each branch was taken since its boot.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lab.errors import UnresolvedError

FOLDER = "gcov"
_DEBUG = Path("/sys/kernel/debug")
_LIMIT = 120  # seconds for gcov to look at one kernel


@dataclass
class Source:
    """A source file: how often each of its lines and functions was run, by number and name."""

    lines: dict[int, int] = field(default_factory=dict)
    functions: dict[str, tuple[int, int]] = field(default_factory=dict)  # the line where it begins, and the count

    def add(self, record: dict) -> None:
        """Take in what gcov's JSON says of the file in one object."""
        for line in record["lines"]:
            number = line["line_number"]
            self.lines[number] = self.lines.get(number, 0) + line["count"]
        for function in record["functions"]:
            before = self.functions.get(function["name"], (0, 0))[1]
            self.functions[function["name"]] = (function["start_line"], before + function["execution_count"])


def keep(tree: Path, draft: Path) -> None:
    """Copy what is needed to read the counts of a kernel from the tree where it was compiled, if it counts."""
    if "CONFIG_GCOV_KERNEL=y\n" not in (tree / ".config").read_text(encoding="utf-8"):
        return
    for notes in tree.rglob("*.gcno"):
        target = draft / FOLDER / notes.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(notes, target)
        shutil.copy2(notes.with_suffix(".c"), target.with_suffix(".c"))


def collect(out: Path) -> None:
    """In a guest: write what its kernel has counted into out/FOLDER; nothing if it does not count."""
    from lab.place import syscalls
    if not _DEBUG.is_dir():
        return
    syscalls.mount("debugfs", str(_DEBUG), "debugfs")
    top = _DEBUG / "gcov"
    for counts in top.rglob("*.gcda"):
        target = out / FOLDER / counts.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(counts.read_bytes())


def measure(runs: Iterable[Path], kernel: Path, work: Path) -> dict[str, Source]:
    """What the runs in these folders, all with the kernel in that folder of the cache, ran together, by source file.

    work: an empty folder to work in. UnresolvedError if gcov is not there, or the counts are another kernel's.
    """
    notes = {str(path.relative_to(kernel / FOLDER).with_suffix("")) for path in (kernel / FOLDER).rglob("*.gcno")}
    total = work / "0"
    for number, run in enumerate(runs):
        one = work / str(number)
        _gather(run, notes, one)
        if number:
            total, before = work / f"total{number}", total
            _run(["gcov-tool", "merge", str(before), str(one), "-o", str(total)], work)
            for old in (before, one):
                shutil.rmtree(old)
    for name in notes:
        shutil.copy2(kernel / FOLDER / f"{name}.gcno", total / f"{_flat(name)}.gcno")
    return _read(_run(["gcov", "--json-format", "--stdout", *sorted(path.name for path in total.glob("*.gcda"))], total))


def _gather(run: Path, notes: set[str], target: Path) -> None:
    """Copy a run's counts into one folder without any below."""
    target.mkdir()
    for counts in (run / FOLDER).rglob("*.gcda"):
        path = str(counts.with_suffix(""))
        name = next((name for name in notes if path.endswith(f"/{name}")), "")
        if not name:
            raise UnresolvedError(f"{counts}: the kernel's folder has no notes for it; build it again and run the tests again")
        shutil.copy2(counts, target / f"{_flat(name)}.gcda")


def _flat(name: str) -> str:
    return name.replace("/", "+")


def _read(text: str) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for document in filter(None, text.splitlines()):
        for record in json.loads(document)["files"]:
            found.setdefault(os.path.normpath(record["file"]), Source()).add(record)
    return found


def _run(argv: list[str], folder: Path) -> str:
    """A program's output. UnresolvedError with the first line of its complaints."""
    try:
        done = subprocess.run(argv, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT,
                              env={**os.environ, "LC_ALL": "C"}, check=False)
    except FileNotFoundError:
        raise UnresolvedError(f"{argv[0]}: no such program; 'tools/deps guest' installs it, with gcc") from None
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"{argv[0]} did not end within {_LIMIT} s") from None
    said = [line for line in done.stderr.splitlines() if "mismatch" in line or done.returncode]
    if said or done.returncode:
        raise UnresolvedError(f"{argv[0]}: {(said or [f'status {done.returncode}'])[0]}")
    return done.stdout


def lcov(found: dict[str, Source]) -> str:
    """The same as a tracefile of lcov (geninfo(1)), which genhtml and editors read."""
    rows = []
    for name, source in sorted(found.items()):
        rows += ["TN:", f"SF:{name}"]
        rows += [f"FN:{line},{function}" for function, (line, _) in source.functions.items()]
        rows += [f"FNDA:{count},{function}" for function, (_, count) in source.functions.items()]
        rows += [f"FNF:{len(source.functions)}", f"FNH:{sum(count > 0 for _, count in source.functions.values())}"]
        rows += [f"DA:{line},{count}" for line, count in sorted(source.lines.items())]
        rows += [f"LF:{len(source.lines)}", f"LH:{sum(map(bool, source.lines.values()))}", "end_of_record"]
    return "\n".join(rows) + "\n"
