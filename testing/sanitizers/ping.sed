# SPDX-License-Identifier: GPL-2.0-or-later
# ping(8): how long an answer took is the machine's business, whether it came is the test's.
s/ time[=<][0-9.]+ ms/ time=TIME ms/
s/(packet loss), time [0-9]+ ?ms/\1, time TIMEms/
# The last words ("pipe 3", "ipg/ewma ...") come and go with the load.
s/^(rtt|round-trip) min\/avg\/max(\/[a-z]+)? = .*/\1 min\/avg\/max\2 = TIMES/
