"""What `annexa.toml` says about a Cloudflare source. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class CloudflareSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "cloudflare"`."""

    name: str = "cloudflare:main"
    """Our alias."""
    vendor: str = "cloudflare"
    """The vendor."""
    key_env: str = "CLOUDFLARE_API_TOKEN"
    """Environment variable that holds the API token."""
    patience: int = 310
    """Seconds to wait at most where the vendor throttles: it blocks for five minutes."""
    organization: str | None = None
    """Id of the organization that the accounts belong to; None: as the accounts say, or the oldest account stands for it."""
