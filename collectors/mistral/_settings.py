"""What `annexa.toml` says about a Mistral source. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class MistralSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "mistral"`."""

    name: str = "mistral:main"
    """Our alias."""
    vendor: str = "mistral"
    """The vendor."""
    key_env: str = "MISTRAL_ADMIN_API_KEY"
    """Environment variable that holds the Admin API key."""
    workspace_key_env: str = "MISTRAL_API_KEY"
    """Environment variable that holds an API key of a workspace, for connectors alone."""
    organization: str | None = None
    """Id of the organization; None: its default workspace stands for it."""
