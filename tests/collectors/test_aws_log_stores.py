"""Buckets and log groups that receive logs of AI use."""

from typing import Any

import pytest

from annexa.collectors.aws.log_stores import log_stores
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.schemas.words import Completeness, Reason, State
from annexa.tests.collectors.fake_wire import (
    ACCOUNT,
    DENIED,
    REGION,
    FakeWire,
    Refusal,
    calls_cited,
    collect,
    facts,
    lost,
)

LOGGING, TRAILS = "bedrock:GetModelInvocationLoggingConfiguration", "cloudtrail:DescribeTrails"
BUCKETS, GROUPS = "s3:ListBuckets", "logs:DescribeLogGroups"
ENCRYPTION, BLOCK, ACCOUNT_BLOCK = "s3:GetBucketEncryption", "s3:GetPublicAccessBlock", "s3control:GetPublicAccessBlock"
STATUS, VERSIONING, LOCK = "s3:GetBucketPolicyStatus", "s3:GetBucketVersioning", "s3:GetObjectLockConfiguration"
LIFECYCLE, TAGS = "s3:GetBucketLifecycleConfiguration", "s3:GetBucketTagging"
ARN = "arn:aws:s3:::ai-logs"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/logging"
ALL_ON = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}

BARE: dict[str, Any] = {
    ENCRYPTION: Refusal("ServerSideEncryptionConfigurationNotFoundError"),
    BLOCK: Refusal("NoSuchPublicAccessBlockConfiguration"),
    ACCOUNT_BLOCK: Refusal("NoSuchPublicAccessBlockConfiguration"),
    STATUS: Refusal("NoSuchBucketPolicy"),
    VERSIONING: {},
    LOCK: Refusal("ObjectLockConfigurationNotFoundError"),
    LIFECYCLE: Refusal("NoSuchLifecycleConfiguration"),
    TAGS: Refusal("NoSuchTagSet"),
}


def retention(**default: Any) -> dict[str, Any]:
    return {LOCK: {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": default}}}}


def block(**flags: bool) -> dict[str, Any]:
    return {"PublicAccessBlockConfiguration": {**dict.fromkeys(ALL_ON, False), **flags}}


def to_bucket(prefix: str = "bedrock/") -> dict[str, Any]:
    return {LOGGING: {"loggingConfig": {"s3Config": {"bucketName": "ai-logs", "keyPrefix": prefix}}}}


OWN_KEY = {"kms:DescribeKey": {"KeyMetadata": {"KeyId": "1", "KeyManager": "CUSTOMER"}}}


def listed(*names: str, region: str = REGION) -> dict[str, Any]:
    return {BUCKETS: {"Buckets": [{"Name": name, "BucketRegion": region} for name in names]}}


def run(**more: Any) -> Any:
    answers = {**to_bucket(), TRAILS: {"trailList": []}, **listed("ai-logs"), **BARE, **OWN_KEY, **more}
    return collect(log_stores, answers)


def test_a_bucket_under_a_key_that_aws_manages_has_no_key_of_the_customers() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    told = {"kms:DescribeKey": {"KeyMetadata": {"KeyId": "1", "KeyManager": "AWS"}}}
    [store] = facts(run(**{ENCRYPTION: {"ServerSideEncryptionConfiguration": {"Rules": [default]}}, **told}))
    assert (store.encrypted, store.key) == (True, ABSENT)


def test_a_protected_bucket() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    found = run(**{
        ENCRYPTION: {"ServerSideEncryptionConfiguration": {"Rules": [default]}},
        BLOCK: block(**ALL_ON),
        STATUS: {"PolicyStatus": {"IsPublic": False}},
        VERSIONING: {"Status": "Enabled"},
        **retention(Mode="COMPLIANCE", Days=400),
        LIFECYCLE: {"Rules": [{"Status": "Enabled", "Expiration": {"Days": 731}}]},
        TAGS: {"TagSet": [{"Key": "Data-Classification", "Value": "restricted"}]},
    })  # fmt: skip
    [store] = facts(found)
    assert (store.subject, store.type, store.role, store.owner_account) == (ARN, "s3_bucket", "log_store", ACCOUNT)
    assert (store.encrypted, store.key, store.versioned) == (True, key, True)
    assert (store.public, store.public_access_blocked) == (False, True)
    assert (store.lock, store.lock_days, store.retention_days) == ("compliance", 400, 731)
    assert (store.classification, store.tags) == ("restricted", ("Data-Classification=restricted",))
    assert {LOGGING, BUCKETS, ENCRYPTION, ACCOUNT_BLOCK, LOCK} <= set(calls_cited(found))
    assert found.unit.completeness is Completeness.COMPLETE


def test_a_bare_bucket() -> None:
    [store] = facts(run())
    assert (store.encrypted, store.key, store.versioned) == (NOT_EXPOSED, ABSENT, False)
    assert (store.public, store.public_access_blocked) == (NOT_EXPOSED, False)
    assert (store.lock, store.lock_days, store.retention_days) == ("none", ABSENT, ABSENT)
    assert (store.classification, store.tags) == (ABSENT, ())


@pytest.mark.parametrize(
    ("own", "account", "status", "blocked", "public"),
    [
        (block(), block(**ALL_ON), {"IsPublic": False}, True, False),
        (block(IgnorePublicAcls=True), DENIED, {"IsPublic": False}, State.UNREAD, False),
        (block(), DENIED, {"IsPublic": True}, State.UNREAD, State.UNREAD),
        (block(**ALL_ON), DENIED, DENIED, True, False),
        (block(), block(), {"IsPublic": True}, False, True),
        (DENIED, block(**{**ALL_ON, "BlockPublicAcls": False}), {"IsPublic": True}, State.UNREAD, False),
        (block(), block(), DENIED, False, State.UNREAD),
    ],
)
def test_public_access(own: Any, account: Any, status: Any, blocked: Any, public: Any) -> None:
    policy = status if status is DENIED else {"PolicyStatus": status}
    [store] = facts(run(**{BLOCK: own, ACCOUNT_BLOCK: account, STATUS: policy}))
    seen = [it.state if isinstance(it, Missing) else it for it in (store.public_access_blocked, store.public)]
    assert [blocked, public] == seen


def rule(days: int, status: str = "Enabled", **chosen: Any) -> dict[str, Any]:
    return {"Status": status, "Expiration": {"Days": days}, **chosen}


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ([rule(90), rule(400)], 90),
        ([rule(90, "Disabled"), rule(400)], 400),
        ([rule(30, Filter={"Prefix": "other/"}), rule(400)], 400),
        ([rule(30, Filter={"Prefix": "bedrock/AWSLogs/"})], 30),
        ([rule(30, Filter={"And": {"Prefix": "bed", "Tags": []}})], 30),
        ([{"Status": "Enabled", "Transitions": []}], ABSENT),
    ],
)
def test_retention_is_the_shortest_that_may_reach_the_logs(rules: Any, days: object) -> None:
    assert days == facts(run(**{LIFECYCLE: {"Rules": rules}}))[0].retention_days


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        (retention(Mode="GOVERNANCE", Years=2), ("governance", 730)),
        ({LOCK: {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}}, ("none", ABSENT)),
        (retention(Mode="FOREVER", Days=1), (State.UNKNOWN_VALUE, 1)),
    ],
)
def test_lock(lock: Any, expected: Any) -> None:
    [store] = facts(run(**lock))
    assert expected == (store.lock.state if isinstance(store.lock, Missing) else store.lock, store.lock_days)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (ENCRYPTION, ("encrypted", "key")),
        (LOCK, ("lock", "lock_days")),
        (LIFECYCLE, ("retention_days",)),
        (VERSIONING, ("versioned",)),
        (TAGS, ("tags", "classification")),
    ],
)
def test_a_refused_detail_is_unread_and_nothing_else(call: str, names: tuple[str, ...]) -> None:
    found = run(**{call: DENIED})
    [store] = facts(found)
    unread = {name for name in store.__struct_fields__ if getattr(getattr(store, name), "state", None) is State.UNREAD}
    assert unread == set(names)
    assert lost(found) == [(call, ARN, Reason.DENIED)]


