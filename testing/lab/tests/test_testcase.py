# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a test's folder: hosts, order of scripts, lines to type, and which file is whose."""

import pytest

from lab import testcase
from lab.errors import UsageError


@pytest.fixture(name="make")
def _make(tmp_path):
    def make(files, name="kind/name"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text.encode() if isinstance(text, str) else text)
        return folder
    return make


def _load(make, *names, **texts):
    return testcase.load(make({**dict.fromkeys(names, "true\n"), **texts}))


@pytest.mark.parametrize(("names", "order"), [
    (("02-west-b.sh", "01-east-a.sh", "10-west.sh"), ["01-east-a.sh", "02-west-b.sh", "10-west.sh"]),
    (("9-west.sh", "10-west.sh"), ["10-west.sh", "9-west.sh"]),
    (("westrun.sh", "westinit.sh", "eastinit.sh", "nicinit.sh", "roadinit.sh", "final.sh"),
     ["nicinit.sh", "eastinit.sh", "roadinit.sh", "westinit.sh", "westrun.sh", "final.sh"]),
    (("final.sh", "01-west.sh", "eastrun.sh"), ["01-west.sh", "eastrun.sh", "final.sh"]),
])
def test_the_order_of_scripts(make, names, order):
    assert [script.path.name for script in _load(make, *names).scripts] == order


@pytest.mark.parametrize(("name", "hosts"), [
    ("01-west.sh", ("west",)), ("01-west-up.sh", ("west",)), ("01-west-east-up.sh", ("west", "east")),
    ("01-east-west.sh", ("east", "west")), ("01-west-up-east.sh", ("west",))])
def test_the_hosts_of_a_script(make, name, hosts):
    assert _load(make, name).scripts[0].hosts == hosts


def test_hosts_are_inferred_from_scripts_files_and_folders_in_the_topology_s_order(make):
    case = testcase.load(make({"01-east.sh": "", "west.swanctl.conf": "", "road/etc/x": "", "final.sh": "",
                               "description.txt": "\nA title\nand more\n", "internet.capture.txt": ""}))
    known = list(case.network.hosts)
    assert sorted(case.hosts) == ["east", "road", "west"]
    assert case.hosts == sorted(case.hosts, key=known.index)
    assert case.scripts[-1].hosts == tuple(case.hosts) == tuple(case.typed_hosts)
    assert case.title == "A title" and case.name == "kind/name"
    assert case.peers == {"west": "strongswan"} and "tun" in case.needs
    assert list(case.golden_captures()) == ["internet"]


def test_hosts_that_are_named_are_all_there_are(make):
    toml = 'hosts = ["east", "nic"]\nlimit = 2.5\ntotal = 7\ntags = ["a"]\n'
    case = testcase.load(make({"01-east.sh": "", "test.toml": toml}))
    assert (case.hosts, case.typed_hosts, case.limit, case.total, case.tags) == (["east", "nic"], ["east"], 2.5, 7, ["a"])


@pytest.mark.parametrize(("text", "lines"), [
    ("#!/bin/sh\n# SPDX-License-Identifier: X\ntrue\n", ["true"]),
    ("# SPDX-License-Identifier: X\n# why\n\ntrue", ["# why", "", "true"]),
    ("true\n#!/bin/sh\n", ["true", "#!/bin/sh"]),
    ("cat <<END\n# SPDX here\nEND\n", ["cat <<END", "# SPDX here", "END"]),
    ("", []),
    (b"echo \xff\n", ["echo \udcff"]),
])
def test_the_lines_that_are_typed(make, text, lines):
    assert testcase.load(make({"01-west.sh": text})).scripts[0].lines() == lines


def test_the_files_of_a_host(make):
    case = testcase.load(make({"01-west.sh": "", "west.swanctl.conf": "", "west.console.txt": "", "westfold.conf": "",
                               "west.secrets/x": ""}))
    assert list(case.host_files("west")) == ["swanctl.conf"]


@pytest.mark.parametrize(("toml", "peers"), [
    ('peers = "strongswan"\n', {"west": "strongswan"}), ('peers = { east = "strongswan" }\n', {"east": "strongswan"}),
    ("peers = {}\n", {})])
def test_peers_as_they_are_named(make, toml, peers):
    files = {"01-west-east.sh": "", "west.swanctl.conf": "", "test.toml": toml}
    assert testcase.load(make(files)).peers == peers


def test_a_bad_test_names_its_file(make):
    with pytest.raises(UsageError, match=r"kind/name/test.toml: unknown key 'colour'"):
        _load(make, "01-west.sh", **{"test.toml": "colour = 3\n"})
    with pytest.raises(UsageError, match="other: no such test"):
        testcase.load(make({}, "kind/x").parent / "other")
