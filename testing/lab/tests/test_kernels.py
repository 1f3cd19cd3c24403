# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels of guests: what kernels.toml may say, and building them into the cache, from a source made up here."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import scratch

from lab import cli, debs, paths
from lab.errors import UnresolvedError, UsageError
from lab.kernels import build, catalog

_GOOD = '[builds.k]\nsource = "s"\narch = "um"\nconfig = ["a"]\n'
_EDIT = {"file": "f", "find": "x", "replace": "y", "why": "z"}
_MAKEFILE = """\
tinyconfig:
\techo CONFIG_TINY=y > .config
olddefconfig:
\tsed -i /CONFIG_LOST/d .config
linux:
\techo made >> $(COUNT)
\t! grep '#error' code.c
\tcp code.c linux
"""
_MERGE = '#!/bin/sh\nshift 2\ncat "$@" >> .config\n'  # as scripts/kconfig/merge_config.sh -m .config FRAGMENT...


def _catalog(tmp_path: Path, text: str) -> Path:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "a.config").write_text("CONFIG_A=y\n")
    path = tmp_path / "kernels.toml"
    path.write_text(text)
    return path


def test_shipped_catalog():
    found = catalog.builds()
    assert found["uml-6.1"].arch == "um"
    assert all(fragment.is_file() for made in found.values() for fragment in made.config)
    assert catalog.find("uml-6.1") == found["uml-6.1"]


def test_catalog_is_read(tmp_path):
    text = _GOOD + '[[builds.k.edits]]\nfile = "f"\nfind = "x"\nreplace = "y"\nwhy = "z"\n'
    expected = catalog.Build("k", "s", "um", (tmp_path / "config" / "a.config",), (catalog.Edit(**_EDIT),))
    assert catalog.builds(_catalog(tmp_path, text)) == {"k": expected}


@pytest.mark.parametrize("text, said", [
    (_GOOD + "[tools]\n", "unknown table 'tools'"),
    (_GOOD + "color = 1\n", "builds.k: unknown key 'color'; known are source, arch, config, edits"),
    (_GOOD.replace('"s"', "3"), "builds.k.source: a value of the wrong type: 3"),
    (_GOOD.replace('["a"]', '"a"'), "builds.k.config: a value of the wrong type: 'a'"),
    (_GOOD.replace('source = "s"\n', ""), "builds.k: 'source' is missing"),
    (_GOOD.replace('arch = "um"\n', ""), "builds.k: 'arch' is missing"),
    (_GOOD.replace('config = ["a"]\n', ""), "builds.k: 'config' is missing"),
    (_GOOD.replace('"um"', '"vax"'), "builds.k.arch: 'vax' is none of um"),
    (_GOOD.replace('["a"]', '["a", "b"]'), "builds.k.config: there is no "),
    (_GOOD + '[[builds.k.edits]]\nfile = "f"\n', "builds.k.edits: each has file, find, replace, why, as text"),
    (_GOOD + '[[builds.k.edits]]\nfile = "f"\nfind = 1\nreplace = "y"\nwhy = "z"\n', "builds.k.edits: each has"),
    (_GOOD + 'edits = ["f"]\n', "builds.k.edits: each has"),
    ("[builds]\nk = 1\n", "builds.k: not a table: 1"),
    ("builds = 3\n", "builds: not a table: 3"),
    ("[builds.k\n", "(at line 1, column 10)"),
])
def test_catalog_errors(tmp_path, text, said):
    path = _catalog(tmp_path, text)
    with pytest.raises(UsageError) as error:
        catalog.builds(path)
    assert str(error.value).startswith(f"{path}: ") and said in str(error.value) and "\n" not in str(error.value)


def test_catalog_that_is_no_text(tmp_path):
    path = _catalog(tmp_path, "")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="kernels.toml: .*utf-8"):
        catalog.builds(path)


def test_unknown_kernel():
    with pytest.raises(UsageError) as error:
        catalog.find("vmunix")
    assert str(error.value) == f"unknown kernel 'vmunix'; known are {', '.join(catalog.builds())}"


@pytest.mark.parametrize("first, second, config, lost", [
    ("CONFIG_A=y\n", "", "CONFIG_A=y\n", []),
    ("CONFIG_A=y\nCONFIG_B=y\n", "", "CONFIG_A=y\n# CONFIG_B is not set\n", ["CONFIG_B=y"]),
    ("CONFIG_A=y\n", "", "CONFIG_AA=y\n", ["CONFIG_A=y"]),
    ("CONFIG_A=m\n", "", "CONFIG_A=y\n", ["CONFIG_A=m"]),
    ("CONFIG_A=n\n", "", "# CONFIG_A is not set\n", []),
    ("CONFIG_A=n\n", "", "CONFIG_A=y\n", ["CONFIG_A=n"]),
    ("CONFIG_A=y\n", "CONFIG_A=n\n", "", []),
    ("CONFIG_A=n\n", "CONFIG_A=y\n", "", ["CONFIG_A=y"]),
    ('CONFIG_S="a=b"\n# CONFIG_C=y\n\n', "", 'CONFIG_S="a=b"\n', []),
])
def test_unmet(tmp_path, first, second, config, lost):
    (tmp_path / "1").write_text(first)
    (tmp_path / "2").write_text(second)
    assert build.unmet((tmp_path / "1", tmp_path / "2"), config) == lost


