"""What a share can name of the exhibits of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmc_cases.cases.models import Case, CaseShareItem
from lmc_cases.cases.services.sharing.items import ItemSource, register
from lmc_cases.evidence.models import EvidenceItem

if TYPE_CHECKING:
    from django.db import models

    from lmc_cases.accounts.models import User

LABEL_CHARACTERS = 80


def register_exhibits() -> None:
    """Make the exhibits of a case known to the forms of sharing."""
    register(ItemSource(CaseShareItem.Kind.EVIDENCE, _exhibits, _label, _number))


def _exhibits(user: User, case: Case) -> models.QuerySet[EvidenceItem]:
    return EvidenceItem.objects.visible_to(user).filter(case=case).order_by("pk")


def _label(item: EvidenceItem) -> str:
    described = item.description or str(item.get_kind_display())
    short = described if len(described) <= LABEL_CHARACTERS else f"{described[:LABEL_CHARACTERS]}…"
    return f"{item.exhibit_number} · {short}"


def _number(item: EvidenceItem) -> str:
    return item.exhibit_number
