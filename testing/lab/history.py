# SPDX-License-Identifier: GPL-2.0-or-later
"""What earlier runs found: one line of JSON a result, appended; for order, selection and statistics."""

import json
from collections.abc import Iterable
from pathlib import Path

from lab import paths
from lab.result import Result

_READ = 4 * 1024 * 1024  # bytes of the newest history that are looked at
_KEYS = {"test", "class", "seconds", "started", "reason", "out"}
_UNKNOWN_SECONDS = 30.0  # a test never run yet is taken to be long, so that it starts early


def _file() -> Path:
    return paths.RUNS / "history.jsonl"


def add(result: Result) -> None:
    """Append a result; lines of several runs at once do not mix (write(2) with O_APPEND)."""
    record = {"test": result.test, "class": result.verdict, "seconds": result.seconds, "started": result.started,
              "reason": result.reason, "out": result.out}
    _file().parent.mkdir(parents=True, exist_ok=True)
    with open(_file(), "ab", buffering=0) as file:
        file.write(json.dumps(record).encode() + b"\n")


def read() -> list[dict]:
    """The newest records, oldest first; what cannot be read (a line cut short) is passed over."""
    try:
        with open(_file(), "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _READ))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    records = []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and record.keys() >= _KEYS:
            records.append(record)
    return records


def of(test: str) -> list[dict]:
    """The records of one test, oldest first."""
    return [record for record in read() if record["test"] == test]


def last() -> dict[str, dict]:
    """The newest record of each test."""
    return {record["test"]: record for record in read()}


def longest_first(tests: Iterable[str]) -> list[str]:
    """The tests by how long they took when they last passed, the longest first; order kept where that is the same."""
    seconds: dict[str, float] = {}
    for record in read():
        if record["class"] == "pass":
            seconds[record["test"]] = record["seconds"]
    return sorted(tests, key=lambda test: -seconds.get(test, _UNKNOWN_SECONDS))
