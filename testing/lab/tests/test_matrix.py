# SPDX-License-Identifier: GPL-2.0-or-later
"""`lab matrix`: which cells there are, what is run in them, and the table in its three forms."""

import json
import xml.etree.ElementTree as ElementTree

import pytest
import scratch

from lab import peers, testcase
from lab.errors import UsageError
from lab.matrix import cells, play, table
from lab.result import Result
from lab.runone import Options


def _choose(place, kernel):
    runs = {"uml": ("", "6.1", "uml-6.1"), "qemu": ("", "6.1", "6.12-rt")}
    if place != "ns" and kernel not in runs[place]:
        raise UsageError(f"no kernel {kernel} at {place}")
    names = {"": f"usual-{place}", "6.1": f"{place}-6.1"}
    return Options(place=place, kernel=names.get(kernel, kernel) if place != "ns" else "")


@pytest.mark.parametrize(("places", "kernels", "names", "names_of_peers"), [
    (["ns"], [], "ns", []),
    (["ns", "uml"], [], "ns uml/usual-uml", []),
    (["ns", "uml", "qemu"], ["6.1", "6.12-rt"], "ns uml/uml-6.1 qemu/qemu-6.1 qemu/6.12-rt", []),
    (["uml"], ["6.1", "uml-6.1"], "uml/uml-6.1", []),
    (["ns", "uml"], [], "ns/a ns/b uml/usual-uml/a uml/usual-uml/b", ["a", "b"]),
])
def test_cells(places, kernels, names, names_of_peers):
    assert " ".join(cell.name for cell in cells.make(places, kernels, names_of_peers, _choose)) == names


def test_a_kernel_must_go_with_one_of_the_places():
    with pytest.raises(UsageError, match="no kernel 7.0 at uml"):
        cells.make(["ns", "uml", "qemu"], ["6.1", "7.0"], [], _choose)
    with pytest.raises(UsageError, match="--kernel 6.1: namespaces have this machine's kernel"):
        cells.make(["ns"], ["6.1"], [], _choose)


def test_words_may_be_repeated_and_joined():
    assert cells.words(["a,b", "c", "b,", ""]) == ["a", "b", "c"]
    assert cells.words(["git:/linux@v6+uml-6.1,6.1", "east=a,west=b"]) == ["git:/linux@v6+uml-6.1", "6.1", "east=a,west=b"]


def test_folders_of_cells_are_one_name():
    cell = cells.Cell(Options(place="uml", kernel="git:/home/me/linux@v6.1"), "p")
    assert "/" not in cell.folder and ":" not in cell.folder and cell.folder.startswith("uml+git")


# ---- peers in place of others

def _with(folder, toml="", *files):
    folder.mkdir(parents=True)
    (folder / "01-west.sh").write_text("true\n")
    (folder / "test.toml").write_text(toml)
    for name in files:
        (folder / name).write_text("")
    return folder


def test_a_peer_takes_the_place_of_one_whose_files_it_knows(tmp_path):
    folder = _with(tmp_path / "t" / "one", 'peers = "strongswan"', "west.swanctl.conf", "east.swanctl.conf")
    assert testcase.load(folder).needs == ["tun"]
    case = testcase.load(folder, "strongswan-netkey")
    assert case.peers == {"east": "strongswan-netkey", "west": "strongswan-netkey"} and case.instead == "strongswan-netkey"
    assert case.needs == ["kernel-esp"]


def test_a_peer_does_not_replace_one_whose_files_are_strange_to_it(tmp_path, monkeypatch):
    home = tmp_path / "peers"
    for name, suffix in (("mine", "mine.conf"), ("other", "other.conf")):
        (home / name).mkdir(parents=True)
        (home / name / "peer.toml").write_text(f'name = "{name}"\ndescription = "d"\npackages = ["{name}"]\n'
                                               f'suffixes = ["{suffix}"]\n[files]\n"{suffix}" = "/etc/x"\n')
    monkeypatch.setattr(peers, "home", lambda: home)
    mixed = _with(tmp_path / "t" / "mixed", "", "west.mine.conf", "east.other.conf")
    assert testcase.load(mixed, "mine").peers == {"west": "mine", "east": "other"}
    own = _with(tmp_path / "t" / "own", "", "west.mine.conf")
    with pytest.raises(UsageError, match="t/own cannot have peer other: its files are west.mine.conf"):
        testcase.load(own, "other")
    bare = _with(tmp_path / "t" / "bare")
    with pytest.raises(UsageError, match="t/bare cannot have peer other: no peer runs in it"):
        testcase.load(bare, "other")
    secret = _with(tmp_path / "t" / "secret", 'x509 = "rsa"', "west.mine.conf")
    with pytest.raises(UsageError, match="cannot have peer mine: it does not say where its certificates go"):
        testcase.load(secret, "mine")


# ---- the table

