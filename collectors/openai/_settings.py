"""What `annexa.toml` says about an OpenAI source. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class OpenAiSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "openai"`."""

    name: str = "openai:main"
    """Our alias."""
    vendor: str = "openai"
    """The vendor."""
    key_env: str = "OPENAI_ADMIN_KEY"
    """Environment variable that holds the admin key."""
    organization: str | None = None
    """Id of the organization (`org-…`); sent with every request. None: what `OPENAI_ORG_ID` holds."""
