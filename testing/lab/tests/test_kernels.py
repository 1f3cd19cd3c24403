# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels of guests: what kernels.toml may say, and what names stand for, with an archive made up here."""

import os
from pathlib import Path

import pytest

from lab import apt, kernels
from lab.errors import UnresolvedError, UsageError
from lab.kernels import archive, catalog, klips, package, recipes

_GOOD = '[builds.k]\nsource = "s"\narch = "um"\nconfig = ["a"]\n'
_EDIT = {"file": "f", "find": "x", "replace": "y", "why": "z"}
_EDITS = '[[edits.e]]\nfile = "f"\nfind = "x"\nreplace = "y"\nwhy = "z"\n'
_SERIES = '[packages.6]\npattern = "image-6.{abi}{flavour}-amd64"\nname = "6.{abi}"\nflavours = { generic = "", rt = "-rt" }\n'


def _write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "config").mkdir(parents=True, exist_ok=True)
    for name in "ab":
        (tmp_path / "config" / f"{name}.config").write_text(f"CONFIG_{name.upper()}=y\n")
    path = tmp_path / "kernels.toml"
    path.write_text(text)
    return path


def test_shipped_recipes():
    found = recipes.read()
    assert found.builds["uml-6.1"].arch == "um" and found.builds["qemu-6.12"].arch == "x86"
    assert {"6.1", "6.12", "6.1-cloud", "6.12-rt"} <= set(found.aliases())
    assert catalog.find("uml-6.1") == found.builds["uml-6.1"]


def test_recipes_are_read(tmp_path):
    path = _write(tmp_path, _GOOD + 'edits = ["e"]\n[builds.l]\nbase = "k"\nconfig = ["b"]\narch = "x86"\n' + _EDITS + _SERIES)
    found = recipes.read(path)
    a, b = (tmp_path / "config" / f"{name}.config" for name in "ab")
    edit = catalog.Edit(**_EDIT)
    assert found.builds == {"k": catalog.Build("k", "s", "um", (a,), (edit,)),
                            "l": catalog.Build("l", "s", "x86", (a, b), (edit,))}
    assert [(one.alias, one.package, one.kernel) for one in found.series] == [
        ("6", "image-6.{abi}-amd64", "6.{abi}"), ("6-rt", "image-6.{abi}-rt-amd64", "6.{abi}-rt")]


def test_klips_is_a_part_of_the_recipe(tmp_path, monkeypatch):
    path = _write(tmp_path, _GOOD + "klips = true\n[builds.l]\nbase = \"k\"\n[builds.m]\nbase = \"k\"\nklips = false\n")
    found = recipes.read(path).builds
    assert [found[name].klips for name in "klm"] == [True, True, False]
    before = {name: found[name].recipe() for name in "klm"}
    monkeypatch.setattr(klips, "digest", lambda: "other sources")
    assert [found[name].recipe() == before[name] for name in "klm"] == [False, False, True]


def test_what_a_builds_guests_need(tmp_path):
    path = _write(tmp_path, _GOOD + "memory = 1024\npatience = 3\n[builds.l]\nbase = \"k\"\nmemory = 2048\n")
    found = recipes.read(path).builds
    assert [(found[name].memory, found[name].patience) for name in "kl"] == [(1024, 3), (2048, 3)]
    assert found["k"].folder[1:] == recipes.read(_write(tmp_path / "other", _GOOD)).builds["k"].folder[1:]


