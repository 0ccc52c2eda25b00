"""Pages of the people of a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from lmc_cases.cases.frame import case_frame, item_frame
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.contributing import may_contribute
from lmc_cases.cases.services.items import may_ask_to_pass_on_item
from lmc_cases.cases.views.explaining import WhyPage
from lmc_cases.core import once
from lmc_cases.core.display import format_number, format_size
from lmc_cases.core.keyset import page_from
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.uploads import LimitedUpload
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects import birth, services
from lmc_cases.suspects.countries import country_name
from lmc_cases.suspects.forms import (
    AddPersonForm,
    DocumentForm,
    EditPersonForm,
    PeopleFilterForm,
    PhotoForm,
    ReasonForm,
)
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services import photos, reading
from lmc_cases.suspects.services.exporting import export_people
from lmc_cases.suspects.services.people import as_typed
from lmc_cases.suspects.sheets import people_columns
from lmc_cases.suspects.tables import PeopleTable

TAB = "suspects"


class CasePage:
    """What the pages below share: the case in the address, and who is asking."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @property
    def case_uuid(self) -> UUID:
        """The case in the address."""
        found: UUID = self.kwargs["case_uuid"]
        return found

    @property
    def buddhist(self) -> bool:
        """Whether this reader counts years by the Buddhist era."""
        user: Any = self.request.user
        return bool(user.calendar == "buddhist" or (get_language() or "").startswith("th"))

    @property
    def officer(self) -> Any:
        """The signed-in officer."""
        return self.request.user

    def frame(self, *, to_add: bool = False) -> dict[str, Any]:
        """Return the frame of the case's pages; 404 for foreign, missing, and no right to add alike."""
        frame = case_frame(self.officer, self.case_uuid, TAB, items=True)
        frame["may_add"] = "EDIT" in frame["rights"] or may_contribute(
            self.officer, frame["case"], Action.EDIT
        )
        if to_add and not frame["may_add"]:
            raise Http404
        return frame

    def person_frame(self, person: Suspect, *, to_edit: bool = False) -> dict[str, Any]:
        """Return the frame of a person's pages; 404 where the officer may not edit what the page edits."""
        frame = item_frame(self.officer, self.case_uuid, TAB, person, Action.EDIT)
        if to_edit and not frame["may_edit"]:
            raise Http404
        return frame

    def person(self) -> Suspect:
        """Return the person in the address through the rule."""
        try:
            return reading.find_person(
                actor=self.officer, case_id=self.case_uuid, suspect_id=self.kwargs["uuid"]
            )
        except Suspect.DoesNotExist:
            raise Http404 from None

    def url(self, name: str, suspect: Suspect | None = None, **more: Any) -> str:
        """Return an address of this app within the case."""
        given = {"case_uuid": self.case_uuid, **({"uuid": suspect.uuid} if suspect else {}), **more}
        return reverse(f"suspects:{name}", kwargs=given)


