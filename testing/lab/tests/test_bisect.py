# SPDX-License-Identifier: GPL-2.0-or-later
"""What `lab bisect` makes of runs: behaviours compared, repeated, kept; and git's bisection with a command of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import testcase
from lab.bisect import commits, packages
from lab.bisect.behaviour import Aspect
from lab.bisect.judge import Judge, Order
from lab.bisect.search import BAD, GOOD, SKIP, search
from lab.errors import UnresolvedError, UsageError
from lab.result import Result, load


@pytest.fixture(name="case")
def _case(tmp_path):
    made = tmp_path / "t" / "name"
    made.mkdir(parents=True)
    (made / "01-west.sh").write_text("true\n")
    (made / "test.toml").write_text('[unordered]\nwest = ["^free"]\n')
    return testcase.load(made)


def _run(out, verdict="pass", console="hello\n", capture="", reason=""):
    out.mkdir(parents=True, exist_ok=True)
    (out / "west.console.txt").write_text(console)
    (out / "internet.capture.txt").write_text(capture)
    Result("t/name", {}, str(out), verdict, reason).save()
    return out


def _differ(case, tmp_path, on, one, other):
    aspect = Aspect(on, case)
    runs = [_run(tmp_path / name, **settings) for name, settings in (("one", one), ("other", other))]
    return aspect.differences(*map(aspect.read, runs))


@pytest.mark.parametrize(("on", "one", "other", "differ"), [
    ("result", {}, {"verdict": "fail"}, True),
    ("result", {"verdict": "fail", "reason": "a"}, {"verdict": "fail", "reason": "b"}, False),
    ("result", {"console": "a\n"}, {"console": "b\n"}, False),
    ("console", {"console": "a\n"}, {"console": "b\n"}, True),
    ("console", {"verdict": "fail"}, {"verdict": "pass"}, False),
    ("console", {"console": "free 1\nfree 2\n"}, {"console": "free 2\nfree 1\n"}, False),
    ("console", {"console": "1\n2\n"}, {"console": "2\n1\n"}, True),
    ("capture", {"capture": "a\n"}, {"capture": "a\nb\n"}, True),
    ("capture", {"console": "a\n"}, {"console": "b\n"}, False),
    ("h.llo", {"console": "hello\n"}, {"console": "hallo\nhello\n"}, False),
    ("^h.llo$", {"console": "hello\n"}, {"console": "well, hello\n"}, True),
])
def test_behaviours_are_compared_by_what_counts(case, tmp_path, on, one, other, differ):
    assert bool(_differ(case, tmp_path, on, one, other)) is differ


def test_a_difference_is_shown(case, tmp_path):
    (text,) = _differ(case, tmp_path, "console", {"console": "a\n"}, {"console": "b\n"}).values()
    assert "\n-a\n+b\n" in text


def test_what_says_nothing_is_unknown(case, tmp_path):
    assert Aspect("result", case).read(tmp_path / "nothing").unknown == "it left no result"
    out = _run(tmp_path / "lost", "unresolved", reason="no memory")
    assert Aspect("result", case).read(out).unknown == "no memory"
    skipped = _run(tmp_path / "skipped", "skipped", reason="needs a moon")
    assert Aspect("console", case).read(skipped).unknown == "needs a moon"
    assert not Aspect("result", case).read(skipped).unknown


@pytest.mark.parametrize("on", ["result", "console", "h.llo"])
def test_a_kernel_that_does_not_boot_is_unknown(case, tmp_path, on):
    out = tmp_path / "boot"
    out.mkdir()
    Result("t/name", {}, str(out), "crash", "the kernel reports at boot: Kernel panic").save()
    assert Aspect(on, case).read(out).unknown == "it does not boot: the kernel reports at boot: Kernel panic"
    crashed = _run(tmp_path / "later", "crash", reason="the kernel reports: Kernel panic")
    assert not Aspect(on, case).read(crashed).unknown


def test_what_has_no_expected_file_can_be_compared_all_the_same(case, tmp_path):
    out = _run(tmp_path / "new", "unresolved", reason="nothing to compare with")
    result = load(out)
    result.diffs = [{"what": "console west", "kind": "missing-golden", "text": ""}]
    result.save()
    assert not Aspect("console", case).read(out).unknown and Aspect("result", case).read(out).unknown


def test_logs_and_the_guest_s_console_are_looked_through(case, tmp_path):
    out = _run(tmp_path / "one")
    log = out / "west" / "var" / "log" / "charon.log"
    log.parent.mkdir(parents=True)
    log.write_text("unable to install\n")
    (out / "guest.console.txt").write_text("BUG: sleeping function\n")
    assert Aspect("unable to ins", case).read(out).told == "matches"
    assert Aspect("BUG: sleep", case).read(out).told == "matches"
    assert Aspect("BUG: wake", case).read(out).told == "does not match"


def test_a_malformed_expression_is_told(case):
    with pytest.raises(UsageError, match=r"--on a\(: neither result, console, capture, nor a regular expression"):
        Aspect("a(", case)


class _Lab:
    """Stands in for the lab: each kernel's runs, in their order, as result classes; "?" cannot be run."""

    def __init__(self, case, folder, kernels, repeat=2, on="result"):
        self.kernels, self.made, self.said = kernels, [], []
        self.judge = Judge(Aspect(on, case), "k0", repeat, folder, self._run, self.said.append)

    def _run(self, kernel, out):
        number = int(out.parts[-3].partition("@")[2] or 1)
        self.made.append(f"{kernel}@{number}")
        told = self.kernels[int(kernel[1:])]
        verdict = told[(number - 1) % len(told)]
        if verdict == "?":
            raise UnresolvedError("it does not boot")
        _run(out, {"p": "pass", "f": "fail", "u": "unresolved"}[verdict])


