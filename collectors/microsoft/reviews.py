"""Access reviews of Entra ID: when they ran, who decided, and what was decided about each account."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from annexa.collectors._graph import GRAPH_PAGES, once
from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside
from annexa.collectors.microsoft._api import DECIDED, listed
from annexa.collectors.microsoft._reading import every, moment, odd, text
from annexa.evidence.call import collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Day, Missing, Text, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Review, ReviewDecision

PLAN = "Microsoft Entra ID P2 or Governance"
DEFINITIONS = listed(
    "/identityGovernance/accessReviews/definitions", "AccessReview.Read.All", "id", "displayName", top=100, plan=PLAN
)
INSTANCES = Read(
    op="GET /identityGovernance/accessReviews/definitions/{definition}/instances", path="value", pager=GRAPH_PAGES,
    needs="AccessReview.Read.All", plan=PLAN,
)  # fmt: skip
DECISIONS = Read(op=DECIDED, path="value", needs="AccessReview.Read.All", pager=GRAPH_PAGES, plan=PLAN)
KEPT = timedelta(days=400)
"""How long ago a review may have ended to be looked at: a year, and the time it takes to finish one."""
RUNS: Mapping[str, bool] = {
    **dict.fromkeys(("Completed", "AutoReviewed", "Applied"), True),
    **dict.fromkeys(("Initializing", "NotStarted", "Starting", "InProgress", "Completing", "AutoReviewing", "Applying"), False),
}  # fmt: skip
"""Whether a review in this state is over."""
Decided = Literal["keep", "remove"]
WORDS: Mapping[str, Decided] = {"Approve": "keep", "Deny": "remove"}
NOTHING = ("NotReviewed", "DontKnow", "None")
"""What stands where nobody decided."""
NOBODY = "00000000-0000-0000-0000-000000000000"


@collects((Review, ReviewDecision), DEFINITIONS, INSTANCES, DECISIONS, per="source")
def access_reviews(handle: Handle) -> Iterator[Review | ReviewDecision]:
    """One record per run of a review in the past year, and one per account that was decided about."""
    since = stamp(parse(str(handle.known["now"])) - KEPT)
    for definition, reply in handle.many(INSTANCES, every(handle, DEFINITIONS), lambda one: {"definition": one["id"]}):
        with handle.item(definition["id"]):
            for instance in list(once(reply.each())):
                ended = moment(instance, "endDateTime")
                if isinstance(ended, Missing) or ended >= since:
                    with handle.item(f"{definition['id']}/{_id(INSTANCES, instance)}"):
                        yield from _run(handle, definition, instance)


def _run(handle: Handle, definition: Item, instance: Item) -> Iterator[Review | ReviewDecision]:
    uid = f"{definition['id']}/{instance['id']}"
    decisions = list(every(handle, DECISIONS, definition=definition["id"], instance=instance["id"]))
    with handle.citing(definition, instance, *decisions[:1]):
        yield Review(
            subject=uid, review_id=uid, of=str(definition.get("displayName") or definition["id"]),
            reviewer=_reviewers(decisions), started=_day(instance, "startDateTime"), on=_over(instance),
        )  # fmt: skip
    for item in decisions:
        if item.get("decision") not in (*NOTHING, None):
            with handle.item(f"{uid}/{item['id']}"), handle.citing(item):
                yield _decision(uid, item)


def _decision(review: str, item: Item) -> ReviewDecision:
    decision, account = choose(item.get("decision"), WORDS), inside(item, "principal").get("id")
    if isinstance(decision, Missing) or not isinstance(account, str):
        raise odd(DECISIONS, "a decision does not say what was decided, or about whom")
    return ReviewDecision(
        subject=f"{review}/{item['id']}", review=review, account=account, access=text(inside(item, "resource"), "id"),
        decision=decision, decided_by=_person(item), decided_on=_day(item, "reviewedDateTime"), done_on=_done(item),
    )  # fmt: skip


def _over(instance: Mapping[str, Any]) -> Day:
    """When it was finished; `absent` while it runs."""
    over = choose(instance.get("status"), RUNS)
    return over if isinstance(over, Missing) else _day(instance, "endDateTime") if over else ABSENT


def _done(item: Mapping[str, Any]) -> Day:
    """When Entra carried the decision out by itself; `absent`: it did not."""
    raw = item.get("applyResult")
    if raw in ("AppliedSuccessfully", "AppliedSuccessfullyButObjectNotFound"):
        return _day(item, "appliedDateTime")
    if raw in ("New", "AppliedWithUnknownFailure", "ApplyNotSupported"):
        return ABSENT
    return NOT_EXPOSED if raw is None else unknown_value(raw)


def _reviewers(decisions: list[Item]) -> Text:
    """Ids of those who decided, with commas; `absent`: nobody did."""
    found = {one for item in decisions if isinstance(one := _person(item), str)}
    return ", ".join(sorted(found)) or ABSENT


def _person(item: Mapping[str, Any]) -> Text:
    found = text(inside(item, "reviewedBy"), "id")
    return ABSENT if found == NOBODY else found


def _day(item: Mapping[str, Any], name: str) -> Day:
    found = moment(item, name)
    return found if isinstance(found, Missing) else found[:10]


def _id(call: Read, item: Mapping[str, Any]) -> str:
    if not isinstance(item.get("id"), str) or not item["id"]:
        raise odd(call, "an object has no id")
    return str(item["id"])
