"""Which operations moto has, by its own code: one method for each, named after it."""

import importlib
import inspect
from functools import cache
from typing import Any

from botocore import xform_name

S3_WORDS = {
    "GetBucketLifecycleConfiguration": "get_bucket_lifecycle",
    "GetBucketTagging": "get_bucket_tags",
    "ListBuckets": "all_buckets",
}
"""Operations of S3 for which moto has words of its own."""


def known_to_moto(op: str) -> bool:
    """Whether moto's own code answers this operation; `bedrock:ListAgents` by our spelling."""
    service, operation = op.split(":")
    method = S3_WORDS.get(operation) if service == "s3" else None
    return any(hasattr(each, method or xform_name(operation)) for each in _moto_classes(service))


@cache
def _moto_classes(service: str) -> tuple[type[Any], ...]:
    try:
        module = importlib.import_module(f"moto.{service.replace('-', '')}.responses")
    except ModuleNotFoundError:
        return ()
    found = inspect.getmembers(module, inspect.isclass)
    return tuple(each for name, each in found if name.endswith("Response") and name != "BaseResponse")
