# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers' packages: real apt and dpkg over an archive that the tests make, so no network is needed."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lab import apt, debs, once
from lab.errors import UnresolvedError

COMMON = "Architecture: all\nMaintainer: none <a@example.net>\n"
LOADS = "import sys; from pathlib import Path; from lab import debs; "


class Archive:
    """A Debian archive in a folder, a machine with some packages, and a cache to fetch into."""

    def __init__(self, folder):
        self.folder = folder
        self.pool = folder / "pool"
        self.dpkg = folder / "dpkg"
        self.into = folder / "cache" / "peers" / "swan"
        self.said = []
        for path in (self.pool, self.dpkg / "info", folder / "lists" / "partial", folder / "parts"):
            path.mkdir(parents=True)
        (self.dpkg / "status").touch()
        (folder / "sources.list").write_text(f"deb [trusted=yes] copy:{self.pool} ./\n")
        (folder / "apt.conf").write_text(
            f'Dir::State::status "{self.dpkg}/status";\nDir::State::Lists "{folder}/lists/";\n'
            f'Dir::Etc::sourcelist "{folder}/sources.list";\nDir::Etc::sourceparts "{folder}/parts";\n'
            'Dir::Etc::preferencesparts "/dev/null";\n')
        self.publish()

    def add(self, name, version="1.0", files=(), **fields):
        """Build a package with those files (each holds its package's name and version)."""
        root = self.folder / "build" / name
        shutil.rmtree(root, ignore_errors=True)
        (root / "DEBIAN").mkdir(parents=True)
        control = f"Package: {name}\nVersion: {version}\n{COMMON}"
        control += "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in fields.items())
        (root / "DEBIAN" / "control").write_text(control + "Description: made by a test\n")
        for path in files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(f"{name} {version}\n")
        subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "-b", root, self.pool], check=True,
                       capture_output=True)
        self.publish()

    def publish(self):
        """Write the archive's list of packages."""
        stanzas = []
        for parcel in sorted(self.pool.glob("*.deb")):
            control = subprocess.run(["dpkg-deb", "-f", parcel], check=True, capture_output=True,
                                     text=True).stdout
            content = parcel.read_bytes()
            stanzas.append(f"{control}Filename: ./{parcel.name}\nSize: {len(content)}\n"
                           f"SHA256: {hashlib.sha256(content).hexdigest()}\n\n")
        (self.pool / "Packages").write_text("".join(stanzas))

    def install(self, name, version="1.0", **fields):
        """Tell dpkg that the machine has a package."""
        more = "".join(f"{key}: {value}\n" for key, value in fields.items())
        with open(self.dpkg / "status", "a") as status:
            status.write(f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n{COMMON}"
                         f"{more}Description: there\n\n")

    def fetch(self, *names, **options):
        """debs.fetch() with what it says kept in `said`."""
        return debs.fetch(names, self.into, self.said.append, **options)

    def update_system(self):
        """What root's apt-get update does."""
        subprocess.run(["apt-get", "-o", "APT::Sandbox::User=root", "update"], check=True,
                       capture_output=True)

    def packages(self, *names):
        """The versions that an earlier fetch came to."""
        return debs.cached(names, self.into).packages

    def left(self):
        """What stands beside the trees and is neither a lock nor an index."""
        return [path.name for path in self.into.parent.iterdir()
                if path.suffix not in (".lock", ".index")]


@pytest.fixture
def archive(tmp_path, monkeypatch):
    made = Archive(tmp_path)
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setenv("DPKG_ADMINDIR", str(made.dpkg))
    return made


@pytest.fixture
def no_apt(monkeypatch):
    def refuse(*words, **options):
        raise AssertionError(f"a program was started: {words}")
    return lambda: monkeypatch.setattr(subprocess, "Popen", refuse)


def test_a_package_and_what_it_needs_become_one_tree(archive):
    archive.add("swan", files=["usr/sbin/swan"], Depends="libswan (= 1.0), libthere")
    archive.add("libswan", files=["usr/lib/libswan.so"])
    archive.install("libthere")
    tree = archive.fetch("swan")
    assert (tree / "usr/sbin/swan").read_text() == "swan 1.0\n"
    assert (tree / "usr/lib/libswan.so").read_text() == "libswan 1.0\n"
    assert archive.packages("swan") == {"swan": "1.0", "libswan": "1.0"}
    assert sorted(path.name for path in tree.iterdir() if path.name != "usr") == []
    assert tree.stat().st_mode & 0o777 == 0o755


def test_a_tree_that_is_there_is_found_without_starting_anything(archive, no_apt):
    archive.add("swan", files=["usr/sbin/swan"])
    tree = archive.fetch("swan")
    no_apt()
    assert archive.fetch("swan") == tree


