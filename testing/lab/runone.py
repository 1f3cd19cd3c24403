# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell, from its folder to result.json: the unit that every way of running tests calls."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lab import live, needs, stack, suites, transcript, verdict, wireshark
from lab.attempt import LOGS, SANITIZER_LOGS, Attempt, keep, write
from lab.errors import LabError
from lab.place import HostSpec, Place
from lab.place.ns import Namespaces
from lab.result import Result
from lab.scenario import Scenario, Stopped
from lab.suites import SuiteCase
from lab.testcase import TestCase

_LONGEST = 600.0  # seconds of real time for a test in virtual time, of which days pass in seconds


@dataclass(frozen=True)
class Options:
    """How to run.

    place: where the hosts are; kernel and real_time (no virtual time) are a guest's. stack: instead of Cygnet's own that a test
    is about, stack.MODULE if any. inside: what is laid over the hosts, in a guest that runs but this test and was told so; None
    on the machine itself, which finds that out.
    apart: each host is a guest of its own, with the kernel that kernels names for it, or else `kernel`. seed: what the
    random numbers of a UML guest follow from, if not chance.
    machine, processors, accelerator, snapshot and gdb are a QEMU guest's: its board, how many processors it has, and what
    they are made of ("kvm", "tcg"), whether it is restored rather than booted, and whether it waits for gdb. patience: how
    many times as long as usual a line, and the test, may take.
    keep: leave the hosts up. stop_at: after that script, counted from 1, with the hosts up.
    """

    place: str = "ns"
    kernel: str = ""
    stack: str = ""
    kernels: dict[str, str] = field(default_factory=dict)
    apart: bool = False
    real_time: bool = False
    seed: int | None = None
    machine: str = ""
    processors: int = 1
    accelerator: str = ""
    snapshot: bool = True
    gdb: bool = False
    patience: float = 1.0
    inside: list[HostSpec] | None = None
    keep: bool = False
    stop_at: int = 0
    stop_on_failure: bool = False

    def limit(self, seconds: float) -> float:
        """Seconds of real time in which a test that may take so many of its own must have come to an end."""
        return min(seconds, _LONGEST) if self.is_virtual else seconds * self.patience

    @property
    def is_virtual(self) -> bool:
        """Whether the clock is a virtual one."""
        return self.place == "uml" and not self.real_time

    @property
    def may_stay(self) -> bool:
        """Whether hosts may be left up."""
        return bool(self.keep or self.stop_at or self.stop_on_failure)

    @property
    def is_driven(self) -> bool:
        """Whether guests are driven from outside, rather than one running the test by itself."""
        return self.apart or self.may_stay


