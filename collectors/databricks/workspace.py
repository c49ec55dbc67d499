"""The workspace itself: whether partner-powered AI is on, from where people get in, and the tokens that open it."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import flag, inside, text
from annexa.collectors.databricks._api import ADMIN, moment
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Names, Text, When, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Credential
from annexa.evidence.kinds.settings import Setting

PARTNER = Read(op="GET /api/2.0/settings/types/llm_proxy_partner_powered/names/default", needs=ADMIN)
CONF = Read(op="GET /api/2.0/workspace-conf", needs=ADMIN, params={"keys": "enableIpAccessLists"})
LISTS = Read(op="GET /api/2.0/ip-access-lists", needs=ADMIN, path="ip_access_lists", drop=("created_by", "updated_by"))
TOKENS = Read(
    op="GET /api/2.0/token-management/tokens", needs=ADMIN, path="token_infos", drop=("comment",),
)  # fmt: skip
WORDS = {"true": True, "false": False}
NEVER = -1
"""What stands in the place of an end where a token has none."""
TYPES = {"ALLOW": "databricks.ip_allow_list", "BLOCK": "databricks.ip_block_list"}


@collects(Setting, PARTNER, per="source", where={"setting.name": ("databricks.partner_powered_ai",)})
def partner_powered(handle: Handle) -> Iterator[Setting]:
    """One record: whether the workspace's own setting lets partners' models work behind Databricks' features."""
    found = handle.one(PARTNER)
    yield Setting(
        subject="databricks.partner_powered_ai", name="databricks.partner_powered_ai", set_by="workspace",
        value=flag(inside(found, "boolean_val").get("value")),
    )  # fmt: skip


@collects(Setting, CONF, per="source", where={"setting.name": ("databricks.ip_access_lists_enabled",)})
def ip_access(handle: Handle) -> Iterator[Setting]:
    """One record: whether lists of addresses are looked at at all; where they are not, every address gets in."""
    raw = handle.one(CONF).get("enableIpAccessLists")
    name = "databricks.ip_access_lists_enabled"
    value: Flag = WORDS[raw] if raw in WORDS else NOT_EXPOSED if raw is None else unknown_value(raw)
    yield Setting(subject=name, name=name, value=value, set_by="workspace")


@collects(Setting, LISTS, per="source", where={"setting.name": tuple(TYPES.values())})
def ip_lists(handle: Handle) -> Iterator[Setting]:
    """One record per list of addresses that is switched on."""
    for entry in handle.each(LISTS):
        if flag(entry.get("enabled")) is False:
            continue
        raw, sort = entry.get("ip_addresses"), str(entry.get("list_type"))
        value: Names = tuple(sorted(map(str, raw))) if isinstance(raw, list) and raw else NOT_EXPOSED
        yield Setting(
            subject=f"ip_access_list/{entry['list_id']}", name=TYPES.get(sort, TYPES["ALLOW"]),
            value=value if sort in TYPES else unknown_value(sort),
            set_by=text(entry.get("label")), updated=moment(entry.get("updated_at")),
        )  # fmt: skip


@collects(Credential, TOKENS, per="source", where={"credential.type": ("databricks_personal_access_token",)})
def tokens(handle: Handle) -> Iterator[Credential]:
    """One record per personal access token of the workspace, whoever owns it."""
    for token in handle.each(TOKENS):
        ends, owner = _expires(token), str(token.get("owner_id", "unnamed"))
        yield Credential(
            subject=str(token["token_id"]), type="databricks_personal_access_token", owner=owner, owner_sort="user",
            privilege=_scopes(token), state="active", long_term=ends is ABSENT or (False if isinstance(ends, str) else ends),
            created=moment(token.get("creation_time")), expires=ends, last_used=moment(token.get("last_used_day")),
        )  # fmt: skip


def _expires(token: Item) -> When:
    raw = token.get("expiry_time")
    return ABSENT if raw == NEVER else moment(raw)


def _scopes(token: Item) -> Text:
    scopes = token.get("scopes")
    if not scopes:
        return "everything that its owner may do"
    return ", ".join(sorted(map(str, scopes))) if isinstance(scopes, list) else unknown_value(scopes)
