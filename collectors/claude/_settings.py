"""What `annexa.toml` says about a Claude Enterprise source. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class ClaudeSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "claude"`."""

    name: str = "claude:main"
    """Our alias."""
    vendor: str = "claude"
    """The vendor."""
    key_env: str = "ANTHROPIC_COMPLIANCE_ACCESS_KEY"
    """Environment variable that holds the key."""
