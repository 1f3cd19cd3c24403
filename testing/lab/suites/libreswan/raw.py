# SPDX-License-Identifier: GPL-2.0-or-later
"""A host's console as the tree's own runner would have kept it, with the marks that the tree's sanitizers look for.

The marks are those of testing/utils/fab/post.py and runner.py.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from lab.suites import Ended
from lab.suites.libreswan import play
from lab.transcript import Step

_LEFT, _RIGHT = ">" * 10, "<" * 10
_CUT, _TUC = f"{_LEFT}cut{_LEFT}", f"{_RIGHT}tuc{_RIGHT}"
_DONE = f"{_CUT} done {_TUC}"
_POST_MORTEM = play.POST_MORTEM.rpartition("/")[2]


def render(host: str, test: str, steps: Iterable[Step], ended: Ended, new: bool) -> str:
    """The console's text. new: in the format of version 5 (tree.is_new)."""
    parts = list(_new(host, test, list(steps)) if new else _old(host, test, list(steps)))
    if ended.kind:
        parts.append(f"{_LEFT} TIMEOUT while running script {host} {_RIGHT}")
    return "".join(parts) + ("" if new else _DONE)


def _prompt(host: str, test: str, status: int | None) -> str:
    return f"[root@{host} {test}{f' {status}' if status else ''}]# "


def _old(host: str, test: str, steps: list[Step]) -> Iterator[str]:
    """Up to 4.x: marks stand where the prompt before them ends."""
    for script, group in groupby(steps, key=lambda step: step.script):
        is_last = script == _POST_MORTEM
        yield f"{_LEFT} post-mortem {_LEFT}" if is_last else f"{_CUT} {script} {_TUC}"
        for step in group:
            yield f"{step.line}\n{step.output}{_after(host, test, step)}"
            if is_last and step.status == 0:
                yield f"{_RIGHT} post-mortem {_RIGHT}"


def _new(host: str, test: str, steps: list[Step]) -> Iterator[str]:
    """From 5: the marks look like commands."""
    yield _prompt(host, test, 0)
    for step in steps:
        if step.script == _POST_MORTEM:
            yield f": {_LEFT} post-mortem {_LEFT}\n{_prompt(host, test, 0)}"
        yield f"{step.line}\n{step.output}{_after(host, test, step)}"
        if step.script == _POST_MORTEM and step.status == 0:
            yield f": {_RIGHT} post-mortem {_RIGHT}\n{_prompt(host, test, 0)}"


def _after(host: str, test: str, step: Step) -> str:
    """What is printed after a line's output; nothing if it did not return."""
    return "" if step.status is None else _prompt(host, test, step.status)
