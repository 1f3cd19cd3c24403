# SPDX-License-Identifier: GPL-2.0-or-later
"""Cygnet's own build on hosts: which tests get it, what is said when it is missing or old, and libraries that go with it."""

import os
import shutil
import time
from pathlib import Path

import pytest

from lab import carried, cli, hostspec, paths, runone, stack, testcase, verdict
from lab.errors import UnresolvedError, UsageError
from lab.place.frames import unpack

OLD, NEW = 1_000_000_000, 1_000_000_100


@pytest.fixture(name="checkout")
def _checkout(tmp_path, monkeypatch):
    """A checkout with a source and a stage made after it."""
    monkeypatch.delenv("CYGNET_STAGE", raising=False)
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
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
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return testcase.load(folder)


def test_a_stage_newer_than_all_sources_is_taken(checkout):
    os.utime(checkout / "src/klips/tests/test_sa.c", (NEW, NEW))  # which is not installed
    assert stack.built() == checkout / "build" / "stage"


def test_an_older_one_is_not(checkout):
    os.utime(checkout / "src/klips/core/sa.c", (NEW, NEW))
    with pytest.raises(UsageError, match=r"stage: older than src/klips/core/sa\.c: type 'make build'$"):
        stack.tree()
    assert not (checkout / "cache").exists()


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
    assert stack.built() == checkout / "asan"
    monkeypatch.setenv("CYGNET_STAGE", str(checkout / "src"))
    with pytest.raises(UsageError, match="CYGNET_STAGE names no tree with usr/"):
        stack.tree()


def test_hosts_get_a_copy_that_stays_as_it_is(checkout):
    program = checkout / "build/stage/usr/local/sbin/ipsec"
    program.write_text("first")
    program.chmod(0o755)
    first = stack.tree()
    assert first.parent == checkout / "cache" / "stages" and (first / "usr/local/sbin/ipsec").read_text() == "first"
    assert os.access(first / "usr/local/sbin/ipsec", os.X_OK)
    program.write_text("second")
    os.utime(checkout / "src/klips/core/sa.c", (2 * NEW, 2 * NEW))  # no test of this run is to fail for that
    assert stack.tree() == first and (first / "usr/local/sbin/ipsec").read_text() == "first"


def test_a_copy_is_named_by_what_is_in_it(checkout):
    def kept() -> Path:
        return stack.keep(stack.files(checkout / "build/stage"))
    program = checkout / "build/stage/usr/local/sbin/ipsec"
    names = [kept(), kept()]
    os.utime(program, (NEW, NEW))
    names.append(kept())
    assert len(set(names)) == 1
    program.chmod(0o755)
    names.append(kept())
    program.write_text("other")
    names.append(kept())
    program.with_name("link").symlink_to("ipsec")
    names.append(kept())
    assert len(set(names)) == 4 and os.readlink(names[-1] / "usr/local/sbin/link") == "ipsec"


def test_a_build_while_it_is_copied_is_told(checkout, monkeypatch):
    monkeypatch.setattr(shutil, "copy2", lambda source, target, **words: target.write_text("another's"))
    with pytest.raises(UnresolvedError, match="a build is under way"):
        stack.tree()
    found = stack.files(checkout / "build/stage")
    (checkout / "build/stage/usr/local/sbin/ipsec").unlink()
    with pytest.raises(UnresolvedError, match="a build is under way"):
        stack.keep(found)
    assert not list((checkout / "cache" / "stages").glob("[0-9a-f]*"))


def test_a_test_about_an_own_stack_needs_what_that_needs(tmp_path):
    case = _case(tmp_path, 'stacks = ["klips-user"]\nneeds = ["tun"]\n')
    assert case.needs == ["tun"]
    assert stack.needs(["netkey"]) == []


def test_an_unknown_stack_is_refused(tmp_path):
    with pytest.raises(UsageError, match="unknown stack 'klip'; known are klips-user, auto, klips-kernel, netkey"):
        _case(tmp_path, 'stacks = ["klip"]\n')


@pytest.mark.parametrize(("settings", "layers"), [('stacks = ["klips-user"]\n', 1), ('stacks = ["netkey"]\n', 0), ("", 0)])
def test_hosts_get_the_stage_where_the_test_is_about_it(checkout, settings, layers):
    specs = hostspec.build(_case(checkout, settings), print)
    assert [spec.lowers for spec in specs] == [[str(stack.tree())] * layers] * 2


def test_a_peer_with_an_ipsec_command_keeps_it(checkout, monkeypatch):
    monkeypatch.setattr(hostspec.peers.Peer, "tree", lambda peer, progress: checkout / peer.name)
    for name in ("strongswan/usr/sbin/swanctl", "libreswan/usr/sbin/ipsec"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).write_text("")
    case = _case(checkout, 'stacks = ["klips-user"]\n', **{"east.swanctl.conf": "", "west.conf": ""})
    built = {spec.name: [path.rpartition("/")[2] for path in spec.lowers] for spec in hostspec.build(case, print)}
    assert built == {"east": ["strongswan", stack.tree().name], "west": ["libreswan"]}


