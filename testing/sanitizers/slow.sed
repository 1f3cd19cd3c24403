# SPDX-License-Identifier: GPL-2.0-or-later
# Where processors are emulated: what daemons say of messages that they send again, since an answer takes its time.
/^010 "[^"]*"(\[[0-9]+\] [^ ]+)? #[0-9]+: STATE_[A-Z0-9_]+: retransmission; will wait [0-9.]+ seconds? for response$/d
