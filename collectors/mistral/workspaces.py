"""Workspaces: the scopes of an organization, each an AI service of its own, with its limit of spending."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import inside, text
from annexa.collectors.mistral._api import ADMIN, GUIDE, PAGE, PAGED, cents, ident
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, Quota, Scope

WORKSPACES = Read(
    op="GET /admin/workspaces", needs=ADMIN, path="items", pager=PAGED, params=PAGE, drop=("description", "icon"),
    unconfirmed=GUIDE,
)  # fmt: skip
SPENT = "mistral.workspace.spend_limit"


@collects(Scope, WORKSPACES, per="source", lists_scopes="workspace")
def workspaces(handle: Handle) -> Iterator[Scope]:
    """One record per workspace that is not archived."""
    for item in handle.each(WORKSPACES):
        path = ident(WORKSPACES, item)
        yield Scope(subject=path, level="workspace", path=path, name=text(item.get("name")), state="enabled")


@collects(
    (AiSystem, Quota), WORKSPACES, per="source", where={"ai_system.provider": ("mistral",), "quota.name": (SPENT,)}
)
def services(handle: Handle) -> Iterator[AiSystem | Quota]:
    """Per workspace: the service that it is, and how much may be spent in it a month."""
    for item in handle.each(WORKSPACES):
        here, limit = ident(WORKSPACES, item), inside(item, "spend_limit")
        yield AiSystem(subject=here, at=here, category="service", provider="mistral", name=text(item.get("name")))
        yield Quota(
            subject=f"{here}/{SPENT}", at=here, name=SPENT, limits=here, period="monthly", unit=text(limit.get("currency")),
            value=ABSENT if limit.get("no_monthly_limit") is True else cents(limit.get("value")),
        )  # fmt: skip
