# SPDX-License-Identifier: GPL-2.0-or-later
# The lines of counters below RX: and TX: of `ip -s link`: ARP and neighbour discovery make them vary.
# Not in the default chain: it needs a process of its own, and few tests print them.
/^ +[RT]X: +bytes /{
n
s/^( +)[0-9][0-9 ]*$/    NUMBERS/
}
