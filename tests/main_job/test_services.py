"""The main job through the services, with a real worker and broker, and the dossiers read back."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHINESE, THAI = "虚构案件：湄索—妙瓦底电信投资诈骗团伙", "คดีสมมติ: เครือข่ายหลอกลงทุนทางโทรศัพท์ แม่สอด–เมียวดี"


def text_of(path: Path) -> str:
    """Return the text of a PDF, as Poppler reads it."""
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.django_db(transaction=True)
def test_a_case_travels_from_a_thai_officer_to_a_chinese_prosecutor(
    worker: Any, settings: Any, tmp_path: Path
) -> None:
    from lmc_cases.audit.models import AuditEvent
    from lmc_cases.cases.models import Case
    from lmc_cases.cases.services import visibility
    from lmc_cases.config.demo import main_job, world
    from lmc_cases.dossiers.models import Dossier
    from lmc_cases.evidence.models import EvidenceItem
    from lmc_cases.jurisdictions.access import acting_as
    from lmc_cases.suspects.models import Suspect

    settings.DEMO = True
    world.build()
    lines: list[str] = []
    outcome = main_job.run(say=lines.append, folder=tmp_path)

    closing = re.fullmatch(
        r"demo: case=(TH-\d{4}-\d{6}) dossier=(\S+),(\S+) pages=(\d+),(\d+) "
        r"sha256=([0-9a-f]{64}),([0-9a-f]{64}) languages=zh-hans,th",
        outcome.line(),
    )
    assert closing is not None
    for index, (mark, words) in enumerate([(CHINESE, "王建明"), (THAI, "ไทย")]):
        path = Path(closing.group(2 + index))
        assert hashlib.sha256(path.read_bytes()).hexdigest() == closing.group(6 + index)
        text = text_of(path)
        assert "".join(mark.split()) in "".join(text.split())
        assert words in text
    prosecutor, viet = world.officer("prosecutor.cn"), world.officer("liaison.vn")
    # Outside a request nothing is seen but by somebody: each reads in a transaction of their own.
    with acting_as(prosecutor):
        case = Case.objects.visible_to(prosecutor).get(reference=closing.group(1))
        assert Suspect.objects.visible_to(prosecutor).filter(case=case).count() == 44
        assert EvidenceItem.objects.visible_to(prosecutor).exclude(sha256="").filter(case=case).count() == 3
    with acting_as(viet):
        assert not Case.objects.visible_to(viet).filter(pk=case.pk).exists()
        assert not Dossier.objects.visible_to(viet).exists()
    auditor = world.officer("auditor.th")
    with acting_as(auditor):
        abroad = AuditEvent.objects.visible_to(auditor).filter(actor_country__code="CN")
        assert {"handover.submitted", "case.reason_given", "dossier.downloaded"} <= set(
            abroad.values_list("verb", flat=True)
        )
    assert visibility.drift().is_none

    again = main_job.run(say=lines.append, folder=tmp_path)
    assert again == outcome, "a second run reports the same dossiers and makes no new case"
