# SPDX-License-Identifier: GPL-2.0-or-later
"""The house's linters and its runner of checks: each passes a good tree and complains of a bad one."""

import os
import re
import select
import shutil
import signal
import subprocess

import pytest

from lab.paths import ROOT

TOOLS = ROOT / "tools"
SPDX = "# SPDX-License-Identifier: GPL-2.0-or-later\n"
C_SPDX = "// SPDX-License-Identifier: GPL-2.0-or-later\n"


def run(tool, *words):
    done = subprocess.run([TOOLS / tool, *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path):
    """A function that writes files into a tree: tree({path: content}) -> the tree's root."""
    def write(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path
    return write


def git(root, *words):
    subprocess.run(["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@example.net", *words],
                   check=True, capture_output=True)


def python_function(lines, name="f"):
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)


def c_function(lines, name="noun_verb"):
    return f"static int {name}(int a,\n\t\t     int b)\n{{\n" + "\ta++;\n" * (lines - 2) + "}\n"


def test_this_tree_has_every_tool_executable():
    for name in ("deps", "lint", "check", "sources.py", "lint-sizes.py", "lint-text.py"):
        assert (TOOLS / name).stat().st_mode & 0o111


# The tree's files

def test_sources_are_what_git_knows_or_would_take(tree):
    root = tree({"a.py": "", "b/c.py": "", "build/d.py": "", "e.txt": "", ".gitignore": "/build/\n"})
    git(root, "init", "-q")
    git(root, "add", "a.py")
    assert run("sources.py", root, "*.py") == (0, "a.py\nb/c.py\n")


def test_a_file_that_git_knows_but_is_gone_is_left_out(tree):
    root = tree({"a.py": "", "b.py": ""})
    git(root, "init", "-q")
    git(root, "add", ".")
    (root / "a.py").unlink()
    assert run("sources.py", root, "*.py") == (0, "b.py\n")


def test_sources_of_a_tarball_are_all_but_what_is_built(tree):
    root = tree({"a.py": "", "b/c.py": "", "build/d.py": "", "b/__pycache__/e.py": "", "f.pyc": ""})
    (root / "link.py").symlink_to("a.py")
    assert run("sources.py", root, "*.py", "*.pyc") == (0, "a.py\nb/c.py\n")


def test_sources_wants_a_pattern(tmp_path):
    assert run("sources.py", tmp_path)[0] == 2


# Sizes

@pytest.mark.parametrize("files", [
    {"a.py": "".join(python_function(30, f"f{n}") for n in range(9)) + python_function(80, "long")},
    {"a.py": "x = 1\n" * 600},
    {"src/a.c": c_function(10) * 9 + c_function(80)},
    {"src/tests/test_a.c": c_function(50) * 9, "src/tests/a.h": "int a;\n" * 200},
    {"src/a.h": "/* SPDX */\n/* Made by a program */\n" + "int a;\n" * 300},
    {"src/a.c": "int a;\n" * 900, "src/a.h": "int a;\n" * 200},
    {"src/a.c": "struct a {\n" + "\tint b;\n" * 200 + "};\n"},
    {"src/a.c": "static const int c[] = {\n" + "\t1,\n" * 200 + "};\n"},
    {"src/a.c": "/*\n * f(x) is\n */\nstruct ops a =\n{\n" + "\t0,\n" * 20 + "};\n"},
])
def test_what_is_within_the_limits_passes(tree, files):
    assert run("lint-sizes.py", tree(files)) == (0, "")


@pytest.mark.parametrize("files, said", [
    ({"a.py": python_function(81) + python_function(2, "g") * 20},
     "a.py:1: f has 81 lines; the limit is 80\n"),
    ({"a.py": "class A:\n    async def f(self):\n" + "        x = 1\n" * 80 + python_function(2, "g") * 20},
     "a.py:2: f has 81 lines; the limit is 80\n"),
    ({"a.py": "x = 1\n" * 601}, "a.py: 601 lines; the limit is 600\n"),
    ({"a.py": python_function(31) + python_function(2, "g") * 8},
     "only 8 of 9 Python functions have 30 lines or less; the longest is a.py:1: f\n"),
    ({"a.py": "x = 1\ndef\n"}, "a.py:2: invalid syntax\n"),
    ({"src/a.c": "int b;\n\n" + c_function(81) + c_function(2) * 9}, "src/a.c:5: noun_verb has 81 lines; the limit is 80\n"),
    ({"src/a.c": "struct a {\n\tint b;\n};\n" + c_function(3, "short") * 10 + c_function(200, "longer")},
     "src/a.c:56: longer has 200 lines; the limit is 80\n"),
    ({"src/a.c": c_function(2) * 8 + c_function(51, "long")},
     "only 8 of 9 C functions have 50 lines or less; the longest is src/a.c:35: long\n"),
    ({"src/a.c": c_function(11) * 2 + c_function(10)}, "half of the C functions have more than 11 lines; the limit is 10\n"),
    ({"src/a.c": "int a;\n" * 901}, "src/a.c: 901 lines; the limit is 900\n"),
    ({"src/a.h": "int a;\n" * 201}, "src/a.h: 201 lines; the limit is 200\n"),
    ({"src/tests/a.h": "int a;\n" * 201}, "src/tests/a.h: 201 lines; the limit is 200\n"),
])
def test_what_exceeds_a_limit_is_named(tree, files, said):
    assert run("lint-sizes.py", tree(files)) == (1, said)


# Licences and line ends

DEP5 = SPDX + "Files: *.txt\n testing/*/x.conf\nCopyright: them\nLicense: GPL-2.0-or-later\n"


@pytest.mark.parametrize("files", [
    {"a.py": "#!/usr/bin/python3\n" + SPDX},
    {"a.py": "#!/usr/bin/python3\n# What it is for.\n#\n" + SPDX},
    {"a.c": C_SPDX + "/*\n * A word.\n */\n" + "\t" * 14 + "f();\n"},
    {"a.h": "/* SPDX-License-Identifier: GPL-2.0-or-later */\n#define A\t  1\nint f(int a,\n\t  int b);\n"},
    {".reuse/dep5": DEP5, "a.txt": "words\n", "b/c/a.txt": "words\n", "testing/a/b/x.conf": "words\n"},
    {".reuse/dep5": DEP5, "a/west.console.txt": "west # \n a \r\n", "INET.capture.txt": "a \nb",
     "a/west.console.netkey.txt": "west # \n"},
    {"picture.png": b"\x89PNG\r\n\0 \n"},
    {".reuse/dep5": DEP5, "empty.txt": ""},
])
def test_a_clean_text_passes(tree, files):
    assert run("lint-text.py", tree(files)) == (0, "")


@pytest.mark.parametrize("files, said", [
    ({"a.py": "x = 1\n"}, "a.py: no SPDX line, and .reuse/dep5 does not cover it\n"),
    ({"a.py": "\n" * 5 + SPDX}, "a.py: no SPDX line, and .reuse/dep5 does not cover it\n"),
    ({".reuse/dep5": DEP5, "x.conf": "a\n"}, "x.conf: no SPDX line, and .reuse/dep5 does not cover it\n"),
    ({"a.sh": SPDX + "true \n"}, "a.sh:2: blanks at the end of the line\n"),
    ({"a.sh": SPDX + "\t\n"}, "a.sh:2: blanks at the end of the line\n"),
    ({"a.sh": SPDX + "true\r\n"}, "a.sh:2: ends in a carriage return\n"),
    ({"a.sh": SPDX + "true"}, "a.sh: the last line has no end\n"),
    ({"a.c": "/*\n * " + C_SPDX + " */\n"}, "a.c:1: the SPDX line is the first one\n"),
    ({"a.c": C_SPDX + "\t" * 15 + "f();" + " " * 13 + "//x\n"}, "a.c:2: 140 columns; the limit is 120\n"),
    ({"a.c": C_SPDX + "        f();\n"}, "a.c:2: indented by blanks instead of tabs\n"),
    ({"a.c": C_SPDX + "\t        f();\n"}, "a.c:2: indented by blanks instead of tabs\n"),
])
def test_a_text_that_is_not_clean_is_named(tree, files, said):
    assert run("lint-text.py", tree(files)) == (1, said)


# All linters together

def house(**more):
    """Files of a small tree that every linter likes, and more of them."""
    files = {
        "a.py": SPDX + "x = 1\n",
        "tool": f"#!/bin/sh\n{SPDX}echo a\n",
        "b/1-east.sh": f'{SPDX}cd /tmp\necho "$set"\n',
        "src/a.c": C_SPDX + "int a_add(int a, int b)\n{\n\treturn a + b;\n}\n",
    }
    return files | more


@pytest.fixture
def styled(tree):
    """As tree, with this tree's settings for the linters."""
    for name in (".clang-format", ".clang-tidy", ".flake8", ".shellcheckrc"):
        tree({name: (ROOT / name).read_bytes()})
    return tree


def test_lint_passes_a_good_tree(styled):
    assert run("lint", styled(house())) == (0, "")


def test_lint_says_which_linter_complains_of_what(styled):
    bad = {
        "a.py": SPDX + "import os\n",
        "long.py": SPDX + "x = 1\n" * 600,
        "tool": f"#!/bin/sh\n{SPDX}[[ a = b ]]\n",
        "b/1-east.sh": f"{SPDX}if true\n",
        "src/a.c": C_SPDX + "int f(void){ return 1; }\n",
        "src/b.c": C_SPDX + "int b_last(void)\n{\n\tint b[2] = {0, 1};\n\n\treturn b[2];\n}\n",
        "plain": "words\n",
    }
    status, said = run("lint", styled(house(**bad)))
    assert status == 1
    parts = {part.split("\n")[0]: part for part in re.split("^-- ", said, flags=re.MULTILINE)[1:]}
    words = {"text": "plain: no SPDX", "sizes": "long.py: 601", "flake8": "a.py:2:1: F401",
             "shellcheck": "SC3010", "shellcheck of typed scripts": "SC1", "clang-format": "src/a.c:2",
             "cppcheck": "arrayIndexOutOfBounds", "clang-tidy": "src/b.c:6"}
    for linter, word in words.items():
        assert word in parts[linter], linter


def test_what_was_clean_is_looked_at_again_when_a_header_changes(styled):
    source = C_SPDX + '#include "b.h"\n\nint b_last(void)\n{\n\tint b[2] = { 0, 1 };\n\n\treturn b[LAST];\n}\n'
    header = C_SPDX + "#ifndef B_H\n#define B_H\n\n#define LAST 1\n\n#endif\n"
    root = styled(house(**{"src/b.c": source, "src/b.h": header}))
    assert run("lint", root) == (0, "")
    styled({"src/b.h": header.replace("LAST 1", "LAST 2")})
    status, said = run("lint", root)
    assert status == 1 and "arrayIndexOutOfBounds" in said and "clang-analyzer" in said


@pytest.mark.skipif(not shutil.which("clang-format"), reason="clang-format is not installed")
def test_the_formatter_makes_the_kernels_style(styled):
    ugly = ("static int f (int a){if(a){return 1;}\nswitch(a){case 1: break;}\n"
            " char *p = 0; return *p; }\n")
    pretty = ("static int f(int a)\n{\n\tif (a) {\n\t\treturn 1;\n\t}\n"
              "\tswitch (a) {\n\tcase 1:\n\t\tbreak;\n\t}\n\tchar *p = 0;\n\treturn *p;\n}\n")
    root = styled({"a.c": ugly})
    done = subprocess.run(["clang-format", root / "a.c"], capture_output=True, text=True, check=True)
    assert done.stdout == pretty


# The runner of checks

def test_check_runs_every_step_and_ends_with_a_plain_line():
    status, said = run("check", "one: echo a: b", "two: true")
    lines = said.splitlines()
    assert status == 0
    assert lines[:2] == ["== one: echo a: b", "a: b"]
    assert lines[-1] == "check: 2 passed, 0 failed"


def test_check_fails_when_a_step_fails_and_runs_the_rest():
    status, said = run("check", "one: exit 7", "two: echo later")
    lines = said.splitlines()
    assert status == 1
    assert "later" in lines
    assert [line.split() for line in lines[-3:-1]] == [
        ["one", "FAILED", "0", "s", "exit", "status", "7:", "exit", "7"], ["two", "ok", "0", "s"]]
    assert lines[-1] == "check: 1 passed, 1 failed"


# make

def make(*words):
    done = subprocess.run(["make", "-C", ROOT, "-s", *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_make_alone_lists_every_verb():
    status, said = make()
    verbs = {line.split()[1] for line in said.splitlines()}
    assert status == 0
    assert verbs >= {"help", "deps", "run", "check", "check-all", "lint", "format", "test", "bench-lab",
                     "clean"}


def test_the_gate_fails_when_check_fails(tmp_path):
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for status in (0, 1):
        (tmp_path / "Makefile").write_text(f"check:\n\t@exit {status}\n")
        done = subprocess.run(["bash", tmp_path / ".ci" / "run"], capture_output=True, timeout=60)
        assert bool(done.returncode) == bool(status)


# The runners of what is in C

def test_unit_tests_in_c_are_counted_and_failing_ones_shown(tree):
    good = "#!/bin/sh\necho '[       OK ] a'\necho '[       OK ] b'\n"
    bad = "#!/bin/sh\necho 'a != b'\nexit 1\n"
    root = tree({"a/tests/test_good": good, "b/tests/test_bad": bad, "b/tests/test_good.o": "", "b/tests/other": bad})
    for path in root.glob("*/tests/*[!o]"):
        path.chmod(0o755)
    assert run("test-c", root, "good") == (0, "test-c: 1 programs passed (2 tests), 0 failed\n")
    assert run("test-c", root, "*") == (1, "-- test_bad: exit status 1\na != b\n"
                                           "test-c: 1 programs passed (2 tests), 1 failed\n")
    assert run("test-c", root, "none")[0] == 2


def test_fuzz_targets_are_run_and_findings_shown(tree):
    target = "#!/bin/sh\necho stat::number_of_executed_units: 7\necho \"$@\" >&2\n"
    root = tree({"fuzz/a/fuzz/fuzz_good": target, "fuzz/b/fuzz/fuzz_bad": target + "exit 77\n"})
    for path in root.glob("fuzz/*/fuzz/*"):
        path.chmod(0o755)
    assert run("fuzz", root, "good", "-runs=7") == (0, "fuzz: good: 7 runs, no finding\n")
    assert (root / "corpus" / "good").is_dir()
    status, said = run("fuzz", root, "*", "-runs=7")
    assert status == 1 and "-- fuzz: bad\n" in said and "-runs=7" in said and f"{root}/corpus/bad" in said
    assert run("fuzz", root, "none")[0] == 2


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_runs_side_by_side_ends_with_its_script(number, status):
    reader, writer = os.pipe()
    script = f'''. {TOOLS}/side-by-side.sh; start one bash -c 'sleep 600 & echo up >&{writer}; wait'; finish echo'''
    with subprocess.Popen(["bash", "-c", script], pass_fds=[writer], stderr=subprocess.PIPE) as process:
        os.close(writer)
        assert select.select([reader], [], [], 30)[0] and os.read(reader, 3) == b"up\n"
        process.send_signal(number)
        assert (process.wait(30), process.stderr.read()) == (status, b"")
    assert select.select([reader], [], [], 30)[0] and os.read(reader, 1) == b""  # closed: nothing has it any more
    os.close(reader)
