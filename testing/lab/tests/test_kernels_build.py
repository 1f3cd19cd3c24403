# SPDX-License-Identifier: GPL-2.0-or-later
"""Building kernels of guests into the cache, from a source and from a git tree made up here."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import scratch

from lab import cli, debs, kernels, once, paths
from lab.errors import UnresolvedError, UsageError
from lab.kernels import build, catalog, compiler, gittree, recipes

_RECIPES = """\
[builds.k]
source = "s"
arch = "um"
config = ["a"]
edits = ["newer"]
[[edits.newer]]
file = "code.c"
find = "old"
replace = "new"
why = "newer"
"""
_MAKEFILE = """\
tinyconfig:
\techo CONFIG_TINY=y > .config
\techo configured >> $(COUNT)
olddefconfig:
\tsed -i /CONFIG_LOST/d .config
linux: more.o code.o
\techo made >> $(COUNT)
\tmkdir -p include/config; echo 6.0 > include/config/kernel.release
\tcat code.o more.o > linux
%.o: %.c
\techo "cc $<" >> $(COUNT)
\t@! grep '#error' $<
\tcp $< $@
bzImage: linux
\tmkdir -p arch/x86/boot; cp linux arch/x86/boot/bzImage; cp linux vmlinux
modules:
\techo exported > Module.symvers
"""
_MERGE = '#!/bin/sh\nshift 2\ncat "$@" >> .config\n'  # as scripts/kconfig/merge_config.sh -m .config FRAGMENT...


def _quiet(text: str) -> None:
    """No progress is shown."""


@pytest.fixture(name="kernel")
def _kernel(tmp_path, monkeypatch):
    """A build whose source is a tiny tree; what is compiled is told in tmp_path/count."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COUNT", str(tmp_path / "count"))
    monkeypatch.setattr(build, "_ROOM", 1)
    monkeypatch.setattr(debs, "fetch", lambda packages, into, progress: tmp_path / "source")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "a.config").write_text("CONFIG_A=y\n")
    (tmp_path / "kernels.toml").write_text(_RECIPES)
    monkeypatch.setattr(recipes, "default", lambda: tmp_path / "kernels.toml")
    _source(tmp_path, "old\n")
    return catalog.find("k")


def _tree(tree: Path, code: str) -> None:
    (tree / "scripts" / "kconfig").mkdir(parents=True, exist_ok=True)
    (tree / "Makefile").write_text(_MAKEFILE)
    (tree / "code.c").write_text(code)
    (tree / "more.c").write_text("more\n")
    merge = tree / "scripts" / "kconfig" / "merge_config.sh"
    merge.write_text(_MERGE)
    merge.chmod(0o755)


def _source(tmp_path: Path, code: str) -> None:
    tree = tmp_path / "tree" / "linux-source-s"
    _tree(tree, code)
    folder = tmp_path / "source" / "usr" / "src"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-C", tree.parent, "-cJf", folder / "s.tar.xz", tree.name], check=True)


def _left(tmp_path: Path) -> list[str]:
    """What is in the cache, but for locks."""
    return sorted(path.name for path in (tmp_path / "cache" / "kernels").iterdir() if path.suffix != ".lock")


def _fails(kernel: catalog.Build, tmp_path: Path) -> str:
    """What ensure() says as it fails, which is one line and leaves nothing."""
    with pytest.raises(UnresolvedError) as error:
        kernels.ensure(kernel, _quiet)
    assert "\n" not in str(error.value)
    assert not kernels.is_cached(kernel) and _left(tmp_path) == []
    return str(error.value)


def test_build(kernel, tmp_path):
    said = []
    assert not kernels.is_cached(kernel)
    made = kernels.ensure(kernel, said.append)
    where = kernels.folder(kernel)
    assert made == kernels.Files("k", "6.0", where / "linux", None, None, where / "config")
    assert made.image.read_text() == "new\nmore\n" and made.config.read_text() == "CONFIG_TINY=y\nCONFIG_A=y\n"
    assert "cp code.c code.o" in (where / "build.log").read_text()
    assert kernels.is_cached(kernel) and _left(tmp_path) == [where.name]
    assert sorted(path.name for path in where.iterdir()) == ["build.log", "config", "linux", "release"]
    assert any("compiling" in line for line in said) and said[-1].startswith("k: built in ")


