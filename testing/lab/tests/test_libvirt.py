# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt's domains: their XML, the guest's agent, the wires' ports, defining and removing, with a virsh made up here.

The same with a real one is in test_libvirt_real.py.
"""

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lab import cli, paths, stack, topology
from lab.errors import UnresolvedError, UsageError
from lab.guests import qemu
from lab.libvirt import agent, define, domain, inside, store, switch, virsh
from lab.testcase import TestCase

_FAKE = Path(__file__).resolve().parent / "fake_virsh.py"
_MACS = ("12:00:00:dc:bc:ff", "12:00:00:64:64:23")


@pytest.fixture(name="libvirt")
def _libvirt(tmp_path, monkeypatch):
    """A virsh made up here, and the folder of its domains and networks, one file each."""
    programs, state = tmp_path / "programs", tmp_path / "state"
    programs.mkdir()
    for kind in ("domain", "network", "up"):
        (state / kind).mkdir(parents=True)
    (programs / "virsh").symlink_to(_FAKE)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_VIRSH", str(state))
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    return state


@pytest.fixture(name="program")
def _program(monkeypatch):
    monkeypatch.setattr(qemu, "program", lambda: "/usr/bin/qemu-system-x86_64")


def _domain(cards, **settings) -> domain.Domain:
    given = {"title": "gateway of <eastnet> & more", "machine": qemu.Machine("tcg", "q35", 640), "kernel": Path("/c/vmlinuz"),
             "initrd": Path("/c/initrd"), "arguments": "console=ttyS0 LAB_HOST=east",
             "disks": (qemu.Disk("root", Path("/c/a b/root")), qemu.Disk("out", Path("/o"), writable=True)),
             "log": Path("/c/east.log"), "about": {"kernel": "6.1"}, **settings}
    return domain.Domain("east", cards=cards, **given)


def test_domain(program):
    top = ET.fromstring(_domain((domain.Card(_MACS[0], ports=(5, 6)), domain.Card(_MACS[1], network="cygnet-internet"))).xml())
    assert (top.get("type"), top.findtext("name"), top.findtext("memory")) == ("qemu", "cygnet-east", "640")
    assert domain.mark(top) == {"name": "east", "kernel": "6.1"}
    assert (top.findtext("os/kernel"), top.findtext("os/cmdline")) == ("/c/vmlinuz", "console=ttyS0 LAB_HOST=east")
    disks = [(one.findtext("serial"), one.find("source").get("file"), one.find("target").get("dev"),
              one.find("readonly") is not None) for one in top.iterfind("devices/disk")]
    assert disks == [("root", "/c/a b/root", "vda", True), ("out", "/o", "vdb", False)]
    udp, bridged = top.iterfind("devices/interface")
    assert (udp.get("type"), udp.find("source").get("port"), udp.find("source/local").get("port")) == ("udp", "6", "5")
    assert (bridged.find("source").get("network"), bridged.find("mac").get("address")) == ("cygnet-internet", _MACS[1])
    assert [one.find("target").get("name") for one in top.iterfind("devices/channel")] == ["lab", agent.PORT]
    assert top.find("seclabel") is None


def test_wires_of_a_session_stay_on_this_machine(program):
    group = domain.group_of("swan", "internet")
    top = ET.fromstring(_domain((domain.Card(_MACS[1], group=group),)).xml())
    words = [one.get("value") for one in top.iter("{http://libvirt.org/schemas/domain/qemu/1.0}arg")]
    assert top.find("devices/interface") is None
    assert words[1] == f"socket,id=wire0,mcast={group[0]}:{group[1]},localaddr=127.0.0.1" and f"mac={_MACS[1]}" in words[3]
    assert group[0].startswith("239.255.") and group == domain.group_of("swan", "internet")
    assert len({domain.group_of("swan", wire) for wire in topology.load("swan").wires}) == len(topology.load("swan").wires)


@pytest.mark.parametrize("settings", [{"arguments": "quiet"}, {"about": {"kernel": "6.12"}}, {"kernel": Path("/d")},
                                      {"restarts": False}, {"owner": (1000, 1000)}])
def test_digest_tells_what_changed(program, settings):
    assert _domain(()).digest() == _domain(()).digest() != _domain((), **settings).digest()


@pytest.mark.skipif(not shutil.which("virt-xml-validate") or not shutil.which("xmllint"), reason="no virt-xml-validate")
@pytest.mark.parametrize("settings", [{}, {"owner": (0, 0), "machine": qemu.Machine("kvm", "q35")}])
def test_libvirt_takes_the_xml(program, tmp_path, settings):
    cards = (domain.Card(_MACS[0], ports=(5, 6)), domain.Card(_MACS[1], group=("239.255.1.2", 12345)))
    for name, text in (("domain", _domain(cards, **settings).xml()), ("network", domain.network_xml("eastnet", "a & b"))):
        (tmp_path / name).write_text(text)
        assert subprocess.run(["virt-xml-validate", tmp_path / name, name], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("request_, said, then", [
    ({"execute": "guest-sync", "arguments": {"id": 7}}, b'{"return": 7}\n', None),
    ({"execute": "guest-sync-delimited", "arguments": {"id": 7}}, b'\xff{"return": 7}\n', None),
    ({"execute": "guest-ping"}, b'{"return": {}}\n', None),
    ({"execute": "guest-shutdown"}, b"", 0x4321FEDC),
    ({"execute": "guest-shutdown", "arguments": {"mode": "reboot"}}, b"", 0x01234567),
])
def test_agent(request_, said, then):
    assert agent.answer(b"\xff" + json.dumps(request_).encode() + b"\n") == (said, then)


@pytest.mark.parametrize("line, said", [
    (b"{", b"not a request"), (b"[]", b"not a request"), (b'{"execute": "guest-file-open"}', b"CommandNotFound"),
    (b'{"execute": "guest-shutdown", "arguments": {"mode": "fly"}}', b"no mode fly")])
def test_agent_refuses(line, said):
    answer, then = agent.answer(line)
    assert said in answer and then is None


def test_ports_of_a_card_are_connected_to_each_other():
    one = switch.plug()
    guest, ours = one.ports
    assert one.ours.getpeername() == ("127.0.0.1", guest) and one.ours.getsockname() == ("127.0.0.1", ours)
    one.ours.send(b"frame")
    assert one.kept.recv(100) == b"frame"
    one.release()
    one.ours.close()


def _case(*hosts: str) -> TestCase:
    return TestCase(paths.TESTING, "", [], list(hosts), {}, topology.load("swan"))


@pytest.fixture(name="defines")
def _defines(libvirt, program, tmp_path, monkeypatch):
    """What defines hosts with kernels and disks that are a few bytes; returns what was done."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store.image, "write", lambda tree, target, leave_out=(): target.write_text(str(target)))
    monkeypatch.setattr(store.py_compile, "compile", lambda *words, **settings: None)
    monkeypatch.setattr(define.hostspec, "build", lambda case, progress: [
        define.hostspec.HostSpec(host, "/testing/t/t", {}, files=[{"path": str(paths.TESTING / "f")}]) for host in case.hosts])

    def provide(kernel, memory, cards, top, progress):
        for name in (f"{kernel}-vmlinuz", "initrd-1"):
            (top / name).touch()
        return define.Parts(top / f"{kernel}-vmlinuz", top / "initrd-1", qemu.Machine("tcg", "q35", memory), (), {})

    monkeypatch.setattr(define, "provide", provide)

    def defines(*hosts: str, kernel: str = "6.1", uri: str = virsh.SESSION) -> dict[str, str]:
        wanted = define.Wanted(_case(*hosts), dict.fromkeys(hosts, kernel), 512)
        return define.define(virsh.Connection(uri), wanted, lambda text: None)
    return defines


