"""The base of every fact: one small frozen class per kind, told apart by its `kind`.

A field whose absence means something is typed `T | Missing`. Its default is `NOT_EXPOSED`, so that a collector that
forgets a field says "the vendor does not say", never "there is none".
"""

from typing import Annotated

import msgspec

from annexa.schemas.words import Basis, State

Time = Annotated[
    str,
    msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$", description="A moment in UTC, RFC 3339."),
]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A calendar day.")]


class Missing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Stands where a value would stand, and says why there is none."""

    state: State
    """Why there is no value."""
    raw: str | None = None
    """The vendor's own value, if there was one that could not be understood."""
    why: str | None = None
    """One sentence for the reader: which call failed, or which meaning is open."""


ABSENT = Missing(state=State.ABSENT)
"""The vendor says that there is none."""
NOT_EXPOSED = Missing(state=State.NOT_EXPOSED)
"""The vendor does not say."""


def unread(why: str) -> Missing:
    """A value that could not be read; `why` names the call and the reason."""
    return Missing(state=State.UNREAD, why=why)


def ambiguous(raw: str, why: str | None = None) -> Missing:
    """A value whose meaning is open; the vendor's own word is kept."""
    return Missing(state=State.AMBIGUOUS, raw=raw, why=why)


def unknown_value(raw: object) -> Missing:
    """A value that the vendor's documentation did not list when this was written."""
    return Missing(state=State.UNKNOWN_VALUE, raw=str(raw))


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One typed, vendor-neutral statement about one subject. The class's tag is its kind."""

    subject: str
    """The vendor's own immutable id of what this is about (an ARN, a GUID), unique inside the vendor's tenant."""
    basis: Basis = Basis.EXPLICIT
    """On what the statement rests."""
    at: str | None = None
    """The scope this is about, where it is not the scope in which the call was made."""


def kind_of(fact: type[Fact] | Fact) -> str:
    """The kind of a fact or of its class."""
    return str(fact.__struct_config__.tag)


Text = str | Missing
Flag = bool | Missing
Count = int | Missing
Names = tuple[str, ...] | Missing
When = Time | Missing
Day = Date | Missing
