# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests share that ask a program of ours: another implementation's answers are compared with its."""

import subprocess
from pathlib import Path

import pytest


class Oracle:
    """A process that answers a line with a line, and ends when it is told no more."""

    def __init__(self, program: str) -> None:
        self.process = subprocess.Popen([program, 'serve'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self, request: str) -> str:
        """Its answer as it is."""
        self.process.stdin.write(request + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer.endswith('\n'), f'it ended: {answer}: {request}'
        return answer[:-1]

    def ask(self, request: str) -> str:
        """Its answer, which must not be an error; it may be an empty line."""
        answer = self.line(request)
        assert not answer.startswith('error'), f'{answer}: {request}'
        return answer

    def close(self) -> None:
        """It must end well, which the sanitizers see to."""
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0


@pytest.fixture(scope='module')
def oracle_process(request):
    """One process for all tests of a module: its PROGRAM."""
    program = request.module.PROGRAM
    if not Path(program).exists():
        pytest.fail(f'{program} is not built: make klips-tests-asan')
    it = Oracle(program)
    yield it
    it.close()
