"""What `annexa.toml` says about a Cursor team. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class CursorSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "cursor"`."""

    name: str = "cursor:main"
    """Our alias."""
    vendor: str = "cursor"
    """The vendor."""
    key_env: str = "CURSOR_ADMIN_API_KEY"
    """Environment variable that holds the key of the Admin API."""
