"""What `annexa.toml` says about a Slack organisation. References to credentials only, never credentials."""

from annexa.collectors._rest import RestSettings


class SlackSettings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "slack"`."""

    name: str = "slack:main"
    """Our alias."""
    vendor: str = "slack"
    """The vendor."""
    key_env: str = "SLACK_ORG_ADMIN_USER_TOKEN"
    """Environment variable that holds the user token."""