def trail(**more: Any) -> dict[str, Any]:
    return {
        "TrailARN": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main", "HomeRegion": REGION, "S3BucketName": "ai-logs",
        "IsMultiRegionTrail": True, **more,
    }  # fmt: skip


def by_trail(*trails: Any, **more: Any) -> Any:
    return run(**{LOGGING: {}, TRAILS: {"trailList": list(trails)}, **more})


def test_nothing_logs_nothing_is_read() -> None:
    wire = FakeWire({LOGGING: {}, TRAILS: {"trailList": []}})
    found = collect(log_stores, {}, wire=wire)
    assert (facts(found), lost(found), len(wire.asked)) == ([], [], 2)


def test_one_bucket_for_both_is_read_once() -> None:
    assert [it.subject for it in facts(run(**{TRAILS: {"trailList": [trail()]}}))] == [ARN]


def test_a_bucket_in_another_region_is_read_there() -> None:
    away = listed("ai-logs", region="us-east-1")
    assert lost(by_trail(trail(), **away)) == []
    single = by_trail(trail(IsMultiRegionTrail=False), **away)
    assert (facts(single), lost(single)) == ([], [(BUCKETS, ARN, Reason.UNSUPPORTED)])
    shadow = by_trail(trail(HomeRegion="us-east-1"))
    assert [it.subject for it in facts(shadow)] == [ARN]


def test_another_accounts_bucket_is_unread_where_the_trail_has_its_home() -> None:
    found = by_trail(trail(), **listed("something-else"))
    assert (facts(found), lost(found)) == ([], [(BUCKETS, ARN, Reason.DENIED)])
    assert found.unreads[0].cure == "Read it in the account that owns it."
    assert lost(by_trail(trail(HomeRegion="us-east-1"), **listed())) == []


@pytest.mark.parametrize("call", [LOGGING, TRAILS, BUCKETS])
def test_refused_lists_are_unread(call: str) -> None:
    found = run(**{call: DENIED})
    assert lost(found) == [(call, None, Reason.DENIED)]
    assert len(facts(found)) == (1 if call == TRAILS else 0)


def group(name: str, **more: Any) -> dict[str, Any]:
    return {"logGroupName": name, "logGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}", **more}


def to_group(*groups: Any, **more: Any) -> Any:
    logging = {"loggingConfig": {"cloudWatchConfig": {"logGroupName": "ai", "roleArn": ROLE}}}
    return run(**{LOGGING: logging, GROUPS: [{"logGroups": list(groups)}], **more})


def test_a_log_group_by_its_exact_name() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    [store] = facts(to_group(group("ai-other"), group("ai", retentionInDays=400, kmsKeyId=key)))
    assert (store.subject, store.type) == (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:ai", "log_group")
    assert (store.retention_days, store.key, store.encrypted, store.lock) == (400, key, True, "none")


def test_a_log_group_that_keeps_for_ever() -> None:
    [store] = facts(to_group(group("ai")))
    assert (store.retention_days, store.key) == (ABSENT, ABSENT)


def test_a_log_group_that_is_not_there_is_unread() -> None:
    assert lost(to_group()) == [(GROUPS, "ai", Reason.INVALID_ANSWER)]
    assert lost(to_group(**{GROUPS: DENIED})) == [(GROUPS, "ai", Reason.DENIED)]
