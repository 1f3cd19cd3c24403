#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes klips_control.h and klips_control_policy.c of klips-control.yaml.

usage: generate_control.py [--check]    --check writes nothing and exits 1 if a file is not what it would be
"""

import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
NOTICE = "{} SPDX-License-Identifier: GPL-2.0-or-later{}\n/* Made by generate_control.py of klips-control.yaml. */\n"
WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "flag": 0}


def main(words: list[str]) -> int:
    """Write the files, or compare them with what they should be."""
    spec = yaml.safe_load((HERE / "klips-control.yaml").read_text())
    files = {"klips_control.h": header(spec), "klips_control_policy.c": policies(spec)}
    stale = [name for name, text in files.items() if _differs(HERE / name, text)]
    if "--check" in words:
        for name in stale:
            print(f"{name} is not what klips-control.yaml says: run src/lib/generate_control.py")
        return 1 if stale else 0
    for name in stale:
        (HERE / name).write_text(files[name])
    return 0


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text() != text


def header(spec: dict) -> str:
    """The constants."""
    parts = [NOTICE.format("/*", " */") + "#ifndef KLIPS_CONTROL_H\n#define KLIPS_CONTROL_H\n"]
    parts.append(f'#define KLIPS_FAMILY_NAME    "{spec["name"]}"\n#define KLIPS_FAMILY_VERSION 1\n')
    parts += [definition(one) for one in spec["definitions"]]
    sets = spec["attribute-sets"]
    parts.append(enumeration("KLIPS_SET", [one["name"] for one in sets], 0, "COUNT"))
    parts += [enumeration(f"KLIPS_A_{constant(one['name'])}", names(one["attributes"]), 1, "END") for one in sets]
    parts.append(enumeration("KLIPS_CMD", names(spec["operations"]["list"]), 1, "END"))
    parts.append(enumeration("KLIPS_MCGRP", names(spec["mcast-groups"]["list"]), 0, "COUNT"))
    return "\n".join(parts) + "\n#endif\n"


def definition(one: dict) -> str:
    """An enum or its flags, under the names of the protocol; core has the same values under its own."""
    prefix = f"KLIPS_CONTROL_{constant(one['name'])}"
    if one["type"] == "flags":
        lines = [f"\t{prefix}_{constant(entry)} = {1 << bit:#x}," for bit, entry in enumerate(one["entries"])]
        return "enum {\n" + "\n".join(lines) + "\n};\n"
    return enumeration(prefix, one["entries"], 0, "COUNT")


def enumeration(prefix: str, entries: list[str], first: int, end: str) -> str:
    """An enum of entries that count up from first, and one past them."""
    lines = [f"\t{prefix}_{constant(entry)} = {number}," for number, entry in enumerate(entries, first)]
    return "enum {\n" + "\n".join(lines) + f"\n\t{prefix}_{end},\n" + "};\n"


def policies(spec: dict) -> str:
    """The tables that requests are checked by."""
    parts = [NOTICE.format("//", "") + '#include "control_policy.h"\n\n#include "klips_control.h"\n']
    enums = {one["name"]: one for one in spec["definitions"]}
    for one in spec["attribute-sets"]:
        rows = [attribute_row(one["name"], attribute, enums) for attribute in one["attributes"]]
        parts.append(f"static const struct klips_attr_policy {c_name(one['name'])}_attrs[] = {{\n{''.join(rows)}}};\n")
    rows = [set_row(one) for one in spec["attribute-sets"]]
    parts.append(f"const struct klips_set_policy klips_set_policies[KLIPS_SET_COUNT] = {{\n{''.join(rows)}}};\n")
    rows = [operation_row(one) for one in spec["operations"]["list"]]
    parts.append(f"const struct klips_op_policy klips_op_policies[KLIPS_CMD_END] = {{\n{''.join(rows)}}};\n")
    return "\n".join(parts)


def set_row(one: dict) -> str:
    """A set's row."""
    name = one["name"]
    return f'\t[KLIPS_SET_{constant(name)}] = {{ "{name}", {c_name(name)}_attrs, KLIPS_A_{constant(name)}_END }},\n'


def attribute_row(group: str, attribute: dict, enums: dict) -> str:
    """What an attribute may be, in the order of struct klips_attr_policy."""
    checks = attribute.get("checks", {})
    length = WIDTHS.get(attribute["type"], checks.get("exact-len", checks.get("max-len", 65535)))
    maximum = checks.get("max", enum_maximum(enums.get(attribute.get("enum"))))
    nested = f"KLIPS_SET_{constant(attribute['nested-attributes'])}" if attribute["type"] == "nest" else "0"
    flags = [flag for flag, there in (("KLIPS_ATTR_EXACT", "exact-len" in checks),
                                      ("KLIPS_ATTR_MULTI", attribute.get("multi-attr"))) if there]
    fields = [f'"{attribute["name"]}"', f"KLIPS_TYPE_{constant(attribute['type'])}", str(length), str(maximum), nested,
              " | ".join(flags) or "0"]
    return f"\t[KLIPS_A_{constant(group)}_{constant(attribute['name'])}] = {{ {', '.join(fields)} }},\n"


def enum_maximum(one: dict | None) -> int:
    """The highest value of an enum, or of all flags together; 0 for no bound."""
    if one is None:
        return 0
    return (1 << len(one["entries"])) - 1 if one["type"] == "flags" else len(one["entries"]) - 1


def operation_row(one: dict) -> str:
    """What an operation takes; an event takes nothing."""
    group = constant(one["attribute-set"])
    taken = one.get("do", {}).get("request", {}).get("attributes", [])
    bits = [f"KLIPS_ATTR_BIT(KLIPS_A_{group}_{constant(name)})" for name in taken]
    flags = [flag for flag, there in (("KLIPS_OP_REQUEST", "do" in one), ("KLIPS_OP_DUMP", "dump" in one),
                                      ("KLIPS_OP_ADMIN", "admin-perm" in one.get("flags", []))) if there]
    fields = [f'"{one["name"]}"', f"KLIPS_SET_{group}", " | ".join(flags) or "0", " |\n\t\t".join(bits) or "0"]
    name = f"\t[KLIPS_CMD_{constant(one['name'])}] = {{"
    if not bits:
        return f"{name} {', '.join(fields)} }},\n"
    return f"{name}\n\t\t" + ",\n\t\t".join(fields) + ",\n\t},\n"


def names(entries: list[dict]) -> list[str]:
    """The names of attributes or operations."""
    return [entry["name"] for entry in entries]


def constant(name: str) -> str:
    """A name as C constants have it."""
    return name.replace("-", "_").upper()


def c_name(name: str) -> str:
    """A name as C variables have it."""
    return name.replace("-", "_")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
