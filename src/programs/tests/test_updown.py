# SPDX-License-Identifier: GPL-2.0-or-later
"""What _updown does with addresses and name servers that a peer gave; ip and resolvectl are made up, and write down
what they are told."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / '_updown'
BEFORE = 'search example.com\nnameserver 192.1.2.254\n'
ROAD = {
    'PLUTO_STACK': 'klips', 'PLUTO_CONNECTION': 'road.*"east', 'PLUTO_INTERFACE': 'eth0',
    'PLUTO_VIRT_INTERFACE': 'ipsec0', 'PLUTO_CONN_ADDRFAMILY': 'ipv4', 'PLUTO_PEER_CLIENT': '192.0.2.0/24',
    'PLUTO_CFG_CLIENT': '1', 'PLUTO_MY_SOURCEIP': '10.9.0.1', 'PLUTO_PEER_DNS_INFO': '192.0.2.53 2001:db8::53',
    'PLUTO_PEER_DOMAIN_INFO': 'example.net example.org',
}


class Rig:
    """A folder with a resolv.conf, and with programs that are not what they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.conf = folder / 'resolv.conf'
        self.conf.write_text(BEFORE)
        self.said = folder / 'said'
        self.said.touch()
        self.program('ip', '[ "$3" != show ] || [ "$4" != src ] || cat "$FOLDER/routes" 2>/dev/null || true')

    def program(self, name: str, rest: str = '') -> None:
        path = self.folder / 'bin' / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\necho {name} "$@" >>"$FOLDER/said"\n{rest}\n')
        path.chmod(0o755)

    def run(self, verb: str, **more: str) -> None:
        path = f'{self.folder}/bin:{os.environ["PATH"]}'
        subprocess.run(['sh', str(SCRIPT)], check=True, timeout=30, env={
            'PATH': path, 'FOLDER': str(self.folder), 'IPSEC_RESOLV_CONF': str(self.conf), **ROAD,
            'PLUTO_VERB': f'{verb}-client', **more})

    def lines(self) -> list[str]:
        return [line for line in self.conf.read_text().splitlines() if not line.startswith('#')]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_servers_come_first_and_domains_last(rig: Rig) -> None:
    rig.run('up')
    assert rig.lines() == ['nameserver 192.0.2.53', 'nameserver 2001:db8::53', *BEFORE.splitlines(),
                           'search example.net example.org example.com']


def test_all_is_as_before(rig: Rig) -> None:
    rig.run('up')
    rig.run('up')  # of a second pair of selectors
    assert rig.lines().count('nameserver 192.0.2.53') == 1
    rig.run('down')
    assert rig.conf.read_text() == BEFORE
    rig.run('down')
    assert rig.conf.read_text() == BEFORE


def test_two_connections_in_any_order(rig: Rig) -> None:
    rig.run('up')
    rig.run('up', PLUTO_CONNECTION='other', PLUTO_PEER_DNS_INFO='10.0.0.53', PLUTO_PEER_DOMAIN_INFO='')
    rig.run('down')
    assert rig.lines() == ['nameserver 10.0.0.53', *BEFORE.splitlines()]
    rig.run('down', PLUTO_CONNECTION='other')
    assert rig.conf.read_text() == BEFORE


def test_what_others_wrote_meanwhile_stays(rig: Rig) -> None:
    rig.run('up')
    rig.conf.write_text(rig.conf.read_text() + 'options edns0\n')
    rig.run('down')
    assert rig.conf.read_text() == BEFORE + 'options edns0\n'


def test_no_servers_no_change(rig: Rig) -> None:
    rig.run('up', PLUTO_PEER_DNS_INFO='')
    assert rig.conf.read_text() == BEFORE


@pytest.mark.parametrize('domains, said', [('example.net example.org', '~example.net ~example.org'), ('', '~.')])
def test_resolved_is_told(rig: Rig, domains: str, said: str) -> None:
    rig.program('resolvectl')
    stub = rig.folder / 'run/systemd/resolve/stub-resolv.conf'
    stub.parent.mkdir(parents=True)
    rig.conf.rename(stub)
    rig.conf.symlink_to(stub)
    rig.run('up', PLUTO_PEER_DOMAIN_INFO=domains)
    rig.run('down')
    assert rig.said.read_text().splitlines() == [
        'resolvectl dns ipsec0 192.0.2.53 2001:db8::53', f'resolvectl domain ipsec0 {said}', 'resolvectl revert ipsec0']
    assert stub.read_text() == BEFORE
    rig.run('up', PLUTO_VIRT_INTERFACE='eth0')  # that device's servers are others'
    assert 'nameserver 192.0.2.53' in rig.lines()


