"""What `annexa.toml` may say about a Google Cloud organisation."""

from annexa.collectors._google import GoogleSettings


class CloudSettings(GoogleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table; see `GoogleSettings` for its keys."""

    name: str = "google_cloud:main"
    """Our alias."""
    vendor: str = "google_cloud"
    """The vendor."""
    organization: str | None = None
    """Number of the organisation (`123456789012`); without it the credentials must see exactly one."""
