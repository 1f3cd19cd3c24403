#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the tables of keywords into docs/man/ipsec.conf.5, between its two marks for each section.

The tables are those of the parser: keywords_setup.c and keywords_conn.c, as `ipsec addconn --keywords` prints them.

usage: generate_conf_man.py [--check] IPSEC    IPSEC is the program; --check writes nothing and exits 1 if the page is not
                                               what it would be
"""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "man" / "ipsec.conf.5"
BEGIN, END = '.\\" keywords of {}, by generate_conf_man.py\n', '.\\" end of keywords\n'
ANY_WORD = {"word", "words"}  # kinds whose words are all that there is
SUPPORT = {"ignored": "Not supported yet: what it says is ignored, with a warning{}.",
           "refused": "Not supported yet: a conn that says it is refused{}.",
           "ikev1": "Of IKEv1 alone: what it says is ignored, with a warning{}."}
IDLE = {"alias": "An older name of", "obsolete": "Gone", "absent": "Of other implementations"}


def main(words: list[str]) -> int:
    """Write the page, or compare it with what it should be."""
    program = [word for word in words if word != "--check"]
    if len(program) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    groups = json.loads(subprocess.run([program[0], "addconn", "--keywords"], check=True, capture_output=True).stdout)
    old = PAGE.read_text()
    new = fill(old, "conn", [group for group in groups if group["section"] != "setup"])
    new = fill(new, "config setup", [group for group in groups if group["section"] == "setup"])
    if "--check" not in words:
        PAGE.write_text(new)
    elif new != old:
        print(f"{PAGE.name} is not what the table of keywords says: run make keywords")
        return 1
    return 0


def fill(page: str, section: str, groups: list[dict]) -> str:
    """The page with new tables of one section."""
    begin = BEGIN.format(section)
    head, _, rest = page.partition(begin)
    if not rest or END not in rest:
        raise SystemExit(f"{PAGE}: no marks for {section}")
    return head + begin + "".join(map(table, groups)) + rest[rest.index(END):]


def table(group: dict) -> str:
    """One group, with its heading."""
    items = "".join(item(one, group["section"] == "end") for one in group["keywords"])
    return f".Ss {group['title']}\n.Bl -tag -width Ds\n{items}.El\n"


def item(one: dict, is_end: bool) -> str:
    """One keyword."""
    name = f"left{one['name']}" if is_end else one["name"]
    if one["kind"] in IDLE:
        return f".It Cm {name}\n{idle(one, is_end)}"
    lines = [f".It Cm {name} Ns = Ns Ar {escaped(one['kind'])}", *sentences(one["what"])]
    if one["words"]:
        lead = "One of" if one["kind"] == "word" else "Of" if one["kind"] in ANY_WORD else "Also"
        lines += [f"{lead}:", *wrapped(", ".join(one["words"]) + ".")]
    if "default" in one:
        lines += [f"The default is\n.Li {escaped(one['default'])} ."]
    if "support" in one:
        lines += [SUPPORT[one["support"]].format(" if it is not the default" if "default" in one else "")]
    return "\n".join(lines) + "\n"


def idle(one: dict, is_end: bool) -> str:
    """What is said of a keyword that is there no more."""
    if one["kind"] == "alias":
        return f"{IDLE['alias']}\n.Cm {'left' if is_end else ''}{one['successor']} .\n"
    if "successor" in one:
        return f"{IDLE[one['kind']]}; now:\n{escaped(one['successor'])}.\n"
    return f"{IDLE[one['kind']]}.\n"


def sentences(text: str) -> list[str]:
    """Each on a line of its own, as mdoc wants it."""
    parts = text.replace(". ", ".\n").split("\n")
    return [line for part in parts for line in wrapped(part)]


def wrapped(text: str) -> list[str]:
    """Lines of a bearable length."""
    return [escaped(line) for line in textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)]


def escaped(text: str) -> str:
    """Text that is no macro and no escape."""
    text = text.replace("\\", "\\e")
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
