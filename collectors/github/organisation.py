"""The organisation's own settings: what its members may do, what every repository begins with, and what may be spent."""

from collections.abc import Iterator
from typing import Any

from annexa.collectors._rest import Numbered, Read
from annexa.collectors._values import choose, flag, text
from annexa.collectors.github._api import PAGE
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Quota, Setting
from annexa.schemas.words import Reason

ORGANISATION = Read(op="GET /orgs/{org}", needs="organisation: Administration (read)")
BUDGETS = Read(
    op="GET /organizations/{org}/settings/billing/budgets", needs="organisation: Administration (read)", path="budgets",
    pager=Numbered(more="has_next_page"), params=PAGE, query=("page",),
    unconfirmed="GitHub does not publish which permission of an App opens it",
)  # fmt: skip

FLAGS = {
    "two_factor_requirement_enabled": "two_factor_required",
    "members_can_create_public_repositories": "members_create_public_repositories",
    "members_can_change_repo_visibility": "members_change_visibility",
    "members_can_delete_repositories": "members_delete_repositories",
    "members_can_invite_outside_collaborators": "members_invite_outsiders",
    "members_can_fork_private_repositories": "members_fork_private_repositories",
    "deploy_keys_enabled_for_repositories": "deploy_keys",
    "web_commit_signoff_required": "commit_signoff_required",
    "secret_scanning_enabled_for_new_repositories": "new_repositories_secret_scanning",
    "secret_scanning_push_protection_enabled_for_new_repositories": "new_repositories_push_protection",
    "dependabot_alerts_enabled_for_new_repositories": "new_repositories_dependency_alerts",
}
"""Fields of GitHub's that are true or false, with their names in the settings dictionary."""
BASE = {word: word for word in ("none", "read", "write", "admin")}


@collects(Setting, ORGANISATION, per="source")
def security_settings(handle: Handle) -> Iterator[Setting]:
    """One record per setting of the organisation; GitHub shows them to those who administer it, and hides them from others."""
    found = handle.one(ORGANISATION, org=handle.known["org"])
    if "two_factor_requirement_enabled" not in found:
        handle.note(
            ORGANISATION, Reason.DENIED, "only the organisation's public profile was shown",
            cure="Give the App the organisation permission Administration (read), or ask with an owner's token.",
        )  # fmt: skip
        return
    for field, name in FLAGS.items():
        yield _setting(handle, name, flag(found.get(field)))
    yield _setting(handle, "default_repository_permission", choose(found.get("default_repository_permission"), BASE))
    plan = found.get("plan")
    yield _setting(handle, "plan", text(plan.get("name")) if isinstance(plan, dict) else NOT_EXPOSED)


@collects(Quota, BUDGETS, per="source")
def budgets(handle: Handle) -> Iterator[Quota]:
    """One record per budget of the organisation, in whole dollars or licences, and whether use ends there."""
    for budget in handle.each(BUDGETS, org=handle.known["org"]):
        yield Quota(
            subject=f"budget/{budget['id']}",
            name=f"budget of {budget.get('budget_product_sku')}",
            value=_amount(budget),
            unit="USD",
            limits=_limits(budget),
            enforced=flag(budget.get("prevent_further_usage")),
        )


def _setting(handle: Handle, name: str, value: Any) -> Setting:
    return Setting(
        subject=f"{handle.known['org_id']}/github.org.{name}", name=f"github.org.{name}", value=value,
        set_by="organisation",
    )  # fmt: skip


def _amount(budget: Item) -> int | Missing:
    amount = budget.get("budget_amount")
    return amount if isinstance(amount, int) and not isinstance(amount, bool) else unknown_value(amount)


def _limits(budget: Item) -> str | Missing:
    """Whom it limits: an organisation, a repository, a user, by the vendor's word."""
    scope, name = budget.get("budget_scope"), budget.get("budget_entity_name") or budget.get("user")
    if scope is None:
        return ABSENT
    return f"{scope} {name}" if name else str(scope)
