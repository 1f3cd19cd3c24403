# SPDX-License-Identifier: GPL-2.0-or-later
"""Cygnet's own build on hosts: which tests get it, and what is said when it is missing or old."""

import os

import pytest

from lab import hostspec, paths, stack, testcase
from lab.errors import UsageError

OLD, NEW = 1_000_000_000, 1_000_000_100


@pytest.fixture(name="checkout")
def _checkout(tmp_path, monkeypatch):
    """A checkout with a source and a stage made after it."""
    monkeypatch.delenv("CYGNET_STAGE", raising=False)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    for name in ("src/klips/core/sa.c", "src/klips/tests/test_sa.c", "build/stage/usr/local/sbin/ipsec", "build/stage.stamp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (OLD, OLD))
    os.utime(tmp_path / "build/stage.stamp", (OLD + 1, OLD + 1))
    return tmp_path


def _case(tmp_path, settings, **files):
    folder = tmp_path / "kind" / "name"
    folder.mkdir(parents=True)
    for name, text in {"01-east-west.sh": "true\n", "test.toml": settings, **files}.items():
        (folder / name).write_text(text)
    return testcase.load(folder)


def test_a_stage_newer_than_all_sources_is_taken(checkout):
    os.utime(checkout / "src/klips/tests/test_sa.c", (NEW, NEW))  # which is not installed
    assert stack.tree() == checkout / "build" / "stage"


def test_an_older_one_is_not(checkout):
    os.utime(checkout / "src/klips/core/sa.c", (NEW, NEW))
    with pytest.raises(UsageError, match=r"stage: older than src/klips/core/sa\.c: type 'make build'$"):
        stack.tree()


def test_one_that_was_not_finished_is_not(checkout):
    (checkout / "build/stage.stamp").unlink()
    with pytest.raises(UsageError, match="type 'make build'"):
        stack.tree()


def test_none_says_what_to_type(checkout):
    os.rename(checkout / "build/stage", checkout / "elsewhere")
    with pytest.raises(UsageError, match=r"stage: Cygnet is not built: type 'make build'$"):
        stack.tree()


def test_another_may_be_named_and_is_taken_as_it_is(checkout, monkeypatch):
    os.utime(checkout / "src/klips/core/sa.c", (NEW, NEW))
    os.rename(checkout / "build/stage", checkout / "asan")
    monkeypatch.setenv("CYGNET_STAGE", str(checkout / "asan"))
    assert stack.tree() == checkout / "asan"
    monkeypatch.setenv("CYGNET_STAGE", str(checkout / "src"))
    with pytest.raises(UsageError, match="CYGNET_STAGE names no tree with usr/"):
        stack.tree()


def test_a_test_about_an_own_stack_needs_what_that_needs(tmp_path):
    case = _case(tmp_path, 'stacks = ["klips-user"]\nneeds = ["tun"]\n')
    assert case.needs == ["tun"]
    assert stack.needs(["netkey"]) == []


def test_an_unknown_stack_is_refused(tmp_path):
    with pytest.raises(UsageError, match="unknown stack 'klip'; known are klips-user, netkey"):
        _case(tmp_path, 'stacks = ["klip"]\n')


@pytest.mark.parametrize(("settings", "layers"), [('stacks = ["klips-user"]\n', 1), ('stacks = ["netkey"]\n', 0), ("", 0)])
def test_hosts_get_the_stage_where_the_test_is_about_it(checkout, settings, layers):
    specs = hostspec.build(_case(checkout, settings), print)
    assert [spec.lowers for spec in specs] == [[str(checkout / "build/stage")] * layers] * 2


def test_a_peer_with_an_ipsec_command_keeps_it(checkout, monkeypatch):
    monkeypatch.setattr(hostspec.peers.Peer, "tree", lambda peer, progress: checkout / peer.name)
    for name in ("strongswan/usr/sbin/swanctl", "libreswan/usr/sbin/ipsec"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).write_text("")
    case = _case(checkout, 'stacks = ["klips-user"]\n', **{"east.swanctl.conf": "", "west.conf": ""})
    built = {spec.name: [path.rpartition("/")[2] for path in spec.lowers] for spec in hostspec.build(case, print)}
    assert built == {"east": ["strongswan", "stage"], "west": ["libreswan"]}