def test_klips_is_laid_into_the_tree(kernel, tmp_path):
    (tmp_path / "kernels.toml").write_text(_RECIPES.replace("[builds.k]", "[builds.k]\nklips = true"))
    recipes._read.cache_clear()
    stale = tmp_path / "tree" / "linux-source-s" / "net" / "klips" / "stale.c"
    stale.parent.mkdir(parents=True)
    stale.touch()
    rule = "linux: net/klips/klips/core/esp.c more.o code.o\n\ttest ! -e net/klips/stale.c"
    (tmp_path / "tree" / "linux-source-s" / "Makefile").write_text(_MAKEFILE.replace("linux: more.o code.o", rule))
    folder = tmp_path / "source" / "usr" / "src"
    subprocess.run(["tar", "-C", tmp_path / "tree", "-cJf", folder / "s.tar.xz", "linux-source-s"], check=True)
    assert kernels.ensure(catalog.find("k"), _quiet).image.exists()
    with pytest.raises(UnresolvedError):  # the same tree without KLIPS
        kernels.ensure(kernel, _quiet)


def test_what_modules_are_compiled_with_is_kept(kernel, tmp_path):
    tree = tmp_path / "tree" / "linux-source-s"
    for name in ("include/net/xfrm.h", "arch/um/include/asm/page.h", "arch/um/kernel/main.c", "scripts/mod/modpost",
                 "scripts/mod/modpost.o", "tools/objtool/objtool", "net/xfrm/xfrm_input.c"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(name)
    (tree / "arch/um/include/generated/uapi").mkdir(parents=True)
    (tmp_path / "config" / "a.config").write_text("CONFIG_A=y\nCONFIG_MODULES=y\n")
    _source(tmp_path, "old\n")
    top = kernels.ensure(kernel, _quiet).image.parent / "headers"
    kept = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    assert {"include/net/xfrm.h", "arch/um/include/asm/page.h", "scripts/mod/modpost", "Module.symvers", ".config",
            "Makefile", "tools/objtool/objtool"} <= kept
    assert (top / "arch/um/include/generated/uapi").is_dir()
    assert not kept & {"arch/um/kernel/main.c", "scripts/mod/modpost.o", "net/xfrm/xfrm_input.c"}


def test_build_for_x86(kernel):
    made = kernels.ensure(replace(kernel, arch="x86"), _quiet)
    assert made.image.name == "vmlinuz" and made.vmlinux.read_text() == made.image.read_text() == "new\nmore\n"


def test_built_once(kernel, tmp_path):
    first = kernels.ensure(kernel, _quiet)
    assert kernels.ensure(kernel, lambda text: pytest.fail(text)) == first
    assert (tmp_path / "count").read_text().count("made\n") == 1


def test_what_killed_builds_left_is_removed(kernel, tmp_path):
    top = tmp_path / "cache" / "kernels"
    for name in ("other-0123456789ab.draft-1", "busy-0123456789ab.draft-2"):
        (top / name / "work").mkdir(parents=True)
    (top / "packages.json.draft-3").touch()
    with once.locked(top / "busy-0123456789ab.lock"):
        kernels.ensure(kernel, _quiet)
    assert _left(tmp_path) == ["busy-0123456789ab.draft-2", kernels.folder(kernel).name, "packages.json.draft-3"]


def test_progress_is_a_part_of_what_the_last_build_took(kernel, monkeypatch):
    monkeypatch.setattr(compiler, "_TELL", -1)
    said = []
    kernels.ensure(kernel, said.append)
    assert "k: 1 steps done" in said
    kernels.ensure(replace(kernel, edits=(*kernel.edits, replace(kernel.edits[0], file="more.c", find="more"))), said.append)
    percent = [int(line.split()[-1].removesuffix("%")) for line in said if line.endswith("%")]
    assert percent == sorted(percent) and percent[0] < 50 and percent[-1] == 99


def test_compile_failure(kernel, tmp_path):
    _source(tmp_path, "old\n#error no such machine\n")
    said = _fails(kernel, tmp_path)
    assert said.startswith("k ended with 2: ") and "#error no such machine" in said
    _source(tmp_path, "old\n")
    assert kernels.ensure(kernel, _quiet).image.read_text() == "new\nmore\n"


def test_file_that_is_not_there(kernel, tmp_path, monkeypatch):
    """What make says of it is not at the end where it works at two things at once."""
    monkeypatch.setitem(globals(), "_MAKEFILE", _MAKEFILE.replace("linux: more.o", "linux: more.o gone.o"))
    _source(tmp_path, "old\n")
    _program(tmp_path, monkeypatch, "make", '/usr/bin/make -k "$@"; status=$?; printf "AR\\nAR\\nAR\\n"; exit $status')
    assert "No rule to make target 'gone.o'" in _fails(kernel, tmp_path)


@pytest.mark.parametrize("first, second, config, lost", [
    ("CONFIG_A=y\n", "", "CONFIG_A=y\n", []),
    ("CONFIG_A=y\nCONFIG_B=y\n", "", "CONFIG_A=y\n# CONFIG_B is not set\n", ["CONFIG_B=y"]),
    ("CONFIG_A=y\n", "", "CONFIG_AA=y\n", ["CONFIG_A=y"]),
    ("CONFIG_A=m\n", "", "CONFIG_A=y\n", ["CONFIG_A=m"]),
    ("CONFIG_A=n\n", "", "# CONFIG_A is not set\n", []),
    ("CONFIG_A=n\n", "", "CONFIG_A=y\n", ["CONFIG_A=n"]),
    ("CONFIG_A=y\n", "CONFIG_A=n\n", "", []),
    ("CONFIG_A=n\n", "CONFIG_A=y\n", "", ["CONFIG_A=y"]),
    ('CONFIG_S="a=b"\n# CONFIG_C=y\n\n', "", 'CONFIG_S="a=b"\n', []),
])
def test_unmet(tmp_path, first, second, config, lost):
    (tmp_path / "1").write_text(first)
    (tmp_path / "2").write_text(second)
    assert compiler.unmet((tmp_path / "1", tmp_path / "2"), config) == lost


def test_unmet_option(kernel, tmp_path):
    kernel.config[0].write_text("CONFIG_A=y\nCONFIG_LOST=y\n")
    assert _fails(kernel, tmp_path) == "k: the configuration cannot have CONFIG_LOST=y"
    assert _compiled(tmp_path) == []


@pytest.mark.parametrize("code, times", [("other\n", 0), ("old old\n", 2)])
def test_edit_must_fit_once(kernel, tmp_path, code, times):
    _source(tmp_path, code)
    assert _fails(kernel, tmp_path) == (f"k: the edit of code.c no longer fits: 'old' is there {times} times, not once "
                                        "(why it is made: newer)")


def test_edit_of_a_file_that_is_not_there(kernel, tmp_path):
    said = _fails(replace(kernel, edits=(replace(kernel.edits[0], file="gone.c"),)), tmp_path)
    assert said.startswith("k: the edit of gone.c no longer fits: 'old' cannot be: there is no such file")


def test_no_room(kernel, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "_ROOM", 1 << 62)
    said = _fails(kernel, tmp_path)
    assert re.search(rf"kernels: building k takes {(1 << 62) / 1e9:.1f} GB of room; there are \d+\.\d GB$", said)


def test_package_without_source(kernel, tmp_path):
    (tmp_path / "source" / "usr" / "src" / "s.tar.xz").unlink()
    assert _fails(kernel, tmp_path).endswith("package s holds no usr/src/s.tar.*")


def _program(tmp_path: Path, monkeypatch, name: str, does: str) -> None:
    path = tmp_path / "programs" / name
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def test_step_without_end(kernel, tmp_path, monkeypatch):
    """Such as a tar that waits for a disk which does not answer."""
    _program(tmp_path, monkeypatch, "tar", "exec sleep 1000")
    monkeypatch.setattr(compiler, "_STEP_LIMIT", 0.1)
    assert _fails(kernel, tmp_path) == "tar did not end within 0.1 s"


def test_no_make(kernel, tmp_path, monkeypatch):
    _program(tmp_path, monkeypatch, "tar", "")
    (tmp_path / "programs" / "tar").unlink()
    for name in ("tar", "xz"):
        (tmp_path / "programs" / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    assert _fails(kernel, tmp_path) == ("k: building a kernel takes gcc, make, flex, bison, bc, ld; 'make deps-uml' installs "
                                        "what is missing")


@pytest.mark.parametrize("name", ["a cache", "a:cache"])
def test_cache_whose_name_make_cannot_have(kernel, tmp_path, monkeypatch, name):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / name))
    with pytest.raises(UnresolvedError, match=f"{name}/kernels: a kernel cannot be built in a folder with a blank or a colon"):
        kernels.ensure(kernel, _quiet)


