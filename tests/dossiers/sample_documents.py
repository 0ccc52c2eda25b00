"""INVENTED facts of every kind of document beside the dossier."""

from __future__ import annotations

import dataclasses
import hashlib

from lmc_cases.assistance.drawing import render_assistance
from lmc_cases.assistance.facts import AssistanceAnswer, AssistanceFacts
from lmc_cases.crossings.manifest_drawing import render_manifest
from lmc_cases.crossings.manifest_facts import ManifestFacts, ManifestPerson
from lmc_cases.crossings.receipt_drawing import PrintedAnswer, render_receipt
from lmc_cases.crossings.receipt_facts import (
    ReceiptCount,
    ReceiptDossier,
    ReceiptExhibit,
    ReceiptFacts,
    ReceiptMark,
    ReceiptPerson,
)
from lmc_cases.dossiers.facts import Article, BirthDate, Country, LegalBasis, Statement, Text
from lmc_cases.dossiers.ledger_facts import LedgerEntry, LedgerFacts
from lmc_cases.dossiers.rendering import RenderedDossier, render_dossier
from lmc_cases.dossiers.rendering.ledger import render_ledger
from lmc_cases.dossiers.rendering.requests import render_annex, render_request
from lmc_cases.dossiers.request_facts import AnnexFacts, Element, NationalsRule, RequestFacts
from tests.dossiers import sample_parts
from tests.dossiers.samples import STATEMENTS, TITLES, exhibit, moment, sample_facts, sample_photo

CHINA, THAILAND = Country("CN", {"en": "China"}), Country("TH", {"en": "Thailand"})
BY = "Sample Officer (invented)"
SHA = "ab" * 32


def sample_request(language: str = "th", **changes: object) -> RequestFacts:
    """Return an invented request for three persons; its statement is written in ``language``."""
    verified = Article(None, "Sample Extradition Act", "8", is_verified=True, source="Sample Gazette 1")
    unseen = Article(None, "Sample Treaty", "", source="Sample Collection")
    given = {paper.element: paper for paper in sample_parts.of_dossier(moment())["papers"]}
    stated = (
        Statement("OCCUPATION", "STATED", Text(language, TITLES[language])),
        Statement("ADDRESSES", "STATED", Text(language, "\n".join(STATEMENTS[language]))),
        Statement("EARLIER_JUDGMENTS", "NONE_KNOWN", Text("en", "SAMPLE REGISTER, searched")),
        Statement("AMNESTY", "NOT_APPLICABLE", Text(language, TITLES[language])),
    )
    values: dict[str, object] = {
        "reference": "HR-CN-TH-2025-000042",
        "case_reference": "TH-2025-000123",
        "version": 2,
        "created_at": moment(),
        "procedure": "EXTRADITION",
        "requesting_country": CHINA,
        "requested_country": THAILAND,
        "legal_basis": LegalBasis(
            "Sample Treaty (invented)",
            "Sample note",
            "Sample Gazette 2",
            "verified",
            prevailing_language="en",
        ),
        "statement": Text(language, "\n".join(STATEMENTS[language])),
        "subjects": tuple(
            dataclasses.replace(
                subject,
                photo=None,
                checks=(),
                hands=(),
                safeguards=(),
                statements=stated if number == 0 else (),
            )
            for number, subject in enumerate(sample_facts().subjects)
        ),
        "requesting_agency": "公安部（演示单位）",
        "requesting_officer": BY,
        "sent_at": moment(-2),
        "elements": (
            Element("AUTHORITY", "HELD", (verified,)),
            Element("IDENTITY", "PARTLY", (verified,)),
            Element("LAW_TEXT", "STATED", (verified, unseen), given["LAW_TEXT"].text),
            Element("WARRANT", "ANNEXED", (verified,), given["WARRANT"].text),
            Element("SPECIALITY", "MISSING", (unseen,)),
        ),
        "assurances": sample_parts.of_dossier(moment())["assurances"],
        "nationals_rules": (
            NationalsRule(
                "SAMPLE RULE ON NATIONALS", "Sample Extradition Act", "Sample Gazette 1", "verified"
            ),
        ),
        "handling": ("H2",),
        "restrictions": ("SAMPLE RESTRICTION",),
        "is_demo": True,
        "statements": (
            Statement("RE_EXTRADITION", "STATED", Text(language, STATEMENTS[language][0]), BY, "2025-05-01"),
        ),
    }
    return RequestFacts(**{**values, **changes})  # type: ignore[arg-type]


