"""Who has an account, who may use AI, and who administers all of it."""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors._values import text
from annexa.collectors.snowflake._api import GRANTS, RESULT, flag, moment, statement
from annexa.collectors.snowflake._rows import rows
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant, Identity
from annexa.evidence.kinds.systems import AiSystem
from annexa.schemas.words import Reason

USERS = statement(
    "SHOW USERS", GRANTS,
    drop=("comment", "display_name", "email", "ext_authn_uid", "first_name", "last_name"),
)  # fmt: skip
CORTEX_USER = statement("SHOW GRANTS OF DATABASE ROLE SNOWFLAKE.CORTEX_USER", GRANTS)
FUNCTIONS_USER = statement("SHOW GRANTS OF DATABASE ROLE SNOWFLAKE.AI_FUNCTIONS_USER", GRANTS)
ON_ACCOUNT = statement(
    "SHOW GRANTS ON ACCOUNT", GRANTS,
    unconfirmed="that it shows the grant of USE AI FUNCTIONS to PUBLIC with which every account begins",
)  # fmt: skip
ADMINS = statement("SHOW GRANTS OF ROLE ACCOUNTADMIN", GRANTS)

AI = "snowflake.cortex"
EVERYBODY = "PUBLIC"
"""The role that every user and every role has."""
ROLES = ((CORTEX_USER, "SNOWFLAKE.CORTEX_USER"), (FUNCTIONS_USER, "SNOWFLAKE.AI_FUNCTIONS_USER"))
PRIVILEGE = "USE AI FUNCTION"
"""With an S for all functions, with a name behind it for one."""
MODELS = (
    "which models: the account's list of models and grants on single models allow together, and ACCOUNTADMIN reaches all",
    "roles that inherit this one",
)
HALF = {
    "role": "calling functions needs the account's privilege USE AI FUNCTIONS too, or one for the function",
    "privilege": "calling functions needs the database role CORTEX_USER or AI_FUNCTIONS_USER too",
}
HOLDERS: dict[str, Literal["user", "role", "application"]] = {
    "ROLE": "role", "USER": "user", "ACCOUNT ROLE": "role", "DATABASE ROLE": "role", "APPLICATION": "application",
    "APPLICATION ROLE": "role",
}  # fmt: skip
SORTS: dict[str, Literal["person", "service"]] = {"PERSON": "person", "SERVICE": "service", "LEGACY_SERVICE": "service"}


@collects(Identity, USERS, RESULT, per="source")
def users(handle: Handle) -> Iterator[Identity]:
    """One record per user, those who are switched off included; what is hidden of one is not said to be off."""
    hidden = False
    for row in rows(handle, USERS):
        hidden = hidden or row.get("disabled") is None
        yield Identity(
            subject=str(row["name"]), name=text(row.get("login_name")), sort=_sort(row), state=_state(row),
            mfa=flag(row.get("has_mfa")), password=flag(row.get("has_password")), created=moment(row.get("created_on")),
            last_seen=moment(row.get("last_success_login"), ABSENT),
        )  # fmt: skip
    if hidden:
        handle.note(
            USERS, Reason.VISIBILITY_UNPROVED, "of some users only names are shown to this role",
            cure="Grant the role MANAGE GRANTS on the account.",
        )  # fmt: skip


@collects((AiSystem, AccessGrant), CORTEX_USER, FUNCTIONS_USER, ON_ACCOUNT, RESULT, per="source",
          where={"ai_system.provider": (AI,), "access_grant.target": (AI,), "access_grant.purpose": ("use",)})  # fmt: skip
def ai_grants(handle: Handle) -> Iterator[AiSystem | AccessGrant]:
    """One record per holder of a role or privilege for AI; PUBLIC is everybody. Cortex is there while anyone holds one."""
    seen = False
    for call, role in ROLES:
        for row in rows(handle, call):
            if not seen:
                yield AiSystem(subject=AI, category="service", provider=AI, name="Snowflake Cortex")
            seen = True
            yield _use(row, role, HALF["role"])
    for row in rows(handle, ON_ACCOUNT):
        privilege = str(row.get("privilege"))
        if privilege.replace("_", " ").startswith(PRIVILEGE):
            yield _use(row, privilege, HALF["privilege"])


@collects(AccessGrant, ADMINS, RESULT, per="source",
          where={"access_grant.target": ("snowflake",), "access_grant.purpose": ("administer",)})  # fmt: skip
def administrators(handle: Handle) -> Iterator[AccessGrant]:
    """One record per holder of ACCOUNTADMIN, which may do everything and reaches every model."""
    for row in rows(handle, ADMINS):
        yield AccessGrant(
            subject=f"ACCOUNTADMIN/{row['granted_to']}/{row['grantee_name']}", grantee=str(row["grantee_name"]),
            grantee_sort=_holder(row), on_behalf_of="user", purpose="administer", permissions=("ACCOUNTADMIN",),
            target="snowflake", verdict="allowed", via=("the role ACCOUNTADMIN",), granted=moment(row.get("created_on")),
        )  # fmt: skip


def _use(row: Item, what: str, half: str) -> AccessGrant:
    holder = str(row["grantee_name"])
    return AccessGrant(
        subject=f"{what}/{row.get('granted_to')}/{holder}", grantee=holder, grantee_sort=_holder(row),
        on_behalf_of="all" if holder == EVERYBODY else NOT_EXPOSED, purpose="use", permissions=(what,), target=AI,
        verdict="conditional", via=(f"granted by {row.get('granted_by') or 'Snowflake'}",),
        not_evaluated=(half, *MODELS), granted=moment(row.get("created_on")),
    )  # fmt: skip


def _holder(row: Item) -> Literal["user", "role", "application"] | Missing:
    sort = str(row.get("granted_to")).replace("_", " ")
    return HOLDERS.get(sort, unknown_value(sort))


def _sort(row: Item) -> Literal["person", "service"] | Missing:
    """A user without a type is a person, unless the row is hidden."""
    sort = row.get("type")
    if sort in (None, ""):
        return NOT_EXPOSED if row.get("disabled") is None else "person"
    return SORTS.get(str(sort), unknown_value(sort))


def _state(row: Item) -> str | Missing:
    off, locked = flag(row.get("disabled")), flag(row.get("snowflake_lock"))
    if isinstance(off, Missing):
        return off
    return "disabled" if off else "locked" if locked is True else "active"
