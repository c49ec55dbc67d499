"""What `annexa.toml` may say about a Microsoft tenant."""

from annexa.collectors._graph import GraphSettings


class MicrosoftSettings(GraphSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "microsoft"`."""

    name: str = "microsoft:main"
    """Our alias."""
    vendor: str = "microsoft"
    """The vendor."""
    delegated: bool = False
    """Whether a person's token asks, where the token does not say so itself; what only people may read is asked for then."""