def test_same_environment_wherever_it_is_built(kernel, monkeypatch):
    """What ccache and the kernel's banner depend on."""
    seen = []
    run = compiler.subprocess.run
    monkeypatch.setattr(compiler.subprocess, "run", lambda *words, **settings: seen.append(settings["env"]) or
                        run(*words, **settings))
    kernels.ensure(kernel, _quiet)
    for environment in seen:
        assert environment["KBUILD_BUILD_TIMESTAMP"].startswith("2026") and environment["KBUILD_BUILD_HOST"] == "lab"
        assert environment["CCACHE_DIR"] == str(paths.cache() / "ccache") and environment["CCACHE_BASEDIR"].endswith("/work")


def test_interrupted_compiler_is_killed(kernel, tmp_path, monkeypatch):
    """Make is in a session of its own, so Ctrl-C ends it only if we do."""
    monkeypatch.setitem(globals(), "_MAKEFILE", _MAKEFILE.replace("\tcp $< $@", "\techo begun\n\texec sleep 1000"))
    _source(tmp_path, "old\n")
    started = []
    popen = subprocess.Popen

    class _Interrupted(popen):
        """Gets its user's Ctrl-C when it prints that it has begun."""

        def __init__(self, *words, **settings):
            super().__init__(*words, **settings)
            started.append(self.pid)
            if self.stdout:
                self.stdout = _until_begun(self.stdout)

    monkeypatch.setattr(compiler.subprocess, "Popen", _Interrupted)
    with pytest.raises(KeyboardInterrupt):
        kernels.ensure(kernel, _quiet)
    scratch.until(lambda: not _session(started[-1]), "the compiler's end", 10)
    assert _left(tmp_path) == []


