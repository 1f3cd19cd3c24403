# SPDX-License-Identifier: GPL-2.0-or-later
"""`lab run --farm`: hosts read, loads sent, and runs that go elsewhere; over a stand-in for ssh, and over two real sshd."""

import json
import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import scratch

from lab.errors import UsageError
from lab.farm import hosts, load
from lab.farm.hosts import Host


# ---- hosts

def test_hosts_of_a_list_and_of_a_file(tmp_path):
    assert hosts.read("one, me@two:3,") == [Host("one"), Host("me@two", 3)]
    path = tmp_path / "hosts"
    path.write_text("# ours\none:2\n\nme@192.0.2.1   # slow\n")
    assert hosts.read(str(path)) == [Host("one", 2), Host("me@192.0.2.1")]


@pytest.mark.parametrize(("text", "said"), [
    ("one\ntwo:x\n", "hosts:2: expected HOST or HOST:SLOTS, found 'two:x'"),
    ("one\n-oProxyCommand=evil\n", "hosts:2: expected HOST or HOST:SLOTS"),
    ("one two\n", "hosts:1: expected HOST or HOST:SLOTS, found 'one two'"),
    ("one:0\n", "hosts:1: expected HOST or HOST:SLOTS"),
    ("one\none:3\n", "hosts:2: one is there twice"),
    ("# none\n", "no hosts are named there"),
])
def test_malformed_hosts_are_named_by_their_line(tmp_path, text, said):
    path = tmp_path / "hosts"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        hosts.read(str(path))


def test_a_hosts_file_must_be_there():
    with pytest.raises(UsageError, match="--farm /no/such/file: no such file"):
        hosts.read("/no/such/file")


# ---- runs, with a stand-in for ssh

@pytest.fixture(name="own", scope="module")
def _own():
    if not shutil.which("parallel"):
        pytest.skip("needs GNU parallel; 'tools/deps farm' installs it")
    own = scratch.another()
    for name in ("one", "two", "three", "four"):
        own.says(name, "echo fine", console={"west": scratch.console("west", ("echo fine", "fine\n"))})
    own.says("bad", "echo fine", console={"west": scratch.console("west", ("echo fine", "poor\n"))})
    return own


@pytest.fixture(name="farm")
def _farm(own, tmp_path):
    """Run tests on hosts; what was said, and the results by name. Its folder is that of the stand-in."""
    ssh = tmp_path / "ssh"
    ssh.write_text(scratch.SSH)
    ssh.chmod(0o755)
    environment = {**own.environment, "PARALLEL_SSH": str(ssh)}

    def farm(asked, *words, status=0):
        done = own.lab("run", "--json", "--farm", asked, *words, env=environment)
        assert done.returncode == status, (done.stdout, done.stderr)
        return done.stderr, {record["test"]: record for record in json.loads(done.stdout or "[]")}
    farm.path, farm.environment = tmp_path, environment
    return farm


def test_runs_come_back_and_what_is_needed_goes_once(own, farm):
    said, results = farm("a:1,b:1", "one", "two", "three")
    assert {record["class"] for record in results.values()} == {"pass"} and said.count("sending farm/") == 2
    for name, record in results.items():
        assert Path(record["out"]).is_relative_to(own.path) and record["cell"]["host"] in ("a", "b")
        assert (Path(record["out"]) / "west.console.txt").read_text().endswith("fine\nwest #\n")
        assert json.loads((Path(record["out"]) / "result.json").read_text())["test"] == name
    said, results = farm("a,b", "one")
    assert "sending" not in said
    own.says("more", "true", console={"west": scratch.console("west", ("true", ""))})
    said, results = farm("a", "more")
    assert said.count("sending farm/") == 1 and results["t/more"]["class"] == "pass"


def test_cygnets_programs_go_once_and_again_when_they_have_changed(own, farm, monkeypatch):
    if not os.access("/dev/net/tun", os.W_OK):
        pytest.skip("needs /dev/net/tun, as tests about KLIPS do")
    program = farm.path / "stage/usr/local/sbin/hello"
    program.parent.mkdir(parents=True)
    farm.environment["CYGNET_STAGE"] = str(farm.path / "stage")
    own.says("own", "hello", toml='stacks = ["klips-user"]\n', console={"west": scratch.console("west", ("hello", "one\n"))})
    own.says("other", "hello || true", toml='stacks = ["netkey"]\n')
    for text, classes, sent in (("one", "pass", 1), ("one", "pass", 0), ("two", "fail", 1)):
        program.write_text(f"#!/bin/sh\necho {text}\n")
        program.chmod(0o755)
        said, results = farm("a", "own", status=int(classes == "fail"))
        assert results["t/own"]["class"] == classes and said.count("stages/") == sent, said
    monkeypatch.delitem(farm.environment, "CYGNET_STAGE")
    said, results = farm("a", "other", status=3)  # and where no test is about them, they are not asked for
    assert "not found" in (Path(results["t/other"]["out"]) / "west.console.txt").read_text()


