"""What `annexa.toml` says about a Claude Console source. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class AnthropicSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "anthropic"`."""

    name: str = "anthropic:main"
    """Our alias."""
    vendor: str = "anthropic"
    """The vendor."""
    key_env: str = "ANTHROPIC_ADMIN_KEY"
    """Environment variable that holds the Admin API key."""
    token_env: str = "ANTHROPIC_ADMIN_TOKEN"  # noqa: S105 - the name of a variable
    """Environment variable that holds an OAuth token with the scope `org:admin`, where there is one."""
