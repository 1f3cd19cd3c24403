# SPDX-License-Identifier: GPL-2.0-or-later
"""The initiators of `make bench-ike`: what they say became of them, with nobody to answer, and wrongly called."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = 'build/klips/plain/pluto/bench/bench_ike'
WORDS = ['--peer', '127.0.0.1', '--first', '127.1.0.1', '--ike', 'aes_gcm128-sha2_256-x25519', '--secret', 'a secret']


def run(*words):
    """Run it in a network namespace of its own."""
    subprocess.run(['make', '-s', PROGRAM], cwd=ROOT, check=True, timeout=600)
    script = 'ip link set lo up && exec "$@"'
    return subprocess.run(['unshare', '-rn', 'sh', '-c', script, 'sh', ROOT / PROGRAM, *words], capture_output=True, text=True,
                          timeout=60, check=False)


def test_all_fail_if_nobody_answers():
    done = run(*WORDS, '--count', '5', '--window', '2', '--patience', '1')
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout)
    assert (came['begun'], came['established'], came['failed']) == (5, 0, 5)
    assert came['retransmitted'] == 0 and sum(came['by_second']) == 0
    assert came['seconds'] >= 3, 'two at a time, and each waits a second'
    assert 'the peer does not answer' in done.stderr


def test_a_rate_for_so_long():
    came = json.loads(run(*WORDS, '--count', '1000', '--rate', '20', '--seconds', '1').stdout)
    assert 10 <= came['begun'] <= 21 and came['failed'] == 0
    assert 1 <= came['seconds'] < 3


def test_what_is_missing_is_said():
    for words in (WORDS, WORDS[2:] + ['--count', '1'], [*WORDS, '--count', 'many']):
        done = run(*words)
        assert done.returncode == 2 and done.stderr.startswith('usage: bench_ike'), words