def sample_annex(rows: int = 6, **changes: object) -> AnnexFacts:
    """Return an invented annex."""
    values: dict[str, object] = {
        "reference": "HR-CN-TH-2025-000042",
        "case_reference": "TH-2025-000123",
        "version": 1,
        "created_at": moment(),
        "requesting_country": CHINA,
        "requested_country": THAILAND,
        "requested_agency": "สำนักงานตำรวจแห่งชาติ (หน่วยงานสาธิต)",
        "exhibits": tuple(exhibit(number + 1) for number in range(rows)),
        "total": rows,
        "handling_code": "NORMAL",
        "is_demo": True,
    }
    return AnnexFacts(**{**values, **changes})  # type: ignore[arg-type]


def sample_ledger(language: str = "th") -> LedgerFacts:
    """Return an invented ledger with one entry; its legal basis is written in ``language``."""
    entry = LedgerEntry(
        uuid="00000000-0000-4000-8000-000000000001",
        at=moment(-5),
        kind="CASE",
        reference="TH-2025-000123",
        level="FULL",
        path="PAGE",
        rule="SHARE",
        owner=THAILAND,
        recipient=CHINA,
        agency="公安部（演示单位）",
        officer=BY,
        sha256=SHA,
        purpose="HANDOVER",
        handling="H2",
        legal_basis=TITLES[language],
    )
    return LedgerFacts(
        case_reference="TH-2025-000123",
        owner=THAILAND,
        agency="สำนักงานตำรวจแห่งชาติ (หน่วยงานสาธิต)",
        created_at=moment(),
        created_by=BY,
        entries=(entry,),
        is_demo=True,
    )


def sample_receipt(language: str = "th") -> tuple[ReceiptFacts, tuple[PrintedAnswer, ...]]:
    """Return an invented receipt, signed by one side and refused by the other with a remark in ``language``."""
    mark = ReceiptMark(CHINA, "PRESENT", BY, moment())
    person = ReceiptPerson(
        request="HR-CN-TH-2025-000042",
        number=1,
        name="王样例",
        romanised_name="WANG Yangli",
        language="zh-hans",
        birth_year=1990,
        nationality=CHINA,
        marks=(mark, dataclasses.replace(mark, country=THAILAND)),
        belongings=sample_parts.belongings(),
    )
    facts = ReceiptFacts(
        number="X-TH-2025-0001/R1",
        version=1,
        crossing="X-TH-2025-0001",
        sending=THAILAND,
        receiving=CHINA,
        place="SAMPLE BRIDGE",
        border_point="",
        carrier="SAMPLE CONVOY",
        planned_at=moment(),
        escorts="",
        interpreters="",
        drawn_at=moment(),
        drawn_by=BY,
        persons=(person,),
        counts=(ReceiptCount(THAILAND, 1, BY, moment()),),
        exhibits=(ReceiptExhibit("HR-CN-TH-2025-000042", "E-0001", SHA),),
        dossiers=(ReceiptDossier("HR-CN-TH-2025-000042", 2, "th", SHA, SHA),),
        handling=("H2",),
        restrictions=("SAMPLE RESTRICTION",),
        is_demo=True,
    )
    answers = (
        PrintedAnswer(THAILAND, "SIGNED", BY, moment()),
        PrintedAnswer(CHINA, "REFUSED", BY, moment(), TITLES[language]),
    )
    return facts, answers


