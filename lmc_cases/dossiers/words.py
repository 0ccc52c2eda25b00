"""The words for the codes that a dossier prints; a code nobody knows is printed as it stands."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case, CaseText
from lmc_cases.dossiers.signature_models import DossierSignature, IssuedFile
from lmc_cases.handovers.models import (
    CountAssessment,
    CountDecision,
    PersonHand,
    PropertyItem,
    RequestPaper,
    RequestStatement,
)
from lmc_cases.handovers.procedures import Procedure
from lmc_cases.handovers.threshold import Verdict
from lmc_cases.jurisdictions.models import RequestElement

WORDS: Mapping[str, Mapping[str, object]] = {
    "sex": {"MALE": _("Male"), "FEMALE": _("Female"), "UNKNOWN": _("Not known")},
    "role": {
        "RINGLEADER": _("Ringleader"),
        "ORGANISER": _("Organiser"),
        "KEY_MEMBER": _("Key member"),
        "MEMBER": _("Member"),
        "UNKNOWN": _("Not known"),
    },
    "category": {
        "SUSPECT": _("Suspect"),
        "PRESUMED_TRAFFICKING_VICTIM": _("Presumed trafficking victim"),
        "PRESUMED_VICTIM": _("Presumed trafficking victim"),
        "VICTIM": _("Victim"),
        "WITNESS": _("Witness"),
    },
    "document": {
        "PASSPORT": _("Passport"),
        "NATIONAL_ID": _("National ID number"),
        "BORDER_PASS": _("Border pass"),
        "OTHER": _("Other"),
    },
    "document_status": {
        "REAL": _("Genuine"),
        "GENUINE": _("Genuine"),
        "FORGED": _("Forged document"),
        "NOT_CHECKED": _("Not checked"),
    },
    # The codes H0 to H3 are the same in every language.
    "handling": dict(Case.Classification.choices),
    # Of a receipt (crossings).
    "mark": {
        "PRESENT": _("Present"),
        "ABSENT": _("Absent"),
        "NOT_ACCEPTED": _("Not accepted"),
        "UNFIT": _("Unfit"),
    },
    # Of a manifest (crossings).
    "flag": {"MINOR": _("Minor")},
    "issued_file": {each.value: each.label for each in IssuedFile.Kind},
    "side": {each.value: each.label for each in DossierSignature.Side},
    "receipt_answer": {"SIGNED": _("Signed"), "REFUSED": _("Refused to sign")},
    "property": {each.value: each.label for each in PropertyItem.Disposition},
    "calendar": {
        "GREGORIAN": _("Gregorian calendar"),
        "gregorian": _("Gregorian calendar"),
        "BUDDHIST": _("Buddhist era"),
        "buddhist": _("Buddhist era"),
    },
    "exhibit": {
        "PHONE": _("Phone"),
        "SIM": _("SIM card"),
        "COMPUTER": _("Computer"),
        "STORAGE": _("Storage medium"),
        "FILE": _("File"),
        "ACCOUNT": _("Account"),
        "DOCUMENT": _("Document"),
        "CASH": _("Cash"),
        "OTHER": _("Other"),
    },
    "custody": {
        "COLLECTED": _("Collected"),
        "TRANSFERRED": _("Custody transfer"),
        "EXAMINED": _("Examined"),
        "HASH_CHECKED": _("Checksum verified"),
        "UPLOADED": _("File uploaded"),
        "DOWNLOADED": _("File downloaded"),
        "IMPORTED": _("Imported"),
    },
    "purpose": {
        "INVESTIGATION": _("Support of an investigation"),
        "LOCATE": _("Locating a wanted person"),
        "IDENTIFY": _("Identification of a person"),
        "HANDOVER": _("Preparation of a handover"),
        "VICTIM_PROTECTION": _("Protection of victims"),
        "ASSET_RECOVERY": _("Recovery of assets"),
    },
    "scan": {"NO_FILE": _("No file"), "NOT_SCANNED": _("Not scanned")},
    "hash_check": {
        "MATCH": _("Matches"),
        "MISMATCH": _("Mismatch"),
        "NOT_CHECKED": _("Not checked"),
    },
    "level": {"EXISTENCE": _("Existence only"), "SUMMARY": _("Summary"), "FULL": _("Full")},
    "status": {
        "DRAFT": _("Draft"),
        "INTERNAL": _("Internal approval"),
        "ARREST_ASKED": _("Provisional arrest asked"),
        "ARRESTED": _("Provisionally arrested"),
        "SUBMITTED": _("Submitted"),
        "ACKNOWLEDGED": _("Acknowledged"),
        "INFO_ASKED": _("More information asked"),
        "REVIEW": _("Legal review or court"),
        "APPROVED": _("Handover granted"),
        "PART_GRANTED": _("Granted in part"),
        "TEMPORARY": _("Temporary surrender granted"),
        "POSTPONED": _("Postponed"),
        "REFUSED": _("Refused"),
        "ASSURED": _("Assurances agreed"),
        "PLANNED": _("Surrender planned"),
        "CLEARED": _("Screening and fitness cleared"),
        "HANDED_OVER": _("Handed over"),
        "NOT_COLLECTED": _("Not collected"),
        "NOT_ACCEPTED": _("Not accepted"),
        "WATCH": _("Speciality watch"),
        "CLOSED": _("Closed"),
        "WITHDRAWN": _("Withdrawn"),
        "RELEASED": _("Persons released"),
    },
    "statement": {"FACT": _("Fact"), "ASSESSMENT": _("Assessment")},
    "answer": {"YES": _("Yes"), "NO": _("No"), "UNKNOWN": _("Not known"), "NOT_KNOWN": _("Not known")},
    "confidence": {"verified": _("Verified in the source"), "general-knowledge": _("General knowledge")},
    "translation": dict(CaseText.Status.choices),
    "injuries": dict(PersonHand.Injuries.choices),
    "procedure": dict(Procedure.choices),
    "element": dict(RequestElement.Element.choices),
    "given": dict(RequestPaper.Given.choices),
    "request_statement": dict(RequestStatement.Kind.choices),
    "statement_given": dict(RequestStatement.Given.choices),
    "element_state": {
        **dict(RequestPaper.Given.choices),
        "HELD": _("In the request"),
        "PARTLY": _("In the request in part"),
        "MISSING": _("Missing"),
    },
    "request_purpose": {
        "PROSECUTION": _("Criminal prosecution"),
        "SENTENCE": _("Enforcement of a sentence"),
    },
    "count_answer": dict(CountAssessment.Outcome.choices),
    "count_decision": dict(CountDecision.Outcome.choices),
    "verdict": dict(Verdict.choices),
}
