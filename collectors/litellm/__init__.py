"""LiteLLM proxy: the keys, people, models, MCP servers, guardrails and sign-on of a gateway that the organisation runs itself.

Log in: with the key of a user who has the role `proxy_admin_viewer`, in `LITELLM_PROXY_API_KEY`, and the proxy's address in
`LITELLM_PROXY_URL` (or `host = "…"`, or `endpoint = "…"` with scheme and path, in the source's table). The address is the
organisation's own: nobody publishes it, and a proxy cannot be told from a stand-in for one. What is collected is therefore
marked as `non-vendor`, with the host, unless LiteLLM's own domain answers.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.litellm._settings import LiteLlmSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("LITELLM_PROXY_API_KEY", "LITELLM_PROXY_URL")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Prompts and answers: no log of requests is asked, and no log of spending, which can hold them.",
    "That the proxy is LiteLLM's own, unchanged program: the organisation runs it, and it proves nothing by its address. "
    "Its evidence is marked as non-vendor, and exports ask for consent to that.",
    "Everything that stands in the proxy's database where it has none: keys, teams, users, sign-on and the audit log. Each "
    "of these calls stays unread by name.",
    "What a key that is no administrator's, or that is limited itself, may not see: LiteLLM leaves it out without a word. "
    "Where the key's role and limits do not show that nothing is left out, lists stay unproved.",
    "Models that the setting personal_key_model_access_from_teams hides from a viewer: no interface tells that it is on.",
    "Addresses, commands, headers and variables of MCP servers: they can carry secrets, and none of them is kept.",
    "Whether an empty list of allowed tools means every tool: LiteLLM also shows it to keys that may not see the list.",
    "The master key: it has no row among the keys, no end and no owner.",
    "Organizations and what else only the Enterprise edition has, and whether its licence is valid.",
    "Traffic that goes past the proxy, straight to a provider.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Find the proxy, and learn as whom the key asks; raises `CannotStartError`."""
    from annexa.collectors.litellm._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the key, and what it could do beyond reading."""
    from annexa.collectors.litellm._grant import grant as made

    return made(order)
