"""How each repository is protected: secrets, reviews before a merge, alerts about libraries, and what Copilot may not see."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from annexa.collectors._values import choose, flag, inside, text
from annexa.collectors.github._api import repository
from annexa.collectors.github._details import CALLS, Details
from annexa.collectors.github._exclusions import Exclusions
from annexa.collectors.github._repositories import REPOSITORIES, prove_all
from annexa.collectors.github.copilot import EXCLUSIONS
from annexa.collectors.github.organisation import ORGANISATION
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unread
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import RepositoryProtection
from annexa.schemas.words import Reason

BATCH = 200
"""So many repositories are asked about side by side, and held at a time."""
CLASSIFICATION = frozenset({"classification", "dataclassification", "dataclass"})
"""Custom properties, without case and separators, that name the class of information."""
SWITCH = {"enabled": True, "disabled": False}
_CURE = "Give the App the repository permission Administration (read)."


@collects(RepositoryProtection, REPOSITORIES, ORGANISATION, EXCLUSIONS, *CALLS, per="source")
def protection(handle: Handle) -> Iterator[RepositoryProtection]:
    """One record per repository; an archived one is not asked for more than the list says."""
    excluded, number = _exclusions(handle), 0
    for batch in _batches(handle.each(REPOSITORIES, org=handle.known["org"])):
        number += len(batch)
        with handle.citing():
            details = Details(handle, [repo for repo in batch if repo.get("archived") is not True])
        for repo in batch:
            with handle.citing(*excluded.cited, repo, *details.cited(repo)):
                yield _record(handle, repo, details, excluded)
    prove_all(handle, number)


class _Excluded:
    """What the organisation keeps from Copilot, as far as it could be read."""

    def __init__(self, rules: Exclusions | Missing, cited: tuple[Item, ...]) -> None:
        self.rules, self.cited = rules, cited

    def covers(self, name: str) -> bool | Missing:
        return self.rules if isinstance(self.rules, Missing) else self.rules.cover(name)


def _exclusions(handle: Handle) -> _Excluded:
    found = handle.attempt(EXCLUSIONS, org=handle.known["org"])
    if found is None or isinstance(found, Missing):
        return _Excluded(found or NOT_EXPOSED, ())
    return _Excluded(Exclusions(found, handle.known["org"]), (found,))


def _record(handle: Handle, repo: Item, details: Details, excluded: _Excluded) -> RepositoryProtection:
    archived, security = flag(repo.get("archived")), repo.get("security_and_analysis")
    if not isinstance(security, Mapping) and archived is not True:
        says = "its security settings are not shown"
        handle.note(REPOSITORIES, Reason.DENIED, says, cure=_CURE, subject=repository(repo))
    return RepositoryProtection(
        subject=repository(repo),
        name=text(repo.get("name")),
        secret_scanning=_switch(security, "secret_scanning"),
        push_protection=_switch(security, "secret_scanning_push_protection"),
        reviews_required=NOT_EXPOSED if archived is True else details.reviews(repo),
        archived=archived,
        visibility=text(repo.get("visibility")),
        classification=_classification(repo),
        dependency_alerts=NOT_EXPOSED if archived is True else details.alerts(repo),
        excluded_from_assistant=excluded.covers(str(repo["name"])),
    )


def _switch(security: Any, name: str) -> bool | Missing:
    """A switch of the repository; GitHub leaves out what is not licensed for it."""
    if not isinstance(security, Mapping):
        return unread(f"{REPOSITORIES.op}: the security settings were not shown")
    return choose(inside(security, name).get("status"), SWITCH)


def _classification(repo: Item) -> str | Missing:
    properties = repo.get("custom_properties")
    if not isinstance(properties, Mapping):
        return NOT_EXPOSED
    for name, value in properties.items():
        if re.sub(r"[^a-z]", "", name.lower()) in CLASSIFICATION and value not in (None, "", []):
            return value if isinstance(value, str) else ambiguous(str(value), "several classes at once")
    return ABSENT


def _batches(repos: Iterable[Item]) -> Iterator[list[Item]]:
    more = iter(repos)
    while batch := list(islice(more, BATCH)):
        yield batch
