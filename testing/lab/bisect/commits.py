# SPDX-License-Identifier: GPL-2.0-or-later
"""Bisection over the commits of a user's kernel tree: `git bisect run` in a clone of our own, without a work tree.

The clone borrows the tree's objects and checks nothing out (--no-checkout), so the user's tree is only read.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.errors import UnresolvedError, UsageError
from lab.place import syscalls

_LIMIT = 300  # seconds for git to look at a history; a whole bisection has no limit but those of its runs
_ONLY_SKIPPED = 2  # git-bisect's exit status then


@dataclass(frozen=True)
class Ended:
    """How a bisection ended: the first commit that changed, or, where some cannot be told, all that it may be."""

    commits: tuple[str, ...]

    @property
    def first(self) -> str:
        """The first changed commit; empty if it is not known."""
        return self.commits[0] if len(self.commits) == 1 else ""


def commit(tree: Path, revision: str) -> str:
    """The full name of a revision's commit. UsageError if the tree is none of git's or has no such revision."""
    if not tree.is_dir():
        raise UsageError(f"--git {tree}: no such folder")
    done = _git(tree, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if done.returncode:
        if _git(tree, "rev-parse", "--git-dir").returncode:
            raise UsageError(f"--git {tree}: no git tree, or none that this user may read")
        raise UsageError(f"--git {tree}: no commit '{revision}'")
    return done.stdout.strip()


def is_backwards(tree: Path, good: str, bad: str) -> bool:
    """Whether the good commit comes after the bad one. UsageError if neither comes from the other."""
    if good == bad:
        raise UsageError(f"--good and --bad are the same commit, {good[:12]}")
    if not _git(tree, "merge-base", "--is-ancestor", good, bad).returncode:
        return False
    if not _git(tree, "merge-base", "--is-ancestor", bad, good).returncode:
        return True
    raise UsageError(f"--git {tree}: neither of {good[:12]} and {bad[:12]} comes from the other")


def number_between(tree: Path, older: str, newer: str) -> int:
    """How many commits there are behind `older` up to `newer`."""
    return int(_checked(_git(tree, "rev-list", "--count", f"{older}..{newer}")))


def about(tree: Path, name: str) -> str:
    """A commit's author, date, message and the files that it changed."""
    return _checked(_git(tree, "show", "--no-color", "--format=fuller", "--stat", "--summary", name))


def parent(tree: Path, name: str) -> str:
    """A commit's first parent."""
    return _checked(_git(tree, "rev-parse", f"{name}^")).strip()


@contextmanager
def clone(tree: Path, folder: Path) -> Iterator[Path]:
    """A bare clone in folder/clone.git, gone at the end; that of a run that was killed is replaced."""
    path = folder / "clone.git"
    shutil.rmtree(path, ignore_errors=True)
    try:
        _checked(_git(folder, "clone", "--quiet", "--bare", "--shared", str(tree.resolve()), str(path)))
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def run(bare: Path, older: str, newer: str, step: list[str], log: Path) -> Ended:
    """Have git bisect between two commits with a command that judges BISECT_HEAD by its exit status, as git-bisect(1) says.

    The command's standard error is ours; what git itself prints goes to the log. UnresolvedError if the command gave up.
    """
    _checked(_git(bare, "update-ref", "--no-deref", "HEAD", newer))  # the tree's may be a branch without commits
    _checked(_git(bare, "bisect", "start", "--no-checkout", newer, older))
    with open(log, "ab") as file, subprocess.Popen(["git", "bisect", "run", *step], cwd=bare, stdin=subprocess.DEVNULL,
                                                   stdout=file, stderr=None, env=_environment(),
                                                   preexec_fn=lambda: syscalls.die_with_parent(signal.SIGKILL)) as process:
        try:
            status = process.wait()
        except BaseException:
            process.kill()
            raise
    if status == _ONLY_SKIPPED:
        good = [f"^{line}" for line in _refs(bare, "good-*")]
        return Ended(tuple(_checked(_git(bare, "rev-list", "refs/bisect/bad", *good)).split()))
    if status:
        raise UnresolvedError(f"git bisect run ended with {status}; its words are in {log}")
    return Ended(tuple(_refs(bare, "bad")))


def here() -> str:
    """The commit that git wants to be judged, in a clone of clone(). UsageError if there is none."""
    done = _git(Path.cwd(), "rev-parse", "--verify", "--quiet", "BISECT_HEAD")
    if done.returncode:
        raise UsageError("no bisection goes on here")
    return done.stdout.strip()


def step_command(folder: Path) -> list[str]:
    """The command that judges one commit, by what folder/order.json says."""
    return [sys.executable, str(paths.ROOT / "lab"), "bisect", "--step", str(folder)]


def _refs(bare: Path, pattern: str) -> list[str]:
    listed = _checked(_git(bare, "for-each-ref", "--format=%(objectname)", f"refs/bisect/{pattern}"))
    return listed.split()


def _environment() -> dict[str, str]:
    """Ours, without what a git that called us has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat"}


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(["git", *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=_LIMIT, check=False, env=_environment())
    except FileNotFoundError:
        raise UnresolvedError("git is not installed; 'tools/deps check' installs it") from None
    except subprocess.TimeoutExpired:
        raise UnresolvedError(f"git {words[0]} did not end within {_LIMIT} s") from None


def _checked(done: subprocess.CompletedProcess) -> str:
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise UnresolvedError(f"git {done.args[1]}: {said}")
    return done.stdout
