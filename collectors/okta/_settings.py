"""What `annexa.toml` says about an Okta organisation. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class OktaSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "okta"`."""

    name: str = "okta:main"
    """Our alias."""
    vendor: str = "okta"
    """The vendor."""
    domain: str | None = None
    """Host name of the organisation: `example.okta.com`; none: the host of `OKTA_CLIENT_ORGURL`."""
    key_env: str = "OKTA_CLIENT_TOKEN"
    """Environment variable that holds an API token, where no app asks."""
    client_id: str | None = None
    """Client id of the API Services app that asks; none: an API token asks."""
    key_id: str | None = None
    """Id (`kid`) of the app's public key, where it has several."""
    private_key_env: str = "OKTA_CLIENT_PRIVATEKEY"
    """Environment variable that holds the app's private key (PEM)."""
    private_key_file: str | None = None
    """File that holds it; goes before the variable."""
    scopes: tuple[str, ...] = ()
    """Scopes that the app was granted, where it was not granted all; what the others open stays unread."""
