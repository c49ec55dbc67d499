"""Claude Enterprise, through the Compliance API and the parts of the Admin API that it has: one file per group of things.

Log in: a key in `ANTHROPIC_COMPLIANCE_ACCESS_KEY`, made in claude.ai under Organization settings > API by the primary owner
(for all linked organisations) or by an owner (for one). Its scopes: `read:compliance_org_data`, `read:compliance_activities`,
`read:members`, `read:rbac_groups`, `read:spend_limits`, `read:plugins`, `read:claude_code_managed_settings`. Never
`read:org_audit` or `read:compliance_user_data`: both open chats and files too. Organisations come from the vendor's own list.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.claude._settings import ClaudeSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("ANTHROPIC_COMPLIANCE_ACCESS_KEY",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: chats, files, projects, artifacts and sessions are never read, and the key should not be able to.",
    "A setting that the vendor leaves out because the organisation's administrators cannot change it: it is not off, it is "
    "not told.",
    "Members of further linked organisations: the key lists those of its own organisation; each further one needs a source "
    "of its own.",
    "Who is in a group, and when a member was last active.",
    "Managed settings of Claude Code that are set in claude.ai for the whole organisation: only those of groups are told.",
    "Environment variables, headers, arguments and commands of managed settings: they are hidden before anything is kept.",
    "What Claude is told to do in Slack, and what its bundles may use there.",
    "Zero data retention or retention that is set for a single workspace of the Console.",
    "What happened and who did it: of the activity feed only times and a count are kept.",
    "Contract terms, seats bought and billing.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organisations the key reaches; raises `CannotStartError`."""
    from annexa.collectors._rest import RestSource
    from annexa.collectors.claude._api import API
    from annexa.collectors.claude._me import me

    return RestSource(API, settings, lent, me=me)


def grant(order: GrantOrder) -> Grant:
    """How to make the key, with which scopes, and what it could do beyond reading."""
    from annexa.collectors.claude._grant import grant as made

    return made(order)
