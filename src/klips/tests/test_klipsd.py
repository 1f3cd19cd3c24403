# SPDX-License-Identifier: GPL-2.0-or-later
"""klipsd end to end: two network namespaces, a wire between them, a klipsd and the ipsec commands in each.

KLIPS_VARIANT names the build (plain if it is not set). No root is needed, but user namespaces and /dev/net/tun.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[3] / 'build/klips' / os.environ.get('KLIPS_VARIANT', 'plain')
IPSEC, KLIPSD = BUILD / 'programs/ipsec', BUILD / 'klips/user/klipsd'
OUTER = {4: ('10.9.0.1', '10.9.0.2', 24), 6: ('fd09::1', 'fd09::2', 64)}
INNER = {4: ('192.0.1.1', '192.0.2.1', 32), 6: ('2001:db8:1::1', '2001:db8:2::1', 128)}
KEY = '0x000102030405060708090a0b0c0d0e0f10111213'
GCM = ('--esp', 'aes-gcm-16', '--enckey', KEY)
NATT = ('--natt', 'nonesp', '--sport', '4500', '--dport', '4500')
LIMIT = 30  # seconds that anything may take


def wait_for(what, condition):
    """Ask until it is true."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f'no {what}'
        time.sleep(0.02)


class Host:
    """A network namespace with a klipsd."""

    def __init__(self, name, holder, folder):
        self.name = name
        self.holder = holder
        self.folder = folder
        self.env = {**os.environ, 'KLIPS_CONTROL': str(folder / name), 'KLIPS_PIDFILE': str(folder / f'{name}.pid')}
        self.log = folder / f'{name}.log'
        self.klipsd = None

    def words(self, *words):
        return ['nsenter', '--preserve-credentials', '-U', '-n', '-t', str(self.holder.pid), *map(str, words)]

    def run(self, *words, status=0):
        done = subprocess.run(self.words(*words), env=self.env, capture_output=True, text=True, timeout=LIMIT, check=False)
        assert status is None or done.returncode == status, (words, done.stdout, done.stderr)
        return done.stdout

    def ipsec(self, *words, status=0):
        return self.run(IPSEC, *words, status=status)

    def stats(self):
        return json.loads(self.ipsec('klips', 'status', '--json'))['stats']

    def start(self, *options):
        # ipsec klips start is the pid file's; here the process is the test's own
        with self.log.open('a') as log:
            self.klipsd = subprocess.Popen(self.words(KLIPSD, *options), env=self.env, stderr=log)
        wait_for('klipsd', lambda: self.ipsec('klips', 'status', status=None))

    def end(self, number=signal.SIGTERM):
        self.klipsd.send_signal(number)
        return self.klipsd.wait(LIMIT)

    def devices(self):
        return [link['ifname'] for link in json.loads(self.run('ip', '-j', 'link'))]


def hold(stack, words):
    process = stack.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE))
    stack.callback(process.kill)
    process.stdout.readline()
    return process


