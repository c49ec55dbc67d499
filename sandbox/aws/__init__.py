"""How each AWS operation is answered from Harbourline's resources: one table, put together from its parts."""

from annexa.sandbox.aws import (
    _agents,
    _bedrock,
    _iam,
    _identity_center,
    _organization,
    _places,
    _sagemaker,
    _storage,
    _suppliers,
    _usage,
    _watch,
)
from annexa.sandbox.aws._projection import Answers, documents_as_text

_PARTS = (
    _places,
    _organization,
    _iam,
    _identity_center,
    _bedrock,
    _agents,
    _sagemaker,
    _usage,
    _watch,
    _storage,
    _suppliers,
)

ANSWERS: Answers = {key: how for part in _PARTS for key, how in part.ANSWERS.items()}
"""By service and operation; what is not here is unsupported."""
SERVICES = tuple(dict.fromkeys(service for service, _ in ANSWERS))
"""The services that the world plays, by botocore's names."""
GLOBAL_SERVICES = frozenset(
    {"account", "artifact", "ce", "iam", "marketplace-agreement", "organizations", "s3", "s3control", "sts"}
)
"""Services whose host is taken to exist for every region (S3 and STS answer in all that are played)."""

__all__ = ["ANSWERS", "GLOBAL_SERVICES", "SERVICES", "documents_as_text"]
