# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel counted of itself: kept, added up over tests, shown; with a program of two files in the kernel's place."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab import cli, kernels
from lab.errors import UnresolvedError
from lab.kernels import gcov
from lab.place import syscalls
from lab.result import Result

pytestmark = pytest.mark.skipif(not shutil.which("gcov") or not shutil.which("gcov-tool"), reason="gcc is not installed")
_FILES = {"net/xfrm/in.c": "int in(int n)\n{\n\tif (n > 1)\n\t\treturn 1;\n\treturn 0;\n}\n",
          "net/ipv4/esp.c": "int in(int n);\nint esp(void)\n{\n\treturn 1;\n}\nint main(int n, char **v)\n{\n"
                           "\treturn in(n);\n}\n"}


@pytest.fixture(name="kernel")
def _kernel(tmp_path):
    """A "kernel's" folder in the cache; the tree where it was compiled, with the program, is beside it."""
    tree, kernel = tmp_path / "work", tmp_path / "kernel"
    kernel.mkdir()
    for name, text in _FILES.items():
        (tree / name).parent.mkdir(parents=True)
        (tree / name).write_text(text)
        subprocess.run(["gcc", "--coverage", "-c", name, "-o", name[:-1] + "o"], cwd=tree, check=True)
    subprocess.run(["gcc", "--coverage", *(name[:-1] + "o" for name in _FILES), "-o", "program"], cwd=tree, check=True)
    (tree / ".config").write_text("CONFIG_GCOV_KERNEL=y\n")
    gcov.keep(tree, kernel)
    return kernel


def _run(tmp_path: Path, name: str, *words: str) -> Path:
    """What a test left that ran the program with these words."""
    tree, out = tmp_path / "work", tmp_path / "runs" / "t" / name
    subprocess.run([tree / "program", *words], check=False)
    for counts in tree.rglob("*.gcda"):
        target = out / "gcov" / str(counts).lstrip("/")
        target.parent.mkdir(parents=True)
        counts.rename(target)
    Result(f"t/{name}", {"kernel": "k"}, str(out), "pass").save()
    return out


def _measure(tmp_path: Path, kernel: Path, *runs: Path) -> dict[str, gcov.Source]:
    (tmp_path / "measure").mkdir()
    return gcov.measure(runs, kernel, tmp_path / "measure")


def test_what_is_needed_to_read_counts_is_kept(kernel, tmp_path):
    assert sorted(str(path.relative_to(kernel)) for path in kernel.rglob("*.*")) == sorted(
        f"gcov/{name[:-1]}{suffix}" for name in _FILES for suffix in ("c", "gcno"))
    (tmp_path / "work" / ".config").write_text("# CONFIG_GCOV_KERNEL is not set\n")
    (tmp_path / "other").mkdir()
    gcov.keep(tmp_path / "work", tmp_path / "other")
    assert not list((tmp_path / "other").iterdir())


def test_one_run(kernel, tmp_path):
    found = _measure(tmp_path, kernel, _run(tmp_path, "one"))
    assert found["net/xfrm/in.c"].lines == {1: 1, 3: 1, 4: 0, 5: 1}
    assert found["net/ipv4/esp.c"].functions == {"esp": (2, 0), "main": (6, 1)}


def test_runs_add_up(kernel, tmp_path):
    runs = [_run(tmp_path, "one"), _run(tmp_path, "two", "more"), _run(tmp_path, "three", "more")]
    found = _measure(tmp_path, kernel, *runs)
    assert found["net/xfrm/in.c"].lines == {1: 3, 3: 3, 4: 2, 5: 1}
    assert found["net/ipv4/esp.c"].functions == {"esp": (2, 0), "main": (6, 3)}


def test_counts_of_another_kernel(kernel, tmp_path):
    run = _run(tmp_path, "one")
    name = "net/xfrm/in.c"
    (tmp_path / "work" / name).write_text(_FILES[name].replace("return 1", "if (n > 2) return 2; return n"))
    subprocess.run(["gcc", "--coverage", "-c", name, "-o", name[:-1] + "o"], cwd=tmp_path / "work", check=True)
    gcov.keep(tmp_path / "work", kernel)
    with pytest.raises(UnresolvedError, match="gcov: .*mismatch"):
        _measure(tmp_path, kernel, run)
    shutil.rmtree(kernel / "gcov" / "net" / "xfrm")
    shutil.rmtree(tmp_path / "measure")
    with pytest.raises(UnresolvedError, match="in.gcda: the kernel's folder has no notes for it; build it again"):
        _measure(tmp_path, kernel, run)


