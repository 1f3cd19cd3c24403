# SPDX-License-Identifier: GPL-2.0-or-later
"""What operators reach for: verify, barf, states by their numbers, and what pluto may still do."""

import os
import re
import socket
from pathlib import Path

import pytest
import test_pluto
from test_pluto import up

hosts = test_pluto.hosts

PSK = 'a secret between west and east'
CAPABILITIES = {'cap_net_admin', 'cap_net_raw', 'cap_net_bind_service'}


def rows(host, *words, status=0):
    """What verify says, by checks."""
    found = {}
    for row in test_pluto.json.loads(host.ipsec('verify', '--json', *words, status=status))['checks']:
        found.setdefault(row['check'], []).append(row)
    return found


def results(found):
    return {check: [row['result'] for row in rows] for check, rows in found.items()}


def test_verify_before_and_after(hosts):
    """On a good host nothing has failed, whether pluto runs or not; and it changes nothing."""
    west, _ = hosts
    found = rows(west)
    assert 'failed' not in sum(results(found).values(), []), found
    assert len(found) >= 15, list(found)
    assert found['pluto'][0]['result'] == 'warning' and found['pluto'][0]['advice'] == 'ipsec start'
    assert found['ports'][0]['text'] == 'UDP 500: it is free'
    assert found['connections'][0]['text'] == 'west-east can be loaded'
    west.ipsec('start')
    found = rows(west)
    assert 'failed' not in sum(results(found).values(), []), found
    assert found['pluto'][0]['text'] == 'it runs'
    assert found['stack'][0]['text'].startswith('klips, which pluto chose')
    assert [row['text'] for row in found['ports']] == ['UDP 500: pluto has it', 'UDP 4500: pluto has it']


def test_verify_text(hosts):
    west, _ = hosts
    text = west.ipsec('verify')
    assert re.search(r'^pluto +warning +it does not run\n +-> ipsec start$', text, re.M), text
    assert re.search(r'^\d+ ok, \d+ warnings, 0 failed$', text, re.M), text


def test_verify_faults(hosts):
    """Each fault is found, and the exit status says so."""
    west, _ = hosts
    west.configure('conn here\n\talso=west-east\n\tleft=10.9.0.2\n'
                   'conn nosecret\n\talso=west-east\n\tleftid=@north\n\tauto=add\n'
                   'conn nocert\n\talso=west-east\n\tauthby=rsasig\n\tleftcert=missing\n\tauto=add\n')
    (west.folder / 'ipsec.secrets').chmod(0o644)
    found = rows(west, status=1)
    texts = {row['text']: row['result'] for row in found['connections']}
    assert texts['nosecret: there is no pre-shared key for it'] == 'warning', texts
    assert texts['west-east can be loaded'] == 'ok'
    assert any(text.startswith('nocert: leftcert=missing: there is no such certificate') and result == 'failed'
               for text, result in texts.items()), texts
    assert any(text.startswith('here: ') and 'neither end is this host' in text for text in texts), texts
    assert found['secrets'][0]['result'] == 'warning', found['secrets']
    assert PSK not in str(found)


def test_verify_configuration(hosts):
    """A word that is wrong is named with its line; nothing else of the conn is asked."""
    west, _ = hosts
    west.configure('conn bad\n\tlfet=10.9.0.1\n')
    row = rows(west, status=1)['configuration'][0]
    assert row['result'] == 'failed' and 'lfet' in row['text'] and '/ipsec.conf:' in row['text'], row


def test_policy_groups(hosts):
    """verify names what is wrong in a group's file, and barf has the files."""
    west, _ = hosts
    folder = west.folder / 'ipsec.d/policies'
    folder.mkdir(parents=True)
    (folder / 'block').write_text('10.0.0.0/8\n10.0.0.300\n')
    west.configure('conn block\n\tleft=10.9.0.1\n\tright=%group\n\ttype=drop\n\tauto=ondemand\n')
    path = west.folder / 'ipsec.conf'
    path.write_text(path.read_text().replace('config setup', f'config setup\n    ipsecdir={west.folder}/ipsec.d'))
    texts = {row['text']: row['result'] for row in rows(west, status=1)['connections']}
    assert texts['block can be loaded'] == 'ok'
    assert texts[f'{folder}/block:2:1: 10.0.0.300: not an IP address'] == 'failed', texts
    assert f'-- {folder}/block\n10.0.0.0/8\n' in west.ipsec('barf')


def test_verify_ports(hosts):
    """Who has a port already is named."""
    west, _ = hosts
    holder = ('import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 500)); print(flush=1);'
              'import time; time.sleep(600)')
    enter = ['nsenter', '--preserve-credentials', '-U', '-n', '-t', str(west.holder.pid)]
    with test_pluto.ExitStack() as stack:
        test_pluto.hold(stack, [*enter, '/usr/bin/python3', '-c', holder])
        row = rows(west, status=1)['ports'][0]
    assert row['result'] == 'failed' and re.fullmatch(r'UDP 500: python3\S* has it already', row['text']), row


def certify(host, name):
    """A folder of its own for ipsecdir=, with a certificate and its key in files of that name."""
    folder = host.folder / 'ipsec.d'
    (folder / 'private').mkdir(parents=True)
    (folder / 'certs').mkdir()
    path = host.folder / 'ipsec.conf'
    path.write_text(path.read_text().replace('config setup', f'config setup\n    ipsecdir={folder}'))
    host.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
             '/CN=old', '-keyout', folder / 'private' / name, '-out', folder / 'certs' / name, '-days', '1')
    (folder / 'private' / name).chmod(0o600)
    return folder


