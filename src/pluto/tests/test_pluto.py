# SPDX-License-Identifier: GPL-2.0-or-later
"""pluto end to end: two network namespaces with a wire between them; klipsd, pluto and the ipsec commands in each.

KLIPS_VARIANT names the build (plain if it is not set). No root is needed, but user namespaces and /dev/net/tun.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2]
BUILD = SRC.parent / 'build/klips' / os.environ.get('KLIPS_VARIANT', 'plain')
LIMIT = 30  # seconds that anything may take
ADDRESSES = {'west': '10.9.0.1', 'east': '10.9.0.2'}
INSIDE = {'west': '192.0.1.254', 'east': '192.0.2.254'}
CONF = """
config setup
    protostack={stack}
    logfile={folder}/pluto.log
conn base
    left=10.9.0.1
    leftid=@west
    right=10.9.0.2
    rightid=@east
    authby=secret
    retransmit-timeout=3s
conn west-east
    also=base
    leftsubnet=192.0.1.0/24
    leftsourceip=192.0.1.254
    rightsubnet=192.0.2.0/24
    rightsourceip=192.0.2.254
    auto=add
"""
SECRETS = '@west @east : PSK "a secret between west and east"\n'


def wait_for(what, condition):
    """Ask until it is true."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f'no {what}'
        time.sleep(0.02)


class Host:
    """A network namespace, with files of its own in a folder."""

    def __init__(self, name, holder, folder):
        self.name = name
        self.holder = holder
        self.folder = folder / name
        self.folder.mkdir()
        self.programs = folder / 'programs'
        self.env = {**os.environ, 'KLIPS_CONTROL': str(self.folder / 'klips'),
                    'KLIPS_PIDFILE': str(self.folder / 'klips.pid'),
                    'PLUTO_RUNDIR': str(self.folder / 'run'), 'IPSEC_CONF': str(self.folder / 'ipsec.conf'),
                    'IPSEC_EXECDIR': str(SRC / 'programs'), 'PATH': f'{self.programs}:{os.environ["PATH"]}'}
        self.configure()

    def configure(self, more='', stack='klips', secrets=SECRETS):
        text = CONF.format(folder=self.folder, stack=stack).replace(
            'config setup', f'config setup\n    secretsfile={self.folder}/ipsec.secrets')
        (self.folder / 'ipsec.conf').write_text(text + more)
        (self.folder / 'ipsec.secrets').write_text(secrets)
        (self.folder / 'ipsec.secrets').chmod(0o600)

    def run(self, *words, status=0):
        enter = ('nsenter', '--preserve-credentials', '-U', '-n', '-t', self.holder.pid)
        done = subprocess.run([*map(str, (*enter, *words))], env=self.env, capture_output=True, text=True,
                              timeout=LIMIT, check=False)
        assert status is None or done.returncode == status, (words, done.stdout, done.stderr, self.log())
        return done.stdout + done.stderr

    def ipsec(self, *words, status=0):
        return self.run(self.programs / 'ipsec', *words, status=status)

    def json(self, *words):
        return json.loads(self.ipsec(*words, '--json'))

    def log(self):
        path = self.folder / 'pluto.log'
        return path.read_text() if path.exists() else ''

    def ask(self, *lines):
        """What pluto answers to lines of bytes."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(LIMIT)
            control.connect(str(self.folder / 'run/pluto.ctl'))
            control.sendall(b''.join(lines))
            control.shutdown(socket.SHUT_WR)
            return control.makefile('rb').read()

    def ping(self, address, *options, status=0):
        return self.run('ping', '-q', '-n', '-c', '1', '-W', '2', *options, address, status=status)


def hold(stack, words):
    process = stack.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE))
    stack.callback(process.kill)
    process.stdout.readline()
    return process


def lay_out(folder):
    """All programs in one folder, as they are installed."""
    (folder / 'programs').mkdir()
    for path in ('programs/ipsec', 'pluto/pluto', 'klips/user/klipsd'):
        shutil.copy(BUILD / path, folder / 'programs')


@pytest.fixture
def hosts():
    """West and east, joined by w0 and e0; nothing runs yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lay_out(folder)
        sleep = ('sh', '-c', 'echo; exec sleep 600')
        west = Host('west', hold(stack, ['unshare', '-Urn', *sleep]), folder)
        enter = ['nsenter', '--preserve-credentials', '-U', '-n', '-t', str(west.holder.pid), 'unshare', '-n', *sleep]
        east = Host('east', hold(stack, enter), folder)
        west.run('ip', 'link', 'add', 'w0', 'type', 'veth', 'peer', 'name', 'e0', 'netns', east.holder.pid)
        for host, device in ((west, 'w0'), (east, 'e0')):
            host.run('ip', 'link', 'set', 'lo', 'up')
            host.run('ip', 'addr', 'add', f'{ADDRESSES[host.name]}/24', 'dev', device)
            host.run('ip', 'link', 'set', device, 'up')
        yield west, east
        for host in (west, east):
            if (host.folder / 'run/pluto.ctl').exists():
                host.ipsec('stop')


