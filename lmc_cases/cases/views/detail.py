"""One case: what it says, and what changed in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.views.generic import TemplateView

from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Case, CaseDetail, CaseNote, CaseText, Level, Operation, TimelineEntry
from lmc_cases.cases.services.casework import consult_case
from lmc_cases.cases.services.choices import may_request_handover
from lmc_cases.cases.services.history import changes_of
from lmc_cases.cases.services.texts import ShownText, texts_of_case
from lmc_cases.cases.views.base import officer_of
from lmc_cases.core.display import babel_locale

TIMELINE_SHOWN = 200
NOTES_SHOWN = 100


class CaseOverview(TemplateView):
    """What the officer's level shows of a case, in the officer's language where it exists."""

    template_name = "cases/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read each part through its own rule; the consultation is recorded."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.kwargs["uuid"], "overview", notes_all=True)
        case: Case = frame["case"]
        consult_case(actor=actor, case=case, level=frame["level"], part="overview")
        language = self.request.GET.get("language", "")
        wanted = language if language in dict(settings.LANGUAGES) else get_language() or "en"
        texts = texts_of_case(actor, case.pk, wanted)
        detail = (
            CaseDetail.objects.visible_to(actor)
            .filter(case=case)
            .select_related("lead_officer", "border_point")
            .first()
        )
        may_edit = "EDIT" in frame["rights"] and case.status != Case.Status.CLOSED
        timeline = (
            TimelineEntry.objects.visible_to(actor)
            .filter(case=case)
            .select_related("author")
            .order_by("happened_at", "pk")[:TIMELINE_SHOWN]
        )
        return super().get_context_data(
            **{
                **frame,
                "detail": detail,
                "operation": Operation.objects.visible_to(actor).filter(pk=detail.operation_id).first()
                if detail is not None and detail.operation_id is not None
                else None,
                "loss": _money(detail),
                "texts": [
                    _part(case, kind, texts.get(kind), wanted, may_edit) for kind in _kinds(frame["level"])
                ],
                "may_edit": may_edit,
                "may_request": frame["level"] >= Level.FULL
                and not frame["is_own"]
                and may_request_handover(actor),
                "timeline": timeline,
                "notes": CaseNote.objects.visible_to(actor)
                .filter(case=case)
                .select_related("author")
                .order_by("-written_at", "-pk")[:NOTES_SHOWN],
                **kwargs,
            }
        )


class CaseHistory(TemplateView):
    """What changed, newest first; for the own country only."""

    template_name = "cases/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it through the rule; a recipient sees what stands, not how it came to be."""
        actor = officer_of(self.request)
        frame = case_frame(actor, self.kwargs["uuid"], "history", at_least=Level.FULL)
        if not frame["is_own"]:
            raise Http404
        consult_case(actor=actor, case=frame["case"], level=frame["level"], part="history")
        changes, has_more = changes_of(actor=actor, case=frame["case"])
        return super().get_context_data(**frame, changes=changes, has_more=has_more, **kwargs)


def _kinds(level: Level) -> list[CaseText.Kind]:
    return [kind for kind in CaseText.Kind if CaseText.LEVEL_OF_KIND[kind] <= level]


def _part(
    case: Case, kind: CaseText.Kind, text: ShownText | None, wanted: str, may_edit: bool
) -> dict[str, Any]:
    """Return one text with the ways from it: other languages, editing, translating."""
    written = text.languages if text else ()
    page = reverse("cases:detail", args=[case.uuid])

    def editor(language: str) -> str:
        return reverse("cases:text", args=[case.uuid, kind.value, language])

    return {
        "kind": kind,
        "label": kind.label,
        "text": text,
        "others": [
            (code, f"{page}?language={code}#texts") for code in written if text and code != text.language
        ],
        "edit_url": editor(text.language if text else wanted) if may_edit else "",
        "check_url": reverse("cases:text_check", args=[case.uuid, kind.value, text.language])
        if may_edit and text and text.kind == "translation"
        else "",
        "translations": [(code, editor(code)) for code, _name in settings.LANGUAGES if code not in written]
        if may_edit and text
        else [],
    }


def _money(detail: CaseDetail | None) -> str:
    """Write the loss with the reader's separators and the currency's code, which no country reads wrongly."""
    if detail is None or detail.loss_amount is None:
        return ""
    amount: Decimal = detail.loss_amount
    written: str = format_decimal(amount, format="#,##0.00", locale=babel_locale())
    return f"{written} {detail.loss_currency}"
