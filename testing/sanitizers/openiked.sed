# SPDX-License-Identifier: GPL-2.0-or-later
# ikectl show sa: addresses in iked's memory.
s/^(iked_[a-z_]+|  sa_[a-z]+): 0x[0-9a-f]+ /\1: MEMORY /
/^(iked_[a-z_]+|  sa_[a-z]+): MEMORY /s/( [BP]=| @| pol | nexti )0x[0-9a-f]+/\1MEMORY/g
