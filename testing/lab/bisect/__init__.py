# SPDX-License-Identifier: GPL-2.0-or-later
"""lab bisect: the first kernel at which a test behaves differently.

search chooses what to try next and knows nothing of tests; behaviour says what of a run counts; judge runs a test with a
kernel, again where that matters, and says good, bad or neither; packages and commits are the two ways through.
"""
