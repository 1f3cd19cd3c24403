# SPDX-License-Identifier: GPL-2.0-or-later
# strongSwan's unique ids, NAME[1] and NAME{1} and "#1": for tests in which either end may come first.
# Not in the default chain: a second SA where one was expected shows in just these numbers.
s/\b((IKE_SA|initiating|rekeyed to) [A-Za-z_][A-Za-z0-9_.-]*)\[[0-9]+\]/\1[ID]/g
s/\b(CHILD_SA [A-Za-z_][A-Za-z0-9_.-]*)\{[0-9]+\}/\1{ID}/g
s/^( *[A-Za-z_][A-Za-z0-9_.-]*: )#[0-9]+, /\1#ID, /
s/\b(uniqueid|reqid)=[0-9]+/\1=ID/g
s/^( +.*: #ID, reqid) [0-9]+,/\1 ID,/
