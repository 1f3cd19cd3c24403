# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may run the lab: an ordinary user, root without user namespaces, and what is said where neither may."""

import errno
import os
import shutil
from pathlib import Path

import pytest
import scratch

from lab.place import userns

PING = "../../guestbin/ping-once.sh --up 192.1.2.23"
LOOK = ["id -un", "touch /etc/mine /etc/ssl/mine /root/mine /var/lib/mine && echo mine", PING,
        "echo nobody >>/etc/hosts; tail -n 1 /etc/hosts", "chown daemon /tmp 2>/dev/null && echo others; true"]
SAID = ["root\n", "mine\n", "up\n", "nobody\n", ""]
USER = 12345

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; as one the rest shows the same")


@pytest.fixture(name="user", scope="module")
def _user():
    """A checkout that belongs to an ordinary user."""
    user = scratch.another()
    user.test("looks", {"01-west-look.sh": "\n".join(LOOK) + "\n"}, {"west": scratch.console("west", *zip(LOOK, SAID))},
              toml='hosts = ["west", "east"]\n')
    user.says("tun", "true", console={"west": scratch.console("west", ("true", ""))}, toml='needs = ["tun"]\n')
    for path in (user.path, *user.path.rglob("*")):
        os.chown(path, USER, USER, follow_symlinks=False)
    user.before = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs")
    return user


def test_an_ordinary_user_runs_hosts_and_captures_their_wire(user):
    record = user.result("looks", before=user.before)
    assert (record["class"], record["reason"]) == ("pass", "")
    assert record["wires"]["internet"]["packets"] >= 2 and record["wires"]["internet"]["drops"] == 0
    assert Path(record["out"], "internet.pcap").stat().st_uid == USER


def test_an_ordinary_user_keeps_hosts_and_only_he_can_reach_them(user):
    assert user.lab("run", "--keep", "looks", before=user.before).returncode == 0
    done = user.lab("exec", "looks", "west", "id", "-u", before=user.before)
    other = ("setpriv", "--reuid=12346", "--regid=12346", "--clear-groups")
    assert "not up" in scratch.one_line(user.lab("exec", "looks", "west", "id", before=other), 2)
    assert user.lab("stop", "--all", before=user.before).returncode == 0
    assert done.stdout == "0\n"


def test_a_test_that_needs_a_closed_device_is_skipped_with_the_reason(user):
    hide = ('mount -t tmpfs none /dev/net && mknod /dev/net/tun c 10 200 && chmod 600 /dev/net/tun; shift; exec "$@"')
    shut = ("unshare", "--mount", "sh", "-c", hide, "sh", "-", *user.before)
    record = user.result("tun", before=shut)
    assert record["class"] == "skipped" and "/dev/net/tun is closed to this user" in record["reason"]
    gone = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /dev/net; shift; exec "$@"', "sh", "-", *user.before)
    record = user.result("tun", before=gone)
    assert record["class"] == "skipped" and "this machine has no /dev/net/tun" in record["reason"]
    assert user.lab("run", "tun", before=gone).returncode == 0


# In a user namespace of its own, whose root may forbid further ones: to the machine's settings nothing happens.
FORBID = ("unshare", "--user", "--map-root-user", "sh", "-c",
          'echo 0 >/proc/sys/user/max_user_namespaces; shift; exec "$@"', "sh", "-")


def test_where_user_namespaces_are_forbidden_the_line_says_by_what(user):
    bare = (*FORBID, "setpriv", "--bounding-set=-all", "--inh-caps=-all")
    before = (*user.before[:-1], *bare)
    done = user.lab("run", "--json", "looks", before=before)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert "user.max_user_namespaces=0" in done.stdout
    assert "'sysctl -w user.max_user_namespaces=10000'" in done.stdout and "run the lab as root" in done.stdout
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("[1/1]")]
    assert "namespaces are forbidden here" in line


def test_root_needs_no_user_namespaces():
    own = scratch.another()
    own.says("fine", PING, console={"west": scratch.console("west", (PING, "up\n"))}, toml='hosts = ["west", "east"]\n')
    record = own.result("fine", before=FORBID)
    assert (record["class"], record["reason"]) == ("pass", "")


@pytest.mark.parametrize(("settings", "said"), [
    ({"kernel/unprivileged_userns_clone": "0"}, "'sysctl -w kernel.unprivileged_userns_clone=1'"),
    ({"user/max_user_namespaces": "0"}, "'sysctl -w user.max_user_namespaces=10000'"),
    ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'"),
    ({"user/max_user_namespaces": "100", "kernel/unprivileged_userns_clone": "1"}, "seccomp"),
])
def test_each_setting_that_forbids_is_named(monkeypatch, tmp_path, settings, said):
    for name, value in settings.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(value + "\n")
    monkeypatch.setattr(userns, "Path", lambda *words: tmp_path.joinpath(*words[1:]))
    line = userns.refusal(OSError(errno.EPERM, "Operation not permitted"))
    assert said in line and "root" in line and "\n" not in line


def test_too_deep_a_nesting_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(userns, "Path", lambda *words: tmp_path.joinpath(*words[1:]))
    assert "nesting limit" in userns.refusal(OSError(errno.ENOSPC, "No space left on device"))


def test_a_read_only_checkout_of_another_user(user, tmp_path):
    """What is run may belong to somebody else, as long as there is a place for the outputs."""
    own = scratch.another()
    own.says("fine", "echo fine", console={"west": scratch.console("west", ("echo fine", "fine\n"))})
    out = Path(shutil.os.path.realpath("/tmp")) / f"{tmp_path.parent.name}-out-{os.getpid()}"
    out.mkdir()
    os.chown(out, USER, USER)
    try:
        environment = {**own.environment, "HOME": str(out), "CYGNET_CACHE": str(out / "cache")}
        done = own.lab("run-one", "fine", "--out", str(out / "run"), before=user.before, env=environment)
        assert "Traceback" not in done.stderr and (out / "run" / "west.console.txt").exists()
    finally:
        shutil.rmtree(out)
