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

    def ask(self, *lines, end=None):
        """What pluto answers to lines of bytes; up to the line with `end`, or all until it ends the connection."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(LIMIT)
            control.connect(str(self.folder / 'run/pluto.ctl'))
            control.sendall(b''.join(lines))
            stream = control.makefile('rb')
            if not end:
                control.shutdown(socket.SHUT_WR)
                return stream.read()
            answer = [stream.readline()]
            while answer[-1] and end not in answer[-1]:
                answer.append(stream.readline())
            return b''.join(answer)

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


def is_up(host, name):
    return host.json('status', name)['connections'][0]['state'] == 'up'


def lose_peer(hosts, action, more=''):
    """A conn whose peer is no more, since the wire is cut; return when west knows."""
    west, east = hosts
    dpd = f'\tdpddelay=1\n\tdpdaction={action}\n\tretransmit-timeout=1s\n\tretransmit-interval=100ms\n'
    west.configure(f'conn dead\n\talso=west-east\n\tauto=add\n{dpd}{more}')
    for host in (east, west):
        host.ipsec('start')
    west.ipsec('auto', '--delete', 'west-east')
    west.ipsec('auto', '--up', 'dead')
    east.run('ip', 'link', 'set', 'e0', 'down')
    wait_for('end', lambda: 'IKE SA ended: the peer does not answer' in west.log())
    west.json('briefstatus')  # it answers when it has done what follows
    return west, east


def mend_wire(east):
    east.run('ip', 'link', 'set', 'e0', 'up')


def test_dead_peer_hold(hosts):
    """A trap is there at once, the route stays, and the next packet brings the connection up again."""
    west, east = lose_peer(hosts, 'hold')
    assert west.ipsec('eroute').count('%trap') == 1
    status = west.json('status', 'dead')['connections'][0]
    assert status['routed'] and not status['wanted'] and status['state'] == 'down', status
    assert 'ipsec0' in west.run('ip', 'route', 'show', '192.0.2.0/24')
    mend_wire(east)
    wait_for('answer', lambda: not west.run('ping', '-q', '-c', '1', '-W', '1', INSIDE['east'], status=None)
             .count('100% packet loss'))
    assert is_up(west, 'dead')
    west.ipsec('auto', '--down', 'dead')
    west.ipsec('auto', '--unroute', 'dead')
    wait_for('end of the route', lambda: '192.0.2.0/24' not in west.run('ip', 'route'))
    assert '%trap' not in west.ipsec('eroute')


def test_dead_peer_clear(hosts):
    """Nothing is left, and nothing begins again."""
    west, _ = lose_peer(hosts, 'clear')
    assert '192.0.2.0/24' not in west.ipsec('eroute')
    status = west.json('status', 'dead')['connections'][0]
    assert not status['routed'] and not status['wanted'] and status['state'] == 'down', status
    wait_for('end of the route', lambda: '192.0.2.0/24' not in west.run('ip', 'route'))
    assert west.log().count('initiating') == 1


def test_dead_peer_restart(hosts):
    """It begins again at once, though keyingtries=1 gives a try that fails no second one."""
    west, east = lose_peer(hosts, 'restart', '\tkeyingtries=1\n')
    assert west.log().count('initiating') == 2
    mend_wire(east)
    west.ipsec('auto', '--up', 'dead')
    west.ping(INSIDE['east'])


def test_dead_peer_down(hosts):
    """What is taken down stays so, though the peer does not answer that either."""
    west, east = hosts
    west.configure('conn dead\n\talso=west-east\n\tdpddelay=1h\n\tdpdaction=restart\n\tretransmit-timeout=1s\n')
    for host in (east, west):
        host.ipsec('start')
    west.ipsec('auto', '--add', 'dead')
    west.ipsec('auto', '--up', 'dead')
    east.run('ip', 'link', 'set', 'e0', 'down')
    west.ipsec('auto', '--down', 'dead')
    wait_for('end', lambda: 'IKE SA ended: the peer does not answer' in west.log())
    status = west.json('status', 'dead')['connections'][0]
    assert not status['wanted'] and not status['routed'], status


def test_slow_updown(hosts):
    """A message waits until the peer's updown= has run, but not for ever."""
    west, east = hosts
    east.configure('conn slow\n\talso=west-east\n\trightupdown="sleep 3; exit"\n')
    west.configure('conn slow\n\talso=west-east\n\tretransmit-timeout=20s\n')
    for host in (east, west):
        host.ipsec('start')
        host.ipsec('auto', '--delete', 'west-east')
        host.ipsec('auto', '--add', 'slow')
    began = time.monotonic()
    west.ipsec('auto', '--up', 'slow')
    assert 1.9 < time.monotonic() - began < 6, 'three runs of three seconds each; the limit is two seconds'


