# SPDX-License-Identifier: GPL-2.0-or-later
# ip xfrm state, policy and monitor: keys become their lengths, times and the kernel's own counters words. SPIs are left to
# `spi`, dates to `dates`. Kept, for tests are about them: reqids, marks, if_ids, limits in bytes and packets, replay contexts.
# sed cannot count, hence each length that a cipher or an integrity algorithm has, spelt out.
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{32}( |$)/\1KEY:128bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{38}( |$)/\1KEY:152bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{40}( |$)/\1KEY:160bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{48}( |$)/\1KEY:192bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{54}( |$)/\1KEY:216bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{56}( |$)/\1KEY:224bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{64}( |$)/\1KEY:256bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{70}( |$)/\1KEY:280bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{72}( |$)/\1KEY:288bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{96}( |$)/\1KEY:384bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]{128}( |$)/\1KEY:512bits\3/
s/^(\t+(auth|auth-trunc|enc|aead) [^ ]+ )0x[0-9a-f]+( |$)/\1KEY:otherbits\3/
# `ip -s` repeats each SPI as a decimal number.
s/( spi 0x[0-9a-f]+)\([0-9]+\)/\1(N)/
# Daemons subtract something random from a lifetime. One that nobody set stays 0.
/expire (add|use): /s/\b(soft|hard) [1-9][0-9]*\(sec\)/\1 TIME(sec)/g
# Counts the acquires that this kernel ever sent.
s/\b(replay-window [0-9]+ seq 0x)0*[1-9a-f][0-9a-f]* /\1N /
# Since 6.2 the kernel also tells when an SA was last used; until then there was no such line.
/^\tlastused [^ ]/d
