# SPDX-License-Identifier: GPL-2.0-or-later
"""What does not count where processors are emulated: messages that are sent again."""

from types import SimpleNamespace

import pytest

from lab import mutation, runone, testcase, verdict
from lab.capture.repeats import without_repeats
from lab.errors import UsageError
from lab.guests import qemu, qemurun
from lab.kernels import catalog

FROM_WEST, FROM_EAST = "west > east 192.1.2.45:500 > 192.1.2.23:500 ", "east > west 192.1.2.23:500 > 192.1.2.45:500 "
REQUEST = FROM_WEST + "IKEv2 IKE_AUTH request id=1 flags=I spi=I1/R1 SK{IDi}\n"
RESPONSE = FROM_EAST + "IKEv2 IKE_AUTH response id=1 flags=R spi=I1/R1 SK{IDr}\n"
ESP = "west > east 192.1.2.45 > 192.1.2.23 ESP spi=S1 seq=1 len=120\n"
AGAIN = REQUEST + REQUEST + RESPONSE + ESP + RESPONSE
ONCE = REQUEST + RESPONSE + ESP


@pytest.mark.parametrize("other", [
    FROM_WEST + "IKEv2 IKE_AUTH request id=2 flags=I spi=I1/R1 SK{IDi}\n",
    FROM_WEST + "IKEv2 IKE_AUTH request id=1 flags=I spi=I2/R2 SK{IDi}\n",
    FROM_WEST + "IKEv2 IKE_AUTH request id=1 flags=I spi=I1/R1 SKF(1/2){IDi}\n",
    "set > west 192.0.1.15:4500 > 192.1.2.23:4500 NAT-T IKEv2 IKE_AUTH request id=1 flags=I spi=I1/R1 SK{IDi}\n",
])
def test_another_message_is_no_repetition(other):
    assert without_repeats(REQUEST + other) == REQUEST + other


def test_a_repetition_goes_and_the_order_stays():
    assert without_repeats(AGAIN) == ONCE
    assert without_repeats(REQUEST.replace("IKEv2", "NAT-T IKEv2") * 2).count("\n") == 1


def test_nothing_but_ike_goes():
    assert without_repeats(ESP + ESP) == ESP + ESP
    assert without_repeats("a > b ICMP echo request id=1 seq=1\n" * 2).count("\n") == 2


def _case(tmp_path, place, accelerator="", expected=ONCE):
    folder = tmp_path / "kind" / "name"
    folder.mkdir(parents=True)
    (folder / "01-west-up.sh").write_text("true\n")
    (folder / "test.toml").write_text('hosts = ["west", "east"]\n')
    (folder / "west.console.txt").write_text("")
    (folder / "internet.capture.txt").write_text(expected)
    case = testcase.load(folder)
    return case.in_cell(runone.cell(case, place, "", accelerator))


def _judge(tmp_path, place, accelerator, actual, expected=ONCE):
    outputs = verdict.Outputs({}, {"internet": actual})
    case = _case(tmp_path, place, accelerator, expected)
    return [finding.what for finding in verdict.differences(case, outputs)]


def test_repetitions_count_unless_processors_are_emulated(tmp_path):
    assert _judge(tmp_path / "ns", "ns", "", AGAIN) == ["capture internet"]
    assert _judge(tmp_path / "uml", "uml", "", AGAIN) == ["capture internet"]
    assert _judge(tmp_path / "kvm", "qemu", "kvm", AGAIN) == ["capture internet"]
    assert not _judge(tmp_path / "qemu", "qemu", "tcg", AGAIN)
    assert not _judge(tmp_path / "more", "libvirt", "tcg", ONCE, AGAIN)


def test_what_libreswan_says_of_them_is_masked_there_alone(tmp_path):
    assert "slow" in [path.stem for path in verdict.chain(_case(tmp_path / "tcg", "qemu", "tcg"))]
    assert "slow" not in [path.stem for path in verdict.chain(_case(tmp_path / "kvm", "qemu", "kvm"))]


@pytest.mark.parametrize("here", ["kvm", "tcg"])
def test_a_run_in_qemu_knows_what_its_processors_are(tmp_path, monkeypatch, here):
    monkeypatch.setattr(qemu, "accelerator", lambda: here)
    monkeypatch.setattr(catalog, "find", lambda name, place: SimpleNamespace(name=name, patience=1))
    words = SimpleNamespace(real_time=False, seed=None, kernel="6.12", apart=False, machine="", processors=0, no_snapshot=False,
                            gdb=False, stack="")
    options = qemurun.options(words)
    run = qemurun.QemuRun(_case(tmp_path, "ns"), tmp_path / "out", options, print, 0)
    assert run.result.cell["accelerator"] == here and verdict.is_slow(run.case) == (here == "tcg")


def test_all_else_counts_there_too(tmp_path):
    assert _judge(tmp_path / "less", "qemu", "tcg", AGAIN.replace(ESP, "")) == ["capture internet"]
    assert _judge(tmp_path / "none", "qemu", "tcg", REQUEST + REQUEST + ESP) == ["capture internet"]


def test_there_expected_files_are_not_broken_on_purpose(tmp_path):
    with pytest.raises(UsageError, match="kind/name: .* is of emulated processors"):
        mutation.try_all(_case(tmp_path, "qemu", "tcg"), tmp_path, 10)
