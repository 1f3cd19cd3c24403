# SPDX-License-Identifier: GPL-2.0-or-later
# What differs in each newly made certificate, as openssl(1), pki(1) and swanctl print it.
s/^(serial=)[0-9A-Fa-f]+$/\1SERIAL/
s/^( *Serial Number: ).+/\1SERIAL/
s/^( +serial: +)[0-9a-f:]+$/\1SERIAL/
s/^( +(authkeyId|subjkeyId|keyid|subjkey): +)[0-9a-f:]+$/\1KEYID/
s/^((SHA1|SHA256|sha1|sha256|MD5) Fingerprint=)[0-9A-F:]+$/\1FINGERPRINT/
s/^( +(keyid:)?)([0-9A-F]{2}:){19}[0-9A-F]{2}$/\1KEYID/
# The dates; where the file `dates` came first they are masked already.
s/^((notBefore|notAfter)=).*/\1DATE/
s/^( +(Not Before: |Not After : )).*/\1DATE/
s/^( +(validity: +)?not (before|after) +)[A-Z].*, (ok|not valid yet|expired)( \([^()]*\))?$/\1DATE, \4/
