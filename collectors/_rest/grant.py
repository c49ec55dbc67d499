"""The text of `annexa permissions <vendor>`: which key to make, for which declared calls, and what else it could do."""

from collections import defaultdict
from collections.abc import Iterable

from annexa.collectors._grant import Grant, GrantOrder, doubts
from annexa.collectors._rest.read import Read
from annexa.evidence.call import Call


def rest_grant(
    order: GrantOrder, *, title: str, who: str, where: str, plan: str, steps: Iterable[str], beyond: str,
    credential_calls: Iterable[Call] = (),
) -> Grant:  # fmt: skip
    """One document for people: `who` makes the key, `where`, on which `plan`, in which `steps`, with which permissions.

    `beyond` is what the key could do beyond reading; `credential_calls` are those of connecting.
    """
    calls = _calls(order, credential_calls)
    lines = [
        f"{title}: the key that annexa reads with",
        "",
        f"Who makes it: {who}",
        f"Where:        {where}",
        f"Plan:         {plan}",
        "",
        *(f"{number}. {step}" for number, step in enumerate(steps, 1)),
        "",
        "Permissions, and the calls that need them:",
        *_permissions(calls),
        *_plans(calls),
        "",
        f"Beyond reading: {beyond}",
    ]
    vendor = order.collectors[0].name.split(".")[0] if order.collectors else "vendor"
    return Grant(documents={f"annexa-{vendor}.txt": "\n".join(lines)}, notes=tuple(_notes(order, calls)))


def _calls(order: GrantOrder, credential_calls: Iterable[Call]) -> list[Call]:
    declared = [*credential_calls, *(call for collector in order.collectors for call in collector.calls)]
    return [call for call in declared if order.costs or not call.costs]


def _permissions(calls: Iterable[Call]) -> Iterable[str]:
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for call in calls:
        needed[call.needs].add(call.op)
    for permission in sorted(needed):
        yield f"  {permission}"
        yield from (f"      {op}" for op in sorted(needed[permission]))


def _plans(calls: Iterable[Call]) -> Iterable[str]:
    plans: defaultdict[str, set[str]] = defaultdict(set)
    for call in calls:
        if isinstance(call, Read) and call.plan:
            plans[call.plan].add(call.op)
    if plans:
        yield from ("", "Calls that only some plans answer; without the plan they stay unread, and the report says so:")
    for plan in sorted(plans):
        yield f"  {plan}"
        yield from (f"      {op}" for op in sorted(plans[plan]))


def _notes(order: GrantOrder, calls: list[Call]) -> Iterable[str]:
    yield f"{len({call.op for call in calls})} calls, every one a read; {len({call.needs for call in calls})} permissions."
    for op, price in sorted({(call.op, call.costs) for one in order.collectors for call in one.calls if call.costs}):
        yield f"{op} costs {price}: left out unless --with-costs or the configuration asks for it"
    yield from doubts(order.collectors)