@pytest.fixture
def hosts():
    """West and east, joined by w0 and e0, with addresses of both families; no klipsd runs yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sleep = ('sh', '-c', 'echo; exec sleep 600')
        west = Host('west', hold(stack, ['unshare', '-Urn', *sleep]), folder)
        inside = west.words('unshare', '-n', *sleep)
        east = Host('east', hold(stack, inside), folder)
        west.run('ip', 'link', 'add', 'w0', 'type', 'veth', 'peer', 'name', 'e0', 'netns', east.holder.pid)
        for index, (host, device) in enumerate(((west, 'w0'), (east, 'e0'))):
            for family, addresses in OUTER.items():
                host.run('ip', 'addr', 'add', f'{addresses[index]}/{addresses[2]}', 'dev', device,
                         *(('nodad',) if family == 6 else ()))
            host.run('ip', 'link', 'set', device, 'up')
        yield west, east
        for host in (west, east):
            if host.klipsd and host.klipsd.poll() is None:
                host.end()


def add_tunnel(west, east, outer, inner, extra=NATT, algorithm=GCM):
    """One SA each way, an eroute each, addresses and routes."""
    names = [f'esp0x1001@{OUTER[outer][1]}', f'esp0x1002@{OUTER[outer][0]}']
    for index, (host, device) in enumerate(((west, 'w0'), (east, 'e0'))):
        host.ipsec('tncfg', '--attach', '--virtual', 'ipsec0', '--physical', device)
        for way, name in enumerate(names):
            host.ipsec('spi', '--said', name, *algorithm, '--src', OUTER[outer][way], '--mode', 'tunnel',
                       '--dir', 'out' if way == index else 'in', '--replay_window', '1024', *extra)
        here, there = INNER[inner][index], INNER[inner][1 - index]
        bits = INNER[inner][2]
        host.ipsec('eroute', '--add', '--eraf', 'inet' if inner == 4 else 'inet6', '--src', f'{here}/{bits}',
                   '--dst', f'{there}/{bits}', '--said', names[index])
        host.run('ip', 'addr', 'add', f'{here}/{bits}', 'dev', 'ipsec0', *(('nodad',) if inner == 6 else ()))
        host.run('ip', 'route', 'add', f'{there}/{bits}', 'dev', 'ipsec0', 'src', here)


def ping(host, inner, *options):
    """How many of three came back."""
    text = host.run('ping', '-q', '-n', '-c', '3', '-i', '0.05', '-W', '2', *options, INNER[inner][1], status=None)
    return int(text.split(' received')[0].split()[-1])


@pytest.mark.parametrize('extra', [NATT, ()], ids=['udp', 'raw'])
@pytest.mark.parametrize('inner', [4, 6])
@pytest.mark.parametrize('outer', [4, 6])
def test_tunnel(hosts, outer, inner, extra):
    """Pings go through, short ones and such as need fragments."""
    west, east = hosts
    west.start()
    east.start()
    add_tunnel(west, east, outer, inner, extra)
    assert ping(west, inner) == 3
    assert ping(west, inner, '-s', '4000') == 3
    stats = east.stats()
    assert stats['in-auth'] == stats['in-policy'] == stats['in-malformed'] == stats['in-replay'] == 0
    errors = json.loads(west.run('ip', '-j', '-s', 'link', 'show', 'ipsec0'))[0]['stats64']['tx']['errors']
    assert errors == 0


@pytest.mark.parametrize('extra', [NATT, ()], ids=['udp', 'raw'])
@pytest.mark.parametrize('inner', [4, 6])
def test_stream(hosts, inner, extra):
    """Many segments of TCP, cut and joined, are the bytes that they were."""
    west, east = hosts
    west.start('--workers', '3')
    east.start()
    add_tunnel(west, east, 4, inner, extra)
    script = ('import hashlib, socket, sys\n'
              's = socket.create_server((sys.argv[1], 7000), family=int(sys.argv[2])); print(flush=True)\n'
              'c = s.accept()[0]; h = hashlib.sha256()\n'
              'while d := c.recv(1 << 20): h.update(d)\n'
              'print(h.hexdigest(), flush=True)\n')
    sender = ('import hashlib, random, socket, sys\n'
              'd = random.Random(1).randbytes(20 << 20); c = socket.create_connection((sys.argv[1], 7000))\n'
              'c.sendall(d); c.close(); print(hashlib.sha256(d).hexdigest())\n')
    family = int(socket.AF_INET if inner == 4 else socket.AF_INET6)
    words = east.words('python3', '-c', script, INNER[inner][1], family)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        server.stdout.readline()
        sent = west.run('python3', '-c', sender, INNER[inner][1])
        assert server.stdout.readline() == sent
    assert east.stats()['in-auth'] == 0


# tcpdump cannot become its own user where no groups can be set.
SNIFFER = ('import socket, sys\n'
           's = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))\n'
           's.bind((sys.argv[1], 3)); print(flush=True)\n'
           'while True:\n'
           '    d = s.recv(2000)\n'
           '    if d[0] == 0x45: print(d.hex(), flush=True)\n')


def test_watched(hosts):
    """What is in clear on ipsec0 is ESP in UDP on the wire."""
    west, east = hosts
    west.start()
    east.start()
    add_tunnel(west, east, 4, 4)
    with ExitStack() as stack:
        seen = {device: hold(stack, west.words('python3', '-c', SNIFFER, device)) for device in ('ipsec0', 'w0')}
        assert ping(west, 4) == 3
        packets = {device: [bytes.fromhex(process.stdout.readline().decode()) for _ in range(4)]
                   for device, process in seen.items()}
    for index, packet in enumerate(packets['ipsec0']):
        addresses = [socket.inet_aton(address) for address in INNER[4][:2]]
        assert packet[9] == socket.IPPROTO_ICMP
        assert [packet[12:16], packet[16:20]] == (addresses[::-1] if index % 2 else addresses)
        assert packet[20] == (0 if index % 2 else 8)
    for index, packet in enumerate(packets['w0']):
        assert packet[9] == socket.IPPROTO_UDP
        assert packet[20:24].hex() == '11941194'
        assert packet[28:32].hex() == ('00001002' if index % 2 else '00001001')
        assert int.from_bytes(packet[32:36], 'big') == index // 2 + 1


def test_physical_device(hosts):
    """Its MTU is followed; when it goes, ipsec0 stays, detached."""
    west, east = hosts
    west.start()
    east.start()
    add_tunnel(west, east, 4, 4)
    assert 'ipsec0 -> w0 mtu=1376(1500)' in west.ipsec('tncfg')
    west.run('ip', 'link', 'set', 'w0', 'mtu', '9000')
    wait_for('new mtu', lambda: 'mtu=8876(9000)' in west.ipsec('tncfg'))
    east.run('ip', 'link', 'del', 'e0')
    wait_for('detach', lambda: 'ipsec0 -> NULL' in west.ipsec('tncfg') and 'ipsec0 -> NULL' in east.ipsec('tncfg'))
    assert 'ipsec0' in west.devices()
    assert ping(west, 4, '-W', '0.2') == 0
    west.ipsec('tncfg', '--attach', '--virtual', 'ipsec0', '--physical', 'w0', status=1)


def test_mtu_by_hand(hosts):
    """An MTU that somebody else gives ipsec0 is shown, and stays until ipsec0 is attached anew."""
    west, _ = hosts
    west.start()
    attach = ('tncfg', '--attach', '--virtual', 'ipsec0', '--physical', 'w0')
    west.ipsec(*attach)
    west.run('ip', 'link', 'set', 'ipsec0', 'mtu', '1450')
    wait_for('new mtu', lambda: 'ipsec0 -> w0 mtu=1450(1500)' in west.ipsec('tncfg'))
    west.run('ip', 'link', 'set', 'w0', 'mtu', '2000')
    wait_for('new mtu of w0', lambda: 'ipsec0 -> w0 mtu=1450(2000)' in west.ipsec('tncfg'))
    west.ipsec('tncfg', '--detach', '--virtual', 'ipsec0')
    west.ipsec(*attach)
    assert 'ipsec0 -> w0 mtu=1876(2000)' in west.ipsec('tncfg')


def test_lost_news(hosts):
    """More news of devices than its socket holds: it looks how they are now, not how they were."""
    west, _ = hosts
    west.start()
    west.ipsec('tncfg', '--attach', '--virtual', 'ipsec0', '--physical', 'w0')
    batch = west.folder / 'batch'
    batch.write_text(''.join(f'link set lo mtu {1000 + n}\n' for n in range(3000)))
    west.klipsd.send_signal(signal.SIGSTOP)
    try:
        west.run('ip', '-batch', batch)
        west.run('ip', 'link', 'set', 'w0', 'mtu', '1700')
    finally:
        west.klipsd.send_signal(signal.SIGCONT)
    wait_for('new mtu', lambda: 'mtu=1576(1700)' in west.ipsec('tncfg'))


IKE = ('import socket, sys\n'
       's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n'
       's.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n'
       's.bind(("", 4500)); print(flush=True)\n'
       'while True: print(s.recv(2000).hex(), flush=True)\n')
SEND = ('import socket, sys\n'
        's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((sys.argv[1], 4500))\n'
        'for text in sys.argv[2:]: s.send(bytes.fromhex(text))\n')


def check_shared(west, ike, last):
    """What is IKE's arrives there, and nothing else; ESP arrives at klipsd."""
    marker, number = '00' * 4, f'{last:02x}'
    for port in range(3):  # each sender has a port of its own: the kernel must not choose by it
        west.run('python3', '-c', SEND, OUTER[4][1], 'ff', '', '0000', '12345678' * 4, f'{marker}0{port}{number}')
        assert ike.stdout.readline().strip().decode() == f'{marker}0{port}{number}'
    assert ping(west, 4) == 3


