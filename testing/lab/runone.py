# SPDX-License-Identifier: GPL-2.0-or-later
"""One test in one cell, from its folder to result.json: the unit that every way of running tests calls."""

import os
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab import hostspec, live, needs, stack, suites, transcript, verdict, wireshark
from lab.errors import LabError, UnresolvedError
from lab.place import HostSpec, Place
from lab.place.ns import Namespaces
from lab.result import Result
from lab.scenario import Scenario, Stopped
from lab.suites import SuiteCase
from lab.testcase import TestCase

NOT_ENDED = "the run did not end"  # what result.json says until it has
NOT_JUDGED = "the run was not judged"  # the same, of what a guest has left
_LONGEST = 600.0  # seconds of real time for a test in virtual time, of which days pass in seconds
_GRACE = 10.0  # seconds that a host's processes get to end on SIGTERM


@dataclass(frozen=True)
class Options:
    """How to run.

    place: where the hosts are; kernel and real_time (no virtual time) are a guest's. inside: what is laid over the
    hosts, in a guest that runs but this test and was told so; None on the machine itself, which finds that out.
    apart: each host is a guest of its own, with the kernel that kernels names for it, or else `kernel`. seed: what the
    random numbers of a UML guest follow from, if not chance.
    machine, snapshot and gdb are a QEMU guest's: its board, whether it is restored rather than booted, and whether it waits for
    gdb. patience: how many times as long as usual a line, and the test, may take.
    keep: leave the hosts up. stop_at: after that script, counted from 1, with the hosts up.
    """

    place: str = "ns"
    kernel: str = ""
    kernels: dict[str, str] = field(default_factory=dict)
    apart: bool = False
    real_time: bool = False
    seed: int | None = None
    machine: str = ""
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


