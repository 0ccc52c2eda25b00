"""Officers in front of the finished main job, and the addresses of its main pages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, Page

from lmc_cases.cases.models import Case
from lmc_cases.config.demo import world as demo_world
from lmc_cases.dossiers.models import Dossier
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.exports.models import ListExport
from lmc_cases.exports.services.asking import owe_list
from lmc_cases.exports.services.making import make_owed_list
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect

# As an anonymous visitor.
NOBODY = ""
# Who reads a page, where it is not the officer who opened the case.
READERS = {"sign-in": NOBODY, "audit": "auditor.th"}


class World:
    """The case of the main job, where it is served, and who looks at it."""

    def __init__(self, url: str, reference: str) -> None:
        self.url = url
        self.officer = demo_world.officer("liaison.th")
        with acting_as(self.officer):
            self.case = Case.objects.visible_to(self.officer).get(reference=reference)

    @cached_property
    def person(self) -> Suspect:
        """A suspect with a photograph."""
        with acting_as(self.officer):
            people = Suspect.objects.visible_to(self.officer).filter(case=self.case)
            return people.exclude(photo="").earliest("number")

    @cached_property
    def dossier(self) -> Dossier:
        """The dossier in Thai."""
        with acting_as(self.officer):
            dossiers = Dossier.objects.visible_to(self.officer).select_related("handover")
            return dossiers.get(handover__case=self.case, language="th")

    @cached_property
    def exhibit(self) -> EvidenceItem:
        """An exhibit with a file."""
        with acting_as(self.officer):
            items = EvidenceItem.objects.visible_to(self.officer).filter(case=self.case)
            return items.exclude(sha256="").earliest("pk")

    @cached_property
    def file(self) -> ListExport:
        """A list made as a file."""
        path = f"/cases/{self.case.uuid}/suspects/"
        owed = owe_list(actor=self.officer, path=path, query="", kind="xlsx", view="suspects:list")
        make_owed_list(job_id=owed.pk)
        return owed

    @cached_property
    def pages(self) -> dict[str, str]:
        """Address by name. ``READERS`` says who reads it."""
        case = f"/cases/{self.case.uuid}/"
        return {
            "home": "/",
            "cases": "/cases/",
            "overview": case,
            "suspects": f"{case}suspects/",
            "person": f"{case}suspects/{self.person.uuid}/",
            "evidence": f"{case}evidence/",
            "sharing": f"{case}sharing/",
            "handover": f"/handovers/{self.dossier.handover.uuid}/",
            "dossier": f"/dossiers/{self.dossier.uuid}/",
            "law of a country": "/law/countries/TH/",
            "law of a pair": "/law/pairs/CN/TH/",
            "imports": "/imports/",
            "file": f"/exports/{self.file.uuid}/",
            "files": "/exports/",
            "audit": "/audit/",
            "sign-in": "/sign-in/login/",
        }

    @contextlib.contextmanager
    def visit(self, browser: Browser, key: str, *, width: int = 1280, **options: Any) -> Iterator[Page]:
        """Give an officer of the demo, or nobody, a window of the own."""
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(60_000)
        try:
            if key != NOBODY:
                session = Client()
                session.force_login(demo_world.officer(key))
                value = session.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": value, "url": self.url}])
            yield context.new_page()
        finally:
            context.close()