def test_opinions(case, tmp_path):
    lab = _Lab(case, tmp_path / "s", ["p", "f", "?", "u", "pf", "fp"])
    assert lab.judge("k0", True) == GOOD and lab.made == ["k0@1", "k0@2"]
    assert lab.judge("k1", False) == BAD and lab.made[2:] == ["k1@1", "k1@2"]
    assert [lab.judge(name, False) for name in ("k2", "k3")] == [SKIP, SKIP]
    assert lab.judge("k4", False) == GOOD and lab.made[-1] == "k4@1"
    assert lab.judge("k4", True) == SKIP and "flaky: run 1 is pass, run 2 fail" in lab.said[-1]
    assert lab.judge("k5", False) == SKIP
    assert "it does not boot" in "".join(lab.said)


def test_a_single_run_is_enough_if_so_told(case, tmp_path):
    lab = _Lab(case, tmp_path / "s", ["p", "f"], repeat=1)
    assert search(2, lambda number, sure: lab.judge(f"k{number}", sure)).bad == 1
    assert lab.made == ["k0@1", "k1@1"]


def test_runs_that_are_there_are_not_made_again(case, tmp_path):
    for expected in (True, False):
        lab = _Lab(case, tmp_path / "s", ["p", "p", "u", "f", "f"])
        found = search(5, lambda number, sure: lab.judge(f"k{number}", sure))
        assert (found.good, found.bad, found.skipped) == (1, 3, (2,))
        assert bool([name for name in lab.made if not name.startswith("k2")]) is expected
        assert "k2@1" in lab.made or not expected


def test_a_folder_is_of_one_bisection(tmp_path):
    order = Order("t/name", ("--place", "uml"), "result", "k0", 2)
    order.keep(tmp_path)
    Order("t/name", ("--place", "uml"), "console", "k1", 3).keep(tmp_path)
    assert Order.read(tmp_path).on == "console" and Order.read(tmp_path).words == ("--place", "uml")
    with pytest.raises(UsageError, match="its runs are of t/name --place uml; name another folder"):
        Order("t/name", ("--place", "qemu"), "result", "k0", 2).keep(tmp_path)
    (tmp_path / "order.json").write_text("{")
    with pytest.raises(UsageError, match="not the folder of a bisection"):
        Order.read(tmp_path)