def test_define_again_and_remove(libvirt, defines):
    assert defines("east", "west") == {"cygnet-east": "defined", "cygnet-west": "defined"}
    assert defines("east", "west") == {"cygnet-east": "unchanged", "cygnet-west": "unchanged"}
    assert defines("east", kernel="6.12") == {"cygnet-east": "updated"}
    connection = virsh.Connection(virsh.SESSION)
    top = store.folder(virsh.SESSION)
    assert {mark["kernel"] for mark in define.ours(connection).values()} == {"6.1", "6.12"}
    assert (top / "6.12-vmlinuz").exists() and (top / "6.1-vmlinuz").exists()
    assert define.undefine(connection, ["west"]) == ["cygnet-west"]
    assert not (top / "6.1-vmlinuz").exists() and (top / "6.12-vmlinuz").exists()
    assert define.undefine(connection, []) == ["cygnet-east"]
    assert not top.exists() and not list((libvirt / "domain").iterdir())


def test_the_lock_of_a_run_outlives_a_definition(defines):
    defines("east")
    lock = store.folder(virsh.SESSION) / store.RUN_LOCK
    lock.touch()
    defines("east", kernel="6.12")
    assert lock.exists()


def test_what_is_not_ours_is_left_alone(libvirt, defines):
    foreign = libvirt / "domain" / "cygnet-west"
    foreign.write_text("<domain><name>cygnet-west</name></domain>")
    with pytest.raises(UsageError, match="a domain 'cygnet-west' that is not the lab's"):
        defines("east", "west")
    assert [path.name for path in (libvirt / "domain").iterdir()] == ["cygnet-west"]
    defines("east")
    connection = virsh.Connection(virsh.SESSION)
    with pytest.raises(UsageError, match="not the lab's"):
        define.undefine(connection, ["east", "west"])
    assert define.undefine(connection, []) == ["cygnet-east"]
    assert foreign.exists()


