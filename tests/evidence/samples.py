"""Exhibits for tests; all invented."""

from __future__ import annotations

import io
import itertools
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services import ExhibitDetails, add_item, upload_file

_numbers = itertools.count(1)


def exhibit(actor: User, case: Case, number: str = "", **fields: Any) -> EvidenceItem:
    """Return an exhibit added by ``actor``."""
    details = ExhibitDetails(
        **{"exhibit_number": number or f"T-{next(_numbers)}", "kind": EvidenceItem.Kind.FILE, **fields}
    )
    return add_item(actor=actor, case_id=case.uuid, details=details)


def with_file(
    actor: User, case: Case, content: bytes = b"invented content", name: str = "chat.txt"
) -> EvidenceItem:
    """Return an exhibit with a file."""
    item = exhibit(actor, case)
    return upload_file(actor=actor, item_id=item.uuid, file=io.BytesIO(content), name=name)


def uploaded(name: str, content: bytes = b"invented content") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content)
