# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers: what the tree's own peer.toml files say, and what is wrong with those that tests write."""

import pytest

from lab import debs, peers
from lab.errors import UsageError

GOOD = """\
name = "goose"
description = "an IKE daemon"
packages = ["goose-daemon", "libgoose1.0+x"]
without = ["udev"]
needs = ["tun"]
suffixes = ["conf"]
[files]
conf = "/etc/goose/goose.conf"
"secrets" = "/etc/goose/{host}.secrets"
[certificates]
ca = "/etc/goose/ca.crt"
cert = "/etc/goose/{host}.crt"
key = "/etc/goose/private/{host}.key"
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "home", lambda: tmp_path)
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))

    def write(text, name="goose"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "peer.toml").write_text(text)
        return tmp_path / name
    return write


def test_every_peer_of_the_tree_is_as_it_should_be():
    assert "strongswan" in peers.known()
    for name in peers.known():
        assert peers.load(name).description


def test_a_test_with_swanctl_conf_uses_strongswan():
    assert peers.inferred(["east.swanctl.conf", "west.console.txt"]) == ["strongswan"]
    assert peers.inferred(["description.txt", "west.toml"]) == []


def test_ipsec_conf_is_libreswan_s_and_iked_conf_openiked_s():
    assert peers.inferred(["east.conf", "east.secrets"]) == ["libreswan"]
    assert peers.inferred(["east.iked.conf"]) == ["openiked"]
    assert peers.load("libreswan").file_for("east.secrets", "east") == "/etc/ipsec.secrets"
    assert "af-key" in peers.load("openiked").needs


def test_a_peer_is_read(write):
    folder = write(GOOD)
    goose = peers.load("goose")
    assert (goose.name, goose.packages) == ("goose", ("goose-daemon", "libgoose1.0+x"))
    assert (goose.without, goose.needs) == (("udev",), ("tun",))
    assert goose.roots == []
    (folder / "root").mkdir()
    (folder / "bin").mkdir()
    assert goose.roots == [folder / "root"]


def test_a_peer_needs_no_more_than_name_description_and_packages(write):
    write("".join(GOOD.splitlines(keepends=True)[:3]))
    goose = peers.load("goose")
    assert (goose.files, goose.certificates, goose.needs, goose.suffixes) == ({}, {}, (), ())


def test_files_and_certificates_have_their_place_on_the_host(write):
    write(GOOD)
    goose = peers.load("goose")
    assert goose.file_for("east.conf", "east") == "/etc/goose/goose.conf"
    assert goose.file_for("east.secrets", "east") == "/etc/goose/east.secrets"
    assert goose.file_for("west.conf", "east") is None
    assert goose.file_for("east.console.txt", "east") is None
    assert goose.certificates_for("west")["key"] == "/etc/goose/private/west.key"


def test_the_tree_is_that_of_its_packages_and_the_version_is_the_first_ones(write, monkeypatch, tmp_path):
    write(GOOD)
    asked = []
    monkeypatch.setattr(debs, "fetch", lambda *words: asked.append(words) or tmp_path)
    goose = peers.load("goose")
    assert goose.version() is None
    assert goose.tree(print) == tmp_path
    into = tmp_path / "cache" / "peers" / "goose"
    assert asked == [(goose.packages, into, print, goose.without, False)]
    index = debs.Index("goose-1", {"goose-daemon": "1.0-3", "libgoose1.0+x": "2.0"})
    known = asked[0][:2] + (("udev",),)
    monkeypatch.setattr(debs, "cached", lambda *words: index if words == known else None)
    assert goose.version() == "1.0-3"


def test_a_peer_with_a_base_is_the_other_but_for_what_it_says(write, tmp_path):
    folder = write(GOOD)
    (folder / "root").mkdir()
    own = write('name = "gander"\ndescription = "a goose"\nbase = "goose"\nneeds = ["kernel-esp"]\n[files]\nconf = "/g"\n',
                "gander")
    gander, goose = peers.load("gander"), peers.load("goose")
    assert (gander.packages, gander.without, gander.certificates) == (goose.packages, goose.without, goose.certificates)
    assert (gander.needs, gander.suffixes, gander.files) == (("kernel-esp",), (), {**goose.files, "conf": "/g"})
    assert gander.roots == [folder / "root"]
    (own / "root").mkdir()
    assert gander.roots == [folder / "root", own / "root"]
    assert gander._into() == tmp_path / "cache" / "peers" / "goose"


@pytest.mark.parametrize("base, more, said", [
    ("swan", "", "base: no peer swan: there are gander, goose"), ("gander", "", "base: "),
    ("goose", 'packages = ["x"]\n', "packages are those of the base"),
])
def test_a_base_that_cannot_be_one(write, base, more, said):
    write(GOOD)
    write('name = "gander"\ndescription = "a goose"\nbase = "goose"\n', "gander")
    with pytest.raises(UsageError) as error:
        folder = write(f'name = "duck"\ndescription = "a duck"\nbase = "{base}"\n{more}', "duck")
        peers.load("duck")
    assert str(error.value).startswith(f"{folder / 'peer.toml'}: {said}".replace("gander, goose", "duck, gander, goose"))


@pytest.mark.parametrize("name", ["swan", "../goose", "", "goose/../goose"])
def test_an_unknown_peer_is_refused_with_the_known_ones(write, name):
    write(GOOD)
    write(GOOD.replace("goose", "duck"), "duck")
    with pytest.raises(UsageError, match=f"^no peer {name}: there are duck, goose$"):
        peers.load(name)


@pytest.mark.parametrize("old, new, said", [
    ('name = "goose"\n', "", "name is missing"),
    ('"goose"', '"duck"', "name: 'duck' is not the folder's name"),
    ('"an IKE daemon"', "3", "description must be one line of text"),
    ('packages = ["goose-daemon", "libgoose1.0+x"]', "packages = []", "packages is missing"),
    ('packages = ["goose-daemon", "libgoose1.0+x"]', 'packages = "goose"', "packages must be a list"),
    ('"goose-daemon"', '"-oDir=/"', "packages: '-oDir=/' is not a word that can stand there"),
    ('["udev"]', "[3]", "without: 3 is not a word that can stand there"),
    ('["tun"]', '["tap"]', "needs: unknown need 'tap'; there are tun, kernel-esp,"),
    ('suffixes = ["conf"]', 'suffixes = ["other"]', "suffixes: 'other' is not among the files"),
    ('suffixes', 'sufixes', "unknown key sufixes; there are name,"),
    ('"/etc/goose/goose.conf"', '"etc/goose.conf"', "files: conf: 'etc/goose.conf' is not a path on a host"),
    ('"/etc/goose/goose.conf"', '"/etc/../goose"', "files: conf: '/etc/../goose' is not a path on a host"),
    ('"/etc/goose/goose.conf"', '"/etc/{user}"', "files: conf: '/etc/{user}' is not a path on a host"),
    ('"secrets"', '"a/b"', "files: 'a/b' is not the end of a file's name"),
    ('ca = "/etc/goose/ca.crt"\n', "", "certificates: the keys must be ca, cert, key"),
    ("[certificates]", "[[certificates]]", "certificates must be a table"),
    ("[files]", "[files", "Expected ']' at the end of a table declaration (at line 7, column 7)"),
])
def test_what_is_wrong_is_told_with_its_file_and_key(write, old, new, said):
    assert old in GOOD
    folder = write(GOOD.replace(old, new, 1))
    with pytest.raises(UsageError) as error:
        peers.load("goose")
    assert str(error.value).startswith(f"{folder / 'peer.toml'}: {said}")
    assert "\n" not in str(error.value)
