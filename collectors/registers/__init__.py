"""What people supply, read like any other source: AI systems, suppliers, decisions, people, risks, reviews, documents.

Log in: nothing; the folder of YAML, CSV or XLSX files that `annexa.toml` names. A file that is not there is
`not_supplied`, a row that is wrong is an unread of its own; neither is ever taken for an empty register.
"""

from collections.abc import Iterator
from pathlib import Path

from annexa.collectors._source import Circumstances, Source
from annexa.collectors.registers import _files
from annexa.collectors.registers._facts import CALLS, NEEDS, facts, plain
from annexa.collectors.registers._source import RegistersSource, Settings
from annexa.evidence.call import Call, collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import (
    Acknowledgement,
    Action,
    AiService,
    Attestation,
    ChangeRecord,
    Decision,
    Document,
    Dpia,
    ExceptionEntry,
    Incident,
    LegalDuty,
    Limitation,
    Parameter,
    Person,
    RegisterEntry,
    Retirement,
    Review,
    ReviewDecision,
    Risk,
    SoaRow,
    Supplier,
    SupplierNotice,
    TestRecord,
    Training,
)
from annexa.schemas.registers import registers

__all__ = ["CANNOT_SEE", "KINDS", "RegistersSource", "Settings", "connect"]

KINDS = {name: register.kind for name, register in registers().items()}
"""Registers with the kind of their rows."""
PARAMETERS = Call(op="registers:parameters", needs=NEEDS, path="rows")
CANNOT_SEE = (
    "Whether what people wrote is true: the basis of every row is `attested`.",
    "Whether the person who is named did approve: a row holds a name, not a signature.",
    "What nobody wrote down: a system that is missing from the register shows up only where a vendor shows it.",
    "Who changed a file, and when: the digest of the file is sealed with the run, its history is not.",
    "The text of documents: a document is kept by its digest, with who approved it and when.",
)
"""What stays out of sight; each is a sentence for the page about registers."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Registers can always be asked; a file there that is misspelt is a `ConfigError`, never a register left out."""
    if settings.folder is not None:
        _files.check_names(Path(settings.folder), KINDS)
    return RegistersSource(settings, lent)


@collects(RegisterEntry, *CALLS["ai_systems"], per="source")
def ai_systems(register: Handle) -> Iterator[RegisterEntry]:
    """One record per AI system that the organisation registered."""
    yield from facts(register, "ai_systems", RegisterEntry)


@collects(AiService, *CALLS["ai_services"], per="source")
def ai_services(register: Handle) -> Iterator[AiService]:
    """One record per AI service that the organisation adds to the list of known ones, or says to be none."""
    yield from facts(register, "ai_services", AiService)


@collects(Decision, *CALLS["decisions"], per="source")
def decisions(register: Handle) -> Iterator[Decision]:
    """One record per decision: setting X must be Y, because Z, approved by N on D."""
    yield from facts(register, "decisions", Decision)


@collects(SoaRow, *CALLS["soa"], per="source")
def statement_of_applicability(register: Handle) -> Iterator[SoaRow]:
    """One record per row of the Statement of Applicability."""
    yield from facts(register, "soa", SoaRow)


@collects(ExceptionEntry, *CALLS["exceptions"], per="source")
def exceptions(register: Handle) -> Iterator[ExceptionEntry]:
    """One record per exception, in order or not."""
    yield from facts(register, "exceptions", ExceptionEntry)


@collects(Limitation, *CALLS["limitations"], per="source")
def limitations(register: Handle) -> Iterator[Limitation]:
    """One record per thing that stays unread by decision."""
    yield from facts(register, "limitations", Limitation)


@collects(Retirement, *CALLS["retirements"], per="source")
def retirements(register: Handle) -> Iterator[Retirement]:
    """One record per source or subject that is gone for good."""
    yield from facts(register, "retirements", Retirement)


