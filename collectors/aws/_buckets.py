"""Reads one S3 bucket's protection: encryption, lock, retention, versions, public access, tags.

A bucket is asked for in its own region and with the owner that it must have, so that nobody else's bucket can answer.
Each setting is read apart: what could not be read is unread, what S3 says is not configured is absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from annexa.collectors.aws._keys import DESCRIBE_KEY, customers_key
from annexa.collectors.aws._resources import holding
from annexa.collectors.aws._values import CLASSIFICATION, pairs, tagged, unread_in
from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.data import DataStore

ENCRYPTION = Call(
    op="s3:GetBucketEncryption",
    needs="s3:GetEncryptionConfiguration",
    path="ServerSideEncryptionConfiguration",
    absent=("ServerSideEncryptionConfigurationNotFoundError",),
    keep=("KMSMasterKeyID",),
)
BLOCK = Call(
    op="s3:GetPublicAccessBlock",
    needs="s3:GetBucketPublicAccessBlock",
    path="PublicAccessBlockConfiguration",
    absent=("NoSuchPublicAccessBlockConfiguration",),
)
ACCOUNT_BLOCK = Call(
    op="s3control:GetPublicAccessBlock",
    needs="s3:GetAccountPublicAccessBlock",
    path="PublicAccessBlockConfiguration",
    absent=("NoSuchPublicAccessBlockConfiguration",),
)
POLICY_STATUS = Call(
    op="s3:GetBucketPolicyStatus", needs="s3:GetBucketPolicyStatus", path="PolicyStatus", absent=("NoSuchBucketPolicy",)
)
VERSIONING = Call(op="s3:GetBucketVersioning", needs="s3:GetBucketVersioning")
LOCK = Call(
    op="s3:GetObjectLockConfiguration",
    needs="s3:GetBucketObjectLockConfiguration",
    path="ObjectLockConfiguration",
    absent=("ObjectLockConfigurationNotFoundError",),
)
LIFECYCLE = Call(
    op="s3:GetBucketLifecycleConfiguration",
    needs="s3:GetLifecycleConfiguration",
    absent=("NoSuchLifecycleConfiguration",),
)
TAGS = Call(op="s3:GetBucketTagging", needs="s3:GetBucketTagging", absent=("NoSuchTagSet",))
CALLS = (ENCRYPTION, BLOCK, ACCOUNT_BLOCK, POLICY_STATUS, VERSIONING, LOCK, LIFECYCLE, TAGS, DESCRIBE_KEY)
"""For the collector that uses this: its declarations."""

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
Answer = Item | Missing | None


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket of the account in which it is read."""

    arn: str
    name: str
    account: str
    prefix: str = ""
    """What is written there begins with this."""


def log_store(handle: Handle, bucket: Bucket) -> DataStore:
    """The bucket as a store of logs."""
    asked = {"Bucket": bucket.name, "ExpectedBucketOwner": bucket.account}
    flags = _flags(handle.attempt(BLOCK, **asked), handle.attempt(ACCOUNT_BLOCK, AccountId=bucket.account))
    encrypted, key = _encryption(handle, holding(handle, ENCRYPTION, handle.attempt(ENCRYPTION, **asked), "Rules"))
    lock, lock_days = _lock(handle.attempt(LOCK, **asked))
    tags = _tags(holding(handle, TAGS, handle.attempt(TAGS, **asked), "TagSet"))
    lifecycle = holding(handle, LIFECYCLE, handle.attempt(LIFECYCLE, **asked), "Rules")
    return DataStore(
        subject=bucket.arn,
        type="s3_bucket",
        role="log_store",
        name=bucket.name,
        classification=tagged(tags, CLASSIFICATION),
        tags=tags,
        public=_public(handle.attempt(POLICY_STATUS, **asked), flags),
        public_access_blocked=_every(flags),
        key=key,
        encrypted=encrypted,
        lock=lock,
        lock_days=lock_days,
        retention_days=_retention(lifecycle, bucket.prefix),
        versioned=_versioned(handle.attempt(VERSIONING, **asked)),
        owner_account=bucket.account,
    )