def _until_begun(lines):
    """The lines of a pipe up to one; there is an interrupt then."""
    for line in lines:
        if line == b"begun\n":
            raise KeyboardInterrupt
        yield line


def _session(leader: int) -> list[int]:
    return [pid for pid in scratch.descendants(1) if scratch._stat(pid)[3:4] == [str(leader)]]


def test_key(kernel, tmp_path):
    """Whatever a build is made from is in its key, and nothing else."""
    assert kernels.folder(replace(kernel)) == kernels.folder(kernel)
    assert kernels.folder(kernel).parent == paths.cache() / "kernels"
    assert kernels.folder(kernel).name.startswith("k-")
    other = tmp_path / "config" / "b.config"
    other.write_text("CONFIG_B=y\n")
    edit = kernel.edits[0]
    variants = [
        replace(kernel, name="other"), replace(kernel, source="other"), replace(kernel, arch="other"),
        replace(kernel, config=(*kernel.config, other)), replace(kernel, config=(other, *kernel.config)),
        replace(kernel, edits=()), replace(kernel, edits=(edit, edit)),
        replace(kernel, edits=(replace(edit, file="other"),)), replace(kernel, edits=(replace(edit, find="other"),)),
        replace(kernel, edits=(replace(edit, replace="other"),)), replace(kernel, commit="c"),
    ]
    folders = [kernels.folder(variant) for variant in (kernel, *variants)]
    kernel.config[0].write_text("CONFIG_A=n\n")
    assert len({*folders, kernels.folder(kernel)}) == len(variants) + 2


