"""The account's own parameters: what Cortex may do, and which network policy stands in front of everything."""

from collections.abc import Iterator

from annexa.collectors._values import text
from annexa.collectors.snowflake._api import GRANTS, RESULT, statement
from annexa.collectors.snowflake._rows import rows
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessPolicy
from annexa.evidence.kinds.settings import Setting

ANY = "that every role is shown the account's parameters"
CORTEX = statement("SHOW PARAMETERS LIKE 'CORTEX%' IN ACCOUNT", "any role", unconfirmed=ANY)
NETWORK = statement("SHOW PARAMETERS LIKE 'NETWORK_POLICY' IN ACCOUNT", "any role", unconfirmed=ANY)
POLICIES = statement("SHOW NETWORK POLICIES", GRANTS, drop=("comment",))

KNOWN = {
    "CORTEX_MODELS_ALLOWLIST": "snowflake.cortex_models_allowlist",
    "CORTEX_ENABLED_CROSS_REGION": "snowflake.cortex_enabled_cross_region",
}
OTHER = "snowflake.cortex_parameter"
"""What a parameter of Cortex is called that has no entry of its own yet."""
ACCOUNTS = "snowflake.network_policy"
ENTRIES = ("entries_in_allowed_ip_list", "entries_in_allowed_network_rules")


@collects(Setting, CORTEX, RESULT, per="source", where={"setting.name": (*KNOWN.values(), OTHER)})
def cortex(handle: Handle) -> Iterator[Setting]:
    """One record per parameter of Cortex. The list of models is not the last word on who reaches which: grants count too."""
    for row in rows(handle, CORTEX):
        key = str(row["key"])
        yield Setting(
            subject=key, name=KNOWN.get(key, OTHER), value=text(row.get("value"), ABSENT),
            # An empty level says that nobody set it: what holds is Snowflake's own default, which the row names.
            set_by=text(row.get("level"), NOT_EXPOSED) if row.get("level") else "default",
        )  # fmt: skip


@collects((Setting, AccessPolicy), NETWORK, POLICIES, RESULT, per="source",
          where={"setting.name": (ACCOUNTS,), "access_policy.type": ("network_policy",)})  # fmt: skip
def network(handle: Handle) -> Iterator[Setting | AccessPolicy]:
    """The network policy of the account, if it has one; and one record per policy that exists."""
    holding = [text(row.get("value"), ABSENT) for row in rows(handle, NETWORK)]
    yield Setting(
        subject=ACCOUNTS, name=ACCOUNTS, value=holding[0] if len(holding) == 1 else NOT_EXPOSED, set_by="account"
    )
    for row in rows(handle, POLICIES):
        name = str(row["name"])
        # One that is not the account's may still hold for a user or an integration.
        yield AccessPolicy(
            subject=name, name=name, type="network_policy", state="enforced" if name in holding else NOT_EXPOSED,
            targets=("account",) if name in holding else NOT_EXPOSED, requires=_requires(row),
        )  # fmt: skip


def _requires(row: Item) -> tuple[str, ...]:
    """A policy without any address or rule that is allowed lets nobody in by an address."""
    counted = [str(row.get(name) or "0") for name in ENTRIES]
    return ("allowed_address",) if any(count != "0" for count in counted) else ()
