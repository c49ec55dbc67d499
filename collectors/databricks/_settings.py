"""What `annexa.toml` says about a Databricks workspace. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class DatabricksSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "databricks"`."""

    name: str = "databricks:main"
    """Our alias."""
    vendor: str = "databricks"
    """The vendor."""
    domain: str | None = None
    """Host name of the workspace: `dbc-a1b2345c-d6e7.cloud.databricks.com`; none: the host of `DATABRICKS_HOST`."""
    client_id: str | None = None
    """Application id of the service principal; none: what `DATABRICKS_CLIENT_ID` holds."""
    key_env: str = "DATABRICKS_CLIENT_SECRET"
    """Environment variable that holds its OAuth secret."""
