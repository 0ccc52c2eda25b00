"""Reference data over the REST API: countries, agencies, typologies, legal instruments. The same for every account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import models
from rest_framework import serializers

from lmc_cases.core.api_views import KnownText, ListQuery, Out, ReadOnly, page_along
from lmc_cases.core.keyset import Page
from lmc_cases.jurisdictions.models import Agency, Jurisdiction, LegalInstrument, Typology
from lmc_cases.jurisdictions.models.versions import LawRows


class Sourced(Out):
    """What a row of reference data says of itself. ``null`` is not known, never "none"."""

    # The framework takes fields out of the class: its own attribute of this name is left alone.
    source = KnownText(help_text="Where the row was taken from.")  # type: ignore[assignment]
    confidence = KnownText(help_text="How sure the source is, e.g. `verified` or `general-knowledge`.")
    reviewed_by_lawyer = serializers.SerializerMethodField(
        help_text="Always false: no row has been reviewed."
    )

    def get_fields(self) -> dict[str, Any]:
        """Put what names the row first, and where it is from last."""
        fields = super().get_fields()
        for name in ("source", "confidence", "reviewed_by_lawyer"):
            fields[name] = fields.pop(name)
        return fields

    def get_reviewed_by_lawyer(self, row: Any) -> bool:
        """No row has been."""
        return False


class JurisdictionOut(Sourced):
    """A country."""

    uuid = serializers.UUIDField()
    code = serializers.CharField(help_text="ISO 3166-1 code of two letters.")
    name = serializers.CharField(help_text="In the language of the answer.")
    name_en = serializers.CharField()
    official_name_en = KnownText()
    name_local = KnownText()
    is_lmc_member = serializers.BooleanField()
    languages = serializers.SerializerMethodField(
        help_text="Codes; the language of the country's papers first."
    )
    time_zone = serializers.CharField()
    calendar = serializers.CharField()
    currency = serializers.CharField()
    central_authority_mla = KnownText(help_text="Central authority for mutual legal assistance.")
    central_authority_extradition = KnownText(help_text="Central authority for extradition.")
    police_agency = KnownText()
    fiu = KnownText(help_text="Financial intelligence unit.")
    notes = KnownText()
    last_checked_on = serializers.DateField(allow_null=True)

    def get_languages(self, row: Jurisdiction) -> list[str]:
        """Split the stored list."""
        return [code.strip() for code in row.languages.split("|") if code.strip()]


class AgencyOut(Sourced):
    """A police, prosecution or justice body."""

    uuid = serializers.UUIDField()
    code = serializers.CharField()
    country = serializers.CharField(source="jurisdiction.code")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agency.Kind.choices)
    is_demo = serializers.BooleanField(help_text="Invented for the demonstration.")


class TypologyOut(Sourced):
    """A kind of fraud, gambling or trafficking."""

    uuid = serializers.UUIDField()
    code = serializers.CharField()
    group = serializers.CharField()
    label = serializers.CharField(help_text="In the language of the answer.")  # type: ignore[assignment]
    label_en = serializers.CharField()
    description_en = KnownText()
    indicators_en = KnownText()


class LegalInstrumentOut(Sourced):
    """A treaty or law under which persons are handed over or evidence is given."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.CharField()
    parties = serializers.SerializerMethodField(help_text="Country codes.")
    parties_text = KnownText(help_text="The parties as the source names them.")
    signed = KnownText()
    in_force = KnownText()
    extradition_threshold_operator = KnownText()
    extradition_threshold_years = KnownText()
    remaining_sentence_months = KnownText()
    provisional_arrest_days = KnownText()
    nationals_rule = KnownText()
    request_language = KnownText()
    prevailing_language = KnownText(help_text="Which text decides in doubt; `null` where it is not known.")
    key_articles = KnownText()
    notes = KnownText()
    last_checked_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField(help_text="A change makes a new version with a uuid of its own.")
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    verified_by = serializers.CharField(
        source="verified_by.code",
        default=None,
        allow_null=True,
        help_text="Code of the country whose officers checked it.",
    )
    verified_on = serializers.DateField(allow_null=True)

    def get_parties(self, row: LegalInstrument) -> list[str]:
        """Codes of the countries, sorted; read with the page."""
        return sorted(country.code for country in row.parties.all())


class OfCountryQuery(ListQuery):
    """Parameters of lists that a country narrows."""

    country = serializers.CharField(required=False, max_length=2, help_text="Country code.")


class Reference(ReadOnly):
    """Rows of reference data, in the order they were loaded."""

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return a page in loading order."""
        return page_along(self.narrowed(self.get_queryset(), query), "pk", query)

    def narrowed(self, rows: models.QuerySet[Any], query: Mapping[str, Any]) -> models.QuerySet[Any]:
        """Apply the filters of the query; none here."""
        return rows


class Jurisdictions(Reference):
    """Countries, with their central authorities."""

    model = Jurisdiction
    serializer_class = JurisdictionOut


class Agencies(Reference):
    """Agencies, also those invented for the demonstration."""

    model = Agency
    serializer_class = AgencyOut
    query_class = OfCountryQuery

    def get_queryset(self) -> models.QuerySet[Any]:
        """Read the country with the agency."""
        return super().get_queryset().select_related("jurisdiction")

    def narrowed(self, rows: models.QuerySet[Any], query: Mapping[str, Any]) -> models.QuerySet[Any]:
        """Keep the agencies of one country."""
        return rows.filter(jurisdiction__code=query["country"].upper()) if "country" in query else rows


class Typologies(Reference):
    """Kinds of crime, as investigators name them."""

    model = Typology
    serializer_class = TypologyOut


class LegalInstruments(Reference):
    """Treaties and laws, with source and confidence. None has been reviewed by a lawyer."""

    model = LegalInstrument
    serializer_class = LegalInstrumentOut
    query_class = OfCountryQuery

    def get_queryset(self) -> models.QuerySet[Any]:
        """Read the parties with the page."""
        return super().get_queryset().select_related("verified_by").prefetch_related("parties")

    def narrowed(self, rows: models.QuerySet[Any], query: Mapping[str, Any]) -> models.QuerySet[Any]:
        """Keep the last version of each, and the instruments one country is party to."""
        rows = cast("LawRows[LegalInstrument]", rows).newest()
        return rows.filter(parties__code=query["country"].upper()) if "country" in query else rows
