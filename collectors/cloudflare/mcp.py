"""AI controls: the MCP servers that an account knows, and the portals through which people reach them."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, text
from annexa.collectors.cloudflare._api import MCP_READ, PAGE, PAGED, UNTYPED, ident, listed, moment_in, objects
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, DataConnection, Exposure

HIDDEN = ("auth_config_summary", "description", "prompts", "tools", "error", "error_details", "updated_prompts", "created_by",
          "modified_by")  # fmt: skip
"""What people and servers write, and how the connection is signed."""
SERVERS = Read(
    op="GET /accounts/{account_id}/access/ai-controls/mcp/servers", needs=MCP_READ, path="result", pager=PAGED, params=PAGE,
    drop=HIDDEN, unconfirmed=UNTYPED,
)  # fmt: skip
PORTALS = Read(
    op="GET /accounts/{account_id}/access/ai-controls/mcp/portals", needs=MCP_READ, path="result", pager=PAGED, params=PAGE,
    drop=HIDDEN, unconfirmed=UNTYPED,
)  # fmt: skip
SERVER, PORTAL = "cloudflare.mcp_server", "cloudflare.mcp_portal"
STATUS = {word: word for word in ("waiting", "ready", "stale", "error")}
SIGNED = {word: word for word in ("oauth", "bearer")} | {"unauthenticated": "NONE"}
"""How the server asks who calls; `NONE` is open."""


def server_id(account: str, name: str) -> str:
    """The id of an MCP server as a subject: its own name is unique in its account only."""
    return f"{account}/mcp-server/{name}"


@collects(
    (AiSystem, DataConnection, Exposure), SERVERS, per="account",
    where={"ai_system.provider": (SERVER,), "exposure.service": (SERVER,)},
)  # fmt: skip
def servers(handle: Handle) -> Iterator[AiSystem | DataConnection | Exposure]:
    """One record per MCP server, one for the place that it leads to, and one for how it asks who calls."""
    here = str(handle.known["scope"])
    for item in handle.each(SERVERS, account_id=here):
        subject = server_id(here, ident(SERVERS, item))
        created = moment_in(item, "created_at")
        yield AiSystem(
            subject=subject, category="plugin", provider=SERVER, name=text(item.get("name")), created=created,
            state=choose(item.get("status"), STATUS), components=_switched(item),
        )  # fmt: skip
        yield DataConnection(
            subject=f"{subject}#upstream", ai_system=subject, reached_by=ABSENT, store=ident(SERVERS, item, "hostname"),
            direction="both", connector="mcp", created=created,
        )  # fmt: skip
        yield Exposure(
            subject=f"{subject}#exposure", resource=subject, service=SERVER,
            authorisation=choose(item.get("auth_type"), SIGNED),
        )  # fmt: skip


@collects((AiSystem, DataConnection), PORTALS, per="account", where={"ai_system.provider": (PORTAL,)})
def portals(handle: Handle) -> Iterator[AiSystem | DataConnection]:
    """One record per portal, and one for each MCP server that people reach through it."""
    here = str(handle.known["scope"])
    for item in handle.each(PORTALS, account_id=here):
        subject = f"{here}/mcp-portal/{ident(PORTALS, item)}"
        with handle.item(subject):
            reached = {ident(PORTALS, one, "server_id"): one for one in listed(PORTALS, item, "servers")}
            yield AiSystem(
                subject=subject, category="gateway", provider=PORTAL, name=text(item.get("name")),
                created=moment_in(item, "created_at"), components=tuple(sorted(f"mcp_server:{name}" for name in reached)),
            )  # fmt: skip
            for name, server in sorted(reached.items()):
                yield DataConnection(
                    subject=f"{subject}#{name}", ai_system=subject, reached_by=ABSENT, direction="both", connector="mcp",
                    store=ident(PORTALS, server, "hostname"),
                )  # fmt: skip


def _switched(item: Mapping[str, Any]) -> Any:
    """Tools that the administrators switched on or off; those of which they said nothing are as the server has them."""
    found = item.get("updated_tools")
    if not isinstance(found, list):
        return NOT_EXPOSED
    told = [one for one in objects(found) if isinstance(one.get("enabled"), bool) and one.get("name")]
    return tuple(sorted(f"tool_{'on' if one['enabled'] else 'off'}:{one['name']}" for one in told))
