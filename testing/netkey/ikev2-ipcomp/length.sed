# SPDX-License-Identifier: GPL-2.0-or-later
# To how many octets a ping is compressed varies by one or two with its checksum, its identifier and the time in it. The ping's
# length is such that ESP's padding is the same for all of these; the capture shows that.
s/\b9[0-9] bytes(, +2 packets)/9N bytes\1/
