"""What `annexa.toml` may say about a Microsoft source. References to credentials only, never credentials."""

from annexa.collectors._rest.settings import RestSettings


class GraphSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table; a vendor's `Settings` inherits it and gives `name` and `vendor` their values.

    Without `client_id` the environment decides: workload identity, managed identity, `az login` (azure-identity's
    DefaultAzureCredential).
    """

    tenant_id: str | None = None
    """Directory (tenant) id; None: the variable AZURE_TENANT_ID, or the credential's own."""
    client_id: str | None = None
    """Application (client) id of the registration that reads."""
    secret_env: str = "AZURE_CLIENT_SECRET"  # noqa: S105  # the name of a variable
    """Environment variable that holds the application's secret."""
    certificate: str | None = None
    """File (PEM) with the application's certificate and its key, instead of a secret."""
    token_env: str | None = None
    """Environment variable that holds a finished access token, as `az account get-access-token` prints one."""
