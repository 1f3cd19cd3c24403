# SPDX-License-Identifier: GPL-2.0-or-later
"""testing/TESTLIST read, and the choice among its tests."""

import pytest

from lab import testlist
from lab.errors import UsageError
from lab.testlist import Entry, Selection, select

ENTRIES = [Entry("pluto", "one", "good", ""), Entry("pluto", "two", "good", ""), Entry("klips", "one", "good", ""),
           Entry("klips", "rough", "wip", "not yet"), Entry("hosts", "moon", "skip", "no rocket")]


def _chosen(*patterns, failed_before=lambda test: False, **settings):
    return [entry.test for entry in select(ENTRIES, Selection(list(patterns), **settings), failed_before)]


@pytest.mark.parametrize(("patterns", "settings", "tests"), [
    ((), {"all": True}, "pluto/one pluto/two klips/one"),
    (("one",), {}, "pluto/one klips/one"),
    (("klips/one",), {}, "klips/one"),
    (("klips",), {}, "klips/one"),
    (("klips",), {"statuses": ("wip",)}, "klips/rough"),
    (("rough",), {}, "klips/rough"),
    (("r*",), {}, ""),
    (("r*",), {"statuses": ("good", "wip")}, "klips/rough"),
    (("moon", "two"), {}, "pluto/two hosts/moon"),
    (("pluto/*", "klips/one"), {}, "pluto/one pluto/two klips/one"),
    (("[pk]l*/one",), {}, "pluto/one klips/one"),
    (("rough",), {"statuses": ("good",)}, ""),
])
def test_choice(patterns, settings, tests):
    assert _chosen(*patterns, **settings) == tests.split()


def test_failed_before():
    assert _chosen(failed=True, failed_before=lambda test: test == "pluto/two") == ["pluto/two"]
    assert _chosen("one", failed=True, failed_before=lambda test: test.startswith("k")) == ["klips/one"]


def test_a_folder_is_a_name_also_of_a_test_that_is_not_good(monkeypatch):
    folder = ENTRIES[3].folder
    assert _chosen(f"{folder}/") == ["klips/rough"]
    monkeypatch.chdir(folder.parents[1])
    assert _chosen("./klips/rough") == ["klips/rough"]


@pytest.mark.parametrize("pattern", ["thr", "", "pluto/", "one/", "x*"])
def test_what_matches_nothing_is_an_error(pattern):
    if pattern in ("pluto/", "one/"):
        assert _chosen(pattern)
        return
    with pytest.raises(UsageError, match="unknown test"):
        _chosen(pattern)


def test_a_near_miss_is_told():
    with pytest.raises(UsageError, match="did you mean klips/rough"):
        _chosen("roug")


def test_reading(tmp_path):
    path = tmp_path / "TESTLIST"
    path.write_text("# comment\n\npluto one good\nklips\ttwo  wip  because it   is\n")
    assert testlist.read(path) == [Entry("pluto", "one", "good", ""), Entry("klips", "two", "wip", "because it   is")]
    path.write_text("")
    assert testlist.read(path) == []


@pytest.mark.parametrize("line", ["pluto one", "pluto one fine", "one good", "a/b c good", "a ../b good", "a b skip"])
def test_a_bad_line_is_named(tmp_path, line):
    path = tmp_path / "TESTLIST"
    path.write_text(f"pluto one good\n{line}\n")
    with pytest.raises(UsageError, match=f"^{path}:2: "):
        testlist.read(path)


def test_the_list_of_this_tree_is_sound():
    entries = testlist.read()
    assert entries and all(entry.folder.is_dir() for entry in entries if entry.status != "skip")
