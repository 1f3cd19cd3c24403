# SPDX-License-Identifier: GPL-2.0-or-later
# swanctl and charon: ages, the randomised lifetimes, sizes of messages, versions, state of the process.
# Addresses, ports, states, proposals, unique ids and counts of bytes and packets stay: tests are about them.
s/\b(established|installed) [0-9]+[smhd] ago/\1 TIME ago/g
s/( packets,) +[0-9]+s ago$/\1 TIME ago/
s/\b(rekeying|reauthentication|expires) in [0-9]+[smhd]/\1 in TIME/g
s/\b(maximum IKE_SA lifetime|AUTH_LIFETIME of) [0-9]+s/\1 TIME/g
s/\b(established|rekey-time|reauth-time|life-time|install-time|use-in|use-out)=[0-9]+/\1=TIME/g
# DER encodes an ECDSA signature in 70 to 72 octets, so messages with one differ in size.
s/\b((sending|received) packet: from .*) \([0-9]+ bytes\)/\1 (SIZE bytes)/
s/\b(IKE message) \([0-9]+ bytes\)/\1 (SIZE bytes)/
s/\b(received fragment #[0-9]+ of [0-9]+.*) \([0-9]+ bytes\)/\1 (SIZE bytes)/
s/\b(strongSwan swanctl|strongSwan) [0-9]+\.[0-9]+[0-9a-z.]*(, Linux [^,)]+(, [^)]+)?)?/\1 VERSION/
s/^uptime: .*, since .*/uptime: TIME/
s/^(worker threads|job queues|jobs scheduled|mallinfo): .*/\1: NUMBERS/
# IKEv1's message ids are random.
s/\b((QUICK_MODE|INFORMATIONAL_V1|TRANSACTION) (request|response)) [0-9]+/\1 MSGID/
# The log opens with the time, and with the number of the thread that wrote the line.
s/^[0-2][0-9]:[0-5][0-9]:[0-6][0-9] ([0-9]{2}\[[A-Z]{3}\] )/TIME \1/
s/^(TIME |DATE |)[0-9]{2}\[([A-Z]{3})\] /\1NN[\2] /
# A plugin that is on disk without its library is the machine's matter.
/^plugin '[^']*' failed to load: /d
