# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run does with a test but for judging it: to type it, to end its hosts, and to have a result whatever happens.

A guest does no more of its test than that, and needs no more of the lab: to start what else there is takes it long.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import transcript
from lab.errors import LabError, UnresolvedError
from lab.place import Place
from lab.result import Result
from lab.scenario import Scenario, Stopped

NOT_ENDED = "the run did not end"  # what result.json says until it has
NOT_JUDGED = "the run was not judged"  # the same, of what a guest has left
LOGS = "/var/log"
SANITIZER_LOGS = "/var/log/sanitizer"
GRACE = 10.0  # seconds that a host's processes get to end on SIGTERM


class Attempt:
    """A test that is being run; a subclass has what is done.

    unsaved: why the result could not be written into the folder; empty if it is there.
    """

    def __init__(self, out: Path, result: Result) -> None:
        self.out, self.result = out, result
        self.place: Place | None = None
        self.stays = False
        self.unsaved = NOT_ENDED
        self._began = time.monotonic()

    def play(self) -> Result:
        """Run the test; whatever happens there is a result, saved in out."""
        try:
            self.prepare()
            self._announce()
            self.attempt()
            self.judge()
        except UnresolvedError as error:
            self.settle("unresolved", str(error))
        except LabError as error:
            self.settle("unresolved", f"the test cannot be run: {error}")
        except OSError as error:
            self.settle("unresolved", f"{error.filename or self.out}: {error.strerror}")
        except Exception as error:  # a fault of the lab's own must not pass for one of the test's
            import traceback
            self.settle("unresolved", f"internal error: {error!r}; see {self.out / 'error.txt'}")
            write(self.out / "error.txt", traceback.format_exc())
        finally:
            self._end()
        return self.result

    def prepare(self) -> None:
        """Have the output folder ready."""

    def attempt(self) -> None:
        """The work itself: play() takes what it raises for the result."""
        raise NotImplementedError

    def judge(self) -> None:
        """What is left to be done when the work is."""

    def _announce(self) -> None:
        self.result.reason = NOT_ENDED
        self.result.save()  # so that a run that is killed leaves a folder that can be told from others
        self.result.reason, self.unsaved = "", ""

    def type(self, scenario: Scenario) -> Stopped | None:
        """Type all scripts, keep what came, and end the captures; what stopped that, if something did."""
        stopped = None
        with self.phase("scripts"):
            try:
                scenario.play()
            except Stopped as error:
                stopped = error
            finally:
                for host, steps in scenario.steps.items():
                    write(self.out / f"{host}.console.raw.txt", transcript.render(host, steps))
                    transcript.save(self.out, host, steps)
        self.result.wires = self.place.end_capture()
        return stopped

    def leave(self, stopped: Stopped | None) -> None:
        """Keep how typing ended for who will judge the test when its hosts are gone: how these end follows."""
        self.result.notes["ended"] = {"kind": stopped.kind if stopped else "", "why": str(stopped or "")}
        self.settle("pass", "")

    def left(self) -> None:
        """To be called when the hosts of a test have ended that was left to be judged."""
        self.result.notes["ended"] |= {"class": self.result.verdict, "reason": self.result.reason}
        self.settle("unresolved", NOT_JUDGED)

    def stop_hosts(self, hosts: list[str], logs: str, hung_fails: bool) -> None:
        """End each host's processes in turn, keep its logs, and take crashes, and maybe hung daemons, into the result."""
        for host in hosts:
            ended = self.place.stop_host(host, GRACE)
            files = self.place.collect(host, [logs])
            for path, data in files.items():
                keep(self.out / host, path, data)
            reports = [path for path, data in files.items() if path.startswith(SANITIZER_LOGS) and data]
            crashes = ended["crashes"] + [f"sanitizer report {path}" for path in sorted(reports)]
            if crashes:
                before = f"{self.result.reason}; " if self.result.verdict == "crash" else ""
                self.settle("crash", f"{before}{host}: {', '.join(crashes)}")
            elif ended["hung"] and self.result.verdict == "pass" and hung_fails:
                self.settle("fail", f"{host}: {', '.join(ended['hung'])} did not end within {GRACE:g} s of SIGTERM")

    def settle(self, name: str, reason: str) -> None:
        """Make this the result's class, and why."""
        self.result.verdict, self.result.reason = name, reason

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Note how long what is done within takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.result.phases[name] = round(time.monotonic() - began, 4)

    def _end(self) -> None:
        if self.place and not self.stays:
            with self.phase("down"):
                self.place.stop()
        self.result.seconds = round(time.monotonic() - self._began, 4)
        if self.unsaved:
            self.unsaved = self.result.reason
            return
        try:
            self.result.save()
        except OSError as error:
            self.unsaved = self.result.reason or f"{self.out}: {error.strerror}"


def keep(folder: Path, path: str, data: bytes) -> None:
    """Keep a host's file in a folder, below which it has its own path; an empty one is not kept."""
    if data:
        target = folder / path.lstrip("/")
        os.makedirs(target.parent, exist_ok=True)
        target.write_bytes(data)


def write(path: Path, text: str) -> None:
    """Write a text as hosts have printed it."""
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