def up(west, east):
    for host in (east, west):
        host.ipsec('start')
    return west.ipsec('auto', '--up', 'west-east')


def test_tunnel(hosts):
    """Start, up, ping, traffic, down, stop."""
    west, east = hosts
    text = up(west, east)
    assert 'IKE SA established' in text and 'Child SA #2 established, tunnel mode' in text
    west.ping(INSIDE['east'])
    for host in (west, east):
        traffic = host.json('trafficstatus')['child_sas'][0]
        assert traffic['in_packets'] == traffic['out_packets'] == 1, traffic
        assert traffic['in_bytes'] and traffic['out_bytes'], traffic
        assert traffic['state'] == 'installed' and traffic['mode'] == 'tunnel'
    assert 'outBytes=84' in west.ipsec('trafficstatus')
    west.ipsec('auto', '--down', 'west-east')
    wait_for('end', lambda: not east.json('status')['ike_sas'])
    assert not west.json('status')['ike_sas']
    assert '192.0.2.0/24' not in west.run('ip', 'route')
    west.ipsec('stop')
    assert not (west.folder / 'run/pluto.pid').exists()


def test_wrong_secret(hosts):
    """Both ends say so, and --up fails."""
    west, east = hosts
    west.configure(secrets='@west @east : PSK "another one"\n')
    for host in (east, west):
        host.ipsec('start')
    text = west.ipsec('auto', '--up', 'west-east', status=1)
    assert 'the peer refuses: AUTHENTICATION_FAILED' in text
    assert 'its pre-shared key is another' in east.log()
    west.configure()
    west.ipsec('auto', '--rereadsecrets')
    west.ipsec('auto', '--up', 'west-east')
    west.ping(INSIDE['east'])


def test_no_answer(hosts):
    """--up ends when the retransmissions do; what is asynchronous does not wait."""
    west, _ = hosts
    west.ipsec('start')
    assert 'the peer does not answer' in west.ipsec('auto', '--up', 'west-east', status=1)
    began = time.monotonic()
    west.ipsec('auto', '--asynchronous', '--up', 'west-east')
    assert time.monotonic() - began < 1


def test_on_demand(hosts):
    """A packet into ipsec0 brings the connection up, and is not lost."""
    west, east = hosts
    for host in (east, west):
        host.ipsec('start')
    west.ipsec('auto', '--route', 'west-east')
    assert '%trap' in west.ipsec('eroute')
    wait_for('route', lambda: 'ipsec0' in west.run('ip', 'route', 'show', '192.0.2.0/24'))
    west.ping(INSIDE['east'])
    assert len(west.json('trafficstatus')['child_sas']) == 1
    west.ipsec('auto', '--down', 'west-east')
    assert '%trap' in west.ipsec('eroute')
    west.ipsec('auto', '--unroute', 'west-east')
    assert '%trap' not in west.ipsec('eroute')


