"""AI Foundry: the projects inside an account, in which agents, evaluations and files are kept apart from one another."""

from collections.abc import Iterator

from annexa.collectors._graph import once
from annexa.collectors._values import inside
from annexa.collectors.azure._api import ACCOUNTS, CONTAINERS, SUBSCRIPTIONS, arm
from annexa.collectors.azure._reading import accounts, place, reconcile, steps, tag, text, uid, when
from annexa.collectors.azure.deployments import INSIDE
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem

PROVIDER = "azure.ai_foundry"
PROJECTS = arm(f"{INSIDE}/projects", "2025-09-01", "Microsoft.CognitiveServices/accounts/projects/read")


@collects(
    AiSystem, ACCOUNTS, PROJECTS, SUBSCRIPTIONS, CONTAINERS, per="source",
    where={"ai_system.category": ("service",), "ai_system.provider": (PROVIDER,)},
)  # fmt: skip
def projects(handle: Handle) -> Iterator[AiSystem]:
    """One project; only accounts that may hold any are asked."""
    for account, reply in handle.many(PROJECTS, [one for one in accounts(handle) if _may_hold(one)], steps):
        with handle.item(uid(ACCOUNTS, account)):
            for row in once(reply.each()):
                subject = uid(PROJECTS, row)
                yield AiSystem(
                    subject=subject, category="service", provider=PROVIDER, name=text(row.get("name")), at=place(subject),
                    owner=tag(row, "owner"), environment=tag(row, "environment"), permitted_class=tag(row, "permitted-class"),
                    created=when(inside(row, "systemData").get("createdAt")),
                    state=text(inside(row, "properties").get("provisioningState")),
                )  # fmt: skip
    reconcile(handle)


def _may_hold(account: Item) -> bool:
    """False where the account says that projects are not managed in it, or is of the kind that has none."""
    managed = inside(account, "properties").get("allowProjectManagement")
    return managed is True or (managed is not False and str(account.get("kind")).lower() != "openai")