def test_verify_certificates(hosts):
    """What has expired, and a key that others can read."""
    west, _ = hosts
    folder = certify(west, 'old.pem')
    found = rows(west)
    assert found['certificates'][0]['result'] == 'warning' and '(CN=old) expires at' in found['certificates'][0]['text']
    assert found['keys'][0]['result'] == 'ok' and found['keys'][0]['text'].endswith('private keys: 1'), found['keys']
    (folder / 'private/old.pem').chmod(0o644)
    assert 'old.pem' in rows(west)['keys'][0]['text']


def test_names_of_files(hosts):
    """They are any bytes: what is not UTF-8 hides neither a certificate nor a line of the log."""
    west, _ = hosts
    folder = certify(west, os.fsdecode(b'caf\xe9.pem'))
    west.ipsec('start')
    assert [Path(row['path']).name for row in west.json('whack', '--listcacerts')['intermediates']] == ['caf?.pem']
    keys = west.json('showhostkey', '--list', '--ipsecdir', folder)
    assert [Path(row['file']).name for row in keys] == ['caf?.pem']
    (folder / 'certs' / os.fsdecode(b'b\xe9.pem')).write_text('none')
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(test_pluto.LIMIT)
        control.connect(str(west.folder / 'run/pluto.ctl'))
        control.sendall(b'{"command": "monitor"}\n')
        lines = control.makefile()
        assert 'watching' in lines.readline()
        assert f'{folder}/certs/b?.pem: ' in west.ipsec('auto', '--rereadall', status=1)
        west.ipsec('stop')
        assert f'{folder}/certs/b?.pem: ' in lines.read()


def test_barf(hosts):
    """It works without pluto and with it, and has no secret in it."""
    west, east = hosts
    text = west.ipsec('barf')
    assert '==== configuration ====' in text and 'pluto does not run' in text
    assert '@west @east : PSK [masked]' in text
    up(west, east)
    text = west.ipsec('barf')
    for title in ('system', 'verify', 'status', 'stack', 'routes', 'configuration', 'keys and certificates',
                  'policy groups', "pluto's log"):
        assert f'==== {title} ====' in text, title
    assert 'IKE SA established' in text
    for word in (PSK, 'a secret'):
        assert word not in text


def test_barf_included_secrets(hosts):
    """Who includes ipsec.secrets in ipsec.conf has an error, but does not give the secret away."""
    west, _ = hosts
    west.configure(f'include {west.folder}/ipsec.secrets\n')
    assert PSK not in west.ipsec('barf')


def test_delete_state(hosts):
    """A Child SA, then the IKE SA, by their numbers; what is none is refused."""
    west, east = hosts
    up(west, east)
    assert '#9: there is no SA' in west.ipsec('whack', '--deletestate', '9', status=1)
    for wrong in ('x', '0', '-1', '4294967296'):
        west.ipsec('whack', '--deletestate', wrong, status=2)
    west.ipsec('whack', '--deletestate', '#2')
    assert not west.json('status')['child_sas'] and west.json('status')['ike_sas']
    west.ipsec('whack', '--deletestate', '1')
    assert not west.json('status')['ike_sas']
    test_pluto.wait_for('end', lambda: not east.json('status')['ike_sas'])


def test_names_of_status(hosts):
    """What other commands show, whack shows too."""
    west, east = hosts
    up(west, east)
    for name in ('connectionstatus', 'showstates', 'shuntstatus', 'globalstatus'):
        shown = [re.sub(r'in \d+s', '', text) for text in (west.ipsec('whack', f'--{name}'), west.ipsec(name))]
        assert shown[0] == shown[1], name
    assert west.ipsec('auto', '--checkpubkeys') == ''
    assert 'west-east' in west.ipsec('whack', '--connectionstatus')


def status_of(pid, task):
    text = (test_pluto.Path('/proc') / str(pid) / 'task' / str(task) / 'status').read_text()
    return dict(line.split(':\t', 1) for line in text.splitlines())


def test_privileges(hosts):
    """The loop keeps three capabilities, its threads none, and a tunnel still comes up with its routes."""
    west, east = hosts
    west.configure('config setup\n\tnhelpers=2\n')
    up(west, east)
    west.ping(test_pluto.INSIDE['east'])
    process = west.json('processstatus')
    assert set(process['capabilities']) == CAPABILITIES and process['threads'] == 2
    pid = process['pid']
    tasks = [int(path.name) for path in (test_pluto.Path('/proc') / str(pid) / 'task').iterdir()]
    assert len(tasks) == 3
    for task in tasks:
        status = status_of(pid, task)
        kept = int(status['CapEff'], 16)
        assert kept == int(status['CapPrm'], 16) == (0 if task != pid else 1 << 12 | 1 << 13 | 1 << 10), status
        assert status['NoNewPrivs'] == ('0' if task == pid else '1')
        assert int(status['CapBnd'], 16) == 1 << 12 | 1 << 13 | 1 << 10 | 1 << 1
    assert f'process {pid}' in west.ipsec('processstatus')


@pytest.mark.parametrize('command', ['verify', 'barf', 'processstatus', 'globalstatus'])
def test_usage(hosts, command):
    west, _ = hosts
    assert west.ipsec(command, '--help').startswith(f'usage: ipsec {command}')
    west.ipsec(command, '--nonsense', status=2)
