# SPDX-License-Identifier: GPL-2.0-or-later
# charon does not always know an answer to this IKE_SA_INIT yet that comes within a millisecond
../../guestbin/drop-packets.sh --first 1 udp dport 4500 @th,240,8 34
