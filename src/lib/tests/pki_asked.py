# SPDX-License-Identifier: GPL-2.0-or-later
"""Our side of the tests with the cryptography package, and what it reads.

PKI_ORACLE names the program (build/klips/asan/lib/tests/test_pki_oracle if it is not set).
"""

import datetime
import os
import subprocess
from pathlib import Path

import pki_maker as maker
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = os.environ.get('PKI_ORACLE', str(ROOT / 'build/klips/asan/lib/tests/test_pki_oracle'))
NOW = int(maker.NOW.replace(tzinfo=datetime.timezone.utc).timestamp())


class Oracle:
    """Our side: a process that answers."""

    def __init__(self):
        if not Path(PROGRAM).exists():
            pytest.fail(f'{PROGRAM} is not built: make klips-tests-asan')
        self.process = subprocess.Popen([PROGRAM, 'serve'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self, *words):
        texts = [(word.hex() or '-') if isinstance(word, bytes) else str(word) for word in words]
        self.process.stdin.write(' '.join(texts) + '\n')
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def ask(self, *words):
        """What is after "ok"."""
        answer = self.line(*words)
        assert answer.startswith('ok'), answer
        return answer[3:]

    def why(self, *words):
        """What is after "error" and its number."""
        answer = self.line(*words)
        assert answer.startswith('error'), answer
        return answer.split(' ', 2)[2] if answer.count(' ') > 1 else ''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0


class Directory:
    """An ipsec.d."""

    def __init__(self, path):
        self.path = path
        self.checked = {}

    def put(self, folder, name, data, mode=0o600):
        path = self.path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def trust(self, *certified):
        for number, one in enumerate(certified):
            self.put('cacerts', f'ca{number}.pem', one.pem)

    def check(self, oracle, leaf, *chain, ca=b'', strict=False, now=NOW):
        """Our answer about a certificate: '' if it is good."""
        paths = [self.put('peer', f'{number}.pem', one.pem) for number, one in enumerate((leaf, *chain))]
        answer = oracle.line('check', self.path, paths[0], now, int(strict), ca, *paths[1:])
        return '' if answer == 'ok' else answer.split(' ', 2)[2]
