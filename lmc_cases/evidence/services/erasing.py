"""Take the content of an exhibit away: a step of an erasure that names the exhibit. What it was stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lmc_cases.core.history import save_as
from lmc_cases.evidence.models import EvidenceItem

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def erase_content(item: EvidenceItem, actor: User) -> set[str]:
    """Take the file off a locked exhibit and return the names to remove once it is certain, past files too.

    Number, checksum and custody stay: they prove what there was, and say nothing of a person.
    """
    past: Any = EvidenceItem.history
    states = past.filter(id=item.pk)
    names = {name for name in states.values_list("file", flat=True) if name}
    states.update(file="", file_name="")
    item.file = None
    item.file_name = ""
    item.scan_status = EvidenceItem.ScanStatus.NO_FILE
    item.version += 1
    item.updated_at = timezone.now()
    save_as(item, actor=actor, reason="erased")
    return names
