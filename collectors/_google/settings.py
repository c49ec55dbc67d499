"""What `annexa.toml` may say about a Google source. References to credentials only, never credentials."""

import msgspec


class GoogleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table; a vendor's `Settings` inherits it and gives `name` and `vendor` their values.

    Without `key_file` the environment decides (Application Default Credentials: GOOGLE_APPLICATION_CREDENTIALS, workload
    identity, `gcloud auth application-default login`).
    """

    name: str
    """Our alias."""
    vendor: str
    """The vendor."""
    key_file: str | None = None
    """File with a service account's key (JSON)."""
    subject: str | None = None
    """Administrator in whose name the service account asks (domain-wide delegation)."""
    quota_project: str | None = None
    """Project whose quota is used."""
    endpoint: str | None = None
    """Another address than Google's own; everything collected is then marked as not from the vendor."""
    attempts: int = 5
    """How often one call is tried in all."""
    patience: int = 120
    """Seconds that Google may ask us to wait at most, where it throttles."""