def test_at_start(hosts):
    """Conns with auto=start come up by themselves; those that cannot work are refused, and the others load."""
    west, east = hosts
    more = 'conn here\n\talso=west-east\n\tleft=10.9.0.2\n\tauto=add\nconn start\n\talso=west-east\n\tauto=start\n'
    more += 'conn compressed\n\talso=west-east\n\tcompress=yes\n\tauto=add\n'
    east.ipsec('start')
    west.configure(more)
    text = west.ipsec('start')
    assert '"here": left=10.9.0.2 and right=10.9.0.2: neither end is this host' in text
    assert '"compressed": compress=yes: not supported yet' in text
    wait_for('tunnel', lambda: west.json('status', 'start')['connections'][0]['state'] == 'up')
    names = [one['name'] for one in west.json('status')['connections']]
    assert names == ['west-east', 'start']


def test_one_pluto(hosts):
    """A second one does not start, and the first goes on; commands without one say so."""
    west, _ = hosts
    assert 'pluto does not run' in west.ipsec('status', status=1)
    west.ipsec('start')
    assert 'another pluto runs' in west.run(west.programs / 'pluto', '--config', west.folder / 'ipsec.conf', status=1)
    assert 'runs already' in west.ipsec('start', status=1)
    assert west.json('briefstatus')['connections'] == 1


def test_names(hosts):
    """A name that nobody knows is refused with the reason, while pluto goes on."""
    west, _ = hosts
    west.ipsec('start')
    west.configure('conn name\n\talso=west-east\n\tright=no-such-host.invalid\n')
    assert '"name": right=no-such-host.invalid: ' in west.ipsec('auto', '--add', 'name', status=1)


def test_control(hosts):
    """Nonsense is answered, too long a request ends the connection, and a client that goes away hurts nobody."""
    west, _ = hosts
    west.ipsec('start')
    assert b'not JSON' in west.ask(b'nonsense\n')
    assert b'no such command' in west.ask(b'{"command": "dance"}\n')
    answer = west.ask(b'{"command": "briefstatus"}\n' * 3)
    assert answer.count(b'"connections":1') == 3
    with pytest.raises((ConnectionError, BrokenPipeError)):
        west.ask(b'{' * (4 << 20))
        west.ask(b'')
        raise ConnectionError
    for _ in range(80):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(west.folder / 'run/pluto.ctl'))
            control.sendall(b'{"command": "up", "name": "west-east"}\n')
    assert west.json('briefstatus')['connections'] == 1
    assert (west.folder / 'run/pluto.ctl').stat().st_mode & 0o777 == 0o600


def test_addresses(hosts):
    """Sockets come and go with addresses."""
    west, _ = hosts
    west.ipsec('start')

    def listens():
        return [one['address'] for one in west.json('status')['listens']]

    assert '10.9.0.1' in listens()
    west.run('ip', 'addr', 'add', '10.9.0.77/24', 'dev', 'w0')
    wait_for('socket', lambda: '10.9.0.77' in listens())
    west.run('ip', 'addr', 'del', '10.9.0.77/24', 'dev', 'w0')
    wait_for('end of it', lambda: '10.9.0.77' not in listens())


def test_nat_encapsulation(hosts):
    """ESP in UDP: klipsd and pluto share port 4500."""
    west, east = hosts
    for host in (west, east):
        host.configure('conn udp\n\talso=west-east\n\tencapsulation=yes\n\tauto=add\n')
        host.ipsec('start')
        host.ipsec('auto', '--delete', 'west-east')
    west.ipsec('auto', '--up', 'udp')
    west.ping(INSIDE['east'])
    assert west.json('trafficstatus')['child_sas'][0]['encapsulated']
