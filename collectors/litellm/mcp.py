"""MCP servers that the proxy offers to models and agents: each is an AI system, a connection, and a few settings.

A server's address, command, headers and variables can carry secrets and are dropped. The server is known by its id, and the
other end of the connection by `mcp:` and the server's name.
"""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, text
from annexa.collectors.litellm._api import VIEWER, ident, moment, names, prove
from annexa.evidence.call import collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, Names, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem, DataConnection, Setting

SECRETS = (
    "credentials", "env", "env_vars", "static_headers", "extra_headers", "args", "command", "url", "spec_path", "instructions",
    "authorization_url", "token_url", "registration_url", "token_exchange_endpoint", "health_check_error", "pinned_tools",
    "tool_name_to_description", "mcp_info", "review_notes", "source_url", "byok_api_key_help_url",
)  # fmt: skip
"""What holds secrets, and what holds addresses or free words in which they stand."""
SERVERS = Read(op="GET /v1/mcp/server", needs=VIEWER, path="", drop=SECRETS)

FLAGS = {True: True, False: False}
AUTH, TOOLS, PUBLIC, APPROVAL = (
    f"litellm.mcp.{name}" for name in ("auth_type", "allowed_tools", "available_on_public_internet", "approval_status")
)


@collects(
    (AiSystem, DataConnection, Setting), SERVERS, per="source",
    where={
        "ai_system.category": ("plugin",), "ai_system.provider": ("litellm.mcp",), "data_connection.direction": ("both",),
        "setting.name": (AUTH, TOOLS, PUBLIC, APPROVAL),
    },
)  # fmt: skip
def servers(handle: Handle) -> Iterator[AiSystem | DataConnection | Setting]:
    """Six records per server: the server, its connection, and how it is reached, approved and limited."""
    for server in handle.each(SERVERS):
        with handle.item(str(server.get("server_id"))):
            key = ident(SERVERS, server, "server_id")
            yield _system(server, key)
            yield _connection(server, key, str(handle.known["proxy"]))
            yield from _settings(server, key)
    prove(handle, SERVERS, "allowed_routes", "team_id", "agent_id", "object_permission_id")


def _system(server: Item, key: str) -> AiSystem:
    return AiSystem(
        subject=key, category="plugin", provider="litellm.mcp", name=_name(server), owner=text(server.get("created_by")),
        state=text(server.get("approval_status")), created=moment(server.get("created_at")), components=_tools(server),
    )  # fmt: skip


def _connection(server: Item, key: str, proxy: str) -> DataConnection:
    name = _name(server)
    return DataConnection(
        subject=f"{key}#connection", ai_system=key, reached_by=(proxy,), direction="both",
        store=f"mcp:{key if isinstance(name, Missing) else name}", connector=text(server.get("transport")),
        created=moment(server.get("created_at")),
    )  # fmt: skip


def _settings(server: Item, key: str) -> Iterator[Setting]:
    found: dict[str, str | bool | tuple[str, ...] | Missing] = {
        AUTH: text(server["auth_type"], ambiguous("null", "no way to sign in is set"))
        if "auth_type" in server
        else NOT_EXPOSED,
        TOOLS: _tools(server, ""),
        PUBLIC: choose(server.get("available_on_public_internet"), FLAGS),
        APPROVAL: text(server.get("approval_status")),
    }
    for name, value in found.items():
        yield Setting(subject=f"{key}#{name}", name=name, value=value, set_by="proxy")


def _tools(server: Item, prefix: str = "tool:") -> Names:
    found = names(server.get("allowed_tools"))
    if isinstance(found, Missing):
        return found
    if not found:
        return ambiguous("[]", "no tool is named: all of them are allowed, or the key does not see the list")
    return tuple(f"{prefix}{name}" for name in found)


def _name(server: Item) -> str | Missing:
    return text(server.get("server_name"), text(server.get("alias")))  # type: ignore[arg-type]
