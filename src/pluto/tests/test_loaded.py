# SPDX-License-Identifier: GPL-2.0-or-later
"""Conns as they are loaded: policy groups, whose nets come and go, and conns whose addresses do."""

import test_pluto
from test_pluto import INSIDE, up, wait_for

hosts = test_pluto.hosts


def groups(host, **files):
    """Files of policy groups in a folder of its own for ipsecdir=."""
    folder = host.folder / 'ipsec.d/policies'
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def names_of(host):
    return [one['name'] for one in host.json('connectionstatus')['connections']]


def test_groups(hosts):
    """Nets get connections that follow what the group is told, and what is wrong is said."""
    west, _ = hosts
    conf = 'conn clear\n\tleft=10.9.0.1\n\tright=%group\n\ttype=passthrough\n\tauthby=secret\n\tauto=add\n'
    west.configure(conf + conf.replace('clear', 'block').replace('passthrough', 'drop') +
                   conf.replace('clear', 'private').replace('passthrough', 'tunnel'))
    path = west.folder / 'ipsec.conf'
    path.write_text(path.read_text().replace('config setup', f'config setup\n    ipsecdir={west.folder}/ipsec.d'))
    groups(west, clear='10.1.0.0/16\n10.2.0.0/16\n', block='10.2.0.0/16\n10.0.0.0/8\n2001:db8::/32\n',
           private='10.3.0.0/16\n10.9.0.2\n')
    text = west.ipsec('start')
    assert '"block#10.2.0.0/16": left out, as "clear#10.2.0.0/16" is for the same traffic' in text
    assert '"block#2001:db8::/32": left= and right=: of different versions of IP' in text
    assert '"private#10.3.0.0/16": a net of several hosts: it answers them, and is not begun from here' in text
    assert names_of(west) == ['west-east', 'clear#10.1.0.0/16', 'clear#10.2.0.0/16', 'block#10.0.0.0/8',
                              'private#10.3.0.0/16', 'private#10.9.0.2/32']
    west.ipsec('auto', '--route', 'clear')
    west.ipsec('auto', '--ondemand', 'private#10.9.0.2/32')
    assert "nobody knows the peer's address" in west.ipsec('auto', '--route', 'private', status=1)
    groups(west, clear='10.1.0.0/16\n10.4.0.0/16 tcp 0 80\nnonsense\n', block='10.2.0.0/16\n')
    text = west.ipsec('auto', '--rereadgroups', status=1)
    assert 'policies/clear:3:1: nonsense: not an IP address' in text
    shunts = {row['connection']: row['shunt'] for row in west.json('shuntstatus')['shunts']}
    assert shunts == {'clear#10.1.0.0/16': '%pass', 'clear#10.4.0.0/16-(0--6--80)': '%pass', 'private#10.9.0.2/32': '%trap'}
    assert 'block#10.2.0.0/16' in names_of(west)
    conns = {row['name']: row for row in west.json('connectionstatus')['conns']}
    assert conns['clear'] == {'name': 'clear', 'left': '10.9.0.1', 'right': '%group', 'wanted': False, 'routed': True,
                              'nets': 2}
    west.ipsec('auto', '--unroute', 'clear')
    west.ipsec('auto', '--delete', 'block')
    west.ipsec('auto', '--delete', 'clear#10.1.0.0/16')
    assert names_of(west)[1:] == ['private#10.3.0.0/16', 'private#10.9.0.2/32', 'clear#10.4.0.0/16-(0--6--80)']
    (west.folder / 'ipsec.d/policies/clear').unlink()
    west.ipsec('whack', '--listen')
    assert names_of(west)[1:] == ['private#10.3.0.0/16', 'private#10.9.0.2/32']
    west.ipsec('auto', '--route', 'clear')
    groups(west, clear='10.5.0.0/16\n')
    west.ipsec('auto', '--rereadall')
    assert [row['connection'] for row in west.json('shuntstatus')['shunts']] == ['private#10.9.0.2/32', 'clear#10.5.0.0/16']


def test_group_that_cannot_be(hosts):
    west, _ = hosts
    west.configure('conn oe\n\tleft=10.9.0.1\n\tright=%opportunisticgroup\n\tauto=add\n'
                   'conn a/b\n\tleft=10.9.0.1\n\tright=%group\n\ttype=drop\n\tauto=add\n'
                   'conn away\n\tleft=10.9.0.7\n\tright=%group\n\ttype=drop\n\tauto=add\n')
    text = west.ipsec('start')
    assert '"oe": right=%opportunisticgroup: opportunistic encryption is not supported yet' in text
    assert '"a/b": a policy group is called as its file is, without a /' in text
    assert '"away": not oriented: left=10.9.0.7 and right=%group: neither end is this host' in text
    assert '%group; policy group, nets: 0; unoriented: left=10.9.0.7' in west.ipsec('connectionstatus')
    west.run('ip', 'addr', 'add', '10.9.0.7/24', 'dev', 'w0')
    wait_for('address', lambda: 'why' not in west.json('connectionstatus')['conns'][0])
    west.ipsec('auto', '--up', 'away')


def test_address_changes_its_device(hosts):
    """What is another device's now is made anew; what was up comes up again by itself."""
    west, east = hosts
    up(west, east)
    west.run('ip', 'link', 'add', 'w1', 'type', 'bridge')
    west.run('sh', '-c', 'ip link set w1 up; ip link set w0 master w1; ip addr flush dev w0; ip addr add 10.9.0.1/24 dev w1')
    wait_for('tunnel', lambda: any(row['state'] == 'up' and row['interface'] == 'w1'
                                   for row in west.json('status', 'west-east')['connections']))
    wait_for('route', lambda: '192.0.2.0/24' in west.run('ip', 'route'))
    west.ping(INSIDE['east'])
    assert len(west.json('status')['child_sas']) == 1


