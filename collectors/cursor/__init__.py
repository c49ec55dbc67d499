"""Cursor: a team's members and seats, what its models and repositories are kept to, and whether its audit log goes on.

Log in: with a key of the team's Admin API in `CURSOR_ADMIN_API_KEY`; an administrator of the team makes it, and
`annexa permissions cursor` says how. Cursor documents the interfaces for Enterprise teams; below that plan what it refuses
stays unread.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.cursor._settings import CursorSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("CURSOR_ADMIN_API_KEY",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Prompts, answers, code, and which conversation did what: no interface that names them is asked.",
    "Whether privacy mode is on now: only changes of it stand in the audit log. It has to be attested.",
    "Single sign-on and whether it is enforced, the directory, verified domains, and who may invite whom.",
    "The list of MCP servers that members may use, automatic runs of commands, rules and hooks of the team.",
    "Whether members may bring model keys of their own: that switch has no interface.",
    "Models that a group of the organization is allowed beyond the team: the interface shows the team's own policy.",
    "When a seat was given: a member without activity in 90 days may be new, so that such a seat is unknown, never unused.",
    "What is in the audit log: of its entries only when they happened is kept, and Cursor hands out 30 days at most.",
    "The terms with Cursor.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which team the key belongs to; raises `CannotStartError`."""
    from annexa.collectors.cursor._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the key, and what it could do beyond reading."""
    from annexa.collectors.cursor._grant import grant as made

    return made(order)