def test_the_address_goes_with_its_last_route(rig: Rig) -> None:
    (rig.folder / 'routes').write_text('10.1.0.0/16 dev ipsec0 scope link src 10.9.0.1\n')
    rig.run('unroute')
    assert 'addr del' not in rig.said.read_text()
    (rig.folder / 'routes').write_text('')
    rig.run('unroute')
    assert 'ip -4 addr del 10.9.0.1 dev ipsec0' in rig.said.read_text().splitlines()


def test_an_address_of_the_users_stays(rig: Rig) -> None:
    rig.run('unroute', PLUTO_CFG_CLIENT='')
    assert 'addr del' not in rig.said.read_text()


@pytest.mark.parametrize('family, net, hop, said', [
    ('ipv4', '192.0.2.0/24', '192.1.3.254', ' via 192.1.3.254'), ('ipv4', '192.0.2.0/24', '2001:db8::1', ''),
    ('ipv6', '2001:db8:2::/64', '2001:db8::1', ' via 2001:db8::1'), ('ipv6', '2001:db8:2::/64', '192.1.3.254', ''),
    ('ipv4', '192.0.2.0/24', '', '')])
def test_the_next_hop_is_of_the_same_version(rig: Rig, family: str, net: str, hop: str, said: str) -> None:
    rig.run('route', PLUTO_STACK='netkey', PLUTO_CONN_ADDRFAMILY=family, PLUTO_PEER_CLIENT=net, PLUTO_NEXT_HOP=hop,
            PLUTO_VIRT_INTERFACE='eth0')
    assert rig.said.read_text().splitlines()[-1].startswith(f'ip -{family[-1]} route replace {net}{said} dev eth0')


def test_what_is_dropped_by_its_port_alone(rig: Rig) -> None:
    """With KLIPS, other traffic of the network keeps its routes."""
    narrow = {'PLUTO_CONNECTION_TYPE': 'drop', 'PLUTO_PEER_PROTOCOL': '6', 'PLUTO_MY_PORT': '0', 'PLUTO_PEER_PORT': '22',
              'PLUTO_MY_SOURCEIP': '', 'PLUTO_CFG_CLIENT': '', 'PLUTO_ME': '192.1.2.45',
              'PLUTO_MY_CLIENT': '192.1.2.45/32', 'PLUTO_VIRT_INTERFACE': 'ipsec1'}
    rule = 'to 192.0.2.0/24 ipproto 6 dport 22 lookup 22001 pref 22000'
    rig.run('route', **narrow)
    assert rig.said.read_text().splitlines() == [
        f'ip -4 rule del {rule}', 'ip -4 route replace default dev ipsec1 table 22001 src 192.1.2.45', f'ip -4 rule add {rule}']
    rig.said.write_text('')
    rig.run('unroute', **narrow)
    assert rig.said.read_text().splitlines() == [f'ip -4 rule del {rule}']
    rig.said.write_text('')
    rig.run('route', **{**narrow, 'PLUTO_PEER_PROTOCOL': '0', 'PLUTO_PEER_PORT': '0'})
    assert 'ip route prepend 192.0.2.0/24 dev ipsec1 src 192.1.2.45' in rig.said.read_text()


NFLOG = {'NFLOG': '50', 'PLUTO_MY_CLIENT': '192.0.1.0/24', 'PLUTO_PEER_DNS_INFO': ''}


def nft_of(rig: Rig, verb: str, **more: str) -> list[str]:
    """The lines that nft is given, and the words that it is called with."""
    rig.said.write_text('')
    rig.program('nft', '[ "$1" != -f ] || cat >>"$FOLDER/said"')
    rig.run(verb, **{**NFLOG, **more})
    return [line.strip() for line in rig.said.read_text().splitlines()]


def rules(lines: list[str]) -> list[str]:
    return [' '.join(line.split()) for line in lines if 'log prefix' in line]


def test_nflog_of_a_device(rig: Rig) -> None:
    made = nft_of(rig, 'up')
    came = 'iifname "ipsec0" ip saddr 192.0.2.0/24 ip daddr 192.0.1.0/24 log prefix "road.east" group 50'
    goes = 'oifname "ipsec0" ip saddr 192.0.1.0/24 ip daddr 192.0.2.0/24 log prefix "road.east" group 50'
    assert rules(made) == [came, came, goes, goes]
    table = made[1].split()[-1]
    assert made[:4] == ['nft -f -', f'add table inet {table}', f'delete table inet {table}', f'table inet {table} {{']
    assert nft_of(rig, 'down') == [f'nft delete table inet {table}']
    assert nft_of(rig, 'down', PLUTO_PEER_CLIENT='192.0.3.0/24') != [f'nft delete table inet {table}']