def test_a_failure_is_seen_by_another_host_too(farm):
    _, results = farm("a:1,b:1", "bad", "one", status=1)
    record = results["t/bad"]
    assert record["class"] == "fail" and [one["class"] for one in record["attempts"]] == ["fail", "fail"]
    assert len({one["out"] for one in record["attempts"]}) == 2 and (Path(record["out"]) / "diff.txt").exists()


def test_what_fails_on_one_host_and_passes_on_another_is_flaky(farm):
    (farm.path / "b.odd").touch()
    _, results = farm("b:2,a:1", "one", "two", "three", "four", "--repeat", "2", status=1)
    assert "flaky" in {record["class"] for record in results.values()} <= {"flaky", "pass"}
    assert [one["class"] for one in results["t/one"]["attempts"]].count("pass") == 2


def test_with_one_host_a_failure_is_a_failure(farm):
    _, results = farm("a", "bad", status=1)
    assert results["t/bad"]["class"] == "fail" and not results["t/bad"]["attempts"]


def test_hosts_that_are_away_are_told_and_done_without(farm):
    (farm.path / "b.away").touch()
    said, results = farm("b,a", "one")
    assert "host b is away: ssh: connect to host b: No route to host" in said and results["t/one"]["class"] == "pass"


def test_what_a_host_takes_along_is_run_elsewhere(farm):
    (farm.path / "b.dies").touch()
    said, results = farm("b:1,a:1", "one", "two", "three", "four")
    assert {record["class"] for record in results.values()} == {"pass"}, said
    assert {record["cell"]["host"] for record in results.values()} == {"a"}
    assert "host b is away and took along" in said


def test_the_last_host_goes_away(farm):
    (farm.path / "a.dies").touch()
    said, results = farm("a", "one", "two", status=3)
    assert {record["reason"] for record in results.values()} == {
        "no host brought it to an end; tried: a; it said: ssh: connect to host a: No route to host"}


def test_no_host_at_all(own, farm):
    (farm.path / "a.away").touch()
    done = own.lab("run", "one", "--farm", "a", env=farm.environment)
    assert done.returncode == 3 and done.stderr == "lab: none of the farm's 1 hosts answers\n"


@pytest.mark.parametrize(("words", "said"), [
    (("--farm", "a b"), "--farm: expected HOST or HOST:SLOTS, found 'a b'"),
    (("--farm", "a", "--keep"), "--farm: --keep, --stop-..., --live and --stress are for runs on this machine"),
    (("--farm", "a", "--retry", "1"), "a farm runs what did not pass again on another host"),
    (("--farm", "a", "--slurm"), "--farm and --slurm do not go together"),
    (("--slurm-args", "-p x"), "--slurm-args goes with --slurm"),
])
def test_wrong_usage_is_one_line(own, words, said):
    assert said in scratch.one_line(own.lab("run", "one", *words), 2)


def test_nothing_is_left_when_it_is_interrupted(own, farm):
    own.says("slow", "cat /dev/zero > /dev/null", toml="limit = 1000\ntotal = 1000\n")  # it ends if it is ended
    process = own.start("run", "slow", "one", "--farm", "a:2", env=farm.environment)
    try:
        pid = scratch.running(process, "cat /dev/zero")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=scratch.LIMIT)[0]
    finally:
        scratch.kill_group(process)
    assert process.returncode == 3 and "interrupted" in said
    scratch.until(lambda: not scratch.alive(pid), "what ran on the host to end")


# ---- loads

def test_a_load_is_named_by_its_content(tmp_path, monkeypatch):
    monkeypatch.setattr(load.paths, "ROOT", tmp_path)
    (tmp_path / "testing" / "t").mkdir(parents=True)
    (tmp_path / "testing" / "__pycache__").mkdir()
    (tmp_path / "testing" / "__pycache__" / "x").touch()
    (tmp_path / "lab").write_text("one")
    (tmp_path / "testing" / "t" / "link").symlink_to("../x")
    names = load._files()
    assert names == ["lab", "testing/t/link"]
    before = {load._hash(names)}
    (tmp_path / "lab").write_text("two")
    before.add(load._hash(names))
    (tmp_path / "lab").chmod(0o755)
    before.add(load._hash(names))
    (tmp_path / "testing" / "t" / "link").unlink()
    (tmp_path / "testing" / "t" / "link").symlink_to("../y")
    assert len(before | {load._hash(names)}) == 4