def test_certificates_are_where_cygnet_looks_for_them(checkout):
    case = _case(checkout, 'stacks = ["auto"]\nx509 = "ed25519"\n')
    for spec in hostspec.build(case, print):
        modes = {entry["path"]: entry["mode"] for entry in spec.files if entry["path"].startswith("/etc/ipsec.d/")}
        assert modes == {"/etc/ipsec.d/cacerts/ca.crt": 0o644, f"/etc/ipsec.d/certs/{spec.name}.crt": 0o644,
                         f"/etc/ipsec.d/private/{spec.name}.key": 0o600}


def test_secrets_are_roots_alone_whatever_a_checkout_keeps(checkout):
    files = {"west/etc/ipsec.secrets": ': PSK "a"\n', "west/etc/hosts": "", "west/etc/ipsec.d/private/west.key": "key\n"}
    case = _case(checkout, 'stacks = ["auto"]\n', **files)
    spec, _ = hostspec.build(case, print)
    secret = {entry["path"]: unpack(entry["data"]) for entry in spec.files if entry["mode"] == 0o600}
    assert secret == {"/etc/ipsec.secrets": b': PSK "a"\n', "/etc/ipsec.d/private/west.key": b"key\n"}


def test_several_kinds_of_keys_go_where_there_is_a_place_for_each(checkout, monkeypatch):
    monkeypatch.setattr(hostspec.peers.Peer, "tree", lambda peer, progress: checkout / peer.name)
    (checkout / "openiked").mkdir()
    case = _case(checkout, 'stacks = ["auto"]\nx509 = ["ed25519", "ecdsa"]\n', **{"east.iked.conf": ""})
    files = {spec.name: sorted(entry["path"] for entry in spec.files if "/etc/i" in entry["path"]) for spec in
             hostspec.build(case, print)}
    assert files["west"] == [f"/etc/ipsec.d/{name}" for name in (
        "cacerts/ca.crt", "certs/west-ecdsa.crt", "certs/west.crt", "private/west-ecdsa.key", "private/west.key")]
    assert files["east"] == [f"/etc/iked{name}" for name in (
        ".conf", "/ca/ca.crt", "/certs/east-ecdsa.crt", "/certs/east.crt", "/private/local.key")]


# ---- what goes to other machines

@pytest.fixture(name="program")
def _program(checkout):
    """A program of the stage that needs libcrypto.so.3 and the C library."""
    program = checkout / "build/stage/usr/local/sbin/ipsec"
    shutil.copy(shutil.which("openssl"), program)
    os.utime(program, (NEW, NEW))
    return program


def _crypto(folder: Path) -> list[Path]:
    return sorted(folder.rglob("libcrypto.so.3"))


