"""What `annexa.toml` says about a LiteLLM proxy. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class LiteLlmSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "litellm"`."""

    name: str = "litellm:main"
    """Our alias."""
    vendor: str = "litellm"
    """The vendor."""
    key_env: str = "LITELLM_PROXY_API_KEY"
    """Environment variable that holds the key."""
    host: str | None = None
    """Host of the proxy, with its port if it has one; it stands for the proxy as a whole. None: that of the address."""