def test_aliases_of_conns_that_wait(hosts):
    """What is said of an alias holds for all that have it, but a name comes before it."""
    west, _ = hosts
    conn = 'conn {}\n\tleft={}\n\tright=10.9.0.2\n\tauthby=secret\n\tauto=add\n\tconnalias="{}"\n'
    west.configure(conn.format('here', '10.9.0.1', 'both other') + conn.format('away', '10.9.0.7', 'both last') +
                   conn.format('last', '10.9.0.1', 'none'))
    west.ipsec('start')
    text = west.ipsec('auto', '--route', 'both', status=0)
    assert '"away": not oriented: left=10.9.0.7 and right=10.9.0.2: neither end is this host' in text
    conns = {row['name']: row for row in west.json('connectionstatus')['conns']}
    assert conns['away']['routed']
    both = west.json('connectionstatus', 'both')
    assert [row['name'] for row in both['connections'] + both['conns']] == ['here', 'away']
    assert not west.json('connectionstatus', 'last')['conns']
    assert [row['connection'] for row in west.json('shuntstatus')['shunts']] == ['here']
    west.ipsec('auto', '--add', 'last')
    assert set(names_of(west)) == {'west-east', 'here', 'last'}
    west.ipsec('auto', '--delete', 'last')
    assert 'away' in {row['name'] for row in west.json('connectionstatus')['conns']}
    west.ipsec('auto', '--delete', 'both')
    assert names_of(west) == ['west-east']
    assert not [row for row in west.json('connectionstatus')['conns'] if row['name'] == 'away']
    west.ipsec('auto', '--delete', 'both', status=1)


def test_address_goes_and_comes(hosts):
    """What was up, or was to be, comes up with the address, and what was taken down meanwhile does not."""
    west, east = hosts
    east.ipsec('start')
    west.ipsec('start')
    west.run('ip', 'addr', 'flush', 'dev', 'w0')
    wait_for('loss', lambda: 'this host no longer has 10.9.0.1' in west.log())
    assert west.json('status', 'west-east')['connections'][0]['state'] == 'unoriented'
    assert 'this host does not have its address now' in west.ipsec('auto', '--up', 'west-east', status=1)
    west.run('ip', 'addr', 'add', '10.9.0.1/24', 'dev', 'w0')
    wait_for('tunnel', lambda: west.json('status', 'west-east')['connections'][0]['state'] == 'up')
    west.run('ip', 'addr', 'flush', 'dev', 'w0')
    wait_for('loss', lambda: 'IKE SA ended: this host no longer has its address' in west.log())
    assert not west.json('status')['ike_sas']
    west.ipsec('auto', '--down', 'west-east')
    west.run('ip', 'addr', 'add', '10.9.0.1/24', 'dev', 'w0')
    wait_for('return', lambda: west.log().count('this host has again 10.9.0.1') == 2)
    status = west.json('status', 'west-east')
    assert status['connections'][0]['state'] == 'down' and not status['ike_sas']


def test_wishes_of_what_has_no_address(hosts):
    west, east = hosts
    conf = 'conn away\n\talso=west-east\n\tleft=10.9.0.7\n'
    west.configure(conf)
    east.configure(conf)
    for host in (east, west):
        host.ipsec('start')
    assert '"away": not oriented: left=10.9.0.7 and right=10.9.0.2' in west.ipsec('auto', '--add', 'away')
    west.ipsec('auto', '--up', 'away', status=1)
    west.ipsec('auto', '--down', 'away')
    west.ipsec('auto', '--route', 'away', status=1)
    conn = west.json('connectionstatus', 'away')['conns'][0]
    assert conn['routed'] and not conn['wanted'] and 'neither end is this host' in conn['why']
    west.run('ip', 'addr', 'add', '10.9.0.7/24', 'dev', 'w0')
    wait_for('trap', lambda: any(row['connection'] == 'away' for row in west.json('shuntstatus')['shunts']))
    assert not west.json('connectionstatus', 'away')['conns']
    west.ipsec('auto', '--delete', 'away')
    assert 'no connection has this name' in west.ipsec('auto', '--up', 'away', status=1)


def test_group_answers_those_of_a_wide_net(hosts):
    """Whoever is in the net may come; each has an instance of its connection, and goes with the net."""
    west, east = hosts
    west.configure('conn private\n\tleft=10.9.0.1\n\tleftid=@west\n\tright=%group\n\trightid=@east\n\tauthby=secret\n'
                   '\tauto=ondemand\n')
    path = west.folder / 'ipsec.conf'
    path.write_text(path.read_text().replace('config setup', f'config setup\n    ipsecdir={west.folder}/ipsec.d'))
    groups(west, private='10.9.0.0/30\n')
    east.configure('conn host\n\talso=base\n\tauto=add\n')
    for host in (west, east):
        host.ipsec('start')
    west.ipsec('auto', '--delete', 'west-east')
    assert '"private#10.9.0.0/30"[1] 10.9.0.2' not in west.ipsec('status')
    east.ipsec('auto', '--up', 'host')
    child = west.json('trafficstatus')['child_sas'][0]
    assert child['connection'] == 'private#10.9.0.0/30' and child['instance'] == 1
    assert '"private#10.9.0.0/30"[1] 10.9.0.2, type=ESP' in west.ipsec('trafficstatus')
    east.ping('10.9.0.1', '-I', '10.9.0.2')
    groups(west, private='')
    west.ipsec('auto', '--rereadgroups')
    wait_for('end', lambda: not east.json('status')['ike_sas'])