class PeopleList(ExportedList, CasePage, TemplateView):
    """The people of a case, by number; victims and witnesses marked as such."""

    template_name = "suspects/list.html"
    list_title = gettext_lazy("Persons of a case")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of people."""
        frame = self.frame()
        own = Case.objects.owned_with(self.request.user, Action.HANDLE_INFORMANTS)  # type: ignore[arg-type]
        handles = own.filter(uuid=self.case_uuid).exists()
        form, asked = self._filter()
        page = reading.list_people(
            actor=self.request.user,  # type: ignore[arg-type]
            case_id=self.case_uuid,
            category=asked.get("category", ""),
            term=asked.get("q", ""),
            after=self._number("after"),
            before=self._number("before"),
        )
        return super().get_context_data(
            **frame,
            **kwargs,
            table=PeopleTable(page.rows, buddhist=self.buddhist),
            rows=page.rows,
            filter_form=form,
            is_filtered=any(asked.values()),
            newer=self._page("before", page.previous),
            older=self._page("after", page.following),
            count=_count_text(page.count),
            list_url=self.url("list"),
            create_url=self.url("create"),
            informants_url=self.url("informants") if handles else "",
        )

    def sheet(self) -> Sheet:
        """Everybody under the filter; 404 and the reason for reading as for the page."""
        frame = self.frame()
        _form, asked = self._filter()
        rows = export_people(
            actor=self.officer,
            case_id=self.case_uuid,
            category=asked.get("category", ""),
            term=asked.get("q", ""),
        )
        name = f"{frame['case'].reference.lower()}-people"
        return Sheet.of(name, people_columns(buddhist=self.buddhist), rows)

    def _filter(self) -> tuple[PeopleFilterForm, dict[str, str]]:
        form = PeopleFilterForm(self.request.GET)
        return form, form.cleaned_data if form.is_valid() else {}

    def _number(self, name: str) -> int | None:
        text = self.request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def _page(self, name: str, number: int | None) -> str:
        return "" if number is None else page_from(self.request.GET, name, str(number))


def _count_text(count: int) -> str:
    limit = reading.COUNT_LIMIT
    if count > limit:
        return _("More than %(count)s people") % {"count": format_number(limit)}
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": format_number(count)}


class PersonDetail(CasePage, TemplateView):
    """One person."""

    template_name = "suspects/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The person, documents, and the history for the owning country."""
        user: Any = self.request.user
        try:
            suspect = reading.consult_person(
                actor=user, case_id=self.case_uuid, suspect_id=self.kwargs["uuid"]
            )
        except Suspect.DoesNotExist:
            raise Http404 from None
        frame = self.person_frame(suspect)
        return super().get_context_data(
            **frame,
            **kwargs,
            suspect=suspect,
            record=suspect,
            may_withhold=frame["may_edit"] and not suspect.is_contributed,
            may_ask=may_ask_to_pass_on_item(user, suspect),
            documents=[
                (document, country_name(document.issuing_country)) for document in suspect.documents.all()
            ],
            birth=birth.shown(suspect, buddhist=self.buddhist),
            nationality=country_name(suspect.nationality),
            history=reading.history_of(actor=user, suspect=suspect),
            list_url=self.url("list"),
        )


class PersonForms(CasePage, ServiceFormView):
    """A form about a person (``with_person``) or about the case's people, for officers who may edit."""

    template_name = "suspects/form.html"
    with_person = True
    draft = "person"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The case's frame and what the page is called."""
        suspect = self.person() if self.with_person else None
        frame = self.frame_of(suspect)
        return super().get_context_data(
            **frame,
            **kwargs,
            suspect=suspect,
            page_title=self.page_title(),
            submit_label=self.submit_label(),
            cancel_url=self.url("detail", suspect) if suspect else self.url("list"),
            draft=f"{self.draft}-{suspect.uuid if suspect else self.case_uuid}",
        )

    def frame_of(self, suspect: Suspect | None) -> dict[str, Any]:
        """Return the frame for those who may do what the form does."""
        return self.person_frame(suspect, to_edit=True) if suspect else self.frame(to_add=True)

    def page_title(self) -> str:
        """Return the heading of the page."""
        raise NotImplementedError

    def submit_label(self) -> str:
        """Return the words on the button."""
        return _("Save")

    def new_id(self, form: forms.Form) -> UUID | None:
        """Return the id that the form carries for the record it makes."""
        return once.id_in(form.cleaned_data["once"], self.request)


class PersonAdd(PersonForms):
    """Add a person to the case."""

    form_class = AddPersonForm
    with_person = False

    def get_initial(self) -> dict[str, Any]:
        """A token, so that a second click adds nobody."""
        return {"once": once.new_token(self.request.user.pk)}

    def page_title(self) -> str:
        """Heading."""
        return _("Add a person")

    def call(self, form: forms.Form) -> str:
        """Add the person."""
        assert isinstance(form, AddPersonForm)  # noqa: S101 - narrows the type
        suspect = services.add_suspect(
            actor=self.request.user,  # type: ignore[arg-type]
            case_id=self.case_uuid,
            details=form.details(),
            new_id=self.new_id(form),
        )
        return self.url("detail", suspect)


