"""Dossiers for a crossing: of the requests it carries out, and before all others."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from lmc_cases.core.errors import InvalidInput
from lmc_cases.crossings.models import Crossing
from lmc_cases.dossiers.models import Priority, Scope
from lmc_cases.dossiers.services import runs
from lmc_cases.dossiers.services.scopes import Asked, requests_asked
from tests.cases.browsing import signed_in, words
from tests.crossings.samples import Ready, ready

pytestmark = pytest.mark.django_db


def test_both_sides_start_a_run_of_their_crossing_and_nobody_else(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False
    r: Ready = ready()
    crossing = r.seated()
    asked = Asked(Scope.CROSSING, crossing.uuid)
    for actor in (r.thai, r.chinese):
        found = requests_asked(actor, asked)
        assert (found.requests, found.reference) == ((r.handover.pk,), crossing.reference)
        run = runs.start_run(actor=actor, asked=asked, languages=["th"])
        assert (run.priority, run.scope_reference) == (Priority.CROSSING, crossing.reference)
    with pytest.raises(InvalidInput):
        runs.start_run(actor=r.thai, asked=asked, languages=["th"], priority=7)
    for actor, uuid in ((r.w.viet, crossing.uuid), (r.thai, uuid4())):
        with pytest.raises(Crossing.DoesNotExist):
            requests_asked(actor, Asked(Scope.CROSSING, uuid))

    client = signed_in(r.thai)
    start = f"{reverse('dossiers:run_start')}?crossing={crossing.uuid}"
    page = client.get(reverse("crossings:detail", args=[crossing.uuid])).content.decode()
    assert f'href="{start}"' in page
    asked_page = client.get(start)
    assert "1 request has a dossier." in words(asked_page)
    assert "First: for a crossing" in words(asked_page)
    assert "First: for a crossing" not in words(client.get(reverse("dossiers:run_start")))
    assert signed_in(r.w.viet).get(start).status_code == 404
