"""Claude in Slack: where it is on, which model it uses, and what it does while guests are there."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import beta, ident, moment_in, word
from annexa.collectors._rest import Read
from annexa.collectors._values import flag, inside, text
from annexa.collectors.claude._api import ENTERPRISE, NEXT
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Setting
from annexa.evidence.kinds.systems import AiSystem
from annexa.schemas.words import Reason

BETA = beta("experimental-claude-tag-2026-10-21")
NEEDS = "read access to Claude Tag"
OPEN = "the vendor names the beta, not the scope that a key needs"
WRITTEN = ("instructions",)
"""What people told Claude to do; a source of instructions is named by its level, which is lost with them."""
WORKSPACES = Read(
    op="GET /organizations/claude_tag/slack_workspaces", needs=NEEDS, path="data", pager=NEXT,
    params={"limit": 100, "include_inherited": True}, headers=BETA, plan=ENTERPRISE, not_found=Reason.NOT_LICENSED,
    drop=WRITTEN, unconfirmed=OPEN,
)  # fmt: skip
CHANNELS = Read(
    op="GET /organizations/claude_tag/slack_channels", needs=NEEDS, path="data", pager=NEXT,
    params={"limit": 100, "include_inherited": True}, query=("slack_workspace_id",), headers=BETA, plan=ENTERPRISE,
    not_found=Reason.NOT_LICENSED, drop=WRITTEN, unconfirmed=OPEN,
)  # fmt: skip
ENABLED, GUESTS, REPLIES = "claude.tag.enabled", "claude.tag.guest_policy", "claude.tag.reply_mode"


@collects(AiSystem, WORKSPACES, where={"ai_system.category": ("agent",)}, per="source")
def agents(handle: Handle) -> Iterator[AiSystem]:
    """Claude as an agent in a Slack workspace, one for each workspace that is set up."""
    for item in handle.each(WORKSPACES):
        settings = inside(item, "settings")
        yield AiSystem(
            subject=ident(WORKSPACES, item), category="agent", provider="claude_tag",
            name=f"Claude in the Slack workspace {inside(item, 'slack').get('workspace_id')}",
            model=text(settings.get("model"), ABSENT), role=text(settings.get("environment_id"), ABSENT),
            state=_state(settings), created=moment_in(item, "created_at"),
        )  # fmt: skip


@collects(Setting, WORKSPACES, CHANNELS, where={"setting.name": (ENABLED, GUESTS, REPLIES)}, per="source")
def settings(handle: Handle) -> Iterator[Setting]:
    """What applies in each Slack workspace and in each channel that is set up, inherited values included."""
    asked = handle.many(
        CHANNELS,
        handle.each(WORKSPACES),
        lambda item: {"slack_workspace_id": str(inside(item, "slack").get("workspace_id"))},
    )
    for item, reply in asked:
        place = ident(WORKSPACES, item)
        yield from _values(item, place)
        with handle.item(place):
            for channel in reply.each():
                yield from _values(channel, ident(CHANNELS, channel))


def _values(item: Mapping[str, Any], place: str) -> Iterator[Setting]:
    said, sources = inside(item, "settings"), inside(item, "sources")
    values: dict[str, Any] = {
        ENABLED: flag(said.get("enabled")),
        GUESTS: word(inside(said, "guest_policy").get("type"), "allow", "channel_only", "restrict"),
    }
    if inside(said, "reply_mode"):
        modes = ("always_awake", "automatic", "mention_only", "thread")
        values[REPLIES] = word(inside(said, "reply_mode").get("type"), *modes)
    for name, value in values.items():
        level = inside(sources, name.rpartition(".")[2]).get("type")
        yield Setting(
            subject=f"{place}/{name}", name=name, value=value, set_by=text(level), updated=moment_in(item, "updated_at")
        )


def _state(said: Mapping[str, Any]) -> str | Missing:
    on = flag(said.get("enabled"))
    return on if isinstance(on, Missing) else "enabled" if on else "disabled"
