"""Whose key it is that a resource names: the customer's own, or one that AWS made for a service.

A key's ARN does not tell: AWS managed keys have the same form. The key itself is asked. A key of another account is the
customer's: AWS managed keys serve only the account that they are in.
"""

from typing import Any

from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Encryption

DESCRIBE_KEY = Call(op="kms:DescribeKey", needs="kms:DescribeKey", path="KeyMetadata", drop=("Description",))
"""For every collector that uses this: its declaration."""
OURS = "alias/aws/"
"""Aliases that AWS keeps for the keys that it manages."""


def customers_key(handle: Handle, key: Any) -> str | Missing:
    """The id of the customer's key; `absent` where the resource names none, or one that AWS manages."""
    if isinstance(key, Missing):
        return key
    name = str(key or "")
    if not name or OURS in name:
        return ABSENT
    if name.startswith("arn:") and name.split(":")[4] != handle.known["account"]:
        return name
    found = handle.attempt(DESCRIBE_KEY, KeyId=name)
    if found is None or isinstance(found, Missing):
        return found or NOT_EXPOSED
    manager = found.get("KeyManager")
    if manager == "CUSTOMER":
        return name
    return ABSENT if manager == "AWS" else unknown_value(manager) if manager else NOT_EXPOSED


def encryption(handle: Handle, resource: str, sort: str, key: Any) -> Encryption:
    """With whose key a resource is encrypted; AWS encrypts with a key of its own where the answer names none."""
    found = customers_key(handle, key)
    holder: Any = (
        found if isinstance(found, Missing) and found is not ABSENT else "vendor" if found is ABSENT else "customer"
    )
    return Encryption(subject=resource, resource=resource, resource_sort=sort, key=found, holder=holder)
