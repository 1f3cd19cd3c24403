# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a console's text through sanitizers: small sed and awk files that mask what differs in each run.

A sanitizer is NAME.sed, run by `sed -E -f`, or NAME.awk, run by awk. Both run in the C locale, so that any
byte passes, and sed in its sandbox, so that a sanitizer touches no file.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from lab.errors import UnresolvedError, UsageError

# Dates come before what contains them; SPIs last, for they are found by words that the others leave alone.
DEFAULT_CHAIN = ["dates", "ping", "pids", "tmp", "strongswan", "libreswan", "openiked", "klips", "ip", "nft", "x509", "ip-xfrm",
                 "spi"]

TIME_LIMIT = 10.0  # seconds, for a whole chain

_SUFFIXES = (".sed", ".awk")
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def known(folders: Iterable[Path]) -> list[str]:
    """The names of the sanitizers in `folders`, sorted; a folder that does not exist has none."""
    return sorted({path.stem for folder in folders if folder.is_dir()
                   for path in folder.iterdir() if path.suffix in _SUFFIXES})


def resolve(names: Iterable[str], folders: Sequence[Path]) -> list[Path]:
    """The files of the sanitizers `names`, in that order; the first folder that has one decides.

    A name may carry its suffix. Raises UsageError for an unknown name, listing the known ones.
    """
    return [_find(name, folders) for name in names]


def _find(name: str, folders: Sequence[Path]) -> Path:
    stem = name[:-4] if name.endswith(_SUFFIXES) else name
    suffixes = (name[-4:],) if stem != name else _SUFFIXES
    if re.fullmatch(r"[\w.-]+", stem):
        for folder in folders:
            for suffix in suffixes:
                path = folder / (stem + suffix)
                if path.is_file():
                    return path
    raise UsageError(f"unknown sanitizer '{name}'; known: {', '.join(known(folders)) or 'none'}")


def sanitize(text: str, chain: Sequence[Path]) -> str:
    """`text` after the sanitizers of `chain`, each working on what the one before it left.

    Bytes that are not UTF-8 are surrogates on both sides (PEP 383). Raises UnresolvedError if a sanitizer
    fails, naming its file and what it said, or if the chain takes longer than TIME_LIMIT.
    """
    if not chain or not text:
        return text
    commands = [_command(stage) for stage in _stages(chain)]
    with _memory_file(text.encode("utf-8", "surrogateescape")) as source, _memory_file() as messages:
        processes: list[subprocess.Popen] = []
        try:
            _start(commands, source, messages, processes)
            output = _read(processes, chain)
        finally:
            _end(processes)
        _check(processes, messages)
    return output.decode("utf-8", "surrogateescape")


def _memory_file(content: bytes = b""):
    """A file without a name: unlike a pipe it never fills, so nobody has to feed it meanwhile."""
    file = os.fdopen(os.memfd_create("sanitize"), "w+b", buffering=0)
    file.write(content)
    file.seek(0)
    return file


def _command(stage: list[Path]) -> list[str]:
    files = [word for path in stage for word in ("-f", str(path))]
    if stage[0].suffix == ".awk":
        return ["awk", *files]
    return ["sed", "-E", "--sandbox", *files]


def _start(commands: list[list[str]], source, messages, processes: list) -> None:
    """Starts the pipeline, adding each process to `processes`, so that a failure leaves none unseen."""
    stdin = source
    for command in commands:
        try:
            process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=messages,
                                       env=_ENVIRONMENT)
        except OSError as error:
            raise UnresolvedError(f"cannot run {command[0]}: {error.strerror}") from None
        if processes:
            stdin.close()
        processes.append(process)
        stdin = process.stdout


def _read(processes: list, chain: Sequence[Path]) -> bytes:
    deadline = time.monotonic() + TIME_LIMIT
    try:
        output = processes[-1].communicate(timeout=TIME_LIMIT)[0]
        for process in processes:
            process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        names = ", ".join(path.name for path in chain)
        raise UnresolvedError(f"sanitizers took more than {TIME_LIMIT:g} s: {names}") from None
    return output


def _end(processes: list) -> None:
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _check(processes: list, messages) -> None:
    """Raises UnresolvedError if one failed; sed and awk name the file in their messages."""
    # A process whose reader has failed dies of SIGPIPE: that is not its own fault.
    bad = next((process for process in processes if process.returncode not in (0, -13)), None)
    if not bad:
        return
    messages.seek(0)
    said = messages.read().decode("utf-8", "replace").strip().splitlines()
    reason = said[0] if said else f"exit status {bad.returncode}"
    files = [word for word in bad.args if word.endswith(_SUFFIXES)]
    if not any(file in reason for file in files):
        reason = f"{', '.join(files)}: {reason}"
    raise UnresolvedError(f"sanitizer failed: {reason}")


def _stages(chain: Sequence[Path]) -> list[list[Path]]:
    """The chain as processes: neighbouring sed files that act line by line share one sed."""
    stages: list[list[Path]] = []
    shared = False
    for path in chain:
        simple = _is_line_by_line(path)
        if shared and simple:
            stages[-1].append(path)
        else:
            stages.append([path])
        shared = simple
    return stages


# Regular expression, replacement: no delimiter but an escaped one, no newline made, no empty expression (it
# would mean the last one used, maybe by another file).
_REGEX = r"/(?:[^/\\\n]|\\.)+/"
_ADDRESS = rf"(?:{_REGEX}I?[ ]*!?[ ]*)?"
_COMMAND = re.compile(rf"{_ADDRESS}(?:s{_REGEX}(?:[^/\\\n]|\\[^n\n])*/[gIi0-9]*|d)[ ]*")


def _is_line_by_line(path: Path) -> bool:
    """Whether the sed file holds nothing but `s` and `d`, for which a joined script is the same as a pipe.

    All else (n, N, b, t, hold space, line numbers, several commands a line) sees or moves the lines around
    it, so those files get a process of their own.
    """
    if path.suffix != ".sed":
        return False
    try:
        lines = path.read_text("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        raise UnresolvedError(f"cannot read sanitizer {path}: {error.strerror}") from None
    if lines[0] == "#n":
        return False
    return all(not line or line.startswith("#") or _COMMAND.fullmatch(line) for line in lines)
