"""Lists of requests, and one request in reading order."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from lmc_cases.accounts.models import User
from lmc_cases.cases.frame import case_frame
from lmc_cases.cases.models import Level
from lmc_cases.core.keyset import Cursor, first_page, page_link
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.viewer import officer_of
from lmc_cases.handovers.list_forms import RequestFilter
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.procedures import ASKED, PAPERS, PROFILES
from lmc_cases.handovers.services import reading
from lmc_cases.handovers.services.checking import side_of
from lmc_cases.handovers.services.checking_many import Together, waiting_together
from lmc_cases.handovers.services.clocks import clocks_of, earliest_clocks, has_unknown_clock
from lmc_cases.handovers.services.completeness import completeness_of
from lmc_cases.handovers.services.count_lines import lines_of
from lmc_cases.handovers.services.drafting import may_ask_from, may_offer_from
from lmc_cases.handovers.services.exporting import export_requests
from lmc_cases.handovers.services.extending import may_extend
from lmc_cases.handovers.services.giving import may_give_papers
from lmc_cases.handovers.services.instruments import KINDS
from lmc_cases.handovers.services.left_out import left_out_of
from lmc_cases.handovers.services.standing import standings_among
from lmc_cases.handovers.services.stated import stated_in
from lmc_cases.handovers.services.stating import may_state
from lmc_cases.handovers.services.thread import open_questions_of, unread_count
from lmc_cases.handovers.sheets import sheet_of_requests
from lmc_cases.handovers.states import CHECKABLE, DISCLOSED, OF_COMPETING, OF_CROSSINGS, possible_steps
from lmc_cases.handovers.tables import HandoverTable
from lmc_cases.handovers.tones import tone_of
from lmc_cases.handovers.wording import confidence_words, in_force_words

QUIET_ACTS = ("leave", "release", "withdraw")


def _runs_url(chosen: dict[str, Any]) -> str:
    """Return where dossiers of all listed requests are asked for; "" under a filter that a run does not know."""
    held = {name: value for name, value in chosen.items() if value}
    if held.keys() - {"status", "procedure"}:
        return ""
    return f"{reverse('dossiers:run_start')}?{urlencode(held)}"


class HandoverList(ExportedList, TemplateView):
    """Every request the officer may see, the last changed first."""

    template_name = "handovers/list.html"
    list_title = gettext_lazy("Handover requests")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One slice and the filter."""
        asked = self.request.GET
        form = RequestFilter(asked)
        chosen = form.chosen
        before = Cursor.decode(asked.get("before"))
        page = reading.page_of_requests(officer_of(self.request), before=before, **chosen)
        return super().get_context_data(
            table=HandoverTable(page.rows, clocks=earliest_clocks(page.rows)),
            rows=page.rows,
            form=form,
            is_filtered=any(chosen.values()),
            runs_url=_runs_url(chosen),
            newer=first_page(asked) if before is not None else "",
            older=page_link(asked, "before", page.older),
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """Every request under the filter."""
        asked = RequestFilter(self.request.GET).chosen
        return sheet_of_requests("handovers", *export_requests(actor=officer_of(self.request), **asked))


class HandoversOfCase(ExportedList, TemplateView):
    """The tab of a case."""

    template_name = "handovers/of_case.html"
    list_title = gettext_lazy("Handover requests of a case")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The requests about this case that the officer may see."""
        user = officer_of(self.request)
        frame = case_frame(user, self.kwargs["case_uuid"], "handovers", at_least=Level.FULL)
        form = RequestFilter(self.request.GET)
        chosen = form.chosen
        before = Cursor.decode(self.request.GET.get("before"))
        page = reading.page_of_requests(user, before=before, case=frame["case"], **chosen)
        return super().get_context_data(
            table=HandoverTable(page.rows, clocks=earliest_clocks(page.rows)),
            rows=page.rows,
            may_ask=may_ask_from(user, frame["case"]),
            may_offer=may_offer_from(user, frame["case"]),
            filter_form=form,
            is_filtered=any(chosen.values()),
            newer=first_page(self.request.GET) if before is not None else "",
            older=page_link(self.request.GET, "before", page.older),
            **frame,
            **kwargs,
        )

    def sheet(self) -> Sheet:
        """All of the case under the filter; 404 and the reason for reading as for the page."""
        user = officer_of(self.request)
        case = case_frame(user, self.kwargs["case_uuid"], "handovers", at_least=Level.FULL)["case"]
        asked = RequestFilter(self.request.GET).chosen
        name = f"{case.reference.lower()}-handovers"
        return sheet_of_requests(name, *export_requests(actor=user, case=case, **asked))


class HandoverPage(TemplateView):
    """One request: status, parties, persons, legal basis, facts, what can be done, what happened."""

    template_name = "handovers/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Load through the rule; the consultation is recorded."""
        user = officer_of(self.request)
        try:
            handover = reading.consult_request(actor=user, handover_id=self.kwargs["uuid"])
        except HandoverRequest.DoesNotExist:
            raise Http404 from None
        steps = possible_steps(user, handover)
        acts = [step.act for step in steps if step.act not in OF_CROSSINGS | OF_COMPETING]
        main_act = next((step.act for step in steps if handover.status in step.carries_on_from), "")
        law = instrument_shown(handover)
        asked = self.request.GET
        after, text = number_in(asked.get("after", "")), asked.get("q", "")
        subjects, more = reading.page_of_persons(user, handover, text=text, after=after)
        persons = reading.persons_of(user, handover, subjects=subjects)
        return super().get_context_data(
            person_text=text,
            # A search stays while its pages are turned; a short list needs none.
            is_long=bool(text or after or more),
            first=f"?{urlencode({'q': text})}#persons" if after else "",
            more=f"?{urlencode({'q': text, 'after': more})}#persons" if more else "",
            together=checks_together(user, handover),
            handover=handover,
            requesting_label=_("Receiving country") if handover.is_offer else _("Requesting country"),
            requested_label=_("Sending country") if handover.is_offer else _("Requested country"),
            profile=PROFILES[handover.procedure],
            papers=[PAPERS[code] for code in PROFILES[handover.procedure].papers],
            tone=tone_of(handover.status),
            persons=persons,
            count_lines=lines_of(user, handover, persons),
            cleared={person.subject.pk for person in standings_among(subjects) if person.is_cleared},
            checks_begun=handover.status in CHECKABLE or handover.status in DISCLOSED,
            happenings=reading.happenings_of(user, handover),
            clocks=clocks_of(handover),
            has_unknown_clock=has_unknown_clock(handover),
            may_extend=may_extend(user, handover),
            completeness=completeness_of(user, handover),
            may_give=may_give_papers(user, handover),
            stated=stated_in(user, handover, persons),
            may_state=may_state(user, handover),
            notes=reading.notes_of(user, handover),
            questions=open_questions_of(user, handover),
            unread=unread_count(user, handover),
            may_note=may_note(user, handover),
            acts=[act for act in acts if act != main_act and act not in QUIET_ACTS],
            quiet_acts=[act for act in acts if act in QUIET_ACTS],
            main_act=main_act,
            may_split=any(step.act in OF_CROSSINGS for step in steps),
            law=law,
            disclosed=handover.disclosed,
            has_documents=handover.procedure in ASKED or bool(handover.disclosed.get("exhibits")),
            left_out=left_out_of(user, handover),
            case_is_open=reading.case_is_open(user, handover),
            legal_notice=law is not None,
            **kwargs,
        )


def number_in(text: str) -> int:
    """Read a position of an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def checks_together(user: User, handover: HandoverRequest) -> list[Together]:
    """Return the checks the officer may record for several persons at once."""
    if handover.status not in CHECKABLE or not may_note(user, handover):
        return []
    return [each for each in waiting_together(user, handover) if each.persons > 1]


def may_note(user: User, handover: HandoverRequest) -> bool:
    """Whether the officer writes notes for one of the sides."""
    try:
        side_of(user, handover)
    except HandoverRequest.DoesNotExist:
        return False
    return True


def instrument_shown(handover: HandoverRequest) -> dict[str, str] | None:
    """Return the instrument as frozen with the approval, before that as it stands, in words."""
    frozen = handover.disclosed.get("instrument")
    row = handover.instrument
    if frozen is None and row is None:
        return None
    cells = frozen or {
        "title": row.title if row else "",
        "kind": row.kind if row else "",
        "in_force": row.in_force if row else "",
        "source": row.source if row else "",
        "confidence": row.confidence if row else "",
    }
    return {
        "title": cells["title"],
        "kind": str(KINDS.get(cells["kind"], cells["kind"])),
        "in_force": in_force_words(cells["in_force"]),
        "source": cells["source"],
        "confidence": confidence_words(cells["confidence"]),
    }


class HandoverWhy(TemplateView):
    """Why the officer can see a request: a request and its dossiers are co-owned by both countries."""

    template_name = "cases/why_party.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it through the rule; the question is recorded."""
        user = officer_of(self.request)
        rows = HandoverRequest.objects.visible_to(user).select_related("requesting", "requested", "case")
        handover = rows.filter(uuid=self.kwargs["uuid"]).first()
        if handover is None:
            raise Http404
        return super().get_context_data(
            reference=handover.reference,
            reasons=reading.ask_why(actor=user, handover=handover),
            is_shared_for_good=True,
            back_url=reverse("handovers:detail", args=[handover.uuid]),
            **kwargs,
        )
