"""Atlassian: one organisation in the cloud, its managed accounts and domains, its policies, its audit log, and API tokens.

Log in: with an API key of the organisation in `ATLASSIAN_API_KEY`, and the organisation's id (`organisation = "…"` in the
source's table, or `ATLASSIAN_ORG_ID`); both are shown once, when an organisation admin makes the key. A key with scopes is
the better one, and `annexa permissions atlassian` lists them; some organisations' audit log and policies answer only keys
without scopes, and then stay unread.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._pacing import Rate
from annexa.collectors._rest import Api, BodyLink, Cursor, Me, Read, RestSettings, bearer, rest_grant
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors._values import inside, text
from annexa.evidence.call import collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, Text, When, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Credential, Identity, LogSource, Setting

if TYPE_CHECKING:
    from annexa.collectors._rest import RestWire

CREDENTIALS = ("ATLASSIAN_API_KEY", "ATLASSIAN_ORG_ID")
"""What lets it be asked without a configuration."""
CANNOT_SEE = (
    "Pages, issues, comments and chats: no interface that opens them is asked.",
    "Whether Rovo and other AI is switched on, for which apps and for whom: Atlassian documents no interface for it. The list "
    "of policies can hold one about generative AI, whose meaning Atlassian does not publish: it is kept as it stands, and "
    "nothing rests on it.",
    "Agents, skills and connectors of Rovo, and apps from the Marketplace.",
    "Accounts that the organisation does not manage: guests, and people with addresses of other domains.",
    "Single sign-on, two-step verification and password rules: they are part of authentication policies, which are not listed.",
    "To which apps and sites a policy is applied, and whether that is done.",
    "Tokens of service accounts, API keys of the organisation, and OAuth grants of apps.",
    "What is in the audit log: of its entries only the newest one's moment is kept.",
    "The terms with Atlassian, and with the providers of the models behind Rovo.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""

STREAM = "GET /v1/orgs/{orgId}/events-stream"
API = Api(
    vendor="atlassian",
    title="Atlassian",
    base="https://api.atlassian.com/admin",
    sign=bearer("ATLASSIAN_API_KEY"),
    suffixes=("api.atlassian.com",),
    # The audit log is throttled first: ten questions a minute.
    rates={STREAM: Rate(per_second=0.15, burst=5)},
    later=("retry-after", "x-ratelimit-reset"),
)
NEXT = BodyLink(at="links.next")
OR_ANY = "or a key without scopes"
ORG = Read(op="GET /v1/orgs/{orgId}", needs="read:orgs:admin", path="data")
"""Asked while connecting."""
USERS = Read(
    op="GET /v1/orgs/{orgId}/users", needs="read:accounts:admin", path="data", pager=NEXT,
    drop=("name", "picture", "product_access"),
)  # fmt: skip
DOMAINS = Read(op="GET /v1/orgs/{orgId}/domains", needs="read:domains:admin", path="data", pager=NEXT)
POLICIES = Read(
    op="GET /v1/orgs/{orgId}/policies", needs=f"read:policies:admin, {OR_ANY}", path="data", pager=NEXT,
    drop=("ownerId", "atlassianAccountId"),
)  # fmt: skip
EVENTS = Read(
    op=STREAM, needs=f"read:events:admin, {OR_ANY}", path="data", params={"sortOrder": "desc", "limit": 1},
    query=("from",), plan="Atlassian Guard Standard", drop=("actor", "context", "container", "location", "message"),
)  # fmt: skip
TOKENS = Read(
    op="GET /api-access/v1/orgs/{orgId}/api-tokens", needs="read:tokens:admin", path="data", params={"pageSize": 100},
    pager=Cursor(param="cursor", at="links.next", may_lack=True), drop=("label", "name", "email"),
)  # fmt: skip

SORTS: dict[str, Literal["person", "guest", "service"]] = {"atlassian": "person", "customer": "guest", "app": "service"}
STATES = ("active", "inactive", "closed")
NAMES = {
    "ip-allowlist": "atlassian.policy.ip_allowlist", "data-residency": "atlassian.policy.data_residency",
    "data-security": "atlassian.policy.data_security",
}  # fmt: skip
"""Policies that Atlassian documents; any other is kept under a name of its own, with the vendor's word for it."""
OTHER = "atlassian.policy.other"
INSIDE = {"ip-allowlist": "atlassian.ip_allowlist", "data-residency": "atlassian.data_residency"}
"""Policies whose rule names what is allowed: addresses, or places where data may lie."""
AUDIT = "atlassian.audit"
WINDOW = timedelta(days=7)
"""How far back an entry is looked for."""


