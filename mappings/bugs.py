"""What our own mistakes raise; a rule in which one happens is unknown, and the assessment is not clean."""

import msgspec

BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
)
"""Errors of programs, not of files, disks or users: those are all `AnnexaError` and are not held here."""