class _Matrix:
    """What the table needs of a matrix."""

    def __init__(self, folder):
        self.folder = folder
        self.cells = [cells.Cell(Options()), cells.Cell(Options(place="uml", kernel="uml-6.1"), "p<q")]
        self.tests = ["t/a", "t/b", "t/c"]
        self.results = {
            ("t/a", "ns"): Result("t/a", {}, str(folder / "ns" / "t" / "a"), "pass"),
            ("t/b", "ns"): Result("t/b", {}, str(folder / "ns" / "t" / "b"), "fail", "west\ndiffers <&>"),
            ("t/b", "uml/uml-6.1/p<q"): Result("t/b", {}, "", "skipped", "needs\x1b[31m tun"),
            ("t/c", "ns"): Result("t/c", {}, str(folder / "ns" / "t" / "c"), "fail", "west differs <&>"),
        }
        key = ("t/a", "uml/uml-6.1/p<q")
        self.plan = play.Plan({("t/c", "uml/uml-6.1/p<q"): None}, {}, {key: "cannot have it"})


def test_the_table_as_text(tmp_path):
    assert table.text(_Matrix(tmp_path)) == """\
     ns        uml
               uml-6.1
               p<q
t/a  pass      - [1]
t/b  fail [2]  skipped [3]
t/c  fail [2]  not run

[1] cannot have it
[2] west differs <&>
[3] needs\\x1b[31m tun
"""
    coloured = table.text(_Matrix(tmp_path), color=True)
    assert "\x1b[32mpass" in coloured and "\x1b[31mfail [2]" in coloured and "\x1b[31mskipped" not in coloured


def test_the_table_as_a_page(tmp_path):
    table.save(_Matrix(tmp_path))
    text = (tmp_path / "matrix.html").read_text()
    as_xml = text.removeprefix("<!DOCTYPE html>\n").replace('<meta charset="utf-8">', "").replace("<br>", "")
    page = ElementTree.fromstring(as_xml)
    assert [link.get("href") for link in page.iter("a")] == ["ns/t/a/", "ns/t/b/", "ns/t/c/"]
    assert "src=" not in text and "http" not in text
    kinds = [square.get("class") for square in page.iter("td") if square.get("class") != "test"]
    assert kinds == ["pass", "none", "fail", "skipped", "fail", "not-run"]
    assert [item.text for item in page.iter("li")][1] == "west differs <&>"


def test_the_table_as_json(tmp_path):
    table.save(_Matrix(tmp_path))
    record = json.loads((tmp_path / "matrix.json").read_text())
    assert {(one["column"], one["test"]): one["class"] for one in record["results"]}["ns", "t/b"] == "fail"
    assert record["missing"] == [["t/c", "uml/uml-6.1/p<q"]] and record["without"][0]["reason"] == "cannot have it"
    assert [cell["folder"] for cell in record["cells"]] == ["ns", "uml+uml-6.1+p+q"]


# ---- the command

@pytest.fixture(name="own", scope="module")
def _own():
    own = scratch.another()
    own.says("good", "echo fine", console={"west": scratch.console("west", ("echo fine", "fine\n"))})
    own.says("bad", "echo fine", console={"west": scratch.console("west", ("echo fine", "poor\n"))})
    own.says("later", "true", status="skip needs a moon")
    return own


def test_a_matrix_is_run_and_saved(own, tmp_path):
    done = own.lab("matrix", "good", "bad", "later", "--place", "ns", "--out", str(tmp_path / "m"), "--json", "--repeat", "2")
    assert done.returncode == 1, done.stderr
    record = json.loads(done.stdout)
    assert record == json.loads((tmp_path / "m" / "matrix.json").read_text())
    assert {one["test"]: one["class"] for one in record["results"]} == {"t/good": "pass", "t/bad": "fail", "t/later": "skipped"}
    assert (tmp_path / "m" / "ns" / "t" / "bad" / "diff.txt").exists()
    assert len(next(one for one in record["results"] if one["test"] == "t/good")["attempts"]) == 2
    assert "t/good   pass\n" in (tmp_path / "m" / "matrix.txt").read_text()
    assert "t/good   pass\n" in done.stderr and "fail" in done.stderr and "at ns" in done.stderr


def test_a_matrix_is_not_the_last_run(own):
    own.lab("matrix", "bad")
    assert not own.lab("list", "--json", "--failed").stdout.count("t/bad")


def test_what_is_done_is_kept_when_it_is_interrupted(own, tmp_path):
    own.says("slow", "cat /dev/zero > /dev/null")
    process = own.start("matrix", "good", "slow", "-j1", "--out", str(tmp_path / "m"))
    try:
        scratch.running(process, "cat /dev/zero")
        process.send_signal(2)
        said = process.communicate(timeout=scratch.LIMIT)[0]
    finally:
        scratch.kill_group(process)
    assert process.returncode == 3, said
    text = (tmp_path / "m" / "matrix.txt").read_text()
    assert "pass" in text and "not run" in text


@pytest.mark.parametrize(("words", "said"), [
    (("good", "--place", "moon"), "--place: invalid choice: 'moon'"),
    (("good", "--kernel", "6.1"), "--kernel 6.1: namespaces have this machine's kernel"),
    (("good", "--peer", "nobody"), "no peer nobody"),
    (("good", "--peer", "strongswan"), "t/good cannot have peer strongswan: no peer runs in it"),
    (("nothing",), "unknown test 'nothing'"),
    ((), "no tests named"),
])
def test_wrong_usage_is_one_line(own, words, said):
    assert said in scratch.one_line(own.lab("matrix", *words), 2)