def test_at_start(hosts):
    """Conns with auto=start come up by themselves; those that cannot work are refused or wait, and the others load."""
    west, east = hosts
    more = 'conn here\n\talso=west-east\n\tleft=10.9.0.2\n\tauto=add\nconn start\n\talso=west-east\n\tauto=start\n'
    more += 'conn quantum\n\talso=west-east\n\tppk=insist\n\tauto=add\n'
    east.ipsec('start')
    west.configure(more)
    text = west.ipsec('start')
    assert '"here": not oriented: left=10.9.0.2 and right=10.9.0.2: neither end is this host' in text
    assert '"quantum": ppk=insist: not supported yet' in text
    wait_for('tunnel', lambda: west.json('status', 'start')['connections'][0]['state'] == 'up')
    status = west.json('status')
    assert [one['name'] for one in status['connections']] == ['west-east', 'start']
    assert [one['name'] for one in status['conns']] == ['here']
    assert 'unoriented' in west.ipsec('connectionstatus', 'here')
    west.ipsec('auto', '--delete', 'here')
    assert 'no connection has this name' in west.ipsec('status', 'here', status=1)


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


def test_rekey(hosts):
    """By name, and the command returns when the new SAs are there and the old ones gone."""
    west, east = hosts
    up(west, east)
    for host, option, kind in ((west, '--rekey-child', 'child_sas'), (east, '--rekey-child', 'child_sas'),
                               (west, '--rekey-ike', 'ike_sas'), (east, '--rekey-ipsec', 'child_sas'),
                               (east, '--rekey-ike', 'ike_sas')):
        before = host.json('status')[kind]
        text = host.ipsec('whack', option, '--name', 'west-east')
        assert 'established' in text, text
        after = host.json('status')[kind]
        assert len(before) == len(after) == 1 and before[0]['serial'] < after[0]['serial']
        west.ping(INSIDE['east'])
    west.ipsec('whack', '--liveness', '--name', 'west-east')
    west.ipsec('auto', '--down', 'west-east')
    assert 'no established IKE SA' in west.ipsec('whack', '--liveness', '--name', 'west-east', status=1)
    assert 'no connection has this name' in west.ipsec('whack', '--rekey-ike', '--name', 'nobody', status=1)


def test_impair(hosts):
    """What is impaired is told loudly, and gone when it has happened."""
    west, east = hosts
    for host in (east, west):
        host.ipsec('start')
    assert 'IMPAIR: drop-outbound-ike-auth:1 is on' in west.ipsec('whack', '--impair', 'drop_outbound_ike_auth:1')
    assert west.json('whack', '--impair', 'list') == ['drop-outbound-ike-auth:1']
    west.ipsec('auto', '--up', 'west-east')
    assert 'IMPAIR: drop-outbound-ike-auth:1: IKE_AUTH request 1' in west.log()
    assert not west.ipsec('whack', '--impair', 'list')
    assert west.json('status')['counters']['retransmitted'] == 1
    assert 'is no impairment' in west.ipsec('whack', '--impair', 'drop-sideways', status=1)
    assert 'release' in west.ipsec('whack', '--impair', 'help')
    west.ipsec('whack', '--impair', 'send-keepalive:1')
    assert 'no IKE SA' in west.ipsec('whack', '--impair', 'send-keepalive:2', status=1)
    west.ipsec('whack', '--impair', 'fail-sa')
    assert 'CREATE_CHILD_SA' not in west.ipsec('whack', '--impair', 'none')
    assert 'is missing' in west.ipsec('whack', '--impair', status=2)


def test_no_revival(hosts):
    """What the peer ends is not begun again."""
    west, east = hosts
    up(west, east)
    west.ipsec('whack', '--impair', 'revival')
    east.ipsec('whack', '--name', 'west-east', '--terminate')
    wait_for('end', lambda: 'IMPAIR: revival\n' in west.log())
    assert not west.json('status')['ike_sas']


def test_debugging_lines(hosts):
    """On and off while pluto runs, beside another option or alone."""
    west, east = hosts
    up(west, east)
    assert 'IKE_SA_INIT came' not in east.log()
    assert 'not one of' in east.ipsec('whack', '--debug', 'everything', status=2)
    east.ipsec('whack', '--debug-all', '--impair', 'list')
    west.ipsec('whack', '--name', 'west-east', '--terminate')
    west.ipsec('whack', '--name', 'west-east', '--initiate')
    assert east.log().count('IKE_SA_INIT came') == 1
    east.ipsec('whack', '--debug', 'none')
    west.ipsec('whack', '--name', 'west-east', '--terminate')
    west.ipsec('whack', '--name', 'west-east', '--initiate')
    assert east.log().count('IKE_SA_INIT came') == 1


