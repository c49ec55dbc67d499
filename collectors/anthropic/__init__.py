"""The Claude Console, Anthropic's API platform, through its Admin API: one file per group of things.

Log in: an Admin API key in `ANTHROPIC_ADMIN_KEY`, made by an admin of the organisation in the Claude Console. Service accounts,
federation issuers and federation rules take no key: for those, set `ANTHROPIC_ADMIN_TOKEN` to an OAuth token with the scope
`org:admin` (`ant auth login --profile admin --scope "org:admin"`, then `ant auth print-credentials --profile admin
--access-token`). The token alone is enough for everything. Workspaces come from the vendor's own list.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.anthropic._settings import AnthropicSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("ANTHROPIC_ADMIN_KEY",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: prompts, answers, files and batches are never read.",
    "Zero data retention: the Admin API has no field for it. The source `claude` reads it for an organisation that is linked "
    "to a Claude Enterprise parent; otherwise it has to be attested.",
    "Single sign-on, second factors and sessions of the Console: they stand in the Console only.",
    "When an API key was last used: the vendor does not expose it.",
    "Admin API keys themselves: no endpoint lists them, and they have no scopes.",
    "Which workspace is the default one: it is listed like any other, without a mark.",
    "Retention that is set for a single workspace.",
    "What telemetry destinations receive: their addresses, states and content mode are read, never what was delivered.",
    "Spend limits where the organisation is not in the vendor's preview of listing them.",
    "Webhook endpoints, usage and cost reports, and requests to raise a spend limit.",
    "Contract terms and billing.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which organisation it is; raises `CannotStartError`."""
    from annexa.collectors.anthropic._source import AnthropicSource

    return AnthropicSource(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the Admin API key, and what it could do beyond reading."""
    from annexa.collectors.anthropic._grant import grant as made

    return made(order)