# ---- git

def _git(tree, *words):
    names = {f"GIT_{who}_{what}": "someone" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(["git", "-C", str(tree), *words], check=True, capture_output=True, text=True,
                          env={**os.environ, **names, "HOME": str(tree)}).stdout.strip()


@pytest.fixture(name="tree", scope="module")
def _tree(tmp_path_factory):
    """A tree of eight commits, whose file `n` holds each one's number; their names."""
    tree = tmp_path_factory.mktemp("linux")
    _git(tree, "init", "--quiet")
    names = []
    for number in range(8):
        (tree / "n").write_text(str(number))
        _git(tree, "add", "n")
        _git(tree, "commit", "--quiet", "-m", f"change number {number}")
        names.append(_git(tree, "rev-parse", "HEAD"))
    return tree, names


_STEP = """
import subprocess, sys
number = int(subprocess.run(["git", "show", "BISECT_HEAD:n"], check=True, capture_output=True, text=True).stdout)
sys.exit(eval(sys.argv[1]))
"""


def _bisect(tree, names, tmp_path, status):
    with commits.clone(tree, tmp_path) as bare:
        ended = commits.run(bare, names[0], names[-1], [sys.executable, "-c", _STEP, status], tmp_path / "git.log")
    assert not (tmp_path / "clone.git").exists()
    return ended


@pytest.mark.parametrize("change", (1, 4, 7))
def test_the_commit_is_found_and_the_tree_left_alone(tree, tmp_path, change):
    tree, names = tree
    before = sorted(path for path in tree.rglob("*")), _git(tree, "status", "--porcelain"), _git(tree, "for-each-ref")
    assert _bisect(tree, names, tmp_path, f"int(number >= {change})").first == names[change]
    assert before == (sorted(path for path in tree.rglob("*")), _git(tree, "status", "--porcelain"), _git(tree, "for-each-ref"))
    assert f"change number {change}" in commits.about(tree, names[change])
    assert commits.parent(tree, names[change]) == names[change - 1]


def test_a_tree_on_a_branch_without_commits(tree, tmp_path):
    tree, names = tree
    _git(tmp_path, "clone", "--quiet", str(tree), "other")
    _git(tmp_path / "other", "symbolic-ref", "HEAD", "refs/heads/new")
    assert _bisect(tmp_path / "other", names, tmp_path, "int(number >= 3)").first == names[3]


def test_commits_that_cannot_be_told_are_all_named(tree, tmp_path):
    tree, names = tree
    ended = _bisect(tree, names, tmp_path, "125 if number in (3, 4) else int(number >= 4)")
    assert not ended.first and set(ended.commits) == {names[3], names[4], names[5]}


def test_a_step_that_gives_up_ends_it(tree, tmp_path):
    tree, names = tree
    with pytest.raises(UnresolvedError, match="git bisect run ended with"):
        _bisect(tree, names, tmp_path, "128")
    assert not (tmp_path / "clone.git").exists()


def test_trees_and_commits_are_checked(tree, tmp_path):
    tree, names = tree
    assert commits.commit(tree, "HEAD~7") == names[0]
    assert commits.number_between(tree, names[0], names[7]) == 7
    assert not commits.is_backwards(tree, names[0], names[7]) and commits.is_backwards(tree, names[7], names[0])
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder, revision, said in ((tree, "nothing", "no commit 'nothing'"), (tree, "--all", "no commit '--all'"),
                                   (tmp_path / "gone", "HEAD", "no such folder"), (empty, "HEAD", "no git tree")):
        with pytest.raises(UsageError, match=said):
            commits.commit(folder, revision)
    apart = _git(tree, "commit-tree", "-m", "apart", "HEAD^{tree}")
    with pytest.raises(UsageError, match="neither of .* comes from the other"):
        commits.is_backwards(tree, names[0], apart)


# ---- the command

@pytest.mark.parametrize(("words", "said"), [
    ((), "bisect takes a test, --good KERNEL and --bad KERNEL"),
    (("t", "--good", "a", "--bad", "b", "--kernel", "c"), "--kernel does not go with it"),
    (("t", "--good", "a", "--bad", "b", "--place", "ns"), "--place ns has this machine's kernel alone"),
    (("t", "--good", "a", "--bad", "b", "--base", "c"), "--base goes with --git"),
    (("t", "--good", "a", "--bad", "b", "--git", "/nowhere/at/all"), "--git /nowhere/at/all: no such folder"),
])
def test_wrong_usage_is_one_line(checkout, words, said):
    import scratch
    assert said in scratch.one_line(checkout.lab("bisect", *words), 2)


def test_a_step_that_fails_is_no_opinion(checkout):
    import scratch
    assert "/nowhere: not the folder of a bisection" in scratch.one_line(checkout.lab("bisect", "--step", "/nowhere"), 128)


def test_order_is_json_that_a_step_reads(tmp_path):
    Order("t/name", (), "a|b", "git:/linux@0123+uml-6.1", 2, True).keep(tmp_path)
    assert json.loads(Path(tmp_path / "order.json").read_text())["backwards"] is True
    assert Order.read(tmp_path).good == "git:/linux@0123+uml-6.1"


# ---- packages

def _package(version, flavour=""):
    from lab.kernels import catalog
    name = f"{version}{flavour and '-' + flavour}"
    return catalog.Package(name, ".".join(version.split(".")[:2]), flavour or "generic", f"linux-image-{name}", version)


@pytest.fixture(name="archive")
def _archive(monkeypatch):
    """An archive of a few kernels."""
    from lab.kernels import catalog
    versions = ("6.1.0-47", "6.1.0-48", "6.12.100", "6.12.101")
    there = [_package(version, flavour) for flavour in ("", "cloud") for version in versions]
    monkeypatch.setattr(catalog, "packages", lambda flavour, say: [one for one in there if one.flavour == flavour])
    monkeypatch.setattr(catalog, "find", lambda name, place, say: next(one for one in there if one.name == name))


@pytest.mark.parametrize(("good", "bad", "flavour", "names"), [
    ("6.1.0-47", "6.12.100", "", "6.1.0-47 6.1.0-48 6.12.100"),
    ("6.12.101", "6.1.0-48", "", "6.12.101 6.12.100 6.1.0-48"),
    ("6.1.0-48", "6.12.100", "cloud", "6.1.0-48-cloud 6.12.100-cloud"),
    ("6.1.0-48-cloud", "6.12.100", "cloud", "6.1.0-48-cloud 6.12.100-cloud"),
])
def test_the_packages_between_two(archive, good, bad, flavour, names):
    assert [one.name for one in packages.between(good, bad, "qemu", flavour, print)] == names.split()


def test_packages_of_two_flavours_have_no_order(archive):
    with pytest.raises(UsageError, match="6.1.0-47 is generic and 6.12.100-cloud cloud"):
        packages.between("6.1.0-47", "6.12.100-cloud", "qemu", "", print)
    with pytest.raises(UsageError, match="are the same kernel"):
        packages.between("6.1.0-47", "6.1.0-47", "qemu", "", print)


def test_what_a_changelog_says_of_ipsec_is_shown(monkeypatch, tmp_path):
    from lab.kernels import package
    asked = []
    monkeypatch.setattr(package, "changelog", lambda older, newer, say: asked.append((older.name, newer.name)) or
                        "linux (6.12)\n  - xfrm: add the direction\n  - ext4: something\n  - esp4: fix\n")
    text = packages.changelog(_package("6.12.100"), _package("6.1.0-47"), tmp_path, print)
    assert asked == [("6.1.0-47", "6.12.100")]
    assert text.splitlines()[1:] == ["  - xfrm: add the direction", "  - esp4: fix"] and "4 lines" in text
    assert "ext4" in (tmp_path / "changelog.txt").read_text()


# ---- the whole command, with a stand-in for kernels

_STAND_IN = '''

def _stand_in(self, kernel, out):
    """What the kernel of a commit does is told by the number in its file n."""
    import os
    import subprocess
    from lab.result import Result
    change, skipped = int(os.environ["CHANGE"]), int(os.environ["SKIPPED"])
    tree, _, commit = kernel.removeprefix("git:").rpartition("@")
    number = int(subprocess.run(["git", "-C", tree, "show", f"{commit}:n"], check=True, capture_output=True).stdout)
    if number == skipped:
        raise UnresolvedError("it does not build")
    out.mkdir(parents=True)
    (out / "west.console.txt").write_text("fine" if number < change else "poor", encoding="utf-8")
    Result(self.order.test, {}, str(out), "pass" if number < change else "fail").save()


Session._run = _stand_in
'''


@pytest.fixture(name="own", scope="module")
def _own():
    import scratch
    own = scratch.another()
    own.says("it", "true")
    with open(own.path / "testing" / "lab" / "bisect" / "session.py", "a", encoding="utf-8") as session:
        session.write(_STAND_IN)
    return own


def _lab_bisects(own, tree, out, *words, change=5, skipped=99):
    own.environment.update(CHANGE=str(change), SKIPPED=str(skipped))
    return own.lab("bisect", "it", "--git", str(tree), "--out", str(out), *words, before=("env", f"PATH={os.environ['PATH']}"))


def test_the_command_finds_a_commit(own, tree, tmp_path):
    tree, names = tree
    done = _lab_bisects(own, tree, tmp_path / "s", "--good", names[0], "--bad", "HEAD", "--on", "console")
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "-fine\n+poor\n" in done.stdout and "change number 5" in done.stdout
    record = json.loads((tmp_path / "s" / "bisect.json").read_text())
    assert record["first bad"].endswith(names[5]) and record["last good"].endswith(names[4])
    assert f"good  git:{tree}@{names[4]}" in (tmp_path / "s" / "bisect.log").read_text()
    assert not (tmp_path / "s" / "clone.git").exists()
    again = _lab_bisects(own, tree, tmp_path / "s", "--good", names[0], "--bad", "HEAD", "--json", change=3)
    assert json.loads(again.stdout)["first bad"].endswith(names[5])  # by the runs that were there


def test_the_command_finds_where_it_became_good(own, tree, tmp_path):
    tree, names = tree
    done = _lab_bisects(own, tree, tmp_path / "s", "--good", "HEAD", "--bad", names[0], change=2)
    assert done.returncode == 0 and "change number 2" in done.stdout, (done.stdout, done.stderr)


def test_the_command_passes_over_what_does_not_build(own, tree, tmp_path):
    tree, names = tree
    done = _lab_bisects(own, tree, tmp_path / "s", "--good", names[0], "--bad", names[7], change=5, skipped=4)
    assert done.returncode == 3 and "it is one of these" in done.stdout, (done.stdout, done.stderr)
    assert names[4] in done.stdout and names[5] in done.stdout and names[3] not in done.stdout.partition("it is one")[2]


def test_the_command_says_that_there_is_no_difference(own, tree, tmp_path):
    tree, names = tree
    done = _lab_bisects(own, tree, tmp_path / "s", "--good", names[0], "--bad", names[4])
    assert done.returncode == 1 and "no difference" in done.stdout, (done.stdout, done.stderr)
    done = _lab_bisects(own, tree, tmp_path / "t", "--good", names[0], "--bad", names[7], skipped=0)
    assert done.returncode == 3 and "the good end, cannot be told: it does not build" in done.stderr
