# SPDX-License-Identifier: GPL-2.0-or-later
"""lab run on more machines than this: over ssh by GNU parallel (hosts, load, play), or as a Slurm job array (slurm).

Both call `lab run-one` for each test; what it leaves comes back into the session's folder as if it had run here.
"""
