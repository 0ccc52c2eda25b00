"""Cases and operations over the REST API: what each level shows, and nothing of what it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.api_parts import CODES_HELP, RESTRICTION_HELP
from lmc_cases.cases.asking import ask_over_api
from lmc_cases.cases.models import (
    Case,
    CaseDetail,
    CaseText,
    Disclosure,
    Level,
    Operation,
    OperationMember,
    TimelineEntry,
)
from lmc_cases.cases.services.casework import consult_case
from lmc_cases.cases.services.ledger import LedgerFilters, page_of_ledger
from lmc_cases.cases.services.listing import (
    OWN,
    SHARED,
    CaseFilters,
    CaseRow,
    own_country_ids,
    page_of_cases,
)
from lmc_cases.cases.services.operations import consult_operation, totals_for
from lmc_cases.cases.services.texts import texts_for
from lmc_cases.core.api_views import KnownText, ListQuery, Moment, Out, ReadOnly, page_along
from lmc_cases.core.keyset import Page
from lmc_cases.jurisdictions.models import Jurisdiction, Typology

# Codes of the levels: names, because the numbers behind them are ours.
LEVELS: Final = [(level.name.lower(), str(level.name.capitalize())) for level in Level]
SUMMARY_ON: Final = "From the level `summary` on."
FULL_ONLY: Final = "At the level `full` only."


class TitleOut(Out):
    """A title in the language of the answer, else the original."""

    text = serializers.CharField()
    language = serializers.CharField()
    kind = serializers.ChoiceField(
        choices=[
            ("original", "Original"),
            ("translation", "Translation"),
            ("missing", "Original, not translated"),
        ]
    )


class CaseTextOut(Out):
    """A title, summary or statement of facts in one language: the original, or a translation of it."""

    kind = serializers.ChoiceField(choices=CaseText.Kind.choices)
    language = serializers.CharField()
    text = serializers.CharField()
    is_original = serializers.BooleanField()
    translator = KnownText(help_text="Who translated; `null` for the original.")
    engine = KnownText(help_text="The machine whose words these are; `null` where a person wrote them.")
    status = KnownText(help_text="DRAFT, CHECKED or CERTIFIED; `null` for the original.")
    certificate = KnownText(help_text="Who certified it and by which certificate; `null` where nobody did.")
    version = serializers.IntegerField()
    source_version = serializers.IntegerField(
        allow_null=True,
        help_text="Version of the original that was translated; another one than the original's now is stale.",
    )
    updated_at = Moment()


class TimelineOut(Out):
    """One event of the case."""

    uuid = serializers.UUIDField()
    happened_at = Moment()
    place = KnownText()
    language = serializers.CharField()
    text = serializers.CharField()


class OperationRef(Out):
    """An operation that the viewer sees too."""

    uuid = serializers.UUIDField()
    reference = serializers.CharField()


class LeadOfficerOut(Out):
    """Who leads the case."""

    name = serializers.CharField()
    agency = serializers.CharField(allow_null=True)


class LossOut(Out):
    """A sum of money."""

    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    currency = serializers.CharField(help_text="ISO 4217 code.")


class CaseRowOut(Out):
    """A case as a list shows it."""

    uuid = serializers.UUIDField()
    reference = serializers.CharField()
    owner = serializers.CharField(help_text="Country code of the owner.")
    status = serializers.ChoiceField(choices=Case.Status.choices)
    typology = serializers.CharField(allow_null=True, help_text="Code of the typology.")
    classification = serializers.ChoiceField(choices=Case.Classification.choices)
    handling = serializers.ListField(child=serializers.CharField(), help_text=CODES_HELP)
    restriction = KnownText(help_text=RESTRICTION_HELP)
    level = serializers.ChoiceField(choices=LEVELS, help_text="How much of the case you see.")
    is_own = serializers.BooleanField(help_text="Whether it is a case of your own country.")
    opened_at = Moment()
    updated_at = Moment()
    title = TitleOut(required=False, help_text=SUMMARY_ON)


class CaseOut(CaseRowOut):
    """A case. Fields beyond the viewer's level are absent, not empty."""

    agency = serializers.CharField(help_text="Code of the agency that opened it.")
    version = serializers.IntegerField(help_text="Counts the changes of the case's own fields.")
    texts = CaseTextOut(many=True, required=False, help_text=f"{SUMMARY_ON} Facts only at the level `full`.")
    lead_officer = LeadOfficerOut(required=False, allow_null=True, help_text=SUMMARY_ON)
    operation = OperationRef(
        required=False, allow_null=True, help_text=f"{SUMMARY_ON} `null` also for operations you do not see."
    )
    loss = LossOut(required=False, allow_null=True, help_text=SUMMARY_ON)
    fraud_victims = serializers.IntegerField(
        required=False, allow_null=True, help_text=f"{SUMMARY_ON} How many; `null` where it is not known."
    )
    place = KnownText(required=False, help_text=SUMMARY_ON)
    border_point = KnownText(required=False, help_text=SUMMARY_ON)
    occurred_from = serializers.DateField(required=False, allow_null=True, help_text=SUMMARY_ON)
    occurred_to = serializers.DateField(required=False, allow_null=True, help_text=SUMMARY_ON)
    timeline = TimelineOut(many=True, required=False, help_text=FULL_ONLY)


