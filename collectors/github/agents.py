"""How Copilot's cloud agent is set in each repository in which it may work: firewall, automations, tools, MCP servers.

The configuration of MCP servers is free text of the organisation and can hold secrets anywhere: only the names of the
servers are kept.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import flag, inside
from annexa.collectors.github._api import PREVIEW, repository
from annexa.collectors.github._repositories import REPOSITORIES
from annexa.collectors.github.copilot import AGENT, AGENT_CALLS, ALL, agent_repositories
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Setting
from annexa.schemas.words import Reason, State

CONFIGURATION = Read(
    op="GET /repos/{owner}/{repo}/copilot/cloud-agent/configuration", needs="repository: Copilot agent settings (read)",
    plan=f"Copilot Business or Enterprise; {PREVIEW}", drop=("mcp_configuration",),
)  # fmt: skip
FLAGS = {
    "is_firewall_enabled": "agent_firewall",
    "is_firewall_recommended_allowlist_enabled": "agent_firewall_recommended_hosts",
    "require_actions_workflow_approval": "agent_workflow_approval",
    "is_automations_enabled": "agent_automations",
    "require_write_access_for_automation_triggers": "agent_automations_need_write_access",
}
"""Fields of GitHub's that are true or false, with their names in the settings dictionary."""
NAMES = tuple(f"github.copilot.{name}" for name in (*FLAGS.values(), "agent_hosts", "agent_tools", "agent_mcp_servers"))


@collects(Setting, *AGENT_CALLS, REPOSITORIES, CONFIGURATION, per="source", where={"setting.name": NAMES})
def agent_configuration(handle: Handle) -> Iterator[Setting]:
    """One record per setting of the cloud agent and repository in which it may work."""
    allowed = agent_repositories(handle)
    if isinstance(allowed, Missing):
        if allowed.state is not State.ABSENT:
            says = f"where the agent may work is not known: {allowed.raw or allowed.state}"
            handle.note(AGENT, Reason.INVALID_ANSWER, says)
        return
    org = handle.known["org"]
    asked = (repo for repo in handle.each(REPOSITORIES, org=org) if _works_in(repo, allowed))
    for repo, reply in handle.many(CONFIGURATION, asked, lambda repo: {"owner": org, "repo": repo["name"]}):
        with handle.item(repository(repo)):
            yield from _settings(repo, reply.one())


def _works_in(repo: Item, allowed: tuple[str, ...]) -> bool:
    return repo.get("archived") is not True and (ALL in allowed or repo.get("name") in allowed)


def _settings(repo: Item, found: Item) -> Iterator[Setting]:
    for field, name in FLAGS.items():
        yield _setting(repo, name, flag(found.get(field)))
    yield _setting(repo, "agent_hosts", _names(found.get("custom_allowlist")))
    tools = inside(found, "enabled_tools")
    yield _setting(repo, "agent_tools", tuple(sorted(name for name, on in tools.items() if on is True)) or ABSENT)
    yield _setting(repo, "agent_mcp_servers", _servers(found))


def _servers(found: Item) -> tuple[str, ...] | Missing:
    """Names of the MCP servers; a configuration of another shape than GitHub's example is not understood."""
    if "mcp_configuration" not in found:
        return NOT_EXPOSED
    given = found["mcp_configuration"]
    if given is None:
        return ABSENT
    servers = given.get("mcpServers") if isinstance(given, Mapping) else None
    return tuple(sorted(servers)) or ABSENT if isinstance(servers, Mapping) else unknown_value("another shape")


def _names(raw: Any) -> tuple[str, ...] | Missing:
    if not isinstance(raw, list):
        return NOT_EXPOSED
    return tuple(sorted(str(word) for word in raw)) or ABSENT


def _setting(repo: Item, name: str, value: Any) -> Setting:
    return Setting(
        subject=f"{repository(repo)}/github.copilot.{name}",
        name=f"github.copilot.{name}",
        value=value,
        set_by="repository",
    )