def test_what_the_machine_has_is_fetched_only_when_asked_for(archive):
    archive.add("swan", Depends="libswan")
    archive.add("libswan", files=["usr/lib/libswan.so"])
    archive.install("swan")
    archive.install("libswan")
    archive.fetch("swan")
    assert archive.packages("swan") == {"swan": "1.0"}


def test_a_package_of_the_machine_that_is_too_old_is_fetched(archive):
    archive.add("swan", Depends="libswan (>= 2.0~rc1)")
    archive.add("libswan", "2.0")
    archive.install("libswan", "1.9")
    archive.fetch("swan")
    assert archive.packages("swan") == {"swan": "1.0", "libswan": "2.0"}


def test_alternatives_and_virtual_packages(archive):
    archive.add("swan", Depends="absent | second, resolver, nss-provider (>= 3)")
    archive.add("second")
    archive.add("unbound", Provides="resolver")
    archive.install("nss", Provides="nss-provider (= 3.1)")
    archive.fetch("swan")
    assert set(archive.packages("swan")) == {"swan", "second", "unbound"}


def test_conflicts_do_not_matter(archive):
    archive.add("swan", Conflicts="goose")
    archive.add("goose", Conflicts="swan")
    archive.install("goose")
    archive.fetch("swan", "goose")
    assert set(archive.packages("swan", "goose")) == {"swan", "goose"}


def test_what_it_goes_without_is_not_fetched(archive):
    archive.add("swan", Depends="tpm-udev")
    archive.add("tpm-udev")
    archive.fetch("swan", without=["tpm-udev"])
    assert debs.cached(["swan"], archive.into, ["tpm-udev"]).packages == {"swan": "1.0"}
    assert debs.cached(["swan"], archive.into) is None


@pytest.mark.skipif(not Path("/lib").is_symlink(), reason="the machine's /usr is not merged")
def test_a_tree_does_not_hide_the_machines_lib(archive):
    archive.add("swan", files=["lib/systemd/swan.service", "sbin/swan"])
    tree = archive.fetch("swan")
    assert (tree / "usr/lib/systemd/swan.service").is_file()
    assert (tree / "usr/sbin/swan").is_file()
    assert not os.path.lexists(tree / "lib") and not os.path.lexists(tree / "sbin")


def test_refresh_takes_a_newer_version_and_keeps_the_older_tree(archive):
    archive.add("swan", "1.0", files=["usr/sbin/swan"])
    old = archive.fetch("swan")
    archive.add("swan", "1.1", files=["usr/sbin/swan"])
    assert archive.fetch("swan") == old
    new = archive.fetch("swan", refresh=True)
    assert new != old and old.is_dir()
    assert (new / "usr/sbin/swan").read_text() == "swan 1.1\n"
    assert archive.fetch("swan") == new


def test_a_machine_that_changed_keeps_the_tree_unless_it_lost_what_the_tree_relies_on(archive):
    archive.add("swan", Depends="libthere")
    archive.add("libthere", files=["usr/lib/libthere.so"])
    archive.install("libthere")
    tree = archive.fetch("swan")
    archive.install("other")
    assert debs.cached(["swan"], archive.into) is None
    assert archive.fetch("swan") == tree
    (archive.dpkg / "status").write_text("")
    assert (archive.fetch("swan") / "usr/lib/libthere.so").is_file()


def test_the_systems_lists_are_used_when_they_will_do(archive):
    archive.add("swan")
    archive.update_system()
    archive.fetch("swan")
    assert not any("newer lists" in line for line in archive.said)


def test_stale_lists_of_the_system_are_got_over_without_root(archive):
    archive.add("swan", "1.0")
    archive.update_system()
    (archive.pool / "swan_1.0_all.deb").unlink()
    archive.add("swan", "1.1")
    archive.fetch("swan")
    assert archive.packages("swan") == {"swan": "1.1"}
    assert any("newer lists" in line for line in archive.said)


def test_an_unknown_package_is_named(archive):
    with pytest.raises(UnresolvedError, match="^no package zork in the package lists$"):
        archive.fetch("zork")
    assert archive.left() == []


def test_a_dependency_that_cannot_be_met_is_named(archive):
    archive.add("swan", Depends="libswan (>= 2) | libgoose")
    archive.add("libswan", "1.0")
    with pytest.raises(UnresolvedError, match=r"^package swan needs libswan >= 2 \| libgoose, which"):
        archive.fetch("swan")
    assert archive.left() == []


def test_an_archive_that_cannot_be_reached_is_one_line_and_leaves_nothing(archive):
    archive.add("swan")
    shutil.rmtree(archive.pool)
    with pytest.raises(UnresolvedError, match="^apt-get update: [^\n]+$"):
        archive.fetch("swan")
    assert archive.left() == []