class Settings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "atlassian"`."""

    name: str = "atlassian:main"
    """Our alias."""
    vendor: str = "atlassian"
    """The vendor."""
    key_env: str = "ATLASSIAN_API_KEY"
    """Environment variable that holds the organisation's API key."""
    organisation: str | None = None
    """Id of the organisation; None: what `ATLASSIAN_ORG_ID` holds."""


@collects(Identity, USERS, per="source")
def users(handle: Handle) -> Iterator[Identity]:
    """One record per managed account, those that are closed included."""
    for user in handle.each(USERS, orgId=handle.known["organisation"]):
        sort, state = str(user.get("account_type")), text(user.get("account_status"))
        yield Identity(
            subject=str(user["account_id"]), name=text(user.get("email")), sort=SORTS.get(sort, unknown_value(sort)),
            state=state if state in STATES else unknown_value(user.get("account_status")),
            last_seen=moment(user.get("last_active")),
        )  # fmt: skip


@collects(Setting, DOMAINS, per="source", where={"setting.name": ("atlassian.domain",)})
def domains(handle: Handle) -> Iterator[Setting]:
    """One record per domain, with what became of the proof that it is the organisation's own."""
    for domain in handle.each(DOMAINS, orgId=handle.known["organisation"]):
        said = inside(domain, "attributes")
        yield Setting(
            subject=str(said.get("name") or domain["id"]), name="atlassian.domain",
            value=text(inside(said, "claim").get("status")), set_by="organisation",
        )  # fmt: skip


@collects(Setting, POLICIES, per="source", where={"setting.name": (*NAMES.values(), OTHER, *INSIDE.values())})
def policies(handle: Handle) -> Iterator[Setting]:
    """One record per policy with its status; and what it allows, where it is on and its rule says so."""
    for policy in handle.each(POLICIES, orgId=handle.known["organisation"]):
        said = inside(policy, "attributes")
        sort, subject = str(said.get("type")), f"policy/{policy['id']}"
        status, updated = text(said.get("status")), moment(said.get("updatedAt"))
        yield Setting(
            subject=subject, name=NAMES.get(sort, OTHER), updated=updated, set_by=text(said.get("name")),
            value=status if sort in NAMES or not isinstance(status, str) else f"{sort}: {status}",
        )  # fmt: skip
        if "in" in inside(said, "rule"):
            yield Setting(
                subject=f"{subject}/in", name=INSIDE.get(sort, OTHER), set_by=subject, updated=updated,
                value=allowed(inside(said, "rule")["in"], status) if sort in INSIDE else unknown_value(sort),
            )  # fmt: skip


@collects(LogSource, EVENTS, per="source", where={"log_source.name": (AUDIT,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the audit log last took down anything. The newest entry comes first and is the only one asked for."""
    asked = {"orgId": handle.known["organisation"], "from": since(str(handle.known["now"]))}
    newest = next(handle.each(EVENTS, **asked), None)
    yield LogSource(
        subject=AUDIT, name=AUDIT, enabled=True if newest else silent(), event_types=("all",), organisation_wide=True,
        last_event=moment(inside(newest, "attributes").get("time")) if newest else silent(),
    )  # fmt: skip


@collects(Credential, TOKENS, per="source", where={"credential.type": ("atlassian_api_token",)})
def api_tokens(handle: Handle) -> Iterator[Credential]:
    """One record per API token of a managed account; it may do whatever its owner may."""
    for token in handle.each(TOKENS, orgId=handle.known["organisation"]):
        status = text(token.get("status"))
        yield Credential(
            subject=str(token["id"]), type="atlassian_api_token", owner=str(inside(token, "user").get("id", "unnamed")),
            owner_sort="user", privilege="everything that its owner may do",
            state=status.lower() if isinstance(status, str) else status, created=moment(token.get("createdAt")),
            # Atlassian documents a time here and not what stands there where a token has no end.
            expires=moment(token.get("expiresAt")), last_used=last_used(token),
        )  # fmt: skip


def allowed(raw: object, status: Text) -> Names:
    """What a policy allows, where it is on; nothing follows from a status that nobody documented."""
    if status != "enabled":
        return ABSENT if status == "disabled" else status if isinstance(status, Missing) else unknown_value(status)
    return tuple(sorted(map(str, raw))) if isinstance(raw, list) and raw else NOT_EXPOSED


def since(now: str) -> int:
    """A week ago, at the beginning of that day, so that every question of a run asks the same; in milliseconds."""
    day = (parse(now) - WINDOW).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp() * 1000)


def silent() -> Missing:
    """What an empty log says of itself."""
    return ambiguous("[]", f"no entry in {WINDOW.days} days: nothing happened, or nothing was taken down")


def last_used(token: Item) -> When:
    """When a token was last used; null: never, as far as Atlassian knows."""
    return ABSENT if "lastActiveAt" in token and token["lastActiveAt"] is None else moment(token.get("lastActiveAt"))


def moment(raw: object) -> When:
    """A time of Atlassian's, in UTC."""
    if raw in (None, ""):
        return NOT_EXPOSED
    try:
        return stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time")


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Ask for the organisation that the key belongs to; raises `CannotStartError`."""
    from annexa.collectors._rest import RestSource

    organisation = settings.organisation or lent.environment.get("ATLASSIAN_ORG_ID", "").strip()
    if not organisation:
        raise CannotStartError(
            f"{settings.name}: no organisation is named",
            cure='Name it: organisation = "…" in the source\'s table, or ATLASSIAN_ORG_ID.',
        )
    return RestSource(API, settings, lent, me=lambda wire: _me(wire, organisation))


def _me(wire: "RestWire", organisation: str) -> Me:
    """A key opens one organisation alone; Atlassian does not say which key asks."""
    found = wire.ask(ORG, orgId=organisation)
    if found["id"] != organisation:
        raise LookupError("another organisation")
    return Me(tenant=organisation, identity=f"API key of {organisation}", known={"organisation": organisation})


def grant(order: GrantOrder) -> Grant:
    """How to make the key, with the scopes that the declared calls need."""
    return rest_grant(
        order,
        title="Atlassian",
        who="An organisation admin",
        where="admin.atlassian.com > Settings > API keys",
        plan="Any; the audit log needs Atlassian Guard Standard",
        steps=(
            "Create API key > API key with scopes; name it annexa, and give it the shortest life that you can renew.",
            "Choose the scopes below; every one begins with read. Keep key and organisation id where only annexa reads them: "
            "they are shown once.",
            "Set ATLASSIAN_API_KEY and ATLASSIAN_ORG_ID. Where the audit log or the policies are refused although the key has "
            "their scope, your organisation answers them to keys without scopes alone: decide whether that is worth it.",
        ),
        beyond=(
            "nothing, for a key with these scopes. A key without scopes may do whatever an organisation admin may through "
            "the interfaces: change policies, suspend people, revoke tokens."
        ),
        credential_calls=(ORG,),
    )