def _git(tree: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", tree, "-c", "user.name=n", "-c", "user.email=e", *words], check=True,
                          capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(name="tree")
def _user_tree(kernel, tmp_path):
    """A user's git tree of three commits, each with another code.c; the second cannot be compiled, the last has a file more."""
    tree = tmp_path / "user" / "linux"
    for number, code in enumerate(("old 1\n", "old 2\n#error\n", "old 3\n")):
        _tree(tree, code)
        if number == 0:
            _git(tree, "init", "-q")
        if number == 2:
            (tree / "more.c").write_text("even more\n")
        _git(tree, "add", "-A")
        _git(tree, "commit", "-qm", code)
    return tree


def _told(tmp_path: Path) -> list[str]:
    """What make has done since this was last asked."""
    count = tmp_path / "count"
    found = count.read_text().splitlines() if count.exists() else []
    count.write_text("")
    return found


def _compiled(tmp_path: Path) -> list[str]:
    """The files that were compiled since this was last asked."""
    return sorted(line.removeprefix("cc ") for line in _told(tmp_path) if line.startswith("cc "))


def _commit(tree: Path, file: str, text: str) -> catalog.Build:
    """A commit after the one that is checked out, with another text in a file; its build."""
    (tree / file).write_text(text)
    _git(tree, "add", "-A")
    _git(tree, "commit", "-qm", text)
    return gittree.from_git(tree, "HEAD", "k")


def test_git_builds_are_configured_again_only_if_what_they_come_from_changed(tree, tmp_path, monkeypatch):
    kernels.ensure(_commit(tree, "code.c", "old 1\n"), _quiet)
    assert "configured" in _told(tmp_path)
    kernels.ensure(_commit(tree, "more.c", "other\n"), _quiet)
    assert _told(tmp_path) == ["cc more.c", "made"]
    kernels.ensure(_commit(tree, "Kconfig.extra", "config A\n"), _quiet)
    assert "configured" in _told(tmp_path)
    last = _commit(tree, "more.c", "another\n")
    (gittree.folder(last) / "tree" / ".config").write_text("CONFIG_B=y\n")
    kernels.ensure(last, _quiet)
    assert "configured" in _told(tmp_path)
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "gcc").write_text("another compiler")
    (tmp_path / "programs" / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:{os.environ['PATH']}")
    kernels.ensure(_commit(tree, "more.c", "the last\n"), _quiet)
    assert "configured" in _told(tmp_path)


def test_git_build_after_a_configuration_that_failed_configures_again(tree, tmp_path):
    (tmp_path / "config" / "a.config").write_text("CONFIG_A=y\nCONFIG_LOST=y\n")
    kernel = gittree.from_git(tree, "HEAD", "k")
    for _ in range(2):
        with pytest.raises(UnresolvedError, match="cannot have CONFIG_LOST=y"):
            kernels.ensure(kernel, _quiet)
        assert _told(tmp_path) == ["configured"]


def test_tree_with_a_blank_in_its_name(tree, tmp_path):
    (tree.parent / "my linux:next").symlink_to(tree)
    built = kernels.ensure(gittree.from_git(tree.parent / "my linux:next", "HEAD~2", "k"), _quiet)
    assert built.image.read_text() == "new 1\nmore\n" and not list((tmp_path / "cache").rglob("*[ :]*"))


def test_what_is_not_committed_is_told(tree):
    said = []
    (tree / "more.c").write_text("not committed\n")
    before = sorted((path, path.stat().st_mtime_ns) for path in tree.rglob("*"))
    assert "not committed" not in kernels.ensure(gittree.from_git(tree, "HEAD", "k"), said.append).image.read_text()
    assert f"what {tree} has that is not committed is left out" in "".join(said)
    assert before == sorted((path, path.stat().st_mtime_ns) for path in tree.rglob("*"))
    said.clear()
    kernels.ensure(gittree.from_git(tree, "HEAD~2", "k"), said.append)
    assert "not committed" not in "".join(said)


def test_tree_of_something_else(tree):
    _git(tree, "rm", "-qr", "scripts")
    _git(tree, "commit", "-qm", "other")
    with pytest.raises(UsageError, match=r"linux: commit \w{12} is none of the kernel's: it has no scripts/kconfig"):
        gittree.from_git(tree, "HEAD", "k")


def test_git_builds_compile_only_what_changed(tree, tmp_path):
    before = _git(tree, "status", "--porcelain"), _git(tree, "for-each-ref"), sorted((tree / ".git").iterdir())
    first = kernels.ensure(catalog.find(f"git:{tree}@HEAD~2+k"), _quiet)
    again = catalog.find(first.name)
    assert again == catalog.find(f"git:{tree}@HEAD~2+k") and "," not in again.name and again.name.endswith("+k")
    assert first.image.read_text() == "new 1\nmore\n" and _compiled(tmp_path) == ["code.c", "more.c"]
    with pytest.raises(UnresolvedError, match="ended with 2: .*error"):
        kernels.ensure(gittree.from_git(tree, "HEAD~1", "k"), _quiet)
    assert _compiled(tmp_path) == ["code.c"]
    last = kernels.ensure(gittree.from_git(tree, "HEAD", "k"), _quiet)
    assert last.image.read_text() == "new 3\neven more\n" and _compiled(tmp_path) == ["code.c", "more.c"]
    assert kernels.ensure(gittree.from_git(tree, "HEAD~2", "k"), _quiet) == first and _compiled(tmp_path) == []
    assert before == (_git(tree, "status", "--porcelain"), _git(tree, "for-each-ref"), sorted((tree / ".git").iterdir()))


def test_edited_files_are_compiled_again_only_if_they_changed(tree, tmp_path):
    kernels.ensure(gittree.from_git(tree, "HEAD~2", "k"), _quiet)
    _compiled(tmp_path)
    _git(tree, "checkout", "-q", "HEAD~2")
    (tree / "more.c").write_text("other\n")
    _git(tree, "commit", "-qam", "other")
    kernels.ensure(gittree.from_git(tree, "HEAD", "k"), _quiet)
    assert _compiled(tmp_path) == ["more.c"]


def test_git_build_after_a_kill_begins_anew(tree, tmp_path):
    kernel = gittree.from_git(tree, "HEAD", "k")
    kernels.ensure(gittree.from_git(tree, "HEAD~2", "k"), _quiet)
    _compiled(tmp_path)
    (gittree.folder(kernel) / "busy").touch()
    kernels.ensure(kernel, _quiet)
    assert _compiled(tmp_path) == ["code.c", "more.c"]


def test_git_build_whose_edits_do_not_fit(tree, tmp_path):
    (tree / "code.c").write_text("other\n")
    _git(tree, "commit", "-qam", "other")
    with pytest.raises(UnresolvedError, match=r"git:.*\+k: the edit of code.c no longer fits: 'old' is there 0 times"):
        kernels.ensure(gittree.from_git(tree, "HEAD", "k"), _quiet)
    assert not (gittree.folder(gittree.from_git(tree, "HEAD", "k")) / "busy").exists()


@pytest.mark.parametrize("revision, said", [
    ("v9", "no commit 'v9'"), ("--help", "no commit '--help'"), ("HEAD:code.c", "no commit ")])
def test_no_such_commit(tree, revision, said):
    with pytest.raises(UsageError) as error:
        gittree.from_git(tree, revision, "k")
    assert said in str(error.value) and "\n" not in str(error.value)


def test_no_git_tree(kernel, tmp_path):
    with pytest.raises(UsageError, match="nowhere: no such folder"):
        gittree.from_git(tmp_path / "nowhere", "HEAD", "k")
    with pytest.raises(UsageError, match="source: .*not a git repository"):
        gittree.from_git(tmp_path / "source", "HEAD", "k")


def test_command_builds_a_commit(tree, capsys):
    assert cli.main(["kernels", "build", "--git", str(tree), "--commit", "HEAD~2", "--base", "k"]) == 0
    assert Path(capsys.readouterr().out.strip()).read_text() == "new 1\nmore\n"
