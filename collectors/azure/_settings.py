"""What `annexa.toml` may say about Azure."""

from annexa.collectors._graph import GraphSettings


class AzureSettings(GraphSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One directory with all of its subscriptions."""

    name: str = "azure:main"
    """Our alias."""
    vendor: str = "azure"
    """The vendor."""
