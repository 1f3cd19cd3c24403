# SPDX-License-Identifier: GPL-2.0-or-later
# libreswan's pluto, by whack and in its log: ages and times. Numbers of states, counts of octets and reqids stay: tests are
# about them.
s/\b(aged) [0-9.]+s\b/\1 TIME/g
s/\b(add_time)=[0-9]+/\1=TIME/g
# The message id of an exchange of IKEv1 is random.
s/\bmsgid:[0-9a-f]{8}\b/msgid:MSGID/
