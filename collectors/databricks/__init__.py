"""Databricks: one workspace, its model serving endpoints, what guards and logs them, and who gets at them.

Log in: as a service principal of the workspace, with an OAuth secret: the workspace's host (`domain`, or `DATABRICKS_HOST`),
the application id (`client_id`, or `DATABRICKS_CLIENT_ID`) and the secret in `DATABRICKS_CLIENT_SECRET`. It must be a member
of the workspace's group admins: anybody else is shown only the endpoints that were shared with them.
`annexa permissions databricks` says how.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.databricks._settings import DatabricksSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("DATABRICKS_HOST", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Prompts and answers: inference tables are never opened, only whether there is one and where.",
    "Other workspaces of the account: each is a source of its own.",
    "What only the account's own host tells: OAuth applications, single sign-on, network policies, and whether the account "
    "forces the setting about partner-powered AI on its workspaces.",
    "Guardrails of the newer Unity AI Gateway: they stand outside the interface of serving endpoints, so that an endpoint "
    "without guardrails in the evidence may have some there.",
    "Privileges in Unity Catalog on models, functions and the tables that endpoints log to.",
    "Who is a member of a group, and who may take on a service principal.",
    "Genie, the Assistant and agents, beyond the endpoints behind them and the one setting about partner-powered AI.",
    "Secrets with which external models are reached: not even the names of their fields are looked into.",
    "An empty list: Databricks may leave it out of its answer, and then it stays unread.",
    "The terms with Databricks and with the providers of external models.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn who we are in the workspace; raises `CannotStartError`."""
    from annexa.collectors.databricks._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """How to make the service principal and its secret, and what it could do beyond reading."""
    from annexa.collectors.databricks._grant import grant as made

    return made(order)
