"""Mistral's La Plateforme, through its Admin API: people, workspaces, keys, limits, connectors, and whether the log delivers.

Log in: an Admin API key in `MISTRAL_ADMIN_API_KEY`, made in the Backoffice for one organization, and an ordinary API key of a
workspace in `MISTRAL_API_KEY`, which connectors alone need: Mistral describes them under that key. Without the second key
connectors stay unread, and everything else is read.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.mistral._settings import MistralSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("MISTRAL_ADMIN_API_KEY",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: prompts, answers, files, agents' instructions, libraries and conversations are never read.",
    "Whether the organisation lets Mistral use its data for training: no call tells it, and only changes to it are in the "
    "audit log. It has to be attested.",
    "The policy on the expiry of API keys: it stands in the console only; the end of each key is read.",
    "How long Mistral keeps what the organisation sends, and whether zero data retention was agreed.",
    "Single sign-on and its domains: only which members are outside of them is told.",
    "Archived workspaces: they are left out of the list, and it does not mark them where they are asked for.",
    "Connectors that the workspace and the owner of the second key cannot see.",
    "Service accounts, workload identities and admin keys: no call lists them.",
    "When a member last used the product: seats are told without their use.",
    "The name of the organization: no answer of the Admin API has it.",
    "What happened, and who did it: of the audit log only the moment of its newest entry is kept.",
    "Which models a workspace may use, and guardrails.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organization it is; raises `CannotStartError`."""
    from annexa.collectors.mistral._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the two keys, and what they could do beyond reading."""
    from annexa.collectors.mistral._grant import grant as made

    return made(order)
