# SPDX-License-Identifier: GPL-2.0-or-later
"""Small suites in other projects' formats, written for the tests of the lab."""

import os
from pathlib import Path

from lab.suites import Suite

SANITIZER = """\
#!/bin/sh
# Cuts the marks and gives the prompt the form that expected files have.
sed -e 's/>>>>>>>>>>cut>>>>>>>>>> done <<<<<<<<<<tuc<<<<<<<<<<//' \\
    -e 's/>>>>>>>>>>cut>>>>>>>>>> [^ ]* <<<<<<<<<<tuc<<<<<<<<<<//' \\
    -e '/>>>>>>>>>> post-mortem >>>>>>>>>>/,/<<<<<<<<<< post-mortem <<<<<<<<<</d' \\
    -e 's/\\[root@\\([^ ]*\\) [^]]*\\]# /\\1 # /' "$1"
echo
"""


def libreswan(top: Path, tests: dict[str, dict[str, str]], listed: str = "") -> Suite:
    """A tree like libreswan's with these tests: file names and texts. listed: lines of its TESTLIST, or all are good."""
    rows = listed or "".join(f"kvmplutotest\t{name}\tgood\n" for name in tests)
    files = {"testing/pluto/TESTLIST": "# the tests\n" + rows, "testing/default-testparams.sh": "#!/bin/sh\n",
             "testing/utils/sanitizer.sh": SANITIZER, "testing/guestbin/swan-prep": "#!/bin/sh\n",
             "testing/guestbin/post-mortem.sh": "#!/bin/sh\necho nothing left behind\n",
             "mk/version.mk": "IPSECBASEVERSION?=4.10\n"}
    for name, contents in tests.items():
        files |= {f"testing/pluto/{name}/{file}": text for file, text in contents.items()}
    write(top, files)
    return Suite("libreswan", top)


def write(top: Path, files: dict[str, str]) -> None:
    """Write files below a folder; those that begin as scripts do can be run."""
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            os.chmod(path, 0o755)