def test_what_any_machine_has_is_not_carried(program, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", Path(__file__).resolve().parents[3])  # whose tools/debian-packages names openssl
    monkeypatch.setattr(stack, "_SOURCES", ())
    assert stack.files(carried.tree()).keys() == stack.files(stack.tree()).keys()


def test_other_libraries_are_carried_where_they_lie_here(program, monkeypatch):
    here = {os.path.realpath(path) for path in Path("/usr/lib").rglob("libc.so.6")}
    monkeypatch.setattr(carried, "_of_every_machine", lambda: here)
    made = carried.tree()
    (library,) = _crypto(made)
    assert (Path("/") / library.relative_to(made)).read_bytes() == library.read_bytes()
    assert not library.is_symlink() and not list(made.rglob("libc.so.6"))
    assert os.access(made / "usr/local/sbin/ipsec", os.X_OK) and not _crypto(stack.tree())


def test_a_library_that_is_in_the_tree_is_taken_from_there(program, monkeypatch):
    monkeypatch.setattr(carried, "_of_every_machine", set)
    monkeypatch.setenv("CYGNET_STAGE", str(carried.tree()))
    assert not any("libcrypto" in str(path) for path in carried.libraries(stack.tree()))
    assert carried.tree() == stack.tree()


def test_modules_are_carried_by_their_kernels(program, tmp_path, monkeypatch):
    monkeypatch.setattr(carried, "_of_every_machine", set)
    for kernel in ("6.1.0-50", "6.12.100"):
        (tmp_path / kernel).mkdir()
        (tmp_path / kernel / "ipsec.ko").write_text(kernel)
    made = carried.tree([str(tmp_path / "6.1.0-50/ipsec.ko"), str(tmp_path / "6.12.100/ipsec.ko")])
    assert [path.parent.name == path.read_text() for path in made.glob("lib/klips/*/ipsec.ko")] == [True, True]
    assert not (carried.tree() / "lib/klips").exists()


def test_a_library_that_is_nowhere_is_named(program):
    program.write_bytes(program.read_bytes().replace(b"libcrypto.so.3", b"libcrypto.so.Z"))
    with pytest.raises(UnresolvedError, match=r"/usr/local/sbin/ipsec: needs libcrypto\.so\.Z, which this machine has not"):
        carried.tree()


def test_a_run_says_so_before_it_begins(checkout, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("CYGNET_STAGE", str(checkout / "src"))
    assert cli.main(["run", "klips/by-hand", "hosts/empty", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"lab: {checkout}/src: CYGNET_STAGE names no tree with usr/\n"
    assert not list(tmp_path.glob("out/*"))


def test_a_test_about_either_stack_gets_the_kernels_own_where_that_is(tmp_path, monkeypatch):
    case = _case(tmp_path, 'stacks = ["auto"]')
    monkeypatch.setattr(stack, "missing", lambda needs: "needs the kernel's ESP")
    assert runone.cell(case, "ns")["stack"] == "klips-user" and runone.cell(case, "uml")["stack"] == "netkey"
    monkeypatch.setattr(stack, "missing", lambda needs: "")
    assert runone.cell(case, "ns")["stack"] == "netkey"
    assert stack.is_own(case.stacks) and "tun" in case.needs


def test_what_the_two_stacks_count_in_their_ways_is_masked_for_it_alone(tmp_path):
    assert [path.stem for path in verdict.chain(_case(tmp_path / "one", 'stacks = ["auto"]'))].count("stacks") == 1
    assert "stacks" not in [path.stem for path in verdict.chain(_case(tmp_path / "two", 'stacks = ["netkey"]'))]


def test_a_test_says_in_which_cells_it_means_nothing(tmp_path):
    case = _case(tmp_path, 'stacks = ["klips-user"]\n[skipped]\nklips-kernel = "it kills klipsd"\n')
    assert case.in_cell(runone.cell(case, "uml", stack.MODULE)).unfit() == "it kills klipsd"
    assert not case.in_cell(runone.cell(case, "uml")).unfit()


def test_a_variant_goes_by_the_stack(tmp_path):
    files = {"east.console.netkey.txt": "", "east.console.txt": ""}
    case = _case(tmp_path, 'stacks = ["auto"]\n[variants]\nnetkey = "why"\n', **files)
    assert case.in_cell(runone.cell(case, "uml")).golden_console("east").name == "east.console.netkey.txt"


def test_another_stack_takes_the_place_of_cygnets_own():
    assert stack.of_cell(["klips-user", "netkey"], "uml", stack.MODULE) == ["klips-kernel", "netkey"]
    assert stack.of_cell(["auto"], "uml", stack.MODULE) == ["klips-kernel"]
    assert stack.of_cell(["auto"], "uml") == ["netkey"]


def test_module_is_loaded_where_it_takes_cygnets_place(monkeypatch):
    monkeypatch.setattr(stack, "module", lambda kernel: Path("/made") / kernel)
    assert stack.to_load(["auto"], stack.MODULE, "uml-6.1") == "/made/uml-6.1"
    assert stack.to_load(["auto"], stack.MODULE, "uml-klips") == ""  # it is built in
    assert stack.to_load(["netkey"], stack.MODULE, "uml-6.1") == stack.to_load(["auto"], "", "uml-6.1") == ""


def test_module_of_a_kernel(monkeypatch, tmp_path):
    monkeypatch.setattr(stack.paths, "BUILD", tmp_path)
    with pytest.raises(UsageError, match="type 'make module KERNEL=uml-6.12'"):
        stack.module("uml-6.12")
    (tmp_path / "module" / "uml-6.12").mkdir(parents=True)
    (tmp_path / "module" / "uml-6.12" / "ipsec.ko").touch()
    assert stack.module("uml-6.12") == tmp_path / "module" / "uml-6.12" / "ipsec.ko"


def test_module_that_is_older_than_a_source_is_not_taken(checkout):
    module = checkout / "build" / "module" / "uml-6.12" / "ipsec.ko"
    module.parent.mkdir(parents=True)
    module.touch()
    os.utime(checkout / "src/klips/tests/test_sa.c", (time.time() + 100,) * 2)  # no part of it
    assert stack.module("uml-6.12") == module
    os.utime(module, (OLD - 1, OLD - 1))
    with pytest.raises(UsageError, match=r"ipsec\.ko: older than src/klips/core/sa\.c: type 'make module KERNEL=uml-6\.12'$"):
        stack.module("uml-6.12")


def test_a_test_may_want_the_module_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(stack.paths, "BUILD", tmp_path)
    assert stack.needs([stack.MODULE]) == ["klips-module"] and stack.is_own([stack.MODULE])
    assert stack.of_cell([stack.MODULE], "uml") == ["klips-kernel"]
    assert stack.lacking([stack.MODULE], "", "uml-6.1") == ("needs KLIPS as a module for the kernel uml-6.1: "
                                                            "'make module KERNEL=uml-6.1' makes it")
    assert stack.lacking([stack.MODULE], stack.MODULE, "uml-6.1") == stack.lacking(["klips-user"], "", "uml-6.1") == ""
    (tmp_path / "module" / "uml-6.1").mkdir(parents=True)
    (tmp_path / "module" / "uml-6.1" / "ipsec.ko").touch()
    assert stack.lacking([stack.MODULE], "", "uml-6.1") == ""
    assert stack.to_load([stack.MODULE], "", "uml-6.1") == str(tmp_path / "module" / "uml-6.1" / "ipsec.ko")
