"""Every kind of record, vendor-neutral: N vendors and M rules cost N + M.

A new kind is one class; its tag is its name in records, rules and schemas.
"""

from typing import get_args

from annexa.evidence.fact import Fact, kind_of
from annexa.evidence.kinds.access import AccessGrant, AccessPolicy, Credential, Identity, Person
from annexa.evidence.kinds.data import (
    Alert,
    DataConnection,
    DataStore,
    Label,
    LogSource,
    RepositoryProtection,
    SupplierDocument,
)
from annexa.evidence.kinds.events import (
    Acknowledgement,
    ChangeRecord,
    Document,
    Incident,
    Review,
    TestRecord,
    Training,
)
from annexa.evidence.kinds.registers import (
    AiService,
    Attestation,
    Decision,
    ExceptionEntry,
    Limitation,
    Parameter,
    RegisterEntry,
    Retirement,
    Risk,
    ServiceIdentifier,
    SoaRow,
    Supplier,
)
from annexa.evidence.kinds.settings import (
    Detection,
    Encryption,
    Enforcement,
    Exposure,
    PrivateEndpoint,
    Quota,
    Safeguard,
    Setting,
)
from annexa.evidence.kinds.systems import AiSystem, Application, Scope, Usage

__all__ = [
    "KINDS",
    "AccessGrant",
    "AccessPolicy",
    "Acknowledgement",
    "AiService",
    "AiSystem",
    "Alert",
    "AnyFact",
    "Application",
    "Attestation",
    "ChangeRecord",
    "Credential",
    "DataConnection",
    "DataStore",
    "Decision",
    "Detection",
    "Document",
    "Encryption",
    "Enforcement",
    "ExceptionEntry",
    "Exposure",
    "Identity",
    "Incident",
    "Label",
    "Limitation",
    "LogSource",
    "Parameter",
    "Person",
    "PrivateEndpoint",
    "Quota",
    "RegisterEntry",
    "RepositoryProtection",
    "Retirement",
    "Review",
    "Risk",
    "Safeguard",
    "Scope",
    "ServiceIdentifier",
    "Setting",
    "SoaRow",
    "Supplier",
    "SupplierDocument",
    "TestRecord",
    "Training",
    "Usage",
]

AnyFact = (
    AccessGrant | AccessPolicy | Acknowledgement | AiService | AiSystem | Alert | Application | Attestation | ChangeRecord
    | Credential | DataConnection | DataStore | Decision | Detection | Document | Encryption | Enforcement
    | ExceptionEntry | Exposure | Identity | Incident | Label | Limitation | LogSource | Parameter | Person
    | PrivateEndpoint | Quota | RegisterEntry | RepositoryProtection | Retirement | Review | Risk | Safeguard
    | Scope | Setting | SoaRow | Supplier | SupplierDocument | TestRecord | Training | Usage
)  # fmt: skip
"""What a record's `data` can be."""

KINDS: dict[str, type[Fact]] = {kind_of(fact): fact for fact in get_args(AnyFact)}
"""Every kind by its name."""