@collects(Supplier, *CALLS["suppliers"], per="source")
def suppliers(register: Handle) -> Iterator[Supplier]:
    """One record per supplier, with contract, clauses, assessment and assurance."""
    yield from facts(register, "suppliers", Supplier)


@collects(SupplierNotice, *CALLS["supplier_notices"], per="source")
def supplier_notices(register: Handle) -> Iterator[SupplierNotice]:
    """One record per change that a supplier announced."""
    yield from facts(register, "supplier_notices", SupplierNotice)


@collects(Risk, *CALLS["risks"], per="source")
def risks(register: Handle) -> Iterator[Risk]:
    """One record per risk."""
    yield from facts(register, "risks", Risk)


@collects(Action, *CALLS["actions"], per="source")
def actions(register: Handle) -> Iterator[Action]:
    """One record per step of a treatment, correction, or follow-up of a test, review or incident."""
    yield from facts(register, "actions", Action)


@collects(Review, *CALLS["access_reviews"], per="source")
def access_reviews(register: Handle) -> Iterator[Review]:
    """One record per review of who has access to AI systems."""
    yield from facts(register, "access_reviews", Review)


@collects(ReviewDecision, *CALLS["access_decisions"], per="source")
def access_decisions(register: Handle) -> Iterator[ReviewDecision]:
    """One record per account and decision of such a review."""
    yield from facts(register, "access_decisions", ReviewDecision)


@collects(Person, *CALLS["people"], per="source")
def people(register: Handle) -> Iterator[Person]:
    """One record per person who works or worked for the organisation."""
    yield from facts(register, "people", Person)


@collects(Training, *CALLS["training"], per="source")
def training(register: Handle) -> Iterator[Training]:
    """One record per person and completed course."""
    yield from facts(register, "training", Training)


@collects(Acknowledgement, *CALLS["acknowledgements"], per="source")
def acknowledgements(register: Handle) -> Iterator[Acknowledgement]:
    """One record per person and acknowledged document."""
    yield from facts(register, "acknowledgements", Acknowledgement)


@collects(TestRecord, *CALLS["tests"], per="source")
def tests(register: Handle) -> Iterator[TestRecord]:
    """One record per test of an AI system and exercise of a plan."""
    yield from facts(register, "tests", TestRecord)


@collects(Incident, *CALLS["incidents"], per="source")
def incidents(register: Handle) -> Iterator[Incident]:
    """One record per incident."""
    yield from facts(register, "incidents", Incident)


@collects(ChangeRecord, *CALLS["changes"], per="source")
def changes(register: Handle) -> Iterator[ChangeRecord]:
    """One record per approved version, change, baseline or set of data."""
    yield from facts(register, "changes", ChangeRecord)


@collects(Document, *CALLS["documents"], per="source")
def documents(register: Handle) -> Iterator[Document]:
    """One record per document, with the digest of its file."""
    yield from facts(register, "documents", Document)


@collects(Attestation, *CALLS["attestations"], per="source")
def attestations(register: Handle) -> Iterator[Attestation]:
    """One record per statement of a named person."""
    yield from facts(register, "attestations", Attestation)


@collects(LegalDuty, *CALLS["legal_duties"], per="source")
def legal_duties(register: Handle) -> Iterator[LegalDuty]:
    """One record per duty by law, regulation or contract."""
    yield from facts(register, "legal_duties", LegalDuty)


@collects(Dpia, *CALLS["dpias"], per="source")
def dpias(register: Handle) -> Iterator[Dpia]:
    """One record per assessment of privacy or entry in the records of processing."""
    yield from facts(register, "dpias", Dpia)


@collects(Parameter, PARAMETERS, per="source")
def parameters(register: Handle) -> Iterator[Parameter]:
    """One record per effective threshold, list or switch."""
    for row in register.each(PARAMETERS):
        yield plain(f"parameter:{row['name']}", row, Parameter)
