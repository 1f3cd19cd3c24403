# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges a run as do-tests does: by grep, with the pattern of each line of evaltest.dat and the hit that it expects."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lab import transcript
from lab.errors import UnresolvedError
from lab.suites import Ended, Judgement, layer
from lab.suites.strongswan import dat, play

_LIMIT = 30  # seconds
_SHOWN = 20  # lines of a command's output in a difference
_EVALTEST = "evaltest.dat"


@dataclass
class _Check:
    """A line of evaltest.dat, and what its command wrote."""

    where: str
    host: str
    command: str
    pattern: str
    hit: str
    output: str = ""
    errors: str = ""
    matched: list[str] = field(default_factory=list)

    def holds(self, output: str) -> bool:
        """Whether what grep finds in output is what the line expects. What is neither YES, NO nor a number holds always."""
        self.matched = _grep(self.pattern, output)
        if self.hit.isascii() and self.hit.isdigit():
            return max(1, len(self.matched)) == int(self.hit)  # do-tests counts the lines that echo prints: at least one
        return not (self.matched if self.hit == "NO" else not self.matched and self.hit == "YES")

    def text(self) -> str:
        """The difference, for people."""
        lines = self.output.splitlines()
        rows = [f"{self.where}: {self.host}# {self.command}", f"- {self.pattern}  [{self.hit}]"]
        rows += [f"+ {line}" for line in self.matched or lines[-_SHOWN:]]
        return "\n".join([*rows, *(f"  errors: {line}" for line in self.errors.splitlines()[:_SHOWN])]) + "\n"


def judge(case, out: Path, ended: Ended) -> Judgement:
    """Judge the run that left its files in folder out."""
    if ended.crashes:
        return Judgement("crash", "; ".join(ended.crashes), notes={"rules": {}, "class": ""})
    if ended.kind:
        return Judgement(ended.kind, ended.why, notes={"rules": {}, "class": ""})
    steps = {host: _steps(out, host) for host in case.hosts}
    checks = _checks(case, steps)
    rules, touched = layer.load(case.suite.kind).rules, {}
    failed = []
    for check in checks:
        if check.holds(check.output):
            continue
        lines, counts = layer.apply(rules, check.output.splitlines())
        if counts and check.holds("\n".join(lines) + "\n"):
            touched = {name: touched.get(name, 0) + counts.get(name, 0) for name in {*touched, *counts}}
        else:
            failed.append({"what": check.where, "kind": "semantic", "text": check.text()})
    failed += _left_behind(case, steps)
    reason = "; ".join(diff["text"].partition("\n")[0] for diff in failed[:3])
    if len(failed) > 3:
        reason += f"; and {len(failed) - 3} more"
    return Judgement("fail" if failed else "pass", reason, failed,
                     {"rules": touched, "class": "semantic" if failed else "", "checks": len(checks)})


def _steps(out: Path, host: str) -> list[transcript.Step]:
    path = out / f"{host}.transcript.json"
    try:
        return transcript.from_json(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise UnresolvedError(f"{path}: {error.strerror}") from None


def _checks(case, steps: dict[str, list[transcript.Step]]) -> list[_Check]:
    """The lines of evaltest.dat with what came of each; UnresolvedError if one was not run."""
    written = {(host, step.script): step for host, some in steps.items() for step in some}
    found: list[_Check] = []
    last: dat.Call | None = None
    for call in case.calls(_EVALTEST):
        if call.what != "check":
            last = call if call.what != "sleep" else last
            continue
        where = f"{_EVALTEST}:{call.line}"
        step = written.get((last.host, where))
        if step is None and last.host in steps:
            raise UnresolvedError(f"{where} was not run")
        if step is None:  # a misspelt host's name: ssh reaches nothing
            step = transcript.Step(where, last.text, "", 255, 0.0)
        errors = written.get((last.host, where + play.ERRORS))
        found.append(_Check(where, last.host, step.line, call.text, call.host, step.output, errors.output if errors else ""))
    return found


def _grep(pattern: str, output: str) -> list[str]:
    """The lines that grep(1) prints."""
    done = subprocess.run(["grep", pattern], input=output.encode("utf-8", "surrogateescape"), capture_output=True,
                          timeout=_LIMIT, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, check=False)
    return done.stdout.decode("utf-8", "surrogateescape").splitlines()


def _left_behind(case, steps: dict[str, list[transcript.Step]]) -> list[dict[str, str]]:
    """SAs and policies that are there when all has been stopped; IPComp makes states of IPIP that stay a while."""
    found = []
    for host in case.listed("IPSECHOSTS"):
        for step in (step for step in steps[host] if step.script == play.LEFT):
            lines = step.output.splitlines()
            states = [line for line in lines if "proto" in line and "spi" in line and "proto 4" not in line]
            if states if step.line == play.STATE else lines:
                text = "\n".join([f"{play.LEFT}: {host}# {step.line}", *(f"+ {line}" for line in lines[:_SHOWN])]) + "\n"
                found.append({"what": f"{host} {step.line}", "kind": "semantic", "text": text})
    return found
