"""What `annexa.toml` says about a GitHub organisation. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class GitHubSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "github"`: one organisation, asked as an App or with a token."""

    name: str = "github:main"
    """Our alias."""
    vendor: str = "github"
    """The vendor."""
    organisation: str | None = None
    """Name of the organisation in its address; none: what `GITHUB_ORGANISATION` holds."""
    app_id: str | None = None
    """Id (or client id) of the GitHub App that asks; none: a token asks."""
    installation_id: str | None = None
    """Id of the App's installation in the organisation."""
    private_key_env: str = "GITHUB_APP_PRIVATE_KEY"
    """Environment variable that holds the App's private key (PEM)."""
    private_key_file: str | None = None
    """File that holds it; goes before the variable."""
    key_env: str = "GITHUB_TOKEN"
    """Environment variable that holds a fine-grained personal access token, where no App asks."""