@pytest.mark.parametrize("text, said", [
    (_GOOD + "[tools]\n", "unknown table 'tools'; known are packages, builds, edits"),
    (_GOOD + "color = 1\n", "builds.k: unknown key 'color'; known are base, source, arch, config, edits, klips"),
    (_GOOD.replace('"s"', "3"), "builds.k.source: a value of the wrong type: 3"),
    (_GOOD + "klips = 1\n", "builds.k.klips: a value of the wrong type: 1"),
    (_GOOD + "memory = true\n", "builds.k.memory: a value of the wrong type: True"),
    (_GOOD + "patience = 0\n", "builds.k.patience: not a number from 1 on: 0"),
    (_GOOD.replace('["a"]', '"a"'), "builds.k.config: a value of the wrong type: 'a'"),
    (_GOOD.replace('source = "s"\n', ""), "builds.k: 'source' is missing"),
    (_GOOD.replace('arch = "um"\n', ""), "builds.k: 'arch' is missing"),
    (_GOOD.replace('config = ["a"]\n', ""), "builds.k: 'config' is missing"),
    (_GOOD.replace('"um"', '"vax"'), "builds.k.arch: 'vax' is none of um, x86"),
    (_GOOD.replace('["a"]', '["a", "c"]'), "builds.k.config: there is no "),
    (_GOOD + 'edits = ["e"]\n', "builds.k.edits: there is no set 'e'; there are: none"),
    (_GOOD + 'edits = [{}]\n', "builds.k.edits: there is no set {}"),
    (_GOOD + '[[edits.e]]\nfile = "f"\n', "edits.e: each has file, find, replace, why, as text"),
    (_GOOD + _EDITS.replace('"x"', "1"), "edits.e: each has file"),
    (_GOOD + "[edits.e]\n", "edits.e: each has file"),
    (_GOOD + '[builds.l]\nbase = "m"\n', "builds.l.base: there is no build 'm'"),
    (_GOOD + '[builds.l]\nbase = "l"\n', "builds.l.base: 'l' has this as its own base"),
    (_GOOD + '[builds.l]\nbase = "m"\n[builds.m]\nbase = "l"\n', "builds.m.base: 'l' has this as its own base"),
    ("[builds]\nk = 1\n", "builds.k: not a table: 1"),
    ("builds = 3\n", "builds: not a table: 3"),
    (_SERIES.replace("{abi}{", "{"), "packages.6: pattern and name have {abi} once each"),
    (_SERIES.replace('rt = "-rt"', "rt = 1"), "packages.6.flavours.rt: not text: 1"),
    (_SERIES.replace('name = "6.{abi}"\n', ""), "packages.6: 'name' is missing"),
    ("[builds.k\n", "(at line 1, column 10)"),
])
def test_recipe_errors(tmp_path, text, said):
    path = _write(tmp_path, text)
    with pytest.raises(UsageError) as error:
        recipes.read(path)
    assert str(error.value).startswith(f"{path}: ") and said in str(error.value) and "\n" not in str(error.value)


def test_recipes_that_are_no_text(tmp_path):
    path = _write(tmp_path, "")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="kernels.toml: .*utf-8"):
        recipes.read(path)


class _Archive:
    """What lab.apt.Apt is to the archive module; 'there' are versions by package name, None for one out of reach."""

    there: dict[str, str] | None = {}
    asked = 0

    def __init__(self, state, private):
        self._reached = private

    def update(self):
        """Nothing is out of date."""

    def names(self, beginnings):
        """All, and one that only looks like a kernel."""
        type(self).asked += 1
        if self.there is None:
            raise UnresolvedError("no network")
        return [*self.there, "image-6.3-amd64-dbg"]

    def records(self, names):
        """Those asked for."""
        return {name: apt.Record(name, self.there[name]) for name in names}


