"""Databricks' workspace API as a whole: address, errors; what is never kept of its answers; how values are read.

Lists that are read here come whole, without pages. Times are milliseconds since 1970.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._rest import Api
from annexa.collectors._source import CannotStartError
from annexa.evidence.clock import stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous

ADMIN = "member of the workspace's group admins"
"""What every call needs to be answered whole."""
SECRETS = (
    "ai21labs_api_key", "anthropic_api_key", "api_key_auth", "aws_access_key_id", "aws_secret_access_key",
    "bearer_token_auth", "cohere_api_key", "databricks_api_token", "microsoft_entra_client_secret", "openai_api_key",
    "palm_api_key", "private_key",
)  # fmt: skip
"""Members of an external model's settings that hold a secret, or the name of one."""
PLAINTEXT = tuple(f"{name}_plaintext" for name in SECRETS if not name.endswith("_auth"))


def _unsigned(settings: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Nobody is asked before the exchange; `_login` puts its own in this place."""
    raise CannotStartError(f"{settings.name}: not signed in", cure="Connect the source first.")


API = Api(
    vendor="databricks",
    title="Databricks",
    base="https://{domain}",
    sign=_unsigned,
    suffixes=(
        ".cloud.databricks.com", ".azuredatabricks.net", ".gcp.databricks.com", ".cloud.databricks.us",
        ".databricks.azure.us", ".databricks.azure.cn",
    ),
    code="error_code",
    says="message",
)  # fmt: skip


def moment(raw: object) -> str | Missing:
    """A time in milliseconds since 1970, in UTC."""
    if raw is None:
        return NOT_EXPOSED
    if isinstance(raw, bool) or not isinstance(raw, int) or raw <= 0:
        return ambiguous(str(raw), "the vendor documents milliseconds since 1970")
    try:
        return stamp(datetime.fromtimestamp(raw / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return ambiguous(str(raw), "no time can be made of it")
