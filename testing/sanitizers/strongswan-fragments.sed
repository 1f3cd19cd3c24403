# SPDX-License-Identifier: GPL-2.0-or-later
# For tests whose IKE messages are fragmented (RFC 7383): charon's threads take the fragments that arrived together in any
# order, so which one completes the message is chance. The capture shows the order on the wire.
/^\[ENC\] parsed /s/EF\([0-9]+\//EF(N\//
s/^\[ENC\] received fragment #[0-9]+ of /[ENC] received fragment #N of /
