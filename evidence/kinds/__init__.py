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
    ReviewDecision,
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
    ServiceIdentifier,
    SoaRow,
)
from annexa.evidence.kinds.risks import Action, Dpia, LegalDuty, Risk
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
from annexa.evidence.kinds.suppliers import Supplier, SupplierNotice
from annexa.evidence.kinds.systems import AiSystem, Application, Scope, Usage

__all__ = [
    "KINDS",
    "AccessGrant",
    "AccessPolicy",
    "Acknowledgement",
    "Action",
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
    "Dpia",
    "Encryption",
    "Enforcement",
    "ExceptionEntry",
    "Exposure",
    "Identity",
    "Incident",
    "Label",
    "LegalDuty",
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
    "ReviewDecision",
    "Risk",
    "Safeguard",
    "Scope",
    "ServiceIdentifier",
    "Setting",
    "SoaRow",
    "Supplier",
    "SupplierDocument",
    "SupplierNotice",
    "TestRecord",
    "Training",
    "Usage",
]

AnyFact = (
    AccessGrant | AccessPolicy | Acknowledgement | Action | AiService | AiSystem | Alert | Application
    | Attestation | ChangeRecord | Credential | DataConnection | DataStore | Decision | Detection | Document | Dpia
    | Encryption | Enforcement | ExceptionEntry | Exposure | Identity | Incident | Label | LegalDuty | Limitation
    | LogSource | Parameter | Person | PrivateEndpoint | Quota | RegisterEntry | RepositoryProtection | Retirement
    | Review | ReviewDecision | Risk | Safeguard | Scope | Setting | SoaRow | Supplier | SupplierDocument
    | SupplierNotice | TestRecord | Training | Usage
)  # fmt: skip
"""What a record's `data` can be."""

KINDS: dict[str, type[Fact]] = {kind_of(fact): fact for fact in get_args(AnyFact)}
"""Every kind by its name."""