def test_nflog_of_the_kernel_with_ports(rig: Rig) -> None:
    made = rules(nft_of(rig, 'up', PLUTO_STACK='netkey', PLUTO_VIRT_INTERFACE='eth0', PLUTO_CONN_ADDRFAMILY='ipv6',
                        PLUTO_MY_CLIENT='2001:db8::1/128', PLUTO_PEER_CLIENT='2001:db8::2/128', PLUTO_MY_PROTOCOL='17',
                        PLUTO_MY_PORT='1000', PLUTO_PEER_PORT='53'))
    assert made[0].startswith('meta ipsec exists ip6 saddr 2001:db8::2/128 ip6 daddr 2001:db8::1/128 '
                              'meta l4proto 17 th dport 1000 th sport 53 log')
    assert made[-1].startswith('rt ipsec exists ip6 saddr 2001:db8::1/128 ip6 daddr 2001:db8::2/128 '
                               'meta l4proto 17 th sport 1000 th dport 53 log')


@pytest.mark.parametrize('stack, came, goes', [('klips', 'iifname "ipsec*"', 'oifname "ipsec*"'),
                                               ('netkey', 'meta ipsec exists', 'rt ipsec exists')])
def test_nflog_of_all(rig: Rig, stack: str, came: str, goes: str) -> None:
    made = nft_of(rig, 'up', PLUTO_VERB='nflog-all-up', PLUTO_STACK=stack)
    assert rules(made) == [f'{which} log prefix "all-ipsec" group 50' for which in (came, came, goes, goes)]
    assert nft_of(rig, 'down', PLUTO_VERB='nflog-all-down', PLUTO_STACK=stack) == ['nft delete table inet pluto-all']


def test_nflog_is_read_by_nft(rig: Rig) -> None:
    """The real nft takes the rules: --check changes nothing."""
    made = nft_of(rig, 'up', PLUTO_MY_PROTOCOL='6', PLUTO_MY_PORT='0', PLUTO_PEER_PORT='80')
    done = subprocess.run(['unshare', '-rn', 'nft', '-f', '-'], input='\n'.join(made[1:]), text=True, capture_output=True,
                          timeout=30)
    assert not done.returncode and not done.stderr


def test_no_nflog(rig: Rig) -> None:
    assert nft_of(rig, 'up', NFLOG='') == []


RULES = ['ip -4 rule add pref 21990 iif mast0 goto 21992',
         'ip -4 rule add pref 21991 fwmark 0x80000000/0x80000000 lookup 21990', 'ip -4 rule add pref 21992 nop']
CLEARED = ['ip -4 rule del pref 21990', 'ip -4 rule del pref 21991']


def _run_mast(rig: Rig, tracking: str) -> list[str]:
    rig.said.write_text('')
    rig.run('route', PLUTO_MY_SOURCEIP='', PLUTO_CFG_CLIENT='', PLUTO_SAREF_TRACKING=tracking,
            IPSEC_MAST_LOCK=f'{rig.folder}/lock')
    return rig.said.read_text().splitlines()


def test_peers_that_look_alike_are_told_apart_by_marks(rig: Rig) -> None:
    rig.program('nft', 'cat >"$FOLDER/rules"')
    said = _run_mast(rig, 'conntrack')
    assert 'ip route prepend 192.0.2.0/24 dev ipsec0' in said
    assert said[-8:] == ['ip -4 route replace default dev mast0 table 21990', 'ip -4 rule show pref 21992', *CLEARED, *RULES,
                         'nft -f -']
    rules = (rig.folder / 'rules').read_text()
    assert 'iifname "mast0" meta mark and 0x80000000 != 0 ct mark set meta mark' in rules
    assert not set(_run_mast(rig, 'no')) & {'nft -f -'}
    assert not set(_run_mast(rig, '')) & {*RULES, 'nft -f -'}


# Keeps rules as the kernel does: one with a preference that is there is refused.
RULE_KEEPER = """
cd "$FOLDER" || exit
case "$*" in
*"rule add pref"*) ! grep -q "^$5 " rules || exit 2; echo "$5 ${*#*pref ????? }" >>rules ;;
*"rule del pref"*) grep -q "^$5 " rules || exit 2; grep -v "^$5 " rules >left; mv left rules ;;
*"rule show pref"*) grep "^$5 " rules ;;
esac
"""


@pytest.mark.parametrize('there', range(4))
def test_rules_for_marks_are_made_once_and_those_of_an_unfinished_run_anew(rig: Rig, there: int) -> None:
    rules = [rule.removeprefix('ip -4 rule add pref ') for rule in RULES]
    rig.program('ip', RULE_KEEPER)
    (rig.folder / 'rules').write_text(''.join(f'{rule}\n' for rule in rules[:there]))
    assert set(_run_mast(rig, 'no')) & set(RULES) == set(RULES if there < 3 else [])
    assert (rig.folder / 'rules').read_text().splitlines() == rules
