"""What `annexa.toml` may say about a Workspace customer."""

from annexa.collectors._google import GoogleSettings


class WorkspaceSettings(GoogleSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table; see `GoogleSettings` for its keys."""

    name: str = "google_workspace:main"
    """Our alias."""
    vendor: str = "google_workspace"
    """The vendor."""
