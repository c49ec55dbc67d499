"""What `annexa.toml` says about a Snowflake account. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class SnowflakeSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "snowflake"`."""

    name: str = "snowflake:main"
    """Our alias."""
    vendor: str = "snowflake"
    """The vendor."""
    account: str | None = None
    """Account identifier: `acmeorg-main`, or `xy12345.eu-central-1`; none: what `SNOWFLAKE_ACCOUNT` holds."""
    key_env: str = "SNOWFLAKE_TOKEN"
    """Environment variable that holds a programmatic access token, where no key pair signs in."""
    user: str | None = None
    """Name of the user that signs in with a key pair; none: a programmatic access token signs in."""
    private_key_env: str = "SNOWFLAKE_PRIVATE_KEY"
    """Environment variable that holds the user's private key (PEM)."""
    private_key_file: str | None = None
    """File that holds it; goes before the variable."""
