"""What `annexa.toml` says about an AWS source. References to credentials only, never credentials."""

import msgspec


class AwsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "aws"`."""

    name: str = "aws:main"
    """Our alias."""
    vendor: str = "aws"
    """The vendor."""
    profile: str | None = None
    """Profile of the base identity; none: what the environment offers."""
    profiles: tuple[str, ...] = ()
    """Further profiles, each its own account, where no role can be assumed."""
    role: str = "annexa-collector"
    """Role that the base identity assumes in every further account."""
    external_id_env: str | None = None
    """Environment variable that holds the external id of that role."""
    endpoint: str | None = None
    """Another endpoint than AWS's own; everything collected is then marked as not from the vendor."""
    attempts: int = 5
    """How often one call is tried in all."""
    costs: bool = False
    """Whether calls that cost money (Cost Explorer, 0.01 US$ each) may be made."""
