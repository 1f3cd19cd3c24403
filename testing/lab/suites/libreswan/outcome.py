# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test of libreswan's comes to, whatever the words: which ways were open, what was established, loaded, counted.

For programs that are not libreswan's. A console is read line by line that was typed; the lines that tell an end state have
facts, and of these the expected console and the one that came must have the same.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_PROMPT = re.compile(r"[a-z]+ #")
_ESTABLISHED = re.compile(r"established Child SA|Child SA #\d+ established|IPsec SA established|STATE_V2_ESTABLISHED_CHILD_SA|"
                          r'": is up already')
_STRONGSWAN = re.compile(r"established successfully|initiate completed successfully")
_LOADED = re.compile(r'": (added|loaded)\b')
_RECEIVED = re.compile(r"\b(\d+) received|/rcv/%loss = \d+/(\d+)/")
_TRAFFIC = re.compile(r'#\d+: "([^"]+)".*\binBytes=(\d+), outBytes=(\d+)')
_REFUSED = re.compile(r"is no impairment|there is no such option")
_PINGED = re.compile(r"^(up|down)\b", re.MULTILINE)
_BACKGROUND = re.compile(r"--asynchronous|&\s*$")


def _ping_once(_line: str, output: str) -> str | None:
    if output.startswith("fired"):
        return None
    word = output.partition("\n")[0].partition(" ")[0]
    return word if word in ("up", "down") else "error"


def _up_and_down(_line: str, output: str) -> str:
    """Of a script that adds a connection, brings it up and pings if that was done."""
    pinged = _PINGED.search(output)
    return pinged.group(1) if pinged else "not established"


def _alive(_line: str, output: str) -> str:
    return "up" if re.search(r"\bis alive\b", output) else "down"


def _ping(_line: str, output: str) -> str | None:
    found = _RECEIVED.search(output)
    return ("up" if int(found.group(1) or found.group(2)) else "down") if found else None


def _traffic(line: str, output: str) -> str:
    """Each Child SA's connection, and by which directions something passed; while that is waited for, the former alone."""
    found = _TRAFFIC.findall(output)
    rows = [f"{name}{' in' if int(came) else ''}{' out' if int(went) else ''}" for name, came, went in found]
    if "wait-for.sh" in line:
        rows = [name for name, _, _ in found]
    return ", ".join(sorted(rows)) or "no Child SA"


def _up(line: str, output: str) -> str | None:
    if _BACKGROUND.search(line):
        return None
    return "established" if _ESTABLISHED.search(output) else "not established"


def _strongswan_up(_line: str, output: str) -> str:
    return "established" if _STRONGSWAN.search(output) else "not established"


def _add(_line: str, output: str) -> str:
    return "loaded" if _LOADED.search(output) else "refused"


def _impair(_line: str, output: str) -> str:
    """A test whose fault is not there shows nothing, even if it comes to the same."""
    return "refused" if _REFUSED.search(output) else "on"


# What is typed: what is shown by it. Of a line the first that matches counts.
_KINDS: list[tuple[str, re.Pattern, Callable[[str, str], str | None]]] = [
    ("ping", re.compile(r"ping-once\.sh"), _ping_once),
    ("ping", re.compile(r"libreswan-up-down\.sh"), _up_and_down),
    ("ping", re.compile(r"wait-until-alive"), _alive),
    ("ping", re.compile(r"\bf?ping6? "), _ping),
    ("traffic", re.compile(r"\btrafficstatus\b"), _traffic),
    ("up", re.compile(r"\b(auto|whack)\b.* --(up|initiate|start)\b"), _up),
    ("up", re.compile(r"\bstrongswan up\b|\bswanctl\b.* --initiate\b"), _strongswan_up),
    ("add", re.compile(r"\bauto\b.* --add\b"), _add),
    ("impair", re.compile(r"\bwhack\b.* --impair\b"), _impair),
]
_TELLING = ("ping", "traffic", "up")  # of these a test must have one: what is only loaded shows nothing


@dataclass(frozen=True)
class Fact:
    """line: what was typed; kind: of _KINDS; value: what was shown."""

    line: str
    kind: str
    value: str


def facts(console: str) -> Iterator[Fact]:
    """The facts of a sanitized console, in their order."""
    for line, output in _blocks(console):
        for kind, pattern, value_of in _KINDS:
            if not line.startswith("#") and pattern.search(line):
                value = value_of(line, output)
                if value is not None:
                    yield Fact(line, kind, value)
                break


def _blocks(console: str) -> Iterator[tuple[str, str]]:
    """Each line that was typed, with its output."""
    line, output, is_next = "", [], True
    for text in console.splitlines():
        if _PROMPT.fullmatch(text.strip()):
            yield line, "\n".join(output)
            line, output, is_next = "", [], True
        elif is_next:
            line, is_next = text.strip(), False
        else:
            output.append(text)
    yield line, "\n".join(output)


def is_telling(wanted: list[Fact]) -> bool:
    """Whether a test can be judged by what it expects."""
    return any(fact.kind in _TELLING for fact in wanted)


def differences(wanted: list[Fact], came: list[Fact]) -> list[str]:
    """What did not come to what was expected, in words, line by line; empty if all did.

    A line that is typed several times is compared time by time; one that never came to its end has no fact.
    """
    found, seen, rows = {}, Counter(), []
    for fact in came:
        found[fact.line, seen[fact.line]] = fact.value
        seen[fact.line] += 1
    seen.clear()
    for fact in wanted:
        value = found.get((fact.line, seen[fact.line]), "nothing")
        seen[fact.line] += 1
        if value != fact.value:
            rows.append(f"{fact.line}: expected {fact.value}, came {value}")
    return rows
