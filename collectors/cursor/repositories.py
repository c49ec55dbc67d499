"""Repositories, or files in them, that the team keeps from the assistant."""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from annexa.collectors._rest import Read
from annexa.collectors.cursor import _api
from annexa.collectors.cursor._api import ADMIN, ENTERPRISE, ident
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Safeguard, Setting
from annexa.schemas.words import State

BLOCKLISTS = Read(op=_api.BLOCKLISTS, needs=ADMIN, path="repos", plan=ENTERPRISE)
PATTERNS, TYPE = "cursor.repo_blocklist", "repo_blocklist"


@collects(
    (Safeguard, Setting), BLOCKLISTS, per="source", where={"safeguard.type": (TYPE,), "setting.name": (PATTERNS,)}
)  # fmt: skip
def repo_blocklists(handle: Handle) -> Iterator[Safeguard | Setting]:
    """Two records per repository: that something of it is blocked, and the patterns of what is (`*` for all)."""
    for repo in handle.each(BLOCKLISTS):
        with handle.item(str(repo.get("id"))):
            key, name, patterns = ident(BLOCKLISTS, repo), _address(repo.get("url")), _patterns(repo)
            yield Safeguard(
                subject=key, type=TYPE, name=name, mode=_mode(patterns), masking=NOT_EXPOSED,
                filters=NOT_EXPOSED,
            )  # fmt: skip
            yield Setting(subject=f"{key}#patterns", name=PATTERNS, value=patterns, set_by="team")


def _mode(patterns: Names) -> Literal["enforce", "off"] | Missing:
    """Whether anything is blocked at all: a repository without a pattern is only listed."""
    if isinstance(patterns, Missing):
        return "off" if patterns.state is State.ABSENT else patterns
    return "enforce"


def _patterns(repo: Item) -> tuple[str, ...] | Missing:
    found = repo.get("patterns")
    if found is None:
        return NOT_EXPOSED
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return unknown_value(found)
    return tuple(sorted(found)) or ABSENT


def _address(raw: object) -> str | Missing:
    """Host and path of the repository, without a user or a token that somebody put in front."""
    if raw in (None, ""):
        return NOT_EXPOSED
    try:
        parts = urlsplit(str(raw))
        host = parts.hostname
    except ValueError:
        host = None
    return f"{host}{parts.path}" if host else ambiguous("url", "the vendor documents an address")
