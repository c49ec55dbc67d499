"""Claude Code: the managed settings that groups get. Of their documents only what guards is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import beta, ident, moment, word
from annexa.collectors._rest import Read
from annexa.collectors._values import flag, inside
from annexa.collectors.claude._api import CODE, ENTERPRISE, NEXT, only_its_own
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Setting
from annexa.schemas.words import Reason

BETA = beta("ce-claude-code-managed-settings-2026-10-06")
SECRETS = (
    "env", "headers", "headersHelper", "args", "command", "serverCommand", "apiKeyHelper", "awsAuthRefresh",
    "awsCredentialExport", "gcpAuthRefresh", "otelHeadersHelper", "credentials", "token", "secret", "password",
)  # fmt: skip
"""Members of a settings document that are commands, or in which keys are handed over."""
CONFIGURATION = Read(
    op="GET /organizations/claude_code/managed_settings/configuration", needs=CODE, headers=BETA, plan=ENTERPRISE,
    not_found=Reason.NOT_LICENSED,
)  # fmt: skip
DEFAULT = Read(
    op="GET /organizations/claude_code/managed_settings/rbac_group_default", needs=CODE, headers=BETA, plan=ENTERPRISE,
    not_found=Reason.NOT_LICENSED, drop=SECRETS,
)  # fmt: skip
GROUPS = Read(
    op="GET /organizations/claude_code/managed_settings/rbac_groups", needs=CODE, path="data", pager=NEXT,
    params={"limit": 100}, headers=BETA, plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
)  # fmt: skip
GROUP = Read(
    op="GET /organizations/claude_code/managed_settings/rbac_groups/{rbac_group_id}", needs=CODE, headers=BETA,
    plan=ENTERPRISE, not_found=Reason.NOT_LICENSED, drop=SECRETS,
)  # fmt: skip
MODE = "claude.code.managed_settings_mode"
BYPASS, ALLOWED, DENIED, ONLY = (
    "claude.code.bypass_permissions_disabled", "claude.code.mcp_allowed", "claude.code.mcp_denied",
    "claude.code.managed_mcp_only",
)  # fmt: skip
SILENT = "the answer holds no document and does not say that there is none"
DAMAGED = "the vendor says that the document is damaged and can no longer be read"


@collects(Setting, CONFIGURATION, where={"setting.name": (MODE,)}, per="source")
def mode(handle: Handle) -> Iterator[Setting]:
    """Whether members get one set of managed settings or their group's; the one set cannot be read here."""
    found = handle.one(CONFIGURATION)
    yield Setting(
        subject=MODE, name=MODE, value=word(inside(found, "mode").get("type"), "organization", "rbac_groups"),
        updated=moment(found.get("mode_updated_at")),
    )  # fmt: skip
    only_its_own(handle, CONFIGURATION)


@collects(
    Setting, DEFAULT, GROUPS, GROUP, where={"setting.name": (BYPASS, ALLOWED, DENIED, ONLY)}, per="source"
)  # fmt: skip
def documents(handle: Handle) -> Iterator[Setting]:
    """What the document of each group, and of those in no group, forbids and which MCP servers it lets in."""
    default = handle.attempt(DEFAULT)
    if isinstance(default, Item):
        yield from _document(handle, DEFAULT, default, "default")
    asked = handle.many(
        GROUP, handle.each(GROUPS), lambda item: {"rbac_group_id": ident(GROUPS, item, "rbac_group_id")}
    )
    for item, reply in asked:
        group = str(item["rbac_group_id"])
        if inside(item, "rbac_group_status").get("type") == "deleted":
            continue
        with handle.item(group):
            yield from _document(handle, GROUP, reply.one(), group)
    only_its_own(handle, GROUPS)


def _document(handle: Handle, read: Read, found: Item, group: str) -> Iterator[Setting]:
    """What one document says; null with a date is a damaged one, null without is none."""
    said, changed = found.get("settings"), moment(found.get("updated_at"))
    if not isinstance(said, Mapping):
        if "settings" not in found:
            handle.note(read, Reason.INVALID_ANSWER, SILENT, subject=group)
        elif said is not None or isinstance(changed, str):
            handle.note(read, Reason.INVALID_ANSWER, DAMAGED, cure="Replace the document in claude.ai.", subject=group)
        return
    permissions = inside(said, "permissions")
    values: dict[str, Any] = {
        BYPASS: _disabled(permissions.get("disableBypassPermissionsMode")),
        ALLOWED: _servers(said, "allowedMcpServers"),
        DENIED: _servers(said, "deniedMcpServers"),
        ONLY: flag(said.get("allowManagedMcpServersOnly", False)),
    }
    for name, value in values.items():
        yield Setting(subject=f"{group}/{name}", name=name, value=value, set_by=group, updated=changed)


def _disabled(raw: object) -> bool | Missing:
    """Whether the mode without questions is switched off; the document has one word for it."""
    return False if raw is None else True if raw == "disable" else unknown_value(raw)


def _servers(said: Mapping[str, Any], name: str) -> tuple[str, ...] | Missing:
    """Names and addresses of a list of MCP servers; a list that is there and empty is not the same as none."""
    found = said.get(name)
    if found is None:
        return ABSENT
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        return unknown_value(found)
    told = tuple(sorted(str(each.get("serverName") or each.get("serverUrl") or "a command") for each in found))
    return told or ambiguous("[]", "an empty list lets in nothing, which is not the absence of a list")
