# SPDX-License-Identifier: GPL-2.0-or-later
"""What was typed on a host's console and what came back, as text in the field's format and as JSON.

The text is what HOST.console.txt holds: for each typed line a prompt (`west #`), the line after one
blank, and its output; at the end a last prompt.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.errors import UsageError


@dataclass(frozen=True, slots=True)
class Step:
    """One line typed at a host's shell.

    `line` holds newlines where a shell construct spans lines. `output` may hold anything that a program
    can print; bytes that are not UTF-8 are surrogates (PEP 383). `status` is the exit status, 0 to 255,
    or None if the line did not return within its limit; `seconds` is how long it ran.
    """

    script: str
    line: str
    output: str
    status: int | None
    seconds: float


def render(host: str, steps: Iterable[Step]) -> str:
    """The console of `host` as text; it ends with the prompt that waits for the next line."""
    parts = []
    for step in steps:
        parts.append(f"{host} #\n")
        parts += [f" {line}\n" for line in step.line.split("\n")]
        parts.append(_plain(step.output))
        parts.append(_ending(step))
    parts.append(f"{host} #\n")
    return "".join(parts)


def _ending(step: Step) -> str:
    """How the line ended; success goes without saying."""
    if step.status is None:
        seconds = f"{step.seconds:.1f}".removesuffix(".0")
        return f" [timed out after {seconds} s]\n"
    return f" [status {step.status}]\n" if step.status else ""


def _plain(output: str) -> str:
    """Output as lines, as they stand on a terminal at the end: of an overprinted line, the last print."""
    if "\r" in output:
        output = re.sub(r"\r+(\n|\Z)", r"\1", output)
        output = re.sub(r"[^\n]*\r", "", output)
    if output and not output.endswith("\n"):
        output += "\n"
    return output


def to_json(steps: Iterable[Step]) -> str:
    """The steps as JSON, pure ASCII, so that it can be written whatever the programs printed."""
    return json.dumps([asdict(step) for step in steps], indent=1) + "\n"


def save(folder: Path, host: str, steps: Iterable[Step]) -> None:
    """Write folder/HOST.transcript.json."""
    _file(folder, host).write_text(to_json(steps), encoding="utf-8")


def load(folder: Path, host: str) -> list[Step]:
    """What save() wrote; nothing if there is none. UsageError if it cannot be read."""
    path = _file(folder, host)
    return from_json(path.read_text(encoding="utf-8"), str(path)) if path.exists() else []


def _file(folder: Path, host: str) -> Path:
    return folder / f"{host}.transcript.json"


def from_json(text: str, name: str = "transcript.json") -> list[Step]:
    """The steps that `to_json` wrote; `name` is for the UsageError if they cannot be read."""
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name}: not JSON: {error}") from None
    if not isinstance(values, list):
        raise UsageError(f"{name}: not a list of steps")
    return [_step(value, f"{name}: step {number}") for number, value in enumerate(values, 1)]


_TYPES = {"script": str, "line": str, "output": str, "status": (int, type(None)), "seconds": (int, float)}


def _step(value: object, where: str) -> Step:
    if not isinstance(value, dict):
        raise UsageError(f"{where}: not an object")
    for key, kind in _TYPES.items():
        if key not in value:
            raise UsageError(f"{where}: no '{key}'")
        if isinstance(value[key], bool) or not isinstance(value[key], kind):
            raise UsageError(f"{where}: bad '{key}'")
    for key in value.keys() - _TYPES.keys():
        raise UsageError(f"{where}: unknown '{key}'")
    return Step(**value)