def sample_manifest(language: str = "th", persons: int = 3, **changes: object) -> ManifestFacts:
    """Return an invented manifest; its escorts are written in ``language``. The last person is shown to nobody."""
    names = (("王样例", "zh-hans", "WANG Yangli"), ("สมชาย ตัวอย่าง", "th", "SOMCHAI Tuayang"))
    births = (BirthDate("1990", 1990), BirthDate("๑๒ ม.ค. ๒๕๔๙", 2006, 1, 12, calendar="BUDDHIST"))
    shown = [
        ManifestPerson(
            seat=f"00000000-0000-4000-8000-{number:012d}",
            position=number,
            request="HR-CN-TH-2025-000042",
            name=names[number % 2][0],
            language=names[number % 2][1],
            romanised_name=names[number % 2][2],
            sex=("MALE", "FEMALE")[number % 2],
            birth_date=births[number % 2],
            nationality=CHINA,
            flags=("MINOR",) if number == 1 else (),
            photo=hashlib.sha256(sample_photo(number % 2)).hexdigest() if number % 3 != 2 else "",
        )
        for number in range(1, persons)
    ]
    hidden = ManifestPerson(f"00000000-0000-4000-8000-{persons:012d}", persons, "HR-CN-TH-2025-000043")
    values: dict[str, object] = {
        "reference": "X-TH-2025-0001",
        "crossing": "00000000-0000-4000-8000-0000000000aa",
        "version": 2,
        "created_at": moment(),
        "sending": THAILAND,
        "receiving": CHINA,
        "place": "SAMPLE BRIDGE",
        "border_point": "SAMPLE POINT",
        "planned_at": moment(-2),
        "carrier": "SAMPLE CONVOY",
        "operation": "OP-TH-2025-0001 · SAMPLE OPERATION",
        "seats": persons + 5,
        "escorts": TITLES[language],
        "interpreters": "",
        "persons": (*shown, hidden),
        "handling": ("H2",),
        "restrictions": ("SAMPLE RESTRICTION",),
        "is_demo": True,
    }
    return ManifestFacts(**{**values, **changes})  # type: ignore[arg-type]


def read_sample(sha256: str) -> bytes:
    """Return a photograph that an invented manifest names."""
    photos = [sample_photo(tint) for tint in (0, 1)]
    return next(jpeg for jpeg in photos if hashlib.sha256(jpeg).hexdigest() == sha256)


def sample_assistance(language: str = "th", **changes: object) -> AssistanceFacts:
    """Return an invented request for assistance, answered in part; its texts are written in ``language``."""
    values: dict[str, object] = {
        "reference": "CN-M-2025-000007",
        "case_reference": "TH-2025-000123",
        "version": 2,
        "created_at": moment(),
        "requesting_country": CHINA,
        "requested_country": THAILAND,
        "requesting_agency": "公安部（演示单位）",
        "sent_at": moment(-2),
        "sent_by": BY,
        "subject": Text(language, TITLES[language]),
        "kinds": ("PRESERVE", "DATA", "FREEZE"),
        "sought": Text(language, "\n".join(STATEMENTS[language])),
        "legal_basis": LegalBasis(
            "Sample Treaty (invented)",
            "Sample note",
            "Sample Gazette 2",
            "general-knowledge",
            prevailing_language="en",
        ),
        "facts": Text(language, "\n".join(STATEMENTS[language])),
        "wanted_by": "2025-12-24",
        "answer": AssistanceAnswer("PARTLY", moment(), BY, Text(language, TITLES[language])),
        "handling": ("H2",),
        "restriction": "SAMPLE RESTRICTION",
        "is_demo": True,
    }
    return AssistanceFacts(**{**values, **changes})  # type: ignore[arg-type]


def draw(kind: str, language: str, beside: str = "") -> RenderedDossier:
    """Draw an invented document of a kind: labels in ``language`` and ``beside``, free text in ``language``."""
    labels = {"language": language, "beside": beside}
    if kind == "dossier":
        return render_dossier(sample_facts(), **labels)
    if kind == "request":
        return render_request(sample_request(language), **labels)
    if kind == "annex":
        described = tuple(
            dataclasses.replace(exhibit(number), description=(Text(language, TITLES[language]),))
            for number in (1, 2, 3)
        )
        return render_annex(sample_annex(3, exhibits=described), **labels)
    if kind == "ledger":
        return render_ledger(sample_ledger(language), **labels)
    if kind == "assistance":
        return render_assistance(sample_assistance(language), **labels)
    if kind == "manifest":
        return render_manifest(sample_manifest(language), read=read_sample, **labels)
    return render_receipt(*sample_receipt(language), **labels)


KINDS = ("dossier", "request", "annex", "ledger", "receipt", "manifest", "assistance")
# Each kind in two languages once; the dossier stands in more of them.
PAIRS = {
    "request": ("lo", "zh-hans"),
    "annex": ("my", "th"),
    "ledger": ("km", "vi"),
    "receipt": ("th", "my"),
    "manifest": ("my", "zh-hans"),
    "assistance": ("vi", "lo"),
}