def _encryption(handle: Handle, answer: Answer) -> tuple[bool | Missing, str | Missing]:
    if isinstance(answer, Missing):
        return answer, answer
    rules = answer.get("Rules", []) if answer else []
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    if not default.get("SSEAlgorithm"):
        return NOT_EXPOSED, ABSENT
    return True, customers_key(handle, default.get("KMSMasterKeyID"))


def _flags(own: Answer, account: Answer) -> dict[str, bool | Missing]:
    """Every switch: on if it is on here or for the whole account."""
    return {name: _either(_flag(own, name), _flag(account, name)) for name in FLAGS}


def _flag(answer: Answer, name: str) -> bool | Missing:
    return answer if isinstance(answer, Missing) else bool(answer and answer.get(name))


def _either(one: bool | Missing, other: bool | Missing) -> bool | Missing:
    return True if True in (one, other) else unread_in(one, other) or False


def _every(flags: Mapping[str, bool | Missing]) -> bool | Missing:
    return False if False in flags.values() else unread_in(*flags.values()) or True


def _public(status: Answer, flags: Mapping[str, bool | Missing]) -> bool | Missing:
    """By policy and by access control list; the lists themselves are not read, so only a switch rules them out."""
    if flags["RestrictPublicBuckets"] is True and flags["IgnorePublicAcls"] is True:
        return False
    if isinstance(status, Item) and status.get("IsPublic"):
        return flags["RestrictPublicBuckets"] if flags["RestrictPublicBuckets"] is not False else True
    if isinstance(status, Missing):
        return status
    if isinstance(status, Item) and "IsPublic" not in status:
        return NOT_EXPOSED
    return False if flags["IgnorePublicAcls"] is True else unread_in(*flags.values()) or NOT_EXPOSED


def _lock(answer: Answer) -> tuple[Literal["compliance", "governance", "none"] | Missing, int | Missing]:
    if isinstance(answer, Missing):
        return answer, answer
    rule = answer.get("Rule", {}).get("DefaultRetention", {}) if answer else {}
    if not rule.get("Mode"):
        return "none", ABSENT
    days = rule["Days"] if "Days" in rule else 365 * rule["Years"] if "Years" in rule else NOT_EXPOSED
    modes: dict[str, Literal["compliance", "governance"]] = {"COMPLIANCE": "compliance", "GOVERNANCE": "governance"}
    return modes.get(rule["Mode"], unknown_value(rule["Mode"])), days


def _retention(answer: Answer, prefix: str) -> int | Missing:
    """The shortest time after which a rule that may reach what lies under the prefix deletes it.

    A rule that deletes on one day, whatever its age then, leaves no time that could be promised.
    """
    if isinstance(answer, Missing):
        return answer
    rules = answer.get("Rules", []) if answer else []
    expiries = [rule["Expiration"] for rule in rules if _deletes(rule) and _reaches(rule, prefix)]
    fixed = next((expiry["Date"] for expiry in expiries if "Date" in expiry), None)
    if fixed is not None:
        return ambiguous(str(fixed), "a lifecycle rule deletes what it reaches on one day")
    days = [expiry["Days"] for expiry in expiries]
    return min(days) if days else ABSENT


def _deletes(rule: Mapping[str, Any]) -> bool:
    return rule.get("Status") != "Disabled" and bool({"Days", "Date"} & set(rule.get("Expiration", {})))


def _reaches(rule: Mapping[str, Any], prefix: str) -> bool:
    chosen = rule.get("Filter", {})
    own = str(rule.get("Prefix") or chosen.get("Prefix") or chosen.get("And", {}).get("Prefix") or "")
    return own.startswith(prefix) or prefix.startswith(own)


def _versioned(answer: Answer) -> bool | Missing:
    if not isinstance(answer, Item):
        return answer if isinstance(answer, Missing) else NOT_EXPOSED
    status = answer.get("Status")
    return status == "Enabled" if status in (None, "Enabled", "Suspended") else unknown_value(status)


def _tags(answer: Answer) -> tuple[str, ...] | Missing:
    if isinstance(answer, Missing):
        return answer
    return pairs(answer.get("TagSet", ())) if answer else ()