def test_all_or_nothing(libvirt, defines):
    (libvirt / "refuse").write_text("cygnet-west")
    with pytest.raises(UnresolvedError, match="virsh -c qemu:///session define: XML error: no cygnet-west"):
        defines("east", "west")
    assert not list((libvirt / "domain").iterdir())


def test_wires_of_the_system_are_networks(libvirt, defines):
    defines("east", "west", uri=virsh.SYSTEM)
    names = {"cygnet-eastnet", "cygnet-westnet", "cygnet-internet"}
    assert {path.name for path in (libvirt / "network").iterdir()} == names
    east = ET.parse(libvirt / "domain" / "cygnet-east")
    assert {one.get("network") for one in east.iterfind("devices/interface/source")} == {"cygnet-eastnet", "cygnet-internet"}
    assert east.findtext("seclabel/label") == f"+{os.geteuid()}:+{os.getegid()}"
    connection = virsh.Connection(virsh.SYSTEM)
    define.undefine(connection, ["east"])
    assert {path.name for path in (libvirt / "network").iterdir()} == names
    assert set(define.undefine(connection, [])) == {"cygnet-west", *names}
    assert not list((libvirt / "network").iterdir())


def test_order_of_a_host_by_itself(defines, monkeypatch):
    taken = {}
    monkeypatch.setattr(store, "code", lambda top, orders: taken.update(orders) or top / "code-1")
    defines("east")
    order = json.loads(taken["east"])
    assert order["cards"] == list(_MACS) and order["network"]["to"] == "east"
    assert order["begin"]["hosts"][0]["folder"] == "/testing" and "name eth1" in order["begin"]["links"]
    assert order["begin"]["hosts"][0]["files"] == [{"path": "/mnt/testing/f"}]
    assert inside.ORDERS == "hosts"


