"""What holds: countries, pairs of countries, one row with its versions. For every officer, to read."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from lmc_cases.core.viewer import officer_of
from lmc_cases.jurisdictions.access import Action, may
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.jurisdictions.services import all_countries
from lmc_cases.law.forms import PairForm
from lmc_cases.law.kinds import BY_CODE, owners_of, shown
from lmc_cases.law.models import LawProposal
from lmc_cases.law.services import proposing, reading


class LawHome(TemplateView):
    """The countries, and the way to a pair of them."""

    template_name = "law/home.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A pair that was chosen leads to its page."""
        self.form = PairForm(request.GET if "asking" in request.GET else None, countries=all_countries())
        if self.form.is_bound and self.form.is_valid():
            asking, asked = self.form.cleaned_data["asking"], self.form.cleaned_data["asked"]
            if asking == asked:
                return redirect("law:country", code=asked)
            return redirect("law:pair", asking=asking, asked=asked)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All of them, by code."""
        return super().get_context_data(
            countries=all_countries(),
            form=self.form,
            keeps_law=may(officer_of(self.request), Action.EDIT_LAW),
            legal_notice=True,
            **kwargs,
        )


class CountryLaw(TemplateView):
    """All rows of one country's law, grouped."""

    template_name = "law/country.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A country nobody entered does not exist."""
        country = _country(self.kwargs["code"])
        groups, others = reading.country_profile(country)
        return super().get_context_data(
            country=country,
            groups=groups,
            others=others,
            neighbours=[each for each in all_countries() if each.pk != country.pk],
            keeps_law=proposing.keeps_law_of(officer_of(self.request), country),
            legal_notice=True,
            **kwargs,
        )


class PairLaw(TemplateView):
    """What holds where one country asks another."""

    template_name = "law/pair.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Two different countries."""
        asking, asked = _country(self.kwargs["asking"]), _country(self.kwargs["asked"])
        if asking.pk == asked.pk:
            raise Http404
        offers, sides, facts = reading.pair_profile(asking, asked)
        shown_now = {"asking": asking, "asked": asked, "offers": offers, "sides": sides, "facts": facts}
        return super().get_context_data(**{**kwargs, **shown_now}, legal_notice=True)


class RowPage(TemplateView):
    """One row of law: its cells, source, who verified it and when, its versions."""

    template_name = "law/row.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All versions, the newest first."""
        user = officer_of(self.request)
        try:
            versions = reading.versions_of(self.kwargs["kind"], self.kwargs["line"])
        except LawProposal.DoesNotExist:
            raise Http404 from None
        newest = versions[0]
        owners = owners_of(newest)
        rows = LawProposal.objects.visible_to(user).filter(line=newest.line)
        return super().get_context_data(
            **{**kwargs, "kind": BY_CODE[self.kwargs["kind"]]},
            row=newest,
            shown=shown(newest),
            versions=[(each, reading.cells_of(each), shown(each)) for each in versions],
            owners=owners,
            treaty=getattr(newest, "instrument", None),
            keeps_law=any(proposing.keeps_law_of(user, owner) for owner in owners),
            waiting=next((each for each in rows if each.is_waiting), None),
            kinds_of_treaty=[kind for kind in BY_CODE.values() if kind.of_treaty]
            if self.kwargs["kind"] == "instrument" and len(owners) > 1
            else [],
            legal_notice=True,
        )


def _country(code: str) -> Jurisdiction:
    country = reading.country_of(code)
    if country is None:
        raise Http404
    return country
