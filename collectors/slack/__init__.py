"""Slack: an Enterprise organisation, its workspaces and people, and the apps that it approved or restricted.

Log in: with the user token of an app that an owner of the organisation installed on the whole of it, in
`SLACK_ORG_ADMIN_USER_TOKEN`; `annexa permissions slack` lists its scopes. Every one of them only reads. Plans below
Enterprise have none of these interfaces: there everything stays unread as not licensed.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.slack._settings import SlackSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("SLACK_ORG_ADMIN_USER_TOKEN",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Messages, files and canvases: no scope that opens them is asked for.",
    "Whether Slack's own AI is on, for whom, and with which features: no interface shows it.",
    "Workflows and their steps, and what agents in Slack are told.",
    "MCP servers: Slack lists them, but does not publish what such a list looks like.",
    "Apps that people installed where the organisation does not ask for approval; only what was approved or restricted is "
    "listed.",
    "Who uses an approved app, and whether anybody does.",
    "What is in the audit log: of its entries only the newest one's moment is kept.",
    "Whether the audit log is fetched and kept elsewhere: Slack does not know who reads it.",
    "The terms with Slack.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organisation it is; raises `CannotStartError`."""
    from annexa.collectors.slack._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the app and its token, and what the token could do beyond reading."""
    from annexa.collectors.slack._grant import grant as made

    return made(order)