def test_programs_of_cygnets_own_are_on_a_disk(libvirt, defines, monkeypatch, tmp_path):
    taken = {}
    monkeypatch.setattr(store, "code", lambda top, orders: taken.update(orders) or top / "code-1")
    monkeypatch.setenv("CYGNET_STAGE", str(tmp_path / "stage"))
    (tmp_path / "stage/usr").mkdir(parents=True)
    (tmp_path / "stage/usr/hello").write_text("one")
    case = _case("east")
    case.stacks.append("klips-user")
    monkeypatch.setattr(define.hostspec, "build", lambda case, progress: [
        define.hostspec.HostSpec("east", "/testing/t/t", {}, lowers=[str(stack.tree())])])
    connection = virsh.Connection(virsh.SESSION)
    define.define(connection, define.Wanted(case, {"east": "6.1"}, 512), print)
    assert json.loads(taken["east"])["begin"]["hosts"][0]["lowers"] == ["/mnt/stage"]
    (description,) = connection.described(["cygnet-east"]).values()
    disks = {disk.findtext("serial"): disk.find("source").get("file") for disk in description.iterfind("devices/disk")}
    assert disks["stage"].startswith(f"{store.folder(virsh.SESSION)}/stage-") and os.path.exists(disks["stage"])


def test_a_matrix_has_the_domains_for_a_column(libvirt, tmp_path, capsys):
    words = ["--place", "libvirt", "--kernel", "6.1", "--seed", "7", "--out", str(tmp_path / "out")]
    assert cli.main(["matrix", "hosts/empty", *words]) == 3
    said = capsys.readouterr().out
    assert "has no domain for" in said and said.count("hosts/empty  unresolved [1]") == 1


@pytest.mark.parametrize("words, status, said", [
    (["define", "nobody"], 2, "no host 'nobody'; there are west, east"),
    (["define", "east", "--kernel", "west=6.1"], 2, "--kernel: no host 'west' among east"),
    (["define", "--kernel", "uml-6.1"], 2, "kernel 'uml-6.1' is built for arch um"),
    (["list", "east"], 2, "libvirt list takes no hosts"), (["list", "--memory", "5"], 2, "are for 'lab libvirt define'"),
    (["undefine", "east"], 2, "has no domain cygnet-east; it has none"),
    (["list", "--connect", "xen:///system"], 2, "the hosts need QEMU on this machine"),
    (["list", "--connect", "qemu+ssh://host/system"], 2, "the hosts need QEMU on this machine"),
    (["list", "--connect", "qemu:///system"], 0, ""),
])
def test_command(libvirt, capsys, words, status, said):
    assert cli.main(["libvirt", *words]) == status
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == bool(said)


def test_no_connection(libvirt, capsys):
    (libvirt / "down").touch()
    assert cli.main(["libvirt"]) == 3
    said = capsys.readouterr().err
    assert "no connection: Failed to connect socket" in said and said.count("\n") == 1


def test_no_virsh(libvirt, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli.main(["libvirt"]) == 3
    assert capsys.readouterr().err == "lab: virsh: no such command; 'make deps-libvirt' installs what it takes\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="for root")
def test_root_has_no_session(libvirt, capsys):
    assert cli.main(["libvirt", "--connect", virsh.SESSION]) == 2
    assert "libvirt has no session for root" in capsys.readouterr().err


def test_run_without_domains(libvirt, tmp_path, capsys):
    assert cli.main(["run-one", "--place", "libvirt", "--out", str(tmp_path / "out"), "hosts/empty"]) == 3
    assert "has no domain for" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["--real-time"], ["--seed", "7"], ["--gdb"], ["--machine", "q35"], ["--processors", "2"],
                                   ["--no-snapshot"]])
def test_options_that_do_not_fit(libvirt, tmp_path, capsys, words):
    assert cli.main(["run-one", "--place", "libvirt", *words, "--out", str(tmp_path / "out"), "hosts/empty"]) == 2
    assert "are not for libvirt's domains" in capsys.readouterr().err


def test_make_passes_its_words_on():
    done = subprocess.run(["make", "-n", "-C", paths.ROOT, "kvm-install", "HOSTS=east west", "KERNEL=6.12 east=6.1",
                                   "CONNECT=qemu:///system"], capture_output=True, text=True, timeout=60, check=True)
    assert "./lab libvirt define east west --kernel 6.12 --kernel east=6.1 --connect qemu:///system" in done.stdout
