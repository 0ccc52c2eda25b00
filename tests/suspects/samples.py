"""People and pictures for tests; all invented."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services import PersonDetails, add_suspect


def person(actor: User, case: Case, name: str = "นายสมมติ ตัวอย่าง", **fields: Any) -> Suspect:
    """Return a person added by ``actor``."""
    return add_suspect(actor=actor, case_id=case.uuid, details=PersonDetails(name_original=name, **fields))


def picture(
    size: tuple[int, int] = (1200, 1600), form: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """Return an encoded picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 0) if mode == "RGBA" else "red").save(out, form, **options)
    return out.getvalue()