@pytest.mark.parametrize('ike_first', [True, False])
def test_shared_port(hosts, ike_first):
    """A program for IKE has port 4500 too; it matters neither who came first nor who came again."""
    west, east = hosts
    west.start()
    with ExitStack() as stack:
        words = east.words('python3', '-c', IKE)
        if ike_first:
            ike = hold(stack, words)
        east.start('--share-udp', '--workers', '3')
        add_tunnel(west, east, 4, 4)
        assert ping(west, 4) == 3
        if not ike_first:
            for again in range(2):
                ike = hold(stack, words)
                check_shared(west, ike, again)
                if not again:
                    ike.kill()
                    ike.wait(LIMIT)
                    assert ping(west, 4) == 3
        check_shared(west, ike, 8)
        assert east.end() == 0
        east.start('--share-udp', '--workers', '2')
        east.ipsec('tncfg', '--attach', '--virtual', 'ipsec0', '--physical', 'e0')
        marker = '00000000ab'
        west.run('python3', '-c', SEND, OUTER[4][1], 'ff', '12345678' * 4, marker)
        assert ike.stdout.readline().strip().decode() == marker
        assert east.stats()['in-no-sa'] == 1
        assert east.end() == 0
        done = subprocess.run(east.words(KLIPSD), env=east.env, capture_output=True, text=True, timeout=LIMIT, check=False)
        assert done.returncode == 1
        assert 'sockets: Address already in use' in done.stderr


