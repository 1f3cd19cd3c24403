# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a test of strongSwan's at hosts that are up, in the order of the project's do-tests."""

import shlex
import time
from collections.abc import Callable

from lab.place import Place
from lab.scenario import Stopped
from lab.suites.strongswan import dat, specs
from lab.transcript import Step

STATE, POLICY = "ip xfrm state", "ip xfrm policy"
LEFT = "left behind"  # the name of the steps that tell what is left when all has been stopped
ERRORS = " errors"  # at the end of the name of a step with what a command wrote to its standard error
_LOG = "/tmp/tcpdump.log"
_SSH = 0.1  # seconds that do-tests needs to log in at a host: programs there have done by then what they were about to do
_SETTLE = 1.0  # seconds that it waits for tcpdump to have seen all packets
_BOOT = 60.0  # seconds


class Played:
    """Runs a test's lines; steps: what came of them, by host, in the order of time."""

    def __init__(self, case, place: Place, after_script: Callable[[int, "Played"], None] | None = None) -> None:
        self.case, self.place = case, place
        self.steps: dict[str, list[Step]] = {host: [] for host in case.hosts}
        self._after_script = after_script
        self._deadline = time.monotonic() + case.total
        self._tapped = {host for host, _ in case.taps}

    def play(self) -> None:
        """Prepare the hosts and run all lines; Stopped when one does not return or time is up."""
        self._boot()
        for number, script in enumerate(self.case.scripts, 1):
            for call in self.case.calls(script.path.name):
                self._call(script.path.name, call)
            if self._after_script:
                self._after_script(number, self)
        for host in sorted(self._tapped):
            self._end_tap(host)
        for host in self.case.listed("IPSECHOSTS"):
            for command in (STATE, POLICY):
                self._run(LEFT, host, command)

    def _boot(self) -> None:
        from lab.suites.strongswan import case
        lines = list(case.lines(self.case.folder))
        for host in self.case.hosts:
            words = [specs.BOOT, *specs.services(host, lines)]
            self._run("boot", host, "; ".join([shlex.join(words), *self._preparations(host)]), _BOOT)

    def _preparations(self, host: str) -> list[str]:
        """What do-tests has a host do before the test's own lines."""
        found = []
        if host in self.case.listed("DBHOSTS"):
            found += ["mkdir -p /etc/db.d", "mount -t ramfs -o size=5m ramfs /etc/db.d", "chgrp www-data /etc/db.d",
                      "chmod g+w /etc/db.d"]
        for number, interface in enumerate(interface for name, interface in self.case.taps if name == host):
            log = f">{_LOG} 2>/tmp/tcpdump.err.log" if number == 0 else ">/dev/null 2>&1"
            found.append(f"{{ tcpdump -l --immediate-mode -i {interface} not port ssh and not port domain {log} & }}")
        return found

    def _call(self, name: str, call: dat.Call) -> None:
        where = f"{name}:{call.line}"
        if call.what == "sleep":
            time.sleep(float(call.text))
        elif call.what == "tcpdump":
            if call.host in self._tapped:
                self._end_tap(call.host)
            self._run(where, call.host, f"cat {_LOG}")
        elif call.what == "ssh":
            self._run(where, call.host, call.text)

    def _end_tap(self, host: str) -> None:
        self._tapped.discard(host)
        time.sleep(_SETTLE)
        self._run("tcpdump", host, "killall tcpdump; while killall -q -0 tcpdump; do sleep 0.01; done")

    def _run(self, where: str, host: str, command: str, limit: float = 0.0) -> None:
        """Run a command at a host as ssh would, by its shell and without a terminal, and keep what it wrote."""
        if host not in self.steps:
            return  # a misspelt name, which ssh would complain of
        time.sleep(_SSH)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Stopped("timeout", f"the test took over its {self.case.total:g} s, before {host} was told: {command}")
        limit, began = min(limit or self.case.limit, left), time.monotonic()
        status, output, errors = self.place.run(host, ["bash", "-c", command], limit=limit)
        seconds = time.monotonic() - began
        late = seconds >= limit and status > 128
        self._keep(Step(where, command, _text(output), None if late else status, seconds), host, _text(errors))
        if late:
            raise Stopped("timeout", f"{host} did not return within {limit:g} s from: {command} ({where})")

    def _keep(self, step: Step, host: str, errors: str) -> None:
        self.steps[host].append(step)
        if errors:
            self.steps[host].append(Step(step.script + ERRORS, step.line, errors, step.status, step.seconds))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