class CaseQuery(ListQuery):
    """Parameters of the list of cases."""

    status = serializers.ChoiceField(choices=Case.Status.choices, required=False)
    typology = serializers.CharField(required=False, max_length=60, help_text="Code of a typology.")
    owner = serializers.CharField(required=False, max_length=2, help_text="Country code of the owner.")
    at_least = serializers.ChoiceField(choices=LEVELS, required=False, help_text="The least level.")
    whose = serializers.ChoiceField(choices=[(OWN, "Own"), (SHARED, "Shared")], required=False)
    operation = serializers.UUIDField(required=False, help_text="An operation you see.")

    def validate_typology(self, code: str) -> Any:
        """Find the typology."""
        return _row(Typology.objects.visible_to(self.context["viewer"]), code)

    def validate_owner(self, code: str) -> Any:
        """Find the country."""
        return _row(Jurisdiction.objects.visible_to(self.context["viewer"]), code.upper())


class Cases(ReadOnly):
    """Own and shared cases, the last changed first."""

    model = Case
    serializer_class = CaseOut
    row_class = CaseRowOut
    query_class = CaseQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Walk the visibility read model, as the page does."""
        operation = query.get("operation")
        found = page_of_cases(
            self.actor,
            filters=CaseFilters(
                status=query.get("status", ""),
                typology_id=query["typology"].pk if "typology" in query else None,
                owner_id=query["owner"].pk if "owner" in query else None,
                at_least=Level[query["at_least"].upper()] if "at_least" in query else Level.EXISTENCE,
                whose=query.get("whose", ""),
                operation_id=None
                if operation is None
                else Operation.objects.visible_to(self.actor).get(uuid=operation).pk,
            ),
            before=query.get("cursor"),
            size=query["limit"],
        )
        return Page(rows=[_row_shown(row) for row in found.rows], older=found.older)

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record how many cases were shown."""
        record(
            actor=self.actor,
            operation=AuditOperation.CONSULTATION,
            verb="cases.listed",
            codes={"shown": len(page.rows)},
        )

    def consult(self, uuid: UUID) -> dict[str, Any]:
        """Return what the viewer's level shows; the consultation is recorded."""
        case = (
            Case.objects.visible_to(self.actor)
            .with_level_for(self.actor)
            .select_related("owner", "agency", "typology")
            .get(uuid=uuid)
        )
        level = Level(case.level)  # type: ignore[attr-defined]
        ask_over_api(self.request, case)
        consult_case(actor=self.actor, case=case, level=level, part="api")
        is_own = case.owner_id in own_country_ids(self.actor)
        shown = {
            **_existence(case, level, is_own=is_own),
            "agency": case.agency.code,
            "version": case.version,
        }
        if level >= Level.SUMMARY:
            shown |= self._summary(case)
        if level >= Level.FULL:
            entries = TimelineEntry.objects.visible_to(self.actor).filter(case=case)
            shown["timeline"] = entries.order_by("happened_at", "pk")
        return shown

    def _summary(self, case: Case) -> dict[str, Any]:
        """Each part through its own rule: texts say themselves which level they need."""
        texts = CaseText.objects.visible_to(self.actor).filter(case=case)
        detail = (
            CaseDetail.objects.visible_to(self.actor)
            .select_related("lead_officer__agency", "border_point")
            .get(case=case)
        )
        operation = None
        if detail.operation_id is not None:
            operation = Operation.objects.visible_to(self.actor).filter(pk=detail.operation_id).first()
        lead = detail.lead_officer
        return {
            "title": texts_for(self.actor, [case.pk], CaseText.Kind.TITLE)[case.pk],
            "texts": texts.order_by("kind", "-is_original", "language"),
            "lead_officer": lead
            and {"name": lead.full_name, "agency": lead.agency.code if lead.agency else None},
            "operation": operation,
            "loss": None
            if detail.loss_amount is None
            else {"amount": detail.loss_amount, "currency": detail.loss_currency},
            "fraud_victims": detail.fraud_victims,
            "place": detail.place,
            "border_point": detail.border_point.name_en if detail.border_point else "",
            "occurred_from": detail.occurred_from,
            "occurred_to": detail.occurred_to,
        }


