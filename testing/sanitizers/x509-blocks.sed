# SPDX-License-Identifier: GPL-2.0-or-later
# The blocks of octets that `openssl x509 -text` prints (key, signature, serial), each as one line: DER makes
# an ECDSA signature shorter at times, so that the number of lines varies too.
# Not in the default chain: it needs a process of its own, and few tests print whole certificates.
/^ +([0-9A-Fa-f]{2}:){2,}([0-9A-Fa-f]{2})?$/{
:more
$!N
s/\n +([0-9A-Fa-f]{2}:)*[0-9A-Fa-f]{2}:?$//
t more
s/^( +)[0-9A-Fa-f:]+/\1OCTETS/
P
D
}