@pytest.fixture(name="there")
def _there(tmp_path, monkeypatch):
    """An archive with kernels of two series, and a catalogue for it; apt's lists change when the folder 'lists' does."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    seven = _SERIES.replace("6.{", "7.{").replace("packages.6", "packages.7")
    builds = _GOOD.replace("builds.k", 'builds."uml-6"') + _GOOD.replace("builds.k", "builds.q").replace('"um"', '"x86"')
    path = _write(tmp_path, _SERIES + seven + builds)
    monkeypatch.setattr(recipes, "default", lambda: path)
    (tmp_path / "lists").mkdir()
    monkeypatch.setattr(archive, "_LISTS", str(tmp_path / "lists"))
    monkeypatch.setattr(apt, "Apt", _Archive)
    monkeypatch.setattr(_Archive, "asked", 0)
    monkeypatch.setattr(_Archive, "there", {
        "image-7.2-amd64": "7.0.2-1~deb1", "image-6.10-amd64": "6.0.10-1", "image-6.9-amd64": "6.0.9-2",
        "image-6.9-rt-amd64": "6.0.9-2"})
    return _Archive


def _quiet(text: str) -> None:
    """No progress is shown."""


def _names(flavour: str = "generic") -> list[str]:
    return [one.name for one in catalog.packages(flavour, _quiet)]


def test_packages_are_in_order_across_series(there):
    assert _names() == ["6.9", "6.10", "7.2"]
    assert _names("rt") == ["6.9-rt"] and _names("") == ["6.9", "6.9-rt", "6.10", "7.2"]
    assert there.asked == 1  # the answer is kept


def test_archive_is_asked_again_when_its_lists_have_changed(there, tmp_path):
    assert _names() == ["6.9", "6.10", "7.2"]
    there.there = {**there.there, "image-6.11-amd64": "6.0.11-1"}
    assert catalog.find("6.9", "qemu", _quiet).version == "6.0.9-2" and there.asked == 1
    os.utime(tmp_path / "lists", (1, 1))
    assert _names() == ["6.9", "6.10", "6.11", "7.2"]


def test_archive_out_of_reach(there, tmp_path):
    said = []
    there.there = None
    with pytest.raises(UnresolvedError, match="no network"):
        _names()
    there.there = {"image-6.9-amd64": "6.0.9-2"}
    assert _names() == ["6.9"]
    there.there = None
    os.utime(tmp_path / "lists", (1, 1))
    assert [one.name for one in catalog.packages(progress=said.append)] == ["6.9"]
    assert said[-1] == "kernels: no network; going by an earlier list of the archive's"


def test_archive_without_kernels(there):
    there.there = {}
    with pytest.raises(UnresolvedError, match="no kernel that kernel-src/kernels.toml has a pattern for"):
        _names()


@pytest.mark.parametrize("name, place, found", [
    ("6.9", "", "6.9"), ("6.9", "qemu", "6.9"), ("6.9-rt", "qemu", "6.9-rt"), ("6", "", "6.10"), ("6", "qemu", "6.10"),
    ("6-rt", "qemu", "6.9-rt"), ("7", "qemu", "7.2"), ("6", "uml", "uml-6"), ("uml-6", "uml", "uml-6"), ("q", "qemu", "q"),
])
def test_names(there, name, place, found):
    assert catalog.find(name, place, _quiet).name == found


@pytest.mark.parametrize("name, place, said", [
    ("vmunix", "", "unknown kernel 'vmunix'; known are 6, 6-rt, 7, 7-rt, uml-6, q, and packages such as"),
    ("uml6", "", "unknown kernel 'uml6'; 'uml-6'? known are 6, "),
    ("6.8", "qemu", "the archive has no kernel '6.8'; there are 6.9 to 6.10, and 'lab kernels list' shows all"),
    ("7-rt", "qemu", "the archive has no kernel '7-rt'; it has none of that sort, and"),
    ("6.9", "uml", "kernel '6.9' is a package and runs at --place qemu; for uml there are uml-6"),
    ("7", "uml", "kernel '7.2' is a package and runs at --place qemu; for uml there are uml-6"),
    ("uml-6", "qemu", "kernel 'uml-6' is built for arch um and runs at --place uml; for qemu there are q"),
    ("git:", "", "kernel 'git:': say git:TREE@REVISION, or git:TREE@REVISION+BASE"),
    ("git:/nowhere@HEAD+z", "", "unknown base 'z'; known are uml-6, q"),
])
def test_names_that_stand_for_nothing(there, name, place, said):
    with pytest.raises(UsageError) as error:
        catalog.find(name, place, _quiet)
    assert str(error.value).startswith(said) and "\n" not in str(error.value)


def test_key_of_a_package():
    one = catalog.Package("6.9", "6", "generic", "p", "1")
    assert one.folder.startswith("6.9-")
    others = [catalog.Package("6.9", "6", "generic", "q", "1"), catalog.Package("6.9", "6", "generic", "p", "2")]
    assert len({kernel.folder for kernel in (one, *others)}) == 3
    assert kernels.folder(one).name == one.folder


_CHANGES = """\
linux-signed-amd64 (6.0.10+1) stable; urgency=high

  * Sign kernel from linux 6.0.10-1

linux (6.0.10-1) stable; urgency=high

  * xfrm: one

linux-6.0 (6.0.9-3~deb1) stable; urgency=high

  * xfrm: two (linux (1.0))

linux (6.0.9-2) stable; urgency=high

  * xfrm: three
"""


@pytest.mark.parametrize("older, newer, said", [
    ("6.0.9-2", "6.0.10-1", ["one", "two"]), ("6.0.9-2~deb1", "6.0.9-3", ["two"]), ("6.0.9-3", "6.0.10-1~deb1", ["one"]),
    ("6.0.10-1", "6.0.10-1", []),
])
def test_changelog_between(older, newer, said):
    text = package.between(iter(_CHANGES.splitlines(True)), older, newer)
    assert [word for word in ("one", "two", "three") if f"xfrm: {word}" in text] == said and "Sign" not in text


def test_changelog_that_is_too_short():
    with pytest.raises(UnresolvedError, match="6.0.10-1 does not reach back to 6.0.8-1"):
        package.between(iter(_CHANGES.splitlines(True)), "6.0.8-1", "6.0.10-1")
