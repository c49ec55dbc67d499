"""What `annexa.toml` may say about any REST source. References to credentials only, never credentials."""

import msgspec


class RestSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table; a vendor's `Settings` inherits it and gives `name`, `vendor` and `key_env` their values."""

    name: str
    """Our alias."""
    vendor: str
    """The vendor."""
    endpoint: str | None = None
    """Another address than the vendor's own; everything collected is then marked as not from the vendor."""
    attempts: int = 5
    """How often one call is tried in all."""
    patience: int = 120
    """Seconds that the vendor may ask us to wait at most, where it throttles; what would take longer stays unread."""
    ca_file: str | None = None
    """File of certificates (PEM) that are trusted besides those of the system: a company's own authority."""
