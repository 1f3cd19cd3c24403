# SPDX-License-Identifier: GPL-2.0-or-later
"""The control protocol, as the kernel's own reader of such specifications (YNL) understands klips-control.yaml: it is valid by
the kernel's schema, and gives the numbers that klips_control.h has.

Both are in the source of Linux, which the lab has fetched where it has built a kernel.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parents[1] / "testing"))

from lab import debs, once, paths  # noqa: E402 - after its path is known

_PARTS = ("Documentation/netlink/*.yaml", "tools/net/ynl/lib/*.py")
_SECONDS = 300
pytestmark = pytest.mark.filterwarnings("ignore:The metaschema specified by:DeprecationWarning")


@pytest.fixture(name="linux", scope="module")
def _linux() -> Path:
    """A folder with the parts of Linux's source that are needed."""
    found = sorted((paths.cache() / "kernels" / "source").glob("linux-source-6.12-*/usr/src/linux-source-6.12.tar.xz"))
    if not found:
        pytest.skip("needs the source of Linux 6.12: 'make deps-uml' fetches it")
    folder = paths.cache() / "tools" / f"ynl-{found[-1].parents[2].name.rpartition('-')[2]}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with once.locked(folder.with_name(f"{folder.name}.lock")):
            once.folder(folder, lambda draft: subprocess.run(
                ["tar", "-C", draft, "-xJf", found[-1], "--strip-components=1", "--wildcards",
                 *(f"*/{part}" for part in _PARTS)], check=True, timeout=_SECONDS))
    return folder


@pytest.fixture(name="spec", scope="module")
def _spec(linux):
    """The specification as YNL reads it. Its checks by the schema are made, with a package that is fetched."""
    modules = debs.fetch(["python3-jsonschema"], paths.cache() / "tools" / "jsonschema", print)
    for folder in (linux / "tools/net/ynl", modules / "usr/lib/python3/dist-packages"):
        sys.path.insert(0, str(folder))
    from lib import nlspec
    return nlspec.SpecFamily(str(HERE / "klips-control.yaml"), str(linux / "Documentation/netlink/genetlink.yaml"))


def _constants() -> dict[str, int]:
    text = (HERE / "klips_control.h").read_text()
    return {name: int(value, 0) for name, value in re.findall(r"^\t(KLIPS_\w+) = (\w+),$", text, re.M)}


def _c(name: str) -> str:
    return name.replace("-", "_").upper()


def test_commands_and_attributes_have_the_numbers_of_ynl(spec):
    have = _constants()
    wanted = {f"KLIPS_CMD_{_c(name)}": one.value for name, one in spec.msgs.items()}
    for group in spec.attr_sets.values():
        wanted |= {f"KLIPS_A_{_c(group.name)}_{_c(name)}": attr.value for name, attr in group.items()}
    assert wanted == {name: value for name, value in have.items() if name.startswith(("KLIPS_CMD_", "KLIPS_A_"))}


def test_enums_have_the_values_of_ynl(spec):
    have = _constants()
    wanted = {f"KLIPS_CONTROL_{_c(one.name)}_{_c(name)}": entry.user_value()
              for one in spec.consts.values() for name, entry in one.entries.items()}
    assert wanted == {name: value for name, value in have.items() if name.startswith("KLIPS_CONTROL_")}


def test_schema_finds_faults(spec, linux, tmp_path):
    from lib import nlspec
    text = (HERE / "klips-control.yaml").read_text()
    (tmp_path / "bad.yaml").write_text(text.replace("flags: [admin-perm]", "flags: [admin]", 1))
    with pytest.raises(Exception, match="'admin' is not one of"):
        nlspec.SpecFamily(str(tmp_path / "bad.yaml"), str(linux / "Documentation/netlink/genetlink.yaml"))