# ---- two real hosts: sshd in network namespaces

_LAN = """\
ip link set lo up && ip link add br0 type bridge && ip address add 192.0.2.1/24 dev br0 && ip link set br0 up && echo up && cat
"""
_HOST = """\
mount --bind "$1/passwd" /etc/passwd && mkdir -p /run/sshd && echo $$ && read -r go &&
ip link set lo up && ip address add "$2/24" dev eth0 && ip link set eth0 up && echo up &&
exec "$3" -D -e -f "$1/sshd_config"
"""


class _Hosts:
    """Two hosts with an sshd each, on a network with a machine between; all end with this."""

    def __init__(self, folder, sshd, libraries):
        self.folder, self._started = folder, []
        self._files(folder)
        lan = self._unshare("--net", "sh", "-c", _LAN)
        assert lan.stdout.readline() == "up\n"
        self.lan = scratch.children(lan.pid)[0] if scratch.children(lan.pid) else lan.pid
        for number in (2, 3):
            self._host(number, sshd, libraries)

    def _unshare(self, *words, **settings):
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", *words], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, **settings)
        self._started.append(process)
        return process

    def _files(self, folder):
        for name in ("key", "host_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "passwd").write_text(Path("/etc/passwd").read_text() + "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n")
        common = (f"HostKey {folder}/host_key\nAuthorizedKeysFile {folder}/key.pub\nStrictModes no\nPermitRootLogin yes\n"
                  "PasswordAuthentication no\nPidFile none\nLogLevel ERROR\n")
        for number in (2, 3):
            home = folder / f"h{number}"
            home.mkdir()
            shutil.copy(folder / "passwd", home)
            (home / "sshd_config").write_text(f"{common}SetEnv CYGNET_CACHE={home}/cache\n")
        (folder / "config").write_text(
            "".join(f"Host h{number}\n  HostName 192.0.2.{number}\n" for number in (2, 3))
            + f"Host *\n  User root\n  IdentityFile {folder}/key\n  UserKnownHostsFile {folder}/known\n"
            "  StrictHostKeyChecking accept-new\n  LogLevel ERROR\n")

    def _host(self, number, sshd, libraries):
        home = self.folder / f"h{number}"
        process = self._unshare("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", _HOST, "sh",
                                str(home), f"192.0.2.{number}", str(sshd), stderr=open(home / "log", "wb"),
                                env={**os.environ, "LD_LIBRARY_PATH": libraries})
        assert process.stdout.readline() == "1\n"
        (inside,) = scratch.children(process.pid)
        subprocess.run(["nsenter", "-t", str(self.lan), "-n", "sh", "-c", f"ip link add v{number} type veth peer name eth0 "
                        f"netns {inside} && ip link set v{number} master br0 up"], check=True)
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "up\n"
        return process

    def end(self):
        """End all."""
        for process in self._started:
            process.kill()
            process.communicate()


@pytest.fixture(name="two", scope="module")
def _two(own, tmp_path_factory):
    if os.geteuid():
        pytest.skip("sshd changes users, which takes root")
    from lab import debs, paths
    from lab.errors import UnresolvedError
    try:
        tree = debs.fetch(["openssh-server"], paths.cache() / "tools" / "openssh-server", print)
    except UnresolvedError as error:
        pytest.skip(f"no sshd: {error}")
    libraries = ":".join(sorted({str(path.parent) for path in tree.rglob("lib*.so*")}))
    made = _Hosts(tmp_path_factory.mktemp("two"), tree / "usr" / "sbin" / "sshd", libraries)
    yield made
    made.end()


def test_two_hosts_over_ssh(own, two):
    ssh = shlex.join(["ssh", "-F", str(two.folder / "config")])
    done = own.lab("run", "--json", "one", "two", "three", "bad", "--farm", "h2:1,h3:1",
                   before=("nsenter", "-t", str(two.lan), "-n"), env={**own.environment, "PARALLEL_SSH": ssh})
    assert done.returncode == 1, (done.stderr, [(two.folder / f"h{number}" / "log").read_text() for number in (2, 3)])
    results = {record["test"]: record for record in json.loads(done.stdout)}
    assert [results[f"t/{name}"]["class"] for name in ("one", "two", "three", "bad")] == ["pass", "pass", "pass", "fail"]
    assert {record["cell"]["host"] for record in results.values()} == {"h2", "h3"}
    assert len(results["t/bad"]["attempts"]) == 2
    assert all(list((two.folder / f"h{number}" / "cache" / "farm").iterdir()) for number in (2, 3))
