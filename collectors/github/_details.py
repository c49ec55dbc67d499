"""What has to be asked of each repository: approvals that a merge takes, and whether alerts about libraries are on.

Approvals are asked for by rulesets, or by the older protection of a branch; either is enough.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import inside
from annexa.collectors.github._api import PAGE, PAGES, repository
from annexa.evidence.answer import AbsentError
from annexa.evidence.fact import NOT_EXPOSED, Missing, unknown_value, unread
from annexa.evidence.handle import Handle, Item, Reply
from annexa.evidence.record import Origin

RULES = Read(
    op="GET /repos/{owner}/{repo}/rules/branches/{branch}", needs="repository: Metadata (read)", path="", pager=PAGES,
    params=PAGE,
)  # fmt: skip
PROTECTION = Read(
    op="GET /repos/{owner}/{repo}/branches/{branch}/protection", needs="repository: Administration (read)",
    absent=("404: Branch not protected",),
)  # fmt: skip
ALERTS_ON = Read(
    op="GET /repos/{owner}/{repo}/dependabot/alerts", needs="repository: Dependabot alerts (read)", path="",
    params={"state": "open", "per_page": 1}, absent=("403: Dependabot alerts are disabled",),
)  # fmt: skip
RULE_TYPES = frozenset({
    "branch_name_pattern", "code_scanning", "commit_author_email_pattern", "commit_message_pattern",
    "committer_email_pattern", "copilot_code_review", "creation", "deletion", "file_extension_restriction",
    "file_path_restriction", "license_compliance_scanning", "max_file_path_length", "max_file_size", "merge_queue",
    "non_fast_forward", "pull_request", "required_deployments", "required_linear_history", "required_signatures",
    "required_status_checks", "tag_name_pattern", "update", "workflows",
})  # fmt: skip
"""Every type of rule that GitHub documents for a branch."""
CALLS = (RULES, PROTECTION, ALERTS_ON)
"""For every collector that uses this: its declarations."""

Told = tuple[Any, tuple[Origin, ...]]
"""What was read about one repository, and the answers that it rests on."""


class Details:
    """What has to be asked of each repository, read side by side for a batch of them."""

    def __init__(self, handle: Handle, batch: list[Item]) -> None:
        org = handle.known["org"]
        self._rules = _asked(handle, RULES, batch, _by_rules, lambda repo: _branch(org, repo))
        others = [repo for repo in batch if not self._settled(repo)]
        self._classic = _asked(handle, PROTECTION, others, _by_protection, lambda repo: _branch(org, repo))
        self._alerts = _asked(handle, ALERTS_ON, batch, _alerts, lambda repo: {"owner": org, "repo": repo["name"]})

    def reviews(self, repo: Item) -> int | Missing:
        """How many approvals a merge takes; none only if both ways of asking for them were read."""
        found = [self._by_rules(repo)]
        if not self._settled(repo):
            found.append(self._classic.get(repository(repo), (None, ()))[0])
        known = [number for number in found if isinstance(number, int)]
        if any(known) or len(known) == len(found):
            return max(known)
        doubt = next((one for one in found if isinstance(one, Missing)), None)
        return doubt or unread("rules of the default branch")

    def alerts(self, repo: Item) -> bool | Missing:
        """Whether alerts about weak libraries are on."""
        found = self._alerts.get(repository(repo))
        return unread(f"{ALERTS_ON.op}: refused") if found is None else bool(found[0])

    def cited(self, repo: Item) -> list[Item]:
        """The answers on which this rests."""
        name = repository(repo)
        told = (self._rules, self._classic, self._alerts)
        return [Item({}, origin) for one in told for origin in one.get(name, (None, ()))[1]]

    def _settled(self, repo: Item) -> bool:
        """Whether rulesets alone ask for an approval, so that the older way need not be asked."""
        found = self._by_rules(repo)
        return isinstance(found, int) and found > 0

    def _by_rules(self, repo: Item) -> Any:
        return self._rules.get(repository(repo), (None, ()))[0]


def _asked(
    handle: Handle, call: Read, batch: list[Item], read: Callable[[Reply], Any], params: Callable[[Item], Mapping[str, Any]]
) -> dict[str, Told]:  # fmt: skip
    """What each repository of the batch answers; one that refuses is noted, and not in here."""
    found: dict[str, Told] = {}
    for repo, reply in handle.many(call, batch, params):
        with handle.item(repository(repo)):
            found[repository(repo)] = read(reply), handle.origins
    return found


def _branch(org: str, repo: Item) -> Mapping[str, Any]:
    return {"owner": org, "repo": repo["name"], "branch": repo.get("default_branch") or ""}


def _by_rules(reply: Reply) -> int | Missing:
    """The approvals that rulesets ask for; a rule of a type that nobody documented may ask for some too."""
    rules = list(reply.each())
    asking = [rule for rule in rules if rule.get("type") == "pull_request"]
    most = _most(inside(rule, "parameters").get("required_approving_review_count") for rule in asking)
    odd = next((rule.get("type") for rule in rules if rule.get("type") not in RULE_TYPES), None)
    return unknown_value(odd) if odd is not None and not (isinstance(most, int) and most) else most


def _by_protection(reply: Reply) -> int | Missing:
    found = reply.find()
    if found is None or not inside(found, "required_pull_request_reviews"):
        return 0
    return _most([inside(found, "required_pull_request_reviews").get("required_approving_review_count")])


def _most(counts: Iterable[Any]) -> int | Missing:
    numbers, odd = [0], list[Any]()
    for count in counts:
        (numbers if isinstance(count, int) and not isinstance(count, bool) else odd).append(count)
    if odd and not max(numbers):
        return NOT_EXPOSED if odd[0] is None else unknown_value(odd[0])
    return max(numbers)


def _alerts(reply: Reply) -> bool:
    """A list, even an empty one, comes only where they are on."""
    try:
        return all(True for _ in reply.each())
    except AbsentError:
        return False