def test_killed(hosts):
    """Its devices vanish with it; at the next start the tables are empty, and what it left is no obstacle."""
    west, _ = hosts
    west.start('--pid', west.folder / 'pid')
    west.ipsec('tncfg', '--attach', '--virtual', 'ipsec0', '--physical', 'w0')
    west.ipsec('spi', '--said', 'esp0x1001@10.9.0.2', *GCM, '--src', '10.9.0.1', '--dir', 'out', '--mode', 'tunnel')
    assert 'ipsec0' in west.devices()
    assert west.end(signal.SIGKILL) == -signal.SIGKILL
    wait_for('end of ipsec0', lambda: 'ipsec0' not in west.devices())
    west.start('--pid', west.folder / 'pid')
    status = json.loads(west.ipsec('klips', 'status', '--json'))
    assert (status['sas'], status['eroutes'], status['devs']) == (0, 0, 0)
    assert west.end() == 0
    assert not (west.folder / 'pid').exists()
    assert not (west.folder / 'west').exists()


def table(host):
    """What nf_tables has of klipsd; empty: nothing."""
    return host.run('nft', 'list', 'table', 'inet', 'klipsd', status=None)


def clear_hosts(hosts, *options):
    """East has a tunnel; west, who knows nothing of it, sends in clear."""
    west, east = hosts
    east.start(*options)
    west.start()
    add_tunnel(west, east, 4, 4)
    west.ipsec('tncfg', '--clear')
    west.ipsec('eroute', '--clear')
    west.run('ip', 'route', 'replace', '192.0.2.1/32', 'via', '10.9.0.2', 'dev', 'w0', 'src', '192.0.1.1')
    return west, east


