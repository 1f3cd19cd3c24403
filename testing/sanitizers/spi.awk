# SPDX-License-Identifier: GPL-2.0-or-later
# Names SPIs by the order in which they first appear: SPI-1, SPI-2, ... for ESP and AH, IKE-1, IKE-2, ... for
# IKE SAs, so that "the same SPI again" still shows. They are known by the words around them, as strongSwan,
# libreswan, OpenIKED and ip(8) print them. Plain POSIX awk; mawk has no {n}, hence the digits spelt out.

function name(kind, spi) {
    # ip and libreswan write 0x and may drop leading zeros; strongSwan writes all eight digits.
    sub(/^0x/, "", spi)
    sub(/^0+/, "", spi)
    # All zeros is no SPI yet: the responder has not answered.
    if (spi == "")
        return kind "-0"
    if (!((kind, spi) in known))
        known[kind, spi] = kind "-" ++count[kind]
    return known[kind, spi]
}

# Replaces in `line` each match of `before` `digits` `after`; all three are regular expressions.
function rename(kind, line, before, digits, after,    done, head, hit, rest) {
    done = ""
    while (match(line, before digits after)) {
        head = substr(line, 1, RSTART - 1)
        hit = substr(line, RSTART, RLENGTH)
        rest = substr(line, RSTART + RLENGTH)
        match(hit, before)
        head = head substr(hit, 1, RLENGTH)
        hit = substr(hit, RLENGTH + 1)
        match(hit, digits)
        done = done head name(kind, substr(hit, 1, RLENGTH)) substr(hit, RLENGTH + 1)
        line = rest
    }
    return done line
}

BEGIN {
    h = "[0-9a-f]"
    eight = h h h h h h h h
    number = "0x" h h "*"
}

# Most lines hold no SPI, so look closely only at those that hold eight digits or a 0x.
$0 !~ eight && $0 !~ /0x/ { print; next }

/_[ir]/ { $0 = rename("IKE", $0, "", eight eight, "_[ir]") }
/(initiator|responder)-spi=/ { $0 = rename("IKE", $0, "(initiator|responder)-spi=", eight eight, "") }
/_[io]/ { $0 = rename("SPI", $0, "", eight, "_[io]") }
/^ +(in|out) / { $0 = rename("SPI", $0, "^ +(in|out) +", eight, "[/, (]") }
# After it may come the SPI of an SA of IPCOMP, a CPI of four digits.
/^ +(in|out) +SPI-[0-9]+\// { $0 = rename("SPI", $0, "^ +(in|out) +SPI-[0-9]+/", h h h h, "[, (]") }
/spi-(in|out)=/ { $0 = rename("SPI", $0, "spi-(in|out)=", eight, "") }
/CHILD_SA with SPI/ { $0 = rename("SPI", $0, "CHILD_SA with SPI ", eight, "") }
/^spi=/ { $0 = rename("IKE", $0, "^spi=", number, ":") }
/[ri]spi 0x/ { $0 = rename("IKE", $0, " [ri]spi ", number, "") }
/ (in|out) / { $0 = rename("SPI", $0, "(ESP|AH) ", number, " (in|out) ") }
/[Ss][Pp][Ii]/ { $0 = rename("SPI", $0, "[Ss][Pp][Ii][ =:]+", number, "") }
/[EA][SH]P?/ { $0 = rename("SPI", $0, "(=>| <)", number, "") }
/@/ { $0 = rename("SPI", $0, "(esp|ah|comp)\\.", eight, "@") }
{ print }
