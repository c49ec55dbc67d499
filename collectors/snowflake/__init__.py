"""Snowflake: one account, who may use its Cortex AI and who administers it, its users, and from where they get in.

Log in: as a user of type SERVICE whose default role may look at grants, with a key pair (`account`, `user`, and the private
key in `SNOWFLAKE_PRIVATE_KEY` or a file), or with a programmatic access token in `SNOWFLAKE_TOKEN` and the account's
identifier in `SNOWFLAKE_ACCOUNT`. Everything is read by SHOW statements with a fixed text; no table is opened and no
warehouse is started. `annexa permissions snowflake` prints the statements that make the user.

Which models people reach is not settled by `CORTEX_MODELS_ALLOWLIST` alone: since August 2026 it can no longer be changed
except to None, access is what the list or a grant on a model allows, and ACCOUNTADMIN reaches every model whatever both say.
So nothing passes because of the list.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.snowflake._settings import SnowflakeSettings as Settings

__all__ = ["CANNOT_SEE", "CREDENTIALS", "Settings", "connect", "grant"]

CREDENTIALS = ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_TOKEN")
"""What lets it be asked without a configuration."""

CANNOT_SEE = (
    "Data, prompts and answers: no table or view is opened.",
    "Whether a role or a user really reaches a model: the list of models, the grants on single models and ACCOUNTADMIN, which "
    "reaches all of them, count together, and grants on models are not read.",
    "Roles that inherit a role which may use AI: only who holds it directly is listed.",
    "Cortex agents, search services and analysts, one by one: each lives in a schema that would have to be opened.",
    "Network policies of single users and integrations: only the one of the account is known to hold.",
    "Who used AI, how much and what for: that stands in the views of ACCOUNT_USAGE, for which a warehouse must run.",
    "Other accounts of the organisation: each is a source of its own.",
    "Objects beyond the first ten thousand that a SHOW statement lists; such a list stays unread.",
    "The terms with Snowflake and with the providers of models.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn which account it is; raises `CannotStartError`."""
    from annexa.collectors.snowflake._source import source

    return source(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """The statements that make the user and its role, and what it could do beyond reading."""
    from annexa.collectors.snowflake._grant import grant as made

    return made(order)
