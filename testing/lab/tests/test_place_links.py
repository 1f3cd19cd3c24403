# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces are waited for until they are operational, and no longer than said."""

import subprocess
import sys

import pytest

from lab import paths

_PAIR = """\
import errno, subprocess
from lab.place.links import wait_running

def ip(*words):
    subprocess.run(["ip", "link", *words], check=True)

def refused(name, limit):
    try:
        wait_running([name], limit)
    except OSError as error:
        return errno.errorcode[error.errno], error.strerror, error.filename
    return None

ip("add", "near", "type", "veth", "peer", "far")
ip("set", "near", "up")
"""


@pytest.mark.parametrize("script, expected", [
    ("print(refused('near', 0.0))", "('ETIMEDOUT', 'not operational after 0 s', 'near')"),
    ("print(refused('none', 9.0))", "('ENODEV', 'No such device', 'none')"),
    ("ip('set', 'far', 'up'); print(refused('near', 30.0))", "None"),
    ("other = subprocess.Popen(['sh', '-c', 'read line; ip link set far up'], stdin=subprocess.PIPE)\n"
     "import threading; threading.Timer(0, other.communicate, [b'now\\n']).start()\n"
     "print(refused('near', 30.0))", "None"),
])
def test_interfaces_are_waited_for(script, expected):
    done = subprocess.run(["unshare", "-rn", sys.executable, "-c", _PAIR + script], env={"PYTHONPATH": str(paths.TESTING)},
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == (expected, "")