class Run:
    """A test that is being run. After play(), `place` is still there if the hosts stay up.

    unsaved: why the result could not be written into the folder; empty if it is there.
    gate: called when the hosts are up and before anything is typed; returns when the test may begin.
    """

    def __init__(self, case: TestCase, out: Path, options: Options, progress: Callable[[str], None]) -> None:
        self.out, self.options, self.progress = out, options, progress
        self.result = Result(case.name, cell(case, options.place), str(out))
        self.case = case.in_cell(self.result.cell)
        self.place: Place | None = None
        self.stays = False
        self.gate: Callable[[], None] = lambda: None
        self.unsaved = NOT_ENDED
        self._began = time.monotonic()

    def play(self) -> Result:
        """Run the test; whatever happens there is a result, saved in out."""
        try:
            self._prepare()
            self.attempt()
            self._judge_left()
            self._judge_wires()
        except UnresolvedError as error:
            self._class("unresolved", str(error))
        except LabError as error:
            self._class("unresolved", f"the test cannot be run: {error}")
        except OSError as error:
            self._class("unresolved", f"{error.filename or self.out}: {error.strerror}")
        except Exception as error:  # a fault of the lab's own must not pass for one of the test's
            self._class("unresolved", f"internal error: {error!r}; see {self.out / 'error.txt'}")
            _write(self.out / "error.txt", traceback.format_exc())
        finally:
            self._end()
        return self.result

    def _prepare(self) -> None:
        if self.options.inside is None:
            prepare(self.out)
        self.result.reason = NOT_ENDED
        self.result.save()  # so that a run that is killed leaves a folder that can be told from others
        self.result.reason, self.unsaved = "", ""

    def attempt(self) -> None:
        """The work itself: play() takes what it raises for the result."""
        if reason := self.missing():
            self._class("skipped", reason)
            return
        with self._phase("hosts"):
            specs = self.options.inside or self.case.specs(self.progress)
            plan = self.case.network.subset(self.case.hosts).plan(self.case.nat)
            self.bring_up(specs, plan)
        self.gate()
        scenario = self.case.scenario(self.place, self._after_script)
        with self._phase("scripts"):
            stopped = self._type(scenario)
        self.result.wires = self.place.end_capture()
        if is_left := isinstance(self.case, SuiteCase) or self.options.inside is not None:
            self._take_in(stopped)
        else:
            self._judge(scenario.steps, stopped)
        self.stays = self.options.keep or (stopped is not None and stopped.kind == "asked") or (
            self.options.stop_on_failure and self.result.verdict != "pass")
        if not self.stays:
            with self._phase("stop"):
                self._stop_hosts()
        if is_left:
            self.result.notes["ended"] |= {"class": self.result.verdict, "reason": self.result.reason}
            self._class("unresolved", NOT_JUDGED)

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

    def _type(self, scenario: Scenario) -> Stopped | None:
        try:
            scenario.play()
        except Stopped as stopped:
            return stopped
        finally:
            self._save_transcript(scenario)
        return None

    def _after_script(self, number: int, scenario: Scenario) -> None:
        if number == self.options.stop_at:
            raise Stopped("asked", f"stopped after script {number}, {self.case.scripts[number - 1].path.name}")
        if self.options.stop_on_failure:
            for host in self.case.scripts[number - 1].hosts:
                if not verdict.begins_like_golden(self.case, host, scenario.steps[host]):
                    raise Stopped("fail", f"{host} differs at {self.case.scripts[number - 1].path.name}")

    def _judge(self, steps: dict[str, list[transcript.Step]], stopped: Stopped | None) -> None:
        """Compare what was printed and sent, and settle all but how the hosts' processes end."""
        with self._phase("compare"):
            outputs = self._outputs(steps)
            findings = verdict.differences(self.case, outputs)
            self._save_findings(findings)
        crashes = verdict.crashes_printed(steps)
        drops = sum(wire["drops"] for wire in self.result.wires.values())
        if crashes:
            self._class("crash", crashes[0])
        elif stopped:
            self._class("unresolved" if stopped.kind == "asked" else stopped.kind, str(stopped))
        elif findings and drops:
            self._class("unresolved", f"{drops} packets were too fast for the captures, which differ")
        elif findings and all(finding.kind == "missing-golden" for finding in findings):
            what = ", ".join(finding.what for finding in findings)
            self._class("unresolved", f"nothing to compare {what} with; read it, then 'lab bless {self.case.name}'")
        elif findings:
            self._class("fail", "; ".join(_say(finding) for finding in findings))
        else:
            self._class("pass", "")

    def _take_in(self, stopped: Stopped | None) -> None:
        """Keep what a test has come to that is judged when its hosts are gone: all in guests, and other projects' suites."""
        case = self.case
        if isinstance(case, SuiteCase):
            for host in case.hosts[:1] if case.collects_alike and not self.options.apart else case.hosts:
                for path, data in self.place.collect(host, list(case.collects)).items():
                    _keep_log(self.out / host, path, data)
        self.result.notes["ended"] = {"kind": stopped.kind if stopped else "", "why": str(stopped or "")}
        self._class("pass", "")

    def _judge_left(self) -> None:
        """Judge a test by the files that it has left; not within a guest, where all takes longer."""
        ended = self.result.notes.pop("ended", {}) if self.options.inside is None else {}
        if "class" not in ended:
            return  # it did not come to its end
        self._class(ended["class"], ended["reason"])
        if isinstance(self.case, SuiteCase):
            self._judge_suite(self.case, ended)
        else:
            self._judge_own(ended)

    def _judge_suite(self, case: SuiteCase, ended: dict) -> None:
        """Judge a test of another project's suite."""
        with self._phase("compare"):
            crashes = tuple(self.result.reason.split("; ")) if self.result.verdict == "crash" else ()
            kind = "unresolved" if ended["kind"] == "asked" else ended["kind"]
            found = case.judge(self.out, suites.Ended(kind, ended["why"], crashes))
        self._class(found.verdict, found.reason)
        self.result.diffs = found.diffs
        self.result.notes |= found.notes
        if found.diffs:
            _write(self.out / "diff.txt", "\n".join(diff["text"] for diff in found.diffs))

    def _judge_own(self, ended: dict) -> None:
        """Judge a test that a guest has run; how its hosts' processes ended is settled."""
        self.case = self.case.in_cell(self.result.cell)
        steps = {host: transcript.load(self.out, host) for host in self.case.typed_hosts}
        self._judge(steps, Stopped(ended["kind"], ended["why"]) if ended["kind"] else None)
        if ended["class"] == "crash":
            before = f"{self.result.reason}; " if self.result.verdict == "crash" else ""
            self._class("crash", before + ended["reason"])
        elif ended["class"] != "pass" and self.result.verdict == "pass":
            self._class(ended["class"], ended["reason"])

    def _judge_wires(self) -> None:
        """Hold the captures against another's opinion, by keys that the hosts have logged; not within a guest."""
        is_judged = self.result.verdict == "pass" and not isinstance(self.case, SuiteCase)
        if self.options.inside is not None or not is_judged or not wireshark.has_keys(self.out):
            return
        with self._phase("tshark"):
            found = wireshark.complaints(self.out)
        if found and wireshark.MALFORMED not in self.case.tags:
            self._class("fail", f"tshark: {found[0]}" + (f", and {len(found) - 1} more" if found[1:] else ""))
        elif not found and wireshark.MALFORMED in self.case.tags:
            self._class("fail", f"tshark finds nothing malformed, but the test has the tag '{wireshark.MALFORMED}'")

    def _outputs(self, steps: dict[str, list[transcript.Step]]) -> verdict.Outputs:
        outputs = verdict.Outputs(verdict.consoles(self.case, steps))
        for host, text in outputs.consoles.items():
            _write(self.out / f"{host}.console.txt", text)
        for wire in self.result.wires:
            outputs.captures[wire] = verdict.capture(self.case, self.out / f"{wire}.pcap")
            _write(self.out / f"{wire}.capture.txt", outputs.captures[wire])
        return outputs

    @property
    def _logs(self) -> list[str]:
        """The folders whose files are kept once a host's processes have ended."""
        return [hostspec.SANITIZER_LOGS] if isinstance(self.case, SuiteCase) else ["/var/log"]

    def _stop_hosts(self) -> None:
        """End each host's processes in turn, keep its logs, and take hung daemons and crashes into the result."""
        for host in self.case.hosts:
            ended = self.place.stop_host(host, _GRACE)
            files = self.place.collect(host, self._logs)
            for path, data in files.items():
                _keep_log(self.out / host, path, data)
            reports = [path for path, data in files.items() if path.startswith(hostspec.SANITIZER_LOGS) and data]
            crashes = ended["crashes"] + [f"sanitizer report {path}" for path in sorted(reports)]
            if crashes:
                before = f"{self.result.reason}; " if self.result.verdict == "crash" else ""
                self._class("crash", f"{before}{host}: {', '.join(crashes)}")
            elif ended["hung"] and self.result.verdict == "pass" and not isinstance(self.case, SuiteCase):
                self._class("fail", f"{host}: {', '.join(ended['hung'])} did not end within {_GRACE:g} s of SIGTERM")

    def _class(self, name: str, reason: str) -> None:
        self.result.verdict, self.result.reason = name, reason

    def _save_transcript(self, scenario: Scenario) -> None:
        for host, steps in scenario.steps.items():
            _write(self.out / f"{host}.console.raw.txt", transcript.render(host, steps))
            transcript.save(self.out, host, steps)

    def _save_findings(self, findings: list[verdict.Finding]) -> None:
        self.result.diffs = [{"what": finding.what, "kind": finding.kind, "text": finding.text()} for finding in findings]
        if findings:
            _write(self.out / "diff.txt", "\n".join(diff["text"] for diff in self.result.diffs))

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.result.phases[name] = round(time.monotonic() - began, 4)

    def _end(self) -> None:
        if self.place and not self.stays:
            with self._phase("down"):
                self.place.stop()
        if self.options.inside is None:
            self.result.notes.pop("ended", None)  # of a run that something went wrong with
        self.result.seconds = round(time.monotonic() - self._began, 4)
        if self.unsaved:
            self.unsaved = self.result.reason
            return
        try:
            self.result.save()
        except OSError as error:
            self.unsaved = self.result.reason or f"{self.out}: {error.strerror}"


def cell(case: TestCase, place: str) -> dict[str, str]:
    """The cell that a test runs in on this kernel: place, kernel, its release, stack and peer."""
    names = sorted(set(case.peers.values()))
    release = os.uname().release
    return {"place": place, "kernel": release, "release": release, "stack": ",".join(stack.of_cell(case.stacks, place)) or "-",
            "peer": ",".join(names) or "-"}


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


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")


def _keep_log(folder: Path, path: str, data: bytes) -> None:
    if data:
        target = folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