class VersionOut(Out):
    """One part of what was shown, and which state of it."""

    of = serializers.CharField(help_text="`case`, `record`, `TITLE/th`, ...; or the public id of a record.")
    version = serializers.CharField(help_text="A version number, a count or a checksum.")


class DisclosureOut(Out):
    """One record that reached one recipient. Entries are never changed or removed."""

    uuid = serializers.UUIDField()
    case = serializers.UUIDField(source="case.uuid")
    kind = serializers.ChoiceField(choices=Disclosure.Kind.choices)
    record = serializers.UUIDField(source="object_uuid", help_text="Public id of the record.")
    reference = serializers.CharField()
    happened_at = Moment()
    path = serializers.ChoiceField(choices=Disclosure.Path.choices, help_text="How it reached the recipient.")
    level = serializers.ChoiceField(choices=LEVELS, source="level_name")
    versions = serializers.SerializerMethodField(help_text="Which state of which part.")
    sha256 = KnownText(help_text="Of a file, photograph or dossier; of the frozen facts of a request.")
    owner = serializers.CharField(source="owner.code", help_text="Country code of the disclosing country.")
    recipient = serializers.CharField(source="recipient.code", help_text="Country code.")
    recipient_agency = serializers.CharField(source="recipient_agency.code", allow_null=True, default=None)
    recipient_officer = serializers.CharField(
        source="recipient_officer.full_name", allow_null=True, default=None
    )
    rule = serializers.ChoiceField(choices=Disclosure.Rule.choices, help_text="What opened it.")
    share = serializers.UUIDField(source="share.uuid", allow_null=True, default=None)
    purpose = KnownText()
    legal_basis = KnownText()
    approval_number = KnownText()
    handling_codes = serializers.ListField(child=serializers.CharField())
    handling_h3 = KnownText(help_text="The words of the code H3.")
    reason_code = serializers.CharField(
        source="reading_reason.code",
        allow_null=True,
        default=None,
        help_text="Why the reader said it was read.",
    )

    @extend_schema_field(VersionOut(many=True))
    def get_versions(self, row: Disclosure) -> Any:
        """Return each part with its state; parts that hold many records one by one."""
        shown = []
        for part, version in row.versions.items():
            if isinstance(version, dict):
                shown += [{"of": key, "version": str(value)} for key, value in version.items()]
            elif isinstance(version, list):
                shown += [{"of": key, "version": ""} for key in version]
            else:
                shown.append({"of": part, "version": str(version)})
        return shown


class DisclosureQuery(ListQuery):
    """Parameters of the disclosure ledger."""

    case = serializers.UUIDField(help_text="A case you see.")
    record = serializers.UUIDField(required=False, help_text="Public id of one record.")
    path = serializers.ChoiceField(choices=Disclosure.Path.choices, required=False)


