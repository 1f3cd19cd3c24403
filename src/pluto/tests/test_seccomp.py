# SPDX-License-Identifier: GPL-2.0-or-later
"""seccomp=: all that pluto does goes on with the filter, and what it does not do cannot be done."""

from pathlib import Path

import pytest
import test_pluto
from test_pluto import INSIDE, up, wait_for

hosts = test_pluto.hosts


def filter_on(host, mode):
    path = host.folder / 'ipsec.conf'
    path.write_text(path.read_text().replace('config setup', f'config setup\n    seccomp={mode}'))


def state(pid):
    """Of all threads of a process: whether they have a filter, and whether they may gain rights."""
    rows = [dict(line.split(':\t') for line in (path / 'status').read_text().splitlines() if ':\t' in line)
            for path in Path(f'/proc/{pid}/task').iterdir()]
    return {(row['Seccomp'], row['NoNewPrivs']) for row in rows}


def runner_of(pid):
    """The process beside pluto that runs programs."""
    found = [path.parent for path in Path('/proc').glob('[0-9]*/stat')
             if '(pluto-updown) ' in path.read_text() and path.read_text().rsplit(') ')[1].split()[1] == str(pid)]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize('mode', ['enabled', 'tolerant'])
def test_all_goes_on(hosts, mode):
    """A tunnel with its routes, which other programs make, in every thread a filter, and none in those programs."""
    west, east = hosts
    west.configure('conn named\n\talso=west-east\n\tright=no-such-host.invalid\n')
    for host in (west, east):
        filter_on(host, mode)
    up(west, east)
    assert 'right=no-such-host.invalid: ' in west.ipsec('auto', '--add', 'named', status=1)
    west.ping(INSIDE['east'])
    process = west.json('processstatus')
    assert process['seccomp'] == mode and f'seccomp: {mode}' in west.ipsec('processstatus')
    assert state(process['pid']) == {('2', '1')}
    assert state(runner_of(process['pid']).name) == {('0', '0')}
    west.ipsec('auto', '--rereadall')
    west.ipsec('listen')
    west.ipsec('auto', '--down', 'west-east')
    assert '192.0.2.0/24' not in west.run('ip', 'route')
    for host in (west, east):
        host.ipsec('stop')


def test_another_call_ends_it(hosts):
    west, _ = hosts
    filter_on(west, 'enabled')
    west.ipsec('start')
    pid = west.json('processstatus')['pid']
    runner = runner_of(pid)
    west.ipsec('whack', '--seccomp-crashtest', status=1)
    wait_for('end', lambda: not Path(f'/proc/{pid}').exists() and not runner.exists())
    assert 'seccomp=enabled: trying a system call that is not allowed' in west.log()
    assert 'that call' not in west.log()
    (west.folder / 'run/pluto.ctl').unlink()


def test_another_call_fails(hosts):
    west, _ = hosts
    filter_on(west, 'tolerant')
    west.ipsec('start')
    assert 'that call failed: Permission denied' in west.ipsec('whack', '--seccomp-crashtest')
    west.ipsec('status')


def test_without(hosts):
    west, _ = hosts
    west.ipsec('start')
    assert west.json('processstatus')['seccomp'] == 'disabled'
    assert 'as there is no filter' in west.ipsec('whack', '--seccomp-crashtest')


def test_runner_is_gone(hosts):
    """Without it pluto goes on, and says what is not done."""
    west, east = hosts
    for host in (east, west):
        host.ipsec('start')
    pid = west.json('processstatus')['pid']
    west.run('kill', '-KILL', runner_of(pid).name)
    wait_for('word', lambda: 'the process that runs programs is gone' in west.log())
    west.ipsec('auto', '--up', 'west-east')
    assert 'updown route: Broken pipe' in west.log()
    assert west.json('status')['child_sas']
