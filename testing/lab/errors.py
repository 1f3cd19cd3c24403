# SPDX-License-Identifier: GPL-2.0-or-later
"""The errors that a user sees, each with the exit status of the command that meets it."""

EXIT_PASS = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNRESOLVED = 3


class LabError(Exception):
    """An error to be shown as one line; its text names the file, line or word at fault."""

    exit_status = EXIT_USAGE


class UsageError(LabError):
    """What was asked for cannot be: an unknown test, a malformed file, a bad option."""

    exit_status = EXIT_USAGE


class UnresolvedError(LabError):
    """The environment failed, so nothing can be said about the thing under test."""

    exit_status = EXIT_UNRESOLVED
