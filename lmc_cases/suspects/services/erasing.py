"""Take the data of one person or informant out of every table of this app; the number in the case stays.

Steps of an erasure: ``privacy.services.erasing`` asks two persons, removes the files, and records it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from lmc_cases.cases.models import InformationGrade, SearchEntry, SourceGrade, StatementKind
from lmc_cases.cases.services.search import drop_entry, put_marks
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.keys.sealing import destroy_keys
from lmc_cases.suspects.models import IdentityDocument, Informant, Suspect
from lmc_cases.suspects.services.people import save_changed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

ERASED: Final = "erased"
# What says something of the person. A new column of this kind belongs here: a test compares with the model.
PERSONAL: Final[dict[str, Any]] = {
    "name_original": "",
    "name_language": "",
    "name_romanised": "",
    "aliases": [],
    "sex": Suspect.Sex.UNKNOWN,
    "birth_date_text": "",
    "birth_year": None,
    "birth_month": None,
    "birth_day": None,
    "birth_calendar": "",
    "birth_precision": Suspect.Precision.UNKNOWN,
    "birth_is_approximate": False,
    "birth_notes": [],
    "nationality": "",
    "role": Suspect.Role.UNKNOWN,
    "remarks": "",
    "photo": "",
    "photo_sha256": "",
    "import_fingerprint": "",
    "handling_h3": "",
    "source_grade": SourceGrade.X,
    "information_grade": InformationGrade.FOUR,
    "statement_kind": StatementKind.FACT,
}
# What says something of the record alone. Where it comes from and whom it is kept from go on to rule who sees it.
NOT_PERSONAL: Final = frozenset(
    {"id", "uuid", "case", "number", "category", "is_contested", "is_limited", "erased_at", "import_run"}
    | {"import_row", "recorded_at", "updated_at", "version"}
    | {"originator", "level", "withheld", "contributed_to", "contributed_case", "handling_h1", "handling_h2"}
)


@dataclass(slots=True)
class Erased:
    """What went: counts by kind, and the names of files that are to be removed once it is certain."""

    counts: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


def erase_person(suspect: Suspect, actor: User) -> Erased:
    """Blank a locked person, the documents and all past states of both, and destroy the person's key."""
    past: Any = Suspect.history
    states = past.filter(id=suspect.pk)
    done = Erased(files={name for name in states.values_list("photo", flat=True) if name})
    papers_past: Any = IdentityDocument.history
    documents = list(IdentityDocument.objects.filter(suspect=suspect).order_by("pk"))
    for document in documents:
        # Before the past is blanked: a deletion writes one more past state.
        delete_as(document, actor=actor, reason=ERASED)
    done.counts = {
        "documents": len(documents),
        "photographs": len(done.files),
        "past_states": states.update(**PERSONAL, history_change_reason=None)
        + papers_past.filter(suspect_id=suspect.pk).update(
            number_sealed=b"", issuing_country="", history_change_reason=None
        ),
        "keys": destroy_keys([suspect.uuid]),
    }
    drop_entry(kind=SearchEntry.Kind.SUSPECT, object_uuid=suspect.uuid)
    put_marks(case_id=suspect.case_id, object_uuid=suspect.uuid, marks=[])
    for name, value in PERSONAL.items():
        setattr(suspect, name, value)
    suspect.erased_at = timezone.now()
    save_changed(suspect, actor=actor, reason=ERASED)
    return done


def erase_informant(informant: Informant, actor: User) -> Erased:
    """Blank a locked informant and all past states, and destroy the informant's key."""
    past: Any = Informant.history
    blank = {"code_name": "", "identity_sealed": b"", "contact_sealed": b""}
    done = Erased(
        counts={
            "past_states": past.filter(id=informant.pk).update(**blank, history_change_reason=None),
            "keys": destroy_keys([informant.uuid]),
        }
    )
    for name, value in blank.items():
        setattr(informant, name, value)
    informant.erased_at = timezone.now()
    save_as(informant, actor=actor, reason=ERASED)
    return done