def test_keylog(hosts):
    """Off unless asked for; only root's; on and off while pluto runs."""
    west, east = hosts
    folder = west.folder / 'keys'
    up(west, east)
    assert not folder.exists()
    assert 'KEY LOG: who reads' in west.run('sh', '-c', f'cd {west.folder} && {west.programs}/ipsec whack --keylog keys')
    west.ipsec('whack', '--rekey-ike', '--name', 'west-east')
    west.ipsec('whack', '--rekey-child', '--name', 'west-east')
    status = west.json('status')
    ike = (folder / 'ikev2_decryption_table').read_text().splitlines()
    assert len(ike) == 1 and ike[0].startswith(f'{status["ike_sas"][0]["spi_i"]},{status["ike_sas"][0]["spi_r"]},')
    esp = (folder / 'esp_sa').read_text().splitlines()
    spis = {f'"0x{status["child_sas"][0][name]:08x}"' for name in ('spi_in', 'spi_out')}
    assert len(esp) == 2 and {line.split(',')[3] for line in esp} == spis
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    secret = ike[0].split(',')[2]
    assert secret not in west.log()
    west.ipsec('whack', '--no-keylog')
    west.ipsec('whack', '--rekey-ike', '--name', 'west-east')
    assert len((folder / 'ikev2_decryption_table').read_text().splitlines()) == 1
    assert 'no keys are logged there' in west.ipsec('whack', '--keylog', '/nonexistent/keys', status=1)


def test_parts_of_status(hosts):
    """Each has a part of what status has, as text and as JSON."""
    west, east = hosts
    west.configure('conn pass\n\talso=west-east\n\trightsubnet=192.0.3.0/24\n\ttype=passthrough\n\tauto=ondemand\n')
    up(west, east)
    whole = west.json('status')
    assert west.json('connectionstatus') == {'connections': whole['connections'], 'conns': []}
    assert set(west.json('showstates')) == {'ike_sas', 'child_sas'}
    assert len(west.ipsec('showstates').splitlines()) == 2
    assert '192.0.1.0/24 -> 192.0.3.0/24 => %pass "pass"' in west.ipsec('shuntstatus')
    west.ipsec('auto', '--down', 'west-east')
    west.ipsec('auto', '--route', 'west-east')
    assert west.json('shuntstatus', 'west-east')['shunts'] == [
        {'connection': 'west-east', 'shunt': '%trap', 'local': ['192.0.1.0/24'], 'remote': ['192.0.2.0/24']}]
    assert '1 secrets' in west.ipsec('rereadsecrets')
    west.ipsec('listen')
    for command in ('connectionstatus', 'showstates', 'shuntstatus', 'rereadsecrets', 'listen'):
        assert f'usage: ipsec {command}' in west.ipsec(command, '--help')
        assert 'what is this for' in west.ipsec(command, '--nonsense', status=2)


def crowd(west, east, count):
    """So many SAs of each kind on east, which has no stack."""
    program = 'build/klips/plain/pluto/bench/bench_ike'
    subprocess.run(['make', '-s', program], cwd=SRC.parent, check=True, timeout=600)
    east.configure('conn crowd\n\tleft=10.9.0.2\n\tright=%any\n\tauthby=secret\n\tike=aes_gcm128-sha2_256-x25519\n'
                   '\tleftsubnet=192.0.2.0/24\n\tesp=aes_gcm128\n\tleftupdown=%disabled\n\tauto=add\n', stack='none',
                   secrets=': PSK "of a crowd"\n')
    east.ipsec('start')
    west.run('ip', 'route', 'add', 'local', '10.64.0.0/16', 'dev', 'lo')
    east.run('ip', 'route', 'add', '10.64.0.0/16', 'via', ADDRESSES['west'])
    came = json.loads(west.run(SRC.parent / program, '--peer', ADDRESSES['east'], '--first', '10.64.0.1', '--count', count,
                               '--secret', 'of a crowd', '--ike', 'aes_gcm128-sha2_256-x25519', '--window', 64))
    assert came['established'] == count


def test_status_of_thousands(hosts):
    """It comes in pieces, each SA in one of them, as much as the commands make of it; a reader may be slow, or go."""
    west, east = hosts
    count = 2500
    crowd(west, east, count)
    answers = [json.loads(line) for line in east.ask(b'{"command": "status"}\n', end=b'"exit"').splitlines()]
    parts = [answer['part'] for answer in answers if 'part' in answer]
    assert len(parts) >= 2 * count // 1000 and 'exit' in answers[-1]
    assert max(len(rows) for part in parts for rows in part.values()) < 1500
    whole = east.json('status')
    assert whole['total']['ike_sas'] == count
    for key in ('ike_sas', 'child_sas'):
        serials = {row['serial'] for row in whole[key]}
        assert len(serials) == len(whole[key]) == count
        assert serials == {row['serial'] for part in parts for row in part[key]}
    assert list(east.json('trafficstatus')) == ['child_sas']
    assert len(east.ipsec('trafficstatus', 'crowd').splitlines()) == count
    assert east.json('trafficstatus', 'west-east')['child_sas'] == []
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(east.folder / 'run/pluto.ctl'))
        control.sendall(b'{"command": "status"}\n' * 20)
        assert east.json('briefstatus')['ike_sas'] == count
    assert east.json('briefstatus')['ike_sas'] == count
