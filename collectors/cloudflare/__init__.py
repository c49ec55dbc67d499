"""Cloudflare, through its client API: AI Gateway, AI controls, the application library, and what governs AI traffic.

Log in: an API token in `CLOUDFLARE_API_TOKEN`, owned by the account (Manage account > Account API tokens) or by a user, with
the read permissions that `annexa permissions cloudflare` lists. Accounts come from the vendor's own list of those that the
token opens. Logs of prompts and answers, which the same product keeps, are never asked for.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.cloudflare._settings import CloudflareSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("CLOUDFLARE_API_TOKEN",)
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Content: requests and answers in the logs, datasets and evaluations of AI Gateway are never read.",
    "Accounts that the token does not open: only those that it opens are listed, and nothing says how many there are besides.",
    "Which applications people use: the application library is Cloudflare's catalogue. Of it only what the organisation marked "
    "as approved becomes a record; unreviewed, unapproved and undecided applications say nothing about use.",
    "Cloudflare's scores of applications and of their generative AI: they are read by nobody here.",
    "For whom a Gateway policy or an Access policy holds: names, addresses and groups in them are not kept.",
    "Rights that members have through user groups, and what API tokens may do.",
    "Where logs are pushed to, and whether they arrive: only whether pushing is on.",
    "Model providers that callers of a gateway name with a key of their own in the request.",
    "Findings of the Cloud Access Security Broker.",
    "Contract terms, among them what zero data retention covers beyond the switch.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Ask which accounts the token opens; raises `CannotStartError`."""
    from annexa.collectors.cloudflare._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the token, with one read permission per product."""
    from annexa.collectors.cloudflare._grant import grant as made

    return made(order)
