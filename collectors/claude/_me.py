"""Who the key belongs to: the vendor names the organisations that it reaches, and never their parent as such.

The parent is found by elimination. The settings endpoint answers 404 for organisations that the vendor does not know, that
lie outside the key's tree, whose parent has no access to it, and for the parent itself. Of the vendor's own list, where
at least one organisation answers and exactly one does not, only the last of these reasons is left.
"""

from collections.abc import Iterable, Mapping

from annexa.collectors._anthropic import ident
from annexa.collectors._rest import Me, RestWire
from annexa.collectors._source import CannotStartError
from annexa.collectors.claude._api import ORGANISATIONS, SETTINGS
from annexa.evidence.answer import AbsentError, UnreadError


def me(wire: RestWire) -> Me:
    """The tenant is the whole tree; its oldest organisation gives it a name that stays."""
    pages = wire.pages(ORGANISATIONS, {})
    listed = [item for page in pages for item in page.content["data"]]
    if not listed:
        raise CannotStartError(
            "the key of Claude Enterprise reaches no organisation", cure="Check in which organisation the key was made."
        )
    oldest = min(listed, key=lambda item: (str(item["created_at"]), str(item["uuid"])))
    ids = [ident(ORGANISATIONS, item, "uuid") for item in listed]
    parent = by_elimination({each: _answers(wire, each) for each in ids}) if len(ids) > 1 else None
    linked = tuple(each for each in ids if each != parent)
    return Me(
        tenant=f"claude-{oldest['uuid']}",
        identity=f"access key for {len(linked)} organization(s), the oldest {oldest['uuid']}",
        known={"parent": parent, "linked": linked},
    )


def by_elimination(answers: Mapping[str, bool | None]) -> str | None:
    """The parent, given who answered with settings (true), with 404 (false), or not at all (None); None: nobody knows."""
    silent = [each for each, answered in answers.items() if answered is False]
    return silent[0] if len(silent) == 1 and _all_known(answers.values()) and any(answers.values()) else None


def _all_known(answers: Iterable[bool | None]) -> bool:
    return all(answer is not None for answer in answers)


def _answers(wire: RestWire, organisation: str) -> bool | None:
    try:
        wire.ask(SETTINGS, organization_id=organisation)
    except AbsentError:
        return False
    except UnreadError:
        return None
    return True
