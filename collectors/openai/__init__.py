"""The OpenAI API platform, through its Admin API: one file per group of things.

Log in: an admin key in `OPENAI_ADMIN_KEY`, made by an organization owner under Settings > Organization > Admin keys with the
permission Read only. Name the organization too (`organization = "org-…"` in the source's table, or `OPENAI_ORG_ID`): it is
sent with every request, so that a key of another organization is refused. Projects come from the vendor's own list.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.openai._settings import OpenAiSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("OPENAI_ADMIN_KEY",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: prompts, answers, files, threads and vector stores are never read.",
    "Whether the organisation lets OpenAI use its data for training: the Admin API has no field for it. It has to be attested.",
    "Single sign-on, second factors, domains and sessions: they stand in the admin console only.",
    "The list of allowed IP addresses: only changes to it are in the audit log.",
    "The switch of the audit log: an empty list is either a log that is off or one in which nothing happened.",
    "What hosted tools the organisation allows as a whole: only what each project allows is told.",
    "What the retention type `none` of a project means: OpenAI documents the word and not its effect.",
    "Who the members of a group are; which roles a group has is read.",
    "Which scopes a key has: keys are listed without them.",
    "Workload identity providers, external storage and service tiers, which are newer than the vendor's published description.",
    "Contract terms, among them those that a data processing agreement changes.",
    "ChatGPT workspaces: they are a source of their own.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organization it is; raises `CannotStartError`."""
    from annexa.collectors.openai._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the admin key, and what it could do beyond reading."""
    from annexa.collectors.openai._grant import grant as made

    return made(order)