@pytest.fixture(name="kernel")
def _kernel(tmp_path, monkeypatch):
    """A build whose source is a tiny tree; each time that it is compiled there is a line more in tmp_path/count."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COUNT", str(tmp_path / "count"))
    monkeypatch.setattr(build, "_ROOM", 1)
    monkeypatch.setattr(debs, "fetch", lambda packages, into, progress: tmp_path / "source")
    path = _catalog(tmp_path, _GOOD)
    _source(tmp_path, "old\n")
    return replace(catalog.builds(path)["k"], edits=(catalog.Edit("code.c", "old", "new", "newer"),))


def _source(tmp_path: Path, code: str) -> None:
    tree = tmp_path / "tree" / "linux-source-s"
    (tree / "scripts" / "kconfig").mkdir(parents=True, exist_ok=True)
    (tree / "Makefile").write_text(_MAKEFILE)
    (tree / "code.c").write_text(code)
    merge = tree / "scripts" / "kconfig" / "merge_config.sh"
    merge.write_text(_MERGE)
    merge.chmod(0o755)
    folder = tmp_path / "source" / "usr" / "src"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-C", tree.parent, "-cJf", folder / "s.tar.xz", tree.name], check=True)


def _left(tmp_path: Path) -> list[str]:
    """What is in the cache, but for locks."""
    return sorted(path.name for path in (tmp_path / "cache" / "kernels").iterdir() if path.suffix != ".lock")


def _fails(kernel: catalog.Build, tmp_path: Path) -> str:
    """What ensure() says as it fails, which is one line and leaves nothing."""
    with pytest.raises(UnresolvedError) as error:
        build.ensure(kernel, lambda text: None)
    assert "\n" not in str(error.value)
    assert not build.is_cached(kernel) and _left(tmp_path) == []
    return str(error.value)


def test_build(kernel, tmp_path):
    said = []
    assert not build.is_cached(kernel)
    made = build.ensure(kernel, said.append)
    assert made == build.folder(kernel) / "linux" and made.read_text() == "new\n"
    assert (made.parent / "config").read_text() == "CONFIG_TINY=y\nCONFIG_A=y\n"
    assert "cp code.c linux" in (made.parent / "build.log").read_text()
    assert build.is_cached(kernel) and _left(tmp_path) == [made.parent.name]
    assert any("compiling" in line for line in said) and said[-1].startswith("k: built in ")


def test_built_once(kernel, tmp_path):
    first = build.ensure(kernel, lambda text: None)
    assert build.ensure(kernel, lambda text: pytest.fail(text)) == first
    assert (tmp_path / "count").read_text() == "made\n"


def test_compile_failure(kernel, tmp_path):
    _source(tmp_path, "old\n#error no such machine\n")
    said = _fails(kernel, tmp_path)
    assert said.startswith("k ended with 2: ") and "#error no such machine" in said and "Makefile" in said
    _source(tmp_path, "old\n")
    assert build.ensure(kernel, lambda text: None).read_text() == "new\n"


def test_unmet_option(kernel, tmp_path):
    kernel.config[0].write_text("CONFIG_A=y\nCONFIG_LOST=y\n")
    assert _fails(kernel, tmp_path) == "k: the configuration cannot have CONFIG_LOST=y"
    assert not (tmp_path / "count").exists()


@pytest.mark.parametrize("code, times", [("other\n", 0), ("old old\n", 2)])
def test_edit_must_fit_once(kernel, tmp_path, code, times):
    _source(tmp_path, code)
    assert _fails(kernel, tmp_path) == f"code.c: 'old' is there {times} times, not once: the edit no longer fits"


def test_no_room(kernel, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "_ROOM", 1 << 62)
    assert "of room, which is not there" in _fails(kernel, tmp_path)


def test_package_without_source(kernel, tmp_path):
    (tmp_path / "source" / "usr" / "src" / "s.tar.xz").unlink()
    assert _fails(kernel, tmp_path).endswith("package s holds no usr/src/s.tar.*")


def test_step_without_end(kernel, tmp_path, monkeypatch):
    """Such as a tar that waits for a disk which does not answer."""
    stuck = tmp_path / "stuck" / "tar"
    stuck.parent.mkdir()
    stuck.write_text("#!/bin/sh\nexec sleep 1000\n")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stuck.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(build, "_STEP_LIMIT", 0.1)
    assert _fails(kernel, tmp_path) == "tar did not end within 0.1 s"


def test_interrupted_compiler_is_killed(kernel, tmp_path, monkeypatch):
    """Make is in a session of its own, so Ctrl-C ends it only if we do."""
    code = _MAKEFILE.replace("\tcp code.c linux", "\techo begun\n\texec sleep 1000")
    monkeypatch.setitem(globals(), "_MAKEFILE", code)
    _source(tmp_path, "old\n")
    started = []
    popen = subprocess.Popen

    class _Interrupted(popen):
        """Gets its user's Ctrl-C when it prints that it has begun."""

        def __init__(self, *words, **settings):
            super().__init__(*words, **settings)
            started.append(self.pid)
            if self.stdout:
                self.stdout = _until_begun(self.stdout)

    monkeypatch.setattr(build.subprocess, "Popen", _Interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.ensure(kernel, lambda text: None)
    scratch.until(lambda: not _session(started[-1]), "the compiler's end", 10)
    assert _left(tmp_path) == []


def _until_begun(lines):
    """The lines of a pipe up to one; there is an interrupt then."""
    for line in lines:
        if line == b"begun\n":
            raise KeyboardInterrupt
        yield line


def _session(leader: int) -> list[int]:
    return [pid for pid in scratch.descendants(1) if scratch._stat(pid)[3:4] == [str(leader)]]


def test_key(kernel, tmp_path):
    """Whatever a build is made from is in its key, and nothing else."""
    assert build.folder(replace(kernel)) == build.folder(kernel)
    assert build.folder(kernel).parent == paths.cache() / "kernels"
    assert build.folder(kernel).name.startswith("k-")
    other = tmp_path / "config" / "b.config"
    other.write_text("CONFIG_B=y\n")
    edit = kernel.edits[0]
    variants = [
        replace(kernel, name="other"), replace(kernel, source="other"), replace(kernel, arch="other"),
        replace(kernel, config=(*kernel.config, other)), replace(kernel, config=(other, *kernel.config)),
        replace(kernel, edits=()), replace(kernel, edits=(edit, edit)),
        replace(kernel, edits=(replace(edit, file="other"),)), replace(kernel, edits=(replace(edit, find="other"),)),
        replace(kernel, edits=(replace(edit, replace="other"),)),
    ]
    folders = [build.folder(variant) for variant in (kernel, *variants)]
    kernel.config[0].write_text("CONFIG_A=n\n")
    assert len({*folders, build.folder(kernel)}) == len(variants) + 2


def _command(monkeypatch, kernel: catalog.Build, *words: str) -> int:
    monkeypatch.setattr(catalog, "builds", lambda: {kernel.name: kernel})
    return cli.main(["kernels", *words])


def test_command_builds_and_lists(kernel, monkeypatch, capsys):
    row = {"name": "k", "source": "s", "arch": "um", "cached": False, "folder": str(build.folder(kernel))}
    assert _command(monkeypatch, kernel, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [row]
    assert _command(monkeypatch, kernel, "list", "k") == 0
    assert capsys.readouterr().out.split() == ["k", "um", "s", "not", "built"]
    assert _command(monkeypatch, kernel, "build", "k") == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(build.folder(kernel) / "linux")
    assert _command(monkeypatch, kernel) == 0
    assert capsys.readouterr().out.split() == ["k", "um", "s", "cached"]


def test_command_removes_what_no_recipe_asks_for(kernel, monkeypatch, capsys):
    old = build.ensure(kernel, lambda text: None).parent
    kernel.config[0].write_text("CONFIG_A=y\nCONFIG_B=y\n")
    new = build.ensure(kernel, lambda text: None).parent
    assert _command(monkeypatch, kernel, "gc") == 0
    assert capsys.readouterr().out == f"removed {old}\n"
    assert new.is_dir() and not old.exists()
    assert _command(monkeypatch, kernel, "gc") == 0
    assert capsys.readouterr().out == "" and new.is_dir()


@pytest.mark.parametrize("words, said", [
    (["build"], "lab: kernels build: name the kernels; 'lab kernels' lists them"),
    (["build", "vmunix"], "lab: unknown kernel 'vmunix'; known are k"),
    (["list", "vmunix"], "lab: unknown kernel 'vmunix'; known are k"),
])
def test_command_errors(kernel, monkeypatch, capsys, words, said):
    assert _command(monkeypatch, kernel, *words) == 2
    assert capsys.readouterr().err == said + "\n"