class Run(Attempt):
    """A test that is being run. After play(), `place` is still there if the hosts stay up.

    gate: called when the hosts are up and before anything is typed; returns when the test may begin.
    """

    def __init__(self, case: TestCase, out: Path, options: Options, progress: Callable[[str], None]) -> None:
        super().__init__(out, Result(case.name, cell(case, options.place, options.stack, options.accelerator), str(out)))
        self.options, self.progress = options, progress
        self.case = case.in_cell(self.result.cell)
        self.gate: Callable[[], None] = lambda: None

    def prepare(self) -> None:
        """See Attempt."""
        if self.options.inside is None:
            prepare(self.out)

    def attempt(self) -> None:
        """See Attempt."""
        if reason := self.case.unfit() or self.missing():
            self.settle("skipped", reason)
            return
        with self.phase("hosts"):
            specs = self.options.inside or self.specs()
            plan = self.case.network.subset(self.case.hosts).plan(self.case.nat)
            self.bring_up(specs, plan)
        self.gate()
        scenario = self.case.scenario(self.place, self._after_script)
        stopped = self.type(scenario)
        is_suite = isinstance(self.case, SuiteCase)
        if is_suite:
            self._collect(self.case)
            self.leave(stopped)
        else:
            self._judge(scenario.steps, stopped)
        self.stays = self.options.keep or (stopped is not None and stopped.kind == "asked") or (
            self.options.stop_on_failure and self.result.verdict != "pass")
        if not self.stays:
            with self.phase("stop"):
                self.stop_hosts(self.case.hosts, SANITIZER_LOGS if is_suite else LOGS, hung_fails=not is_suite)
        if is_suite:
            self.left()

    def judge(self) -> None:
        """Judge a test by the files that it has left; not within a guest, where all takes longer."""
        if self.options.inside is not None:
            return
        ended = self.result.notes.pop("ended", {})
        if "class" in ended:  # it came to its end
            self.settle(ended["class"], ended["reason"])
            if isinstance(self.case, SuiteCase):
                self._judge_suite(self.case, ended)
            else:
                self._judge_own(ended)
        self._judge_wires()

    def specs(self) -> list[HostSpec]:
        """What is laid over the hosts. Fetches peers and makes certificates where they are not cached yet."""
        found = self.case.specs(self.progress)
        for spec in found:
            stack.show(self.module(spec.name), spec)
        return found

    def module(self, host: str) -> str:
        """The file of KLIPS's module that a host's kernel has to load; "" if none."""
        return ""

    def missing(self) -> str:
        """What the test needs and the place does not have, in words; empty if it can be run."""
        if isinstance(self.case, SuiteCase) and self.case.lacking:
            return self.case.lacking
        if self.options.inside is not None:
            return ""  # by its kernel's configuration, before the guest was started
        return needs.missing(self.case.needs)

    def bring_up(self, specs: list[HostSpec], plan: dict) -> None:
        """Have the hosts and wires of a plan in a new place, `place`."""
        self.place = self.new_place()
        self.place.start(specs, plan, str(self.out))

    def new_place(self) -> Place:
        """Where the hosts will be."""
        return Namespaces(own_users=self.options.inside is None)

    def _after_script(self, number: int, scenario: Scenario) -> None:
        if number == self.options.stop_at:
            raise Stopped("asked", f"stopped after script {number}, {self.case.scripts[number - 1].path.name}")
        if self.options.stop_on_failure:
            for host in self.case.scripts[number - 1].hosts:
                if not verdict.begins_like_golden(self.case, host, scenario.steps[host]):
                    raise Stopped("fail", f"{host} differs at {self.case.scripts[number - 1].path.name}")

    def _judge(self, steps: dict[str, list[transcript.Step]], stopped: Stopped | None) -> None:
        """Compare what was printed and sent, and settle all but how the hosts' processes end."""
        with self.phase("compare"):
            outputs = self._outputs(steps)
            findings = verdict.differences(self.case, outputs)
            self._save_findings(findings)
        crashes = verdict.crashes_printed(steps)
        drops = sum(wire["drops"] for wire in self.result.wires.values())
        if crashes:
            self.settle("crash", crashes[0])
        elif stopped:
            self.settle("unresolved" if stopped.kind == "asked" else stopped.kind, str(stopped))
        elif findings and drops:
            self.settle("unresolved", f"{drops} packets were too fast for the captures, which differ")
        elif findings and all(finding.kind == "missing-golden" for finding in findings):
            what = ", ".join(finding.what for finding in findings)
            self.settle("unresolved", f"nothing to compare {what} with; read it, then 'lab bless {self.case.name}'")
        elif findings:
            self.settle("fail", "; ".join(_say(finding) for finding in findings))
        else:
            self.settle("pass", "")

    def _collect(self, case: SuiteCase) -> None:
        """Keep the files by which a test of another project's suite is judged."""
        for host in case.hosts[:1] if case.collects_alike and not self.options.apart else case.hosts:
            for path, data in self.place.collect(host, list(case.collects)).items():
                keep(self.out / host, path, data)

    def _judge_suite(self, case: SuiteCase, ended: dict) -> None:
        """Judge a test of another project's suite."""
        with self.phase("compare"):
            crashes = tuple(self.result.reason.split("; ")) if self.result.verdict == "crash" else ()
            kind = "unresolved" if ended["kind"] == "asked" else ended["kind"]
            found = case.judge(self.out, suites.Ended(kind, ended["why"], crashes))
        self.settle(found.verdict, found.reason)
        self.result.diffs = found.diffs
        self.result.notes |= found.notes
        if found.diffs:
            write(self.out / "diff.txt", "\n".join(diff["text"] for diff in found.diffs))

    def _judge_own(self, ended: dict) -> None:
        """Judge a test that a guest has run; how its hosts' processes ended is settled."""
        self.case = self.case.in_cell(self.result.cell)
        steps = {host: transcript.load(self.out, host) for host in self.case.typed_hosts}
        self._judge(steps, Stopped(ended["kind"], ended["why"]) if ended["kind"] else None)
        if ended["class"] == "crash":
            before = f"{self.result.reason}; " if self.result.verdict == "crash" else ""
            self.settle("crash", before + ended["reason"])
        elif ended["class"] != "pass" and self.result.verdict == "pass":
            self.settle(ended["class"], ended["reason"])

    def _judge_wires(self) -> None:
        """Hold the captures against another's opinion, by keys that the hosts have logged."""
        is_judged = self.result.verdict == "pass" and not isinstance(self.case, SuiteCase)
        if not is_judged or not wireshark.has_keys(self.out):
            return
        with self.phase("tshark"):
            found = wireshark.complaints(self.out)
        if found and wireshark.MALFORMED not in self.case.tags:
            self.settle("fail", f"tshark: {found[0]}" + (f", and {len(found) - 1} more" if found[1:] else ""))
        elif not found and wireshark.MALFORMED in self.case.tags:
            self.settle("fail", f"tshark finds nothing malformed, but the test has the tag '{wireshark.MALFORMED}'")

    def _outputs(self, steps: dict[str, list[transcript.Step]]) -> verdict.Outputs:
        outputs = verdict.Outputs(verdict.consoles(self.case, steps))
        for host, text in outputs.consoles.items():
            write(self.out / f"{host}.console.txt", text)
        for wire in self.result.wires:
            outputs.captures[wire] = verdict.capture(self.case, self.out / f"{wire}.pcap")
            write(self.out / f"{wire}.capture.txt", outputs.captures[wire])
        return outputs

    def _save_findings(self, findings: list[verdict.Finding]) -> None:
        self.result.diffs = [{"what": finding.what, "kind": finding.kind, "text": finding.text()} for finding in findings]
        if findings:
            write(self.out / "diff.txt", "\n".join(diff["text"] for diff in self.result.diffs))

    def _end(self) -> None:
        if self.options.inside is None:
            self.result.notes.pop("ended", None)  # of a run that something went wrong with
        super()._end()


def cell(case: TestCase, place: str, instead: str = "", accelerator: str = "") -> dict[str, str]:
    """The cell that a test runs in on this kernel: place, kernel, its release, stack, peer, and a QEMU guest's accelerator."""
    names = sorted(set(case.peers.values()))
    release = os.uname().release
    return {"place": place, "kernel": release, "release": release,
            "stack": ",".join(stack.of_cell(case.stacks, place, instead)) or "-", "peer": ",".join(names) or "-"} | (
                {"accelerator": accelerator} if accelerator else {})


def prepare(out: Path) -> None:
    """Make the output folder, empty of what an earlier run left there, its hosts too if they are up; of nothing else."""
    if (out / "result.json").exists():
        live.stop(out)
        shutil.rmtree(out)
    elif out.exists() and any(out.iterdir()):
        raise LabError(f"{out}: not empty and not the folder of an earlier run; name another with --out")
    out.mkdir(parents=True, exist_ok=True)


def _say(finding: verdict.Finding) -> str:
    return f"{finding.what} differs ({finding.kind})"
