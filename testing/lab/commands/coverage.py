# SPDX-License-Identifier: GPL-2.0-or-later
"""lab coverage: which lines of the kernel's IPsec runs have run, added up over their tests."""

import argparse
import json
import tempfile
from pathlib import Path

from lab import commands, kernels, once, paths
from lab.errors import UsageError
from lab.kernels import catalog, gcov
from lab.result import load

_EPILOG = """\
example:
  lab run netkey --place uml --kernel uml-gcov
  lab coverage --lcov netkey.info
"""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = commands.parser("coverage", description="Say how much of each source file of the kernel's IPsec the tests of a run "
                           "have run together. They must have run under a kernel that counts it, such as uml-gcov; boot counts "
                           "too.", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("runs", nargs="*", type=Path, metavar="FOLDER", help="what runs left (that of the last 'lab run')")
    made.add_argument("--never", action="store_true", help="name also the functions that were never called")
    made.add_argument("--lcov", type=Path, metavar="FILE", help="write what genhtml and editors read, every line in it")
    made.add_argument("--json", action="store_true", help="print it as JSON")
    return made


def main(arguments: argparse.Namespace) -> int:
    """Do it."""
    folders = arguments.runs or [paths.RUNS / "last"]
    tests = sorted({counts.parent for folder in folders for counts in folder.resolve().rglob(gcov.FOLDER) if counts.is_dir()})
    if not tests:
        raise UsageError(f"{folders[0]}: no test there counted its kernel's lines; run some with --kernel uml-gcov")
    kernel = _kernel(tests)
    with tempfile.TemporaryDirectory(prefix="lab-coverage-") as work:
        found = gcov.measure(tests, kernel, Path(work))
    if arguments.lcov:
        once.replace(arguments.lcov, gcov.lcov(found))
    rows = [_row(name, source) for name, source in sorted(found.items()) if name.endswith(".c")]
    if arguments.json:
        print(json.dumps(rows, indent=1))
    else:
        _print(rows, len(tests), kernel, arguments.never)
    return 0


def _kernel(tests: list[Path]) -> Path:
    """The folder of the one kernel that all ran under. UsageError if there are two."""
    results = [load(folder) for folder in tests]
    names = {result.cell["kernel"] for result in results if result}
    if len(names) != 1:
        under = ", ".join(sorted(names)) or "no kernel that is known"
        raise UsageError(f"these tests ran under {under}: give folders of one kernel")
    return kernels.folder(catalog.find(names.pop()))


def _row(name: str, source: gcov.Source) -> dict:
    calls = {function: count for function, (_, count) in sorted(source.functions.items())}
    return {"file": name, "lines": len(source.lines), "run": sum(map(bool, source.lines.values())), "functions": len(calls),
            "called": sum(map(bool, calls.values())), "never called": [function for function in calls if not calls[function]]}


def _print(rows: list[dict], tests: int, kernel: Path, never: bool) -> None:
    total = {key: sum(row[key] for row in rows) for key in ("lines", "run", "functions", "called")}
    print("  lines             functions  file")
    for row in [*rows, {**total, "file": f"together, by {tests} test{'s' * (tests > 1)}", "never called": []}]:
        part = 100 * row["run"] / row["lines"] if row["lines"] else 0.0
        print(f"{part:5.1f}% {row['run']:5d}/{row['lines']:<5d} {row['called']:4d}/{row['functions']:<4d}  {row['file']}")
        for function in row["never called"] if never else ():
            print(f"{'':31}{function}")
    print(f"the files are in {kernel / gcov.FOLDER}")
