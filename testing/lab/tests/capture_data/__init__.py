# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets for the tests of lab.capture."""
