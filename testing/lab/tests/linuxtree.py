# SPDX-License-Identifier: GPL-2.0-or-later
"""A git tree of the kernel with commits to bisect: Debian's source as the first, changes after it."""

import os
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# What a UML kernel is not made from; Kconfig and make want the files by these names all the same.
_LEFT_OUT = re.compile(r"Documentation/|arch/(?!um/|x86/)|sound/|samples/|tools/(testing|perf|power)/|"
                       r"drivers/(?!base/|block/|char/|of/|pps/|ptp/|tty/|virtio/|net/[^/]*$)")
_NEEDED = re.compile(r"(.*/)?(Kconfig|Makefile|Kbuild)[^/]*$")
_WHO = b"committer Lab <lab@example.net> 1767225600 +0000\n"


@dataclass(frozen=True)
class Change:
    """A commit that replaces the first `find` in one file."""

    subject: str
    file: str
    find: str
    replace: str


def plant(archive: Path, tree: Path, changes: list[Change]) -> list[str]:
    """Make a git tree without checked-out files at `tree`; its commits from the oldest, which is the source as it is."""
    subprocess.run(["git", "init", "--quiet", tree], check=True)
    wanted = {change.file: b"" for change in changes}
    with subprocess.Popen(["git", "-C", tree, "-c", "core.compression=0", "fast-import", "--quiet"],
                          stdin=subprocess.PIPE) as reader:
        _source(archive, reader.stdin, wanted)
        for change in changes:
            before = wanted[change.file]
            wanted[change.file] = before.replace(change.find.encode(), change.replace.encode(), 1)
            assert wanted[change.file] != before, f"{change.file} has no {change.find!r}"
            _commit(reader.stdin, change.subject)
            _file(reader.stdin, "100644", change.file, wanted[change.file])
        reader.stdin.close()
    assert reader.returncode == 0
    listed = subprocess.run(["git", "-C", tree, "rev-list", "--reverse", "bisected"], check=True, capture_output=True,
                            text=True)
    return listed.stdout.split()


def _source(archive: Path, stream: BinaryIO, wanted: dict[str, bytes]) -> None:
    """The first commit; the contents of the files named in `wanted` are put there."""
    _commit(stream, "The source package's kernel")
    with subprocess.Popen(["xz", "-dc", archive], stdout=subprocess.PIPE) as unpacked, \
            tarfile.open(fileobj=unpacked.stdout, mode="r|") as tar:
        for member in tar:
            name = member.name.partition("/")[2]
            if _LEFT_OUT.match(name) and not _NEEDED.match(name):
                continue
            if member.issym():
                _file(stream, "120000", name, os.fsencode(member.linkname))
            elif member.isreg():
                data = tar.extractfile(member).read()
                _file(stream, "100755" if member.mode & 0o100 else "100644", name, data)
                if name in wanted:
                    wanted[name] = data


def _commit(stream: BinaryIO, subject: str) -> None:
    stream.write(b"commit refs/heads/bisected\n" + _WHO + b"data %d\n%s\n" % (len(subject), subject.encode()))


def _file(stream: BinaryIO, mode: str, name: str, data: bytes) -> None:
    stream.write(f"M {mode} inline {name}\ndata {len(data)}\n".encode() + data + b"\n")