class PersonEdit(PersonForms):
    """Edit a person."""

    form_class = EditPersonForm

    def get_initial(self) -> dict[str, Any]:
        """What stands now."""
        suspect = self.person()
        return {**as_typed(suspect), "version": suspect.version}

    def page_title(self) -> str:
        """Heading."""
        return _("Edit the person")

    def call(self, form: forms.Form) -> str:
        """Save the person."""
        assert isinstance(form, EditPersonForm)  # noqa: S101 - narrows the type
        suspect = services.edit_suspect(
            actor=self.request.user,  # type: ignore[arg-type]
            suspect_id=self.person().uuid,
            version=form.cleaned_data["version"],
            details=form.details(),
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", suspect)


class DocumentAdd(PersonForms):
    """Add an identity document."""

    form_class = DocumentForm
    draft = "document"

    def get_initial(self) -> dict[str, Any]:
        """A token, so that a second click adds nothing."""
        return {"once": once.new_token(self.request.user.pk)}

    def page_title(self) -> str:
        """Heading."""
        return _("Add an identity document")

    def call(self, form: forms.Form) -> str:
        """Add the document."""
        assert isinstance(form, DocumentForm)  # noqa: S101 - narrows the type
        suspect = self.person()
        services.add_document(
            actor=self.request.user,  # type: ignore[arg-type]
            suspect_id=suspect.uuid,
            details=form.details(),
            new_id=self.new_id(form),
        )
        return self.url("detail", suspect)


class PhotoChange(LimitedUpload, PersonForms):
    """Upload a photograph."""

    form_class = PhotoForm
    max_bytes_setting = "PHOTO_MAX_BYTES"

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        """Say what is taken."""
        form = super().get_form(form_class)
        form.fields["photo"].help_text = _("JPEG, PNG or WebP, at most %(limit)s.") % {
            "limit": format_size(self.max_bytes)
        }
        return form

    def page_title(self) -> str:
        """Heading."""
        return _("Change the photograph")

    def submit_label(self) -> str:
        """Button."""
        return _("Upload")

    def call(self, form: forms.Form) -> str:
        """Store the photograph, drawn anew."""
        suspect = self.person()
        services.set_photo(
            actor=self.request.user,  # type: ignore[arg-type]
            suspect_id=suspect.uuid,
            upload=form.cleaned_data["photo"],
        )
        return self.url("detail", suspect)


class Removal(PersonForms):
    """A page that asks before it takes something off the record."""

    form_class = ReasonForm
    template_name = "components/confirm_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The question."""
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.page_title(),
            "question": self.question(),
            "consequences": [_("The history of the person keeps what stood here.")],
            "confirm_label": _("Remove"),
        }

    def question(self) -> str:
        """Return the question as a whole sentence."""
        raise NotImplementedError


class PhotoRemove(Removal):
    """Take the photograph off the record."""

    def page_title(self) -> str:
        """Heading."""
        return _("Remove the photograph")

    def question(self) -> str:
        """Question."""
        return _("Remove the photograph of this person?")

    def call(self, form: forms.Form) -> str:
        """Remove it."""
        suspect = services.remove_photo(
            actor=self.request.user,  # type: ignore[arg-type]
            suspect_id=self.person().uuid,
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", suspect)


class DocumentRemove(Removal):
    """Take an identity document off the record."""

    def document(self) -> IdentityDocument:
        """Return the document in the address through the rule."""
        documents = IdentityDocument.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        found = documents.filter(uuid=self.kwargs["document_uuid"], suspect=self.person()).first()
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        """Heading."""
        return _("Remove the identity document")

    def question(self) -> str:
        """Question."""
        document = self.document()
        return _("Remove %(kind)s %(number)s?") % {
            "kind": document.get_kind_display(),
            "number": document.number,
        }

    def call(self, form: forms.Form) -> str:
        """Remove it."""
        suspect = services.remove_document(
            actor=self.request.user,  # type: ignore[arg-type]
            document_id=self.document().uuid,
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", suspect)


class PersonPhoto(CasePage, View):
    """The photograph itself, for the page that shows it: a JPEG of our own making, and nothing else."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Stream the picture; it stays in no cache."""
        person = self.person()
        self.person_frame(person)
        try:
            opened = photos.open_photo(actor=self.officer, suspect_id=person.uuid)
        except (Suspect.DoesNotExist, Case.DoesNotExist):
            raise Http404 from None
        return send_file(opened, name="photo.jpg", media_type="image/jpeg")


class PersonWhy(CasePage, WhyPage):
    """Why somebody can see this person."""

    tab = TAB

    def item(self) -> Any:
        """The person in the address, through the rule."""
        return self.person()

    def back_url(self, case: Case) -> str:
        """Back to the person."""
        return self.url("detail", self.person())
