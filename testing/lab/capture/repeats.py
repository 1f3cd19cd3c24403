# SPDX-License-Identifier: GPL-2.0-or-later
"""IKE messages that are sent again."""

import re

# The description of a message names its SPIs, exchange, ID and direction: RFC 7296 section 2.1, which has who sends it again
# send the same octets.
_MESSAGE = re.compile(r" IKEv2 [A-Z0-9_]+ re(?:quest|sponse) id=\d+ ")


def without_repeats(text: str) -> str:
    """A capture as text without the IKEv2 messages that are in it already; where a NAT changes addresses they are others."""
    seen = set()
    kept = []
    for line in text.splitlines(keepends=True):
        if _MESSAGE.search(line):
            if line in seen:
                continue
            seen.add(line)
        kept.append(line)
    return "".join(kept)