class Disclosures(ReadOnly):
    """To whom a case was disclosed, newest first. The owner sees every entry, a recipient its own."""

    model = Disclosure
    serializer_class = DisclosureOut
    query_class = DisclosureQuery

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return one page; reading it is recorded with the page."""
        case = Case.objects.visible_to(self.actor).get(uuid=query["case"])
        ask_over_api(self.request, case)
        filters = LedgerFilters(object_uuid=query.get("record"), path=query.get("path", ""))
        return page_of_ledger(
            actor=self.actor, case=case, filters=filters, before=query.get("cursor"), size=query["limit"]
        )


class TotalsOut(Out):
    """Sums over the cases that you may see; there may be others."""

    cases = serializers.IntegerField(help_text="Cases seen at `summary` or above.")
    persons = serializers.IntegerField(help_text="People of the cases seen in full.")
    losses = LossOut(many=True)


class OperationRowOut(OperationRef):
    """A joint campaign of several countries."""

    name = serializers.CharField()
    name_language = serializers.ChoiceField(choices=settings.LANGUAGES)
    status = serializers.ChoiceField(choices=Operation.Status.choices)
    owner = serializers.CharField(source="owner.code", help_text="Country code of the owner.")
    started_on = serializers.DateField(allow_null=True)
    created_at = Moment()


class OperationOut(OperationRowOut):
    """A joint campaign with its members."""

    members = serializers.SerializerMethodField(help_text="Country codes of those invited.")
    totals = serializers.SerializerMethodField()

    def get_members(self, operation: Operation) -> list[str]:
        """Codes of the countries invited."""
        members = OperationMember.objects.visible_to(self.context["request"].user).filter(operation=operation)
        return sorted(members.values_list("jurisdiction__code", flat=True))

    @extend_schema_field(TotalsOut)
    def get_totals(self, operation: Operation) -> Any:
        """Sum up what the viewer may see."""
        totals = totals_for(self.context["request"].user, operation)
        losses = [{"amount": amount, "currency": code} for code, amount in totals.losses]
        return TotalsOut({"cases": totals.cases, "persons": totals.persons, "losses": losses}).data


class Operations(ReadOnly):
    """Operations your country owns or was invited to, newest first. They open no case by themselves."""

    model = Operation
    serializer_class = OperationOut
    row_class = OperationRowOut

    def get_queryset(self) -> models.QuerySet[Any]:
        """Read the owner with the operation."""
        return super().get_queryset().select_related("owner")

    def page_of(self, query: Mapping[str, Any]) -> Page[Any]:
        """Return a page, newest first: an officer sees a few dozen in all."""
        return page_along(self.get_queryset(), "pk", query, newest_first=True)

    def consult(self, uuid: UUID) -> Operation:
        """Return the operation; the consultation is recorded."""
        return consult_operation(actor=self.actor, operation_id=uuid)

    def listed(self, page: Page[Any], query: Mapping[str, Any]) -> None:
        """Record how many operations were shown."""
        record(
            actor=self.actor,
            operation=AuditOperation.CONSULTATION,
            verb="operations.listed",
            codes={"shown": len(page.rows)},
        )


def _existence(case: Case, level: Level, *, is_own: bool) -> dict[str, Any]:
    return {
        "uuid": case.uuid,
        "reference": case.reference,
        "owner": case.owner.code,
        "status": case.status,
        "typology": case.typology.code if case.typology else None,
        "classification": case.classification,
        "handling": case.handling_codes,
        "restriction": case.handling_h3,
        "level": level.name.lower(),
        "is_own": is_own,
        "opened_at": case.opened_at,
        "updated_at": case.updated_at,
    }


def _row_shown(row: CaseRow) -> dict[str, Any]:
    shown = _existence(row.case, row.level, is_own=row.is_own)
    if row.title is not None:
        shown["title"] = row.title
    return shown


def _row(rows: models.QuerySet[Any], code: str) -> Any:
    """Return the row with this code, or refuse in the framework's words for a choice that is none."""
    found = rows.filter(code=code).first()
    if found is None:
        message = serializers.ChoiceField.default_error_messages["invalid_choice"]
        raise serializers.ValidationError(message.format(input=code))
    return found