def test_no_gcov(kernel, tmp_path, monkeypatch):
    run = _run(tmp_path, "one")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnresolvedError, match="gcov: no such program; 'tools/deps guest' installs it"):
        _measure(tmp_path, kernel, run)


def test_lcov(kernel, tmp_path):
    text = gcov.lcov(_measure(tmp_path, kernel, _run(tmp_path, "one")))
    assert text.startswith("TN:\nSF:net/ipv4/esp.c\nFN:2,esp\nFN:6,main\nFNDA:0,esp\nFNDA:1,main\nFNF:2\nFNH:1\n")
    assert text.endswith("SF:net/xfrm/in.c\nFN:1,in\nFNDA:1,in\nFNF:1\nFNH:1\nDA:1,1\nDA:3,1\nDA:4,0\nDA:5,1\n"
                         "LF:4\nLH:3\nend_of_record\n")


def test_what_a_guest_keeps(tmp_path, monkeypatch):
    debug, mounted = tmp_path / "debug", []
    (debug / "gcov" / "build" / "net").mkdir(parents=True)
    (debug / "gcov" / "build" / "net" / "a.gcda").write_bytes(b"counts")
    (debug / "gcov" / "build" / "net" / "a.gcno").symlink_to("/build/net/a.gcno")
    (debug / "gcov" / "reset").touch()
    monkeypatch.setattr(gcov, "_DEBUG", debug)
    monkeypatch.setattr(syscalls, "mount", lambda *words: mounted.append(words))
    gcov.collect(tmp_path / "out")
    assert [str(path.relative_to(tmp_path)) for path in (tmp_path / "out").rglob("*.*")] == ["out/gcov/build/net/a.gcda"]
    assert mounted == [("debugfs", str(debug), "debugfs")]
    monkeypatch.setattr(gcov, "_DEBUG", tmp_path / "nothing")
    gcov.collect(tmp_path / "none")
    assert not (tmp_path / "none").exists() and len(mounted) == 1


@pytest.fixture(name="known")
def _known(kernel, monkeypatch):
    """The kernel is known as k."""
    from lab.kernels import catalog
    monkeypatch.setattr(catalog, "find", {"k": "k"}.__getitem__)
    monkeypatch.setattr(kernels, "folder", lambda found: kernel)


def test_command(known, tmp_path, capsys):
    _run(tmp_path, "one")
    _run(tmp_path, "two", "more")
    assert cli.main(["coverage", str(tmp_path / "runs"), "--never", "--lcov", str(tmp_path / "info")]) == 0
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert rows[1:-1] == ["50.0% 2/4 1/2 net/ipv4/esp.c", "esp", "100.0% 4/4 1/1 net/xfrm/in.c",
                          "75.0% 6/8 2/3 together, by 2 tests"]
    assert (tmp_path / "info").read_text().count("end_of_record") == 2


def test_command_prints_json(known, tmp_path, capsys):
    assert cli.main(["coverage", "--json", str(_run(tmp_path, "one"))]) == 0
    assert json.loads(capsys.readouterr().out)[0] == {
        "file": "net/ipv4/esp.c", "lines": 4, "run": 2, "functions": 2, "called": 1, "never called": ["esp"]}


def test_nothing_counted(tmp_path, capsys):
    assert cli.main(["coverage", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"lab: {tmp_path}: no test there counted its kernel's lines; " \
                                      "run some with --kernel uml-gcov\n"


def test_two_kernels(kernel, tmp_path, capsys):
    _run(tmp_path, "one")
    other = _run(tmp_path, "two")
    Result("t/two", {"kernel": "other"}, str(other), "pass").save()
    assert cli.main(["coverage", str(tmp_path / "runs")]) == 2
    assert "these tests ran under k, other: give folders of one kernel" in capsys.readouterr().err
    assert os.listdir(tmp_path / "runs") == ["t"]
