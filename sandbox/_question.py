"""What the stand-in asks the world."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Question:
    """One call as the world sees it: who asks what, of which account and region, and when."""

    service: str
    operation: str
    params: dict[str, Any]
    account: str
    region: str
    arn: str
    now: datetime
