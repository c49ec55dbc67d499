"""Connectors: services that models may call, who sees each of them, and how it is signed in to. Never a credential."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Cursor, Read
from annexa.collectors._values import choose, inside, text
from annexa.collectors.mistral._api import WORKSPACE, ident, moment_in, workspace_key
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AiSystem, DataConnection

CONNECTORS = Read(
    op="GET /connectors", needs=WORKSPACE, path="items", sign=workspace_key, params={"page_size": 100},
    pager=Cursor(param="cursor", at="pagination.next_cursor", may_lack=True),
    drop=("description", "icon_url", "server_card", "locale", "system_prompt", "connection_preferences",
          "connection_credentials", "headers", "global_headers", "oauth2_server_metadata", "tools", "execution_env",
          "creator_id"),
)  # fmt: skip
PROVIDER = "mistral.connector"
VISIBLE = {word: word for word in ("shared_global", "shared_org", "shared_workspace", "private")}
PROTOCOLS = {word: word for word in ("mcp", "http", "turbine")}
METHODS = ("oauth2", "bearer", "none", "github_app", "slack_app")


@collects((AiSystem, DataConnection), CONNECTORS, per="source", where={"ai_system.provider": (PROVIDER,)})
def connectors(handle: Handle) -> Iterator[AiSystem | DataConnection]:
    """One record per connector, and one for the service that it leads to."""
    organisation = str(handle.known["organization"])
    for item in handle.each(CONNECTORS):
        subject, created = ident(CONNECTORS, item, "id"), moment_in(item, "created_at")
        yield AiSystem(
            subject=subject, category="plugin", provider=PROVIDER, name=text(item.get("name")), created=created,
            state=choose(item.get("active"), {True: "active", False: "inactive"}),
            offered=choose(item.get("visibility"), VISIBLE), components=_methods(item),
        )  # fmt: skip
        yield DataConnection(
            subject=f"{subject}#service", ai_system=subject, reached_by=(organisation,), store=_place(item), created=created,
            direction="both", third_party=choose(item.get("mistral"), {True: False, False: True}),
            connector=choose(item.get("protocol"), PROTOCOLS),
        )  # fmt: skip


def _place(item: Item) -> str:
    """Where it leads, as far as the vendor says; else its own name."""
    found = item.get("server") or inside(item, "connection_config").get("base_url")
    return found if isinstance(found, str) and found else ident(CONNECTORS, item, "name")


def _methods(item: Item) -> tuple[str, ...] | Missing:
    """The ways in which callers can be signed in, each as `auth:oauth2`."""
    found: Any = item.get("supported_auth_methods", NOT_EXPOSED)
    if found is None or isinstance(found, Missing):
        return NOT_EXPOSED
    words = [one.get("method_type") if isinstance(one, Mapping) else None for one in found]
    if not all(word in METHODS for word in words):
        return unknown_value(next(word for word in words if word not in METHODS))
    return tuple(sorted({f"auth:{word}" for word in words})) or ABSENT
