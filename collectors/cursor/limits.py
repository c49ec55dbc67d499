"""What each member may spend: the limit that Cursor enforces. Amounts that were spent are not looked at."""

from collections.abc import Iterator
from decimal import Decimal

from annexa.collectors._rest import Numbered, Read
from annexa.collectors.cursor import _api
from annexa.collectors.cursor._api import ADMIN, ENTERPRISE, ident
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Count, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Quota

SPEND = Read(
    op=_api.SPEND, needs=ADMIN, path="teamMemberSpend", pager=Numbered(total="totalPages"), plan=ENTERPRISE,
    body={"pageSize": 500}, body_params=("page",),
)  # fmt: skip
LIMIT = "cursor.member.spend_limit"


@collects(Quota, SPEND, per="source", where={"quota.name": (LIMIT,)})
def spend_limits(handle: Handle) -> Iterator[Quota]:
    """One record per member: what the member may spend in a billing cycle, in cents."""
    for row in handle.each(SPEND):
        with handle.item(str(row.get("userId"))):
            who = ident(SPEND, row, "userId")
            yield Quota(
                subject=f"{who}#spend", name=LIMIT, value=_cents(row), unit="USD", period="billing cycle", limits=who,
                enforced=True,
            )  # fmt: skip


def _cents(row: Item) -> Count:
    if "effectivePerUserLimitDollars" not in row:
        return NOT_EXPOSED
    found = row["effectivePerUserLimitDollars"]
    if found is None:
        return ABSENT
    try:  # a fraction comes as its decimal text
        return unknown_value(found) if isinstance(found, bool) else int(Decimal(str(found)) * 100)
    except (ArithmeticError, ValueError):
        return unknown_value(found)
