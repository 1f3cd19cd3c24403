#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: algorithms.py

Prints the algorithms that pluto has asked the kernel for, and whether it has them, or that there are none yet.
"""

import json
import subprocess

_LIMIT = 30  # seconds

status = subprocess.run(["ipsec", "status", "--json"], stdout=subprocess.PIPE, timeout=_LIMIT, check=True).stdout
asked = json.loads(status)["algorithms"]
for algorithm in asked:
    print(algorithm["name"], "yes" if algorithm["has"] else "no")
if not asked:
    print("none yet")