def test_clear(hosts):
    """Packets in clear are refused, and counted, where ipsecN is attached; the table goes with a klipsd that is killed."""
    west, east = clear_hosts(hosts)
    assert ping(west, 4, '-W', '0.1') == 0
    assert east.stats()['in-cleartext'] == 3
    assert json.loads(east.ipsec('klips', 'status', '--json'))['guard'] == 'nf_tables'
    east.run('nft', 'flush', 'ruleset')
    east.run('nft', 'delete', 'table', 'inet', 'klipsd', status=1)
    assert '"e0"' in table(east)
    assert ping(west, 4, '-W', '0.1') == 0
    east.ipsec('tncfg', '--detach', '--virtual', 'ipsec0')
    assert '"e0"' not in table(east)
    assert east.end(signal.SIGKILL) == -signal.SIGKILL
    wait_for('end of the table', lambda: not table(east))
    east.start()
    assert 'vmap' not in table(east)


def test_clear_two_devices(hosts):
    """Of two ipsecN at one physical device the first to go leaves the other guarded."""
    west, east = clear_hosts(hosts)
    east.ipsec('tncfg', '--attach', '--virtual', 'ipsec1', '--physical', 'e0')
    east.ipsec('tncfg', '--detach', '--virtual', 'ipsec0')
    assert ping(west, 4, '-W', '0.1') == 0
    assert east.stats()['in-cleartext'] == 3
    east.ipsec('tncfg', '--delete', 'ipsec1')
    assert '"e0"' not in table(east)


def test_guard_option(hosts):
    """Without a guard it says so, once, or does not start; off takes what comes in clear."""
    west, east = clear_hosts(hosts, '--guard', 'off')
    east.run('ip', 'route', 'replace', '192.0.1.1/32', 'via', '10.9.0.1', 'dev', 'e0', 'src', '192.0.2.1')
    assert not table(east)
    assert 'guard: none' in east.ipsec('klips', 'status')
    assert ping(west, 4) == 3
    east.end()
    east.run('nft', 'add', 'table', 'inet', 'klipsd')
    done = subprocess.run(east.words(KLIPSD, '--guard', 'on'), env=east.env, capture_output=True, text=True, timeout=LIMIT,
                          check=False)
    assert done.returncode == 1
    assert done.stderr == 'klipsd: --guard on: nf_tables: File exists\n'
    east.start()
    assert east.log.read_text().count('packets in clear are not refused: nf_tables: File exists') == 1


def test_rights(hosts):
    """It keeps two capabilities, in every thread, and a filter."""
    west, _ = hosts
    west.start()
    for thread in Path(f'/proc/{west.klipsd.pid}/task').iterdir():
        status = dict(line.split(':\t') for line in (thread / 'status').read_text().splitlines())
        assert int(status['CapEff'], 16) == int(status['CapPrm'], 16) == 1 << 12 | 1 << 13
        assert (status['NoNewPrivs'], status['Seccomp']) == ('1', '0' if BUILD.name == 'asan' else '2')


def test_usage(hosts):
    west, _ = hosts
    for words in (('--guard', 'maybe'), ('--workers', '0'), ('--workers', 'x'), ('--udp-port', '65536'), ('word',),
                  ('--nothing',)):
        west.run(KLIPSD, *words, status=2)
    west.run(KLIPSD, '--crypto', 'rot13', status=1)
    assert 'Cygnet' in west.run(KLIPSD, '--version')
    pid = west.folder / 'pid'
    west.start('--pid', pid)
    text = pid.read_text()
    west.run(KLIPSD, '--pid', pid, status=1)
    assert 'SAs: 0' in west.ipsec('klips', 'status')
    assert pid.read_text() == text


def test_first_descriptor(hosts):
    """A klipsd that cannot start leaves alone what it did not open."""
    west, _ = hosts
    west.start()
    with (west.folder / 'zero').open('w+') as zero:
        done = subprocess.run(west.words(KLIPSD), env=west.env, stdin=zero, capture_output=True, timeout=LIMIT, check=False)
        assert done.returncode == 1
        zero.seek(0)
        assert zero.read() == ''
