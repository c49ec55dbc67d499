"""Holds a list against the number that GitHub gives beside it: a list with fewer rows is not all there is."""

from annexa.collectors._rest import Read
from annexa.evidence.handle import Handle
from annexa.schemas.words import Reason


def prove(handle: Handle, listed: Read, count: Read, member: str, number: int, what: str) -> None:
    """Note the list as unproved where it has fewer than GitHub counts, or GitHub does not count."""
    total = handle.one(count, org=handle.known["org"]).get(member)
    if isinstance(total, bool) or not isinstance(total, int):
        handle.note(
            listed, Reason.VISIBILITY_UNPROVED, f"{number} {what} were shown, and GitHub does not say of how many"
        )
    elif number < total:
        handle.note(listed, Reason.VISIBILITY_UNPROVED, f"{number} {what} were shown of {total}")
