"""What accounts log, and what Microsoft keeps of what they get for its own watch over abuse."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._graph import once
from annexa.collectors._rest import Read
from annexa.collectors._values import inside
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SECRET, SUBSCRIPTIONS, arm
from annexa.collectors.azure._reading import accounts, odd, place, reconcile, steps, uid
from annexa.collectors.azure.deployments import INSIDE, VERSION
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import LogSource, Setting
from annexa.schemas.words import Basis

DIAGNOSTICS = arm(
    f"{INSIDE}/providers/Microsoft.Insights/diagnosticSettings", "2021-05-01-preview",
    "Microsoft.Insights/diagnosticSettings/read",
)  # fmt: skip
ACCOUNT = Read(
    op=f"GET {INSIDE}", needs="Microsoft.CognitiveServices/accounts/read", params={"api-version": VERSION}, drop=SECRET
)
"""One account as Resource Manager has it: Resource Graph does not document that it shows capabilities."""
LOG, KEPT = "azure.ai.diagnostics", "azure.openai.content_logging"
ALL = {"allLogs": ("Audit", "RequestResponse")}
"""Groups of categories that hold others: https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings"""
DESTINATIONS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")


@collects(LogSource, ACCOUNTS, DIAGNOSTICS, SUBSCRIPTIONS, CONTAINERS, per="source", where={"log_source.name": (LOG,)})
def diagnostics(handle: Handle) -> Iterator[LogSource]:
    """One record per account: the categories that all its diagnostic settings together send somewhere."""
    for account, reply in handle.many(DIAGNOSTICS, list(accounts(handle)), steps):
        subject = uid(ACCOUNTS, account)
        with handle.item(subject):
            found = [(_categories(row), _destinations(row)) for row in once(reply.each())]
            sent = [(categories, where) for categories, where in found if categories and where]
            kept = sorted({one for categories, _ in sent for one in categories})
            stores = sorted({one for _, where in sent for one in where})
            yield LogSource(
                subject=f"{subject}/diagnostics", name=LOG, enabled=bool(sent), event_types=tuple(kept) or ABSENT,
                destinations=tuple(stores) or ABSENT, at=place(subject),
            )  # fmt: skip
    reconcile(handle)


@collects(Setting, ACCOUNTS, ACCOUNT, SUBSCRIPTIONS, CONTAINERS, per="source", where={"setting.name": (KEPT,)})
def content_logging(handle: Handle) -> Iterator[Setting]:
    """Whether Microsoft may store prompts and answers to watch over abuse; the capability is shown only where it is off."""
    for account, reply in handle.many(ACCOUNT, list(accounts(handle)), steps):
        subject = uid(ACCOUNTS, account)
        with handle.item(subject):
            value, basis = _kept(reply.one())
            yield Setting(
                subject=f"{subject}/contentlogging",
                name=KEPT,
                value=value,
                basis=basis,
                set_by=subject,
                at=place(subject),
            )
    reconcile(handle)


def _kept(row: Item) -> tuple[bool | Missing, Basis]:
    listed = inside(row, "properties").get("capabilities")
    if not isinstance(listed, list):
        raise odd(ACCOUNT, "the account does not list its capabilities")
    values = [one.get("value") for one in listed if isinstance(one, Mapping) and one.get("name") == "ContentLogging"]
    if not values:
        return True, Basis.VENDOR_DEFAULT
    word = str(values[0]).lower()
    return {"false": False, "true": True}.get(word, unknown_value(values[0])), Basis.EXPLICIT


def _categories(row: Mapping[str, Any]) -> tuple[str, ...]:
    listed = inside(row, "properties").get("logs")
    on = [one for one in listed or () if isinstance(one, Mapping) and one.get("enabled") is True]
    names = [str(one.get("category") or one.get("categoryGroup") or "") for one in on]
    return tuple(each for name in names if name for each in (name, *ALL.get(name, ())))


def _destinations(row: Mapping[str, Any]) -> tuple[str, ...]:
    said = inside(row, "properties")
    return tuple(str(said[name]).lower() for name in DESTINATIONS if said.get(name))