def test_a_package_that_is_not_what_the_list_says_is_refused(archive):
    archive.add("swan", files=["usr/sbin/swan"])
    parcel = next(archive.pool.glob("*.deb"))
    parcel.write_bytes(parcel.read_bytes()[:-1] + b"X")
    with pytest.raises(UnresolvedError, match="^apt-get download: [^\n]+$"):
        archive.fetch("swan")
    assert archive.left() == []


def test_a_package_that_cannot_be_unpacked_leaves_no_tree(archive):
    (archive.pool / "broken_1.0_all.deb").write_bytes(b"!<arch>\n")
    with pytest.raises(UnresolvedError, match="broken_1.0_all.deb: cannot be unpacked"):
        once.folder(archive.into, lambda draft: debs._unpack([archive.pool / "broken_1.0_all.deb"], draft))
    assert archive.left() == []


@pytest.mark.parametrize("words", ["", "{", "[]", '{"tree": "swan-gone"}'])
def test_an_index_that_cannot_be_read_is_made_anew(archive, words):
    archive.add("swan")
    tree = archive.fetch("swan")
    index = next(archive.into.parent.glob("*.index"))
    index.write_text(words)
    assert archive.fetch("swan") == tree
    assert debs.cached(["swan"], archive.into)


def test_four_runs_at_once_fetch_once(archive):
    archive.add("swan", files=["usr/sbin/swan"])
    said, trees = [], []
    threads = [threading.Thread(target=lambda: trees.append(debs.fetch(["swan"], archive.into, said.append)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(trees)) == 1 and len(trees) == 4
    assert sum("fetching 1 packages" in line for line in said) == 1


def test_a_killed_run_leaves_no_half_tree_and_the_next_run_cleans_up(archive):
    archive.add("swan", files=["usr/sbin/swan"])
    tree = archive.fetch("swan")
    shutil.rmtree(tree)
    code = LOADS + (
        "debs._unpack_one = lambda parcel, root: (print('unpacking', flush=True), sys.stdin.read()); "
        f"debs.fetch(['swan'], Path({str(archive.into)!r}), lambda line: None)")
    env = dict(os.environ, PYTHONPATH=str(Path(debs.__file__).parents[1]))
    with subprocess.Popen([sys.executable, "-c", code], env=env, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == "unpacking\n"
        run.send_signal(signal.SIGKILL)
    assert archive.left() and not tree.exists()
    assert (archive.fetch("swan") / "usr/sbin/swan").is_file()
    assert archive.left() == [tree.name]


def test_a_full_disk_is_told_and_leaves_nothing(archive):
    def fill(draft):
        (draft / "some").write_text("words")
        with open("/dev/full", "w") as full:
            full.write("words")

    with pytest.raises(UnresolvedError, match="No space left on device"):
        once.folder(archive.into, fill)
    assert not archive.into.exists()


@pytest.mark.parametrize("lists", ["the system's", "private"])
def test_a_disk_too_small_for_the_packages_or_lists_is_told_at_once(archive, monkeypatch, lists):
    archive.add("swan", Installed_Size=2 * 10**9)
    if lists == "private":
        monkeypatch.setattr(apt, "LISTS_BYTES", 2 * 10**15)
    else:
        archive.update_system()
    with pytest.raises(UnresolvedError, match="no space left on device: 20+[0-9]+ MB needed, "):
        archive.fetch("swan")
    assert archive.left() == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnresolvedError, match="file"):
        debs.fetch(["swan"], tmp_path / "file" / "peers" / "swan", print)


@pytest.mark.parametrize("text, groups", [
    ("", ()),
    ("a", ((("a", "", ""),),)),
    ("a:any (>= 1:2.0-3~x), b | c (<< 4)", ((("a", ">=", "1:2.0-3~x"),), (("b", "", ""), ("c", "<<", "4")))),
])
def test_dependencies_are_read(text, groups):
    read = apt.parse_relations(text, "swan")
    assert tuple(tuple((r.name, r.operator, r.version) for r in group) for group in read) == groups


@pytest.mark.parametrize("text", ["a (1.0)", "a (>= )", "(>= 1)", "a b", "a | "])
def test_dependencies_that_cannot_be_read_are_named(text):
    with pytest.raises(UnresolvedError, match="^swan: cannot read the dependency"):
        apt.parse_relations(text, "swan")


def test_a_program_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(apt, "QUERY_SECONDS", 0.05)
    with pytest.raises(UnresolvedError, match="^sleep 60: not done after 0.05 s$"):
        apt._run(["sleep", "--", "60"], apt.QUERY_SECONDS)
