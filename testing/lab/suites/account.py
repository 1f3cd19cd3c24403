# SPDX-License-Identifier: GPL-2.0-or-later
"""The account of a suite's run: how many tests passed, failed or could not be run, why, and what rules had to do with it."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab.result import Result
from lab.suites import Suite, layer

JSON, TABLE = "suite.json", "suite.md"
_NAMES = {"skipped": "unsupported"}  # what the projects call a test that cannot be run


@dataclass
class Account:
    """counts: tests by class; groups: the same by group; failures: test to (class of difference, reason); unsupported: tests by
    the thing that is missing; by_rules: tests that passed, of which some lines needed a rule; rules: lines touched by rule;
    deviations: in what the hosts were not the project's own, each with its reason.
    """

    suite: dict[str, str | bool]
    version: str
    counts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, dict[str, int]] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    unsupported: dict[str, list[str]] = field(default_factory=dict)
    by_rules: dict[str, dict[str, int]] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    deviations: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def of(suite: Suite, results: list[Result]) -> Account:
    """The account of these results."""
    deviations = {one.name: " ".join(one.why.split()) for one in layer.load(suite.kind).deviations}
    made = Account(suite.words(), suite.project.version(suite.tree), deviations=deviations)
    counts: Counter = Counter()
    groups: dict[str, Counter] = {}
    for result in results:
        name = result.test.partition("/")[2]
        word = _NAMES.get(result.verdict, result.verdict)
        counts[word] += 1
        if "/" in name:
            groups.setdefault(name.partition("/")[0], Counter())[word] += 1
        made.seconds += result.seconds
        _add(made, name, result)
    made.counts = dict(counts)
    made.groups = {name: dict(group) for name, group in groups.items()}
    return made


def _add(made: Account, name: str, result: Result) -> None:
    if result.verdict == "skipped":
        made.unsupported.setdefault(result.reason.partition(":")[0], []).append(name)
    elif result.verdict != "pass":
        made.failures[name] = [result.verdict, result.notes.get("class", ""), result.reason]
    elif rules := result.notes.get("rules"):
        made.by_rules[name] = rules
    for rule, count in result.notes.get("rules", {}).items():
        made.rules[rule] = made.rules.get(rule, 0) + count


def save(made: Account, folder: Path) -> None:
    """Write it into a folder, for programs and for people."""
    (folder / JSON).write_text(json.dumps(asdict(made), indent=1) + "\n", encoding="utf-8")
    (folder / TABLE).write_text(text(made) + "\n", encoding="utf-8")


def text(made: Account) -> str:
    """The account as text."""
    total = sum(made.counts.values())
    run = total - made.counts.get("unsupported", 0)
    passed = made.counts.get("pass", 0)
    rate = f", {100 * passed / run:.1f} %" if run else ""
    how = "judged by what they come to" if made.suite["by_outcome"] else (
        f"{passed - len(made.by_rules)} of them to the letter, {len(made.by_rules)} with rules for the environment")
    rows = [f"{made.suite['kind']} {made.version}: {total} tests, {run} run, {passed} passed{rate}; {how}"]
    rows += _groups(made) + _unsupported(made) + _rules(made)
    rows.append(f"  the hosts are not the project's own in: {', '.join(made.deviations)} (--layer tells why)")
    if made.failures:
        classes = Counter(words[1] or words[0] for words in made.failures.values())
        rows.append("did not pass: " + ", ".join(f"{count} {name}" for name, count in sorted(classes.items())))
        rows += [f"  {name}: {verdict}{f' ({kind})' if kind else ''}: {reason}"
                 for name, (verdict, kind, reason) in sorted(made.failures.items())]
    return "\n".join(rows)


def _groups(made: Account) -> list[str]:
    return [f"  {name:<18} " + ", ".join(f"{count} {word}" for word, count in sorted(group.items()))
            for name, group in sorted(made.groups.items())]


def _unsupported(made: Account) -> list[str]:
    return [f"  unsupported, for want of {name}: {len(tests)}" for name, tests in sorted(made.unsupported.items())]


def _rules(made: Account) -> list[str]:
    return [f"  rule {name}: {count} lines, in {sum(name in rules for rules in made.by_rules.values())} tests that passed by it"
            for name, count in sorted(made.rules.items())]


def layer_text(suite: Suite) -> str:
    """In what the hosts differ from the project's own, and the rules that follow from it."""
    described = layer.load(suite.kind)
    rows = [f"{suite.kind}: Debian's version is {described.version}; the files are in {described.folder}", "deviations:"]
    rows += [f"  {one.name}: {one.why}" for one in described.deviations] + ["what cannot be had:"]
    rows += [f"  {one.name}: {one.why}" for one in described.missing]
    if described.later:
        rows += ["what Cygnet is to have later:", *(f"  {one.name}: {one.why}" for one in described.later)]
    rows.append("rules:")
    return "\n".join(rows + [f"  {one.name}: {one.why}" for one in described.rules])
