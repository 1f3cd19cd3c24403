# SPDX-License-Identifier: GPL-2.0-or-later
"""lab run --live: a test's scripts typed again at hosts that were left up."""

import argparse
import sys

from lab import diffshow, live, show, testlist, verdict
from lab.errors import EXIT_FAILED, EXIT_PASS, UsageError
from lab.scenario import Scenario, Stopped


def main(entries: list[testlist.Entry], arguments: argparse.Namespace) -> int:
    """Type the scripts of one test in its live hosts and compare the consoles; captures go on and are not compared."""
    if len(entries) != 1:
        raise UsageError(f"--live takes one test, not {len(entries)}")
    if arguments.stop_at or arguments.keep or arguments.stop_on_failure:
        raise UsageError("with --live the hosts stay up in any case; --keep and --stop-... do not go with it")
    test, out = live.find(entries[0].test)
    case = verdict.in_cell_of(entries[0].load(), out)
    client = live.connect(out)
    scenario = Scenario(case, client)
    try:
        scenario.play()
    except Stopped as stopped:
        print(f"{stopped.kind} {test}: {stopped}")
        return EXIT_FAILED
    finally:
        client.channel.close()
    outputs = verdict.Outputs({host: verdict.console(case, host, steps) for host, steps in scenario.steps.items()})
    findings = verdict.differences(case, outputs)
    for finding in findings:
        print(diffshow.unified(finding.difference, finding.what, show.colors(sys.stdout)))
    if arguments.show:
        print("\n".join(f"--- {host} ---\n{text}" for host, text in outputs.consoles.items()))
    print(f"{'fail' if findings else 'pass'} {test} in the live hosts")
    return EXIT_FAILED if findings else EXIT_PASS
