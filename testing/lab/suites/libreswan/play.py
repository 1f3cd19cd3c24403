# SPDX-License-Identifier: GPL-2.0-or-later
"""Types a test of libreswan's at its hosts, and the tree's post-mortem when all its lines were typed."""

import time
from pathlib import Path

from lab.scenario import Scenario
from lab.suites.libreswan import specs
from lab.testcase import Script

# Seconds that the project's runner takes, over a console, from a prompt to the next line: hosts do meanwhile what they were
# about to do. In virtual time they would not have begun.
_CONSOLE = 0.1
POST_MORTEM = "../../guestbin/post-mortem.sh"


class Typed(Scenario):
    """The scripts of a test, then on each host the script that looks for what they left behind."""

    def play(self) -> None:
        """See Scenario. A script that does not come to its end leaves nothing to look at."""
        specs.settle(self.case, self.place)
        super().play()
        script = Script(Path(POST_MORTEM), ())
        for host in sorted(self.steps):
            answer = self.place.type(host, POST_MORTEM, self.case.limit)
            self._keep(script, host, POST_MORTEM, answer, answer["seconds"])

    def _type(self, script: Script, host: str, line: str, fresh: bool) -> dict:
        time.sleep(_CONSOLE)
        return super()._type(script, host, line, fresh)
