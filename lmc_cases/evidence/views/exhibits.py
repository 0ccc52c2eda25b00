"""Pages of the exhibits of a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
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
from lmc_cases.core.errors import DomainError
from lmc_cases.core.keyset import page_from
from lmc_cases.core.list_export import ExportedList, Sheet
from lmc_cases.core.scoping import ServiceFormView
from lmc_cases.core.sending import send_file
from lmc_cases.core.uploads import LimitedUpload
from lmc_cases.evidence import services
from lmc_cases.evidence.forms import (
    AddExhibitForm,
    CustodyForm,
    EditExhibitForm,
    ExhibitFilterForm,
    UploadForm,
)
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services import custody, reading
from lmc_cases.evidence.services.exporting import export_items
from lmc_cases.evidence.services.items import as_typed
from lmc_cases.evidence.sheets import EXHIBIT_COLUMNS
from lmc_cases.evidence.tables import CustodyTable, ExhibitTable
from lmc_cases.jurisdictions.access import Action

TAB = "evidence"
KEEPING = (Action.EDIT, Action.KEEP_EVIDENCE)


class CasePage:
    """What the pages below share: the case in the address, and who is asking."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @property
    def officer(self) -> Any:
        """The signed-in officer."""
        return self.request.user

    @property
    def case_uuid(self) -> UUID:
        """The case in the address."""
        found: UUID = self.kwargs["case_uuid"]
        return found

    def frame(self, *, to_add: bool = False) -> dict[str, Any]:
        """Return the frame of the case's pages; 404 for foreign, missing, and no right to add alike."""
        frame = case_frame(self.officer, self.case_uuid, TAB, items=True)
        frame["may_add"] = bool({"EDIT", "KEEP_EVIDENCE"} & set(frame["rights"])) or may_contribute(
            self.officer, frame["case"], *KEEPING
        )
        if to_add and not frame["may_add"]:
            raise Http404
        return frame

    def item_frame(self, item: EvidenceItem, *, to_keep: bool = False) -> dict[str, Any]:
        """Return the frame of an exhibit's pages; 404 where the officer may not work on it and the page does."""
        frame = item_frame(self.officer, self.case_uuid, TAB, item, *KEEPING)
        frame["may_keep"] = frame["may_edit"]
        if to_keep and not frame["may_keep"]:
            raise Http404
        return frame

    def item(self) -> EvidenceItem:
        """Return the exhibit in the address through the rule."""
        try:
            return reading.find_item(actor=self.officer, case_id=self.case_uuid, item_id=self.kwargs["uuid"])
        except EvidenceItem.DoesNotExist:
            raise Http404 from None

    def url(self, name: str, item: EvidenceItem | None = None) -> str:
        """Return an address of this app within the case."""
        given = {"case_uuid": self.case_uuid, **({"uuid": item.uuid} if item else {})}
        return reverse(f"evidence:{name}", kwargs=given)


class ExhibitList(ExportedList, CasePage, TemplateView):
    """The exhibits of a case, in the order they were recorded."""

    template_name = "evidence/list.html"
    list_title = gettext_lazy("Exhibits of a case")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of exhibits."""
        frame = self.frame()
        form, asked = self._filter()
        page = reading.list_items(
            actor=self.officer,
            case_id=self.case_uuid,
            **asked,
            after=_uuid(self.request.GET.get("after")),
            before=_uuid(self.request.GET.get("before")),
        )
        return super().get_context_data(
            **frame,
            **kwargs,
            table=ExhibitTable(page.rows),
            rows=page.rows,
            filter_form=form,
            is_filtered=any(asked.values()),
            newer=self._page("before", page.previous),
            older=self._page("after", page.following),
            count=_count_text(page.count),
            list_url=self.url("list"),
            create_url=self.url("create"),
        )

    def sheet(self) -> Sheet:
        """All of them under the filter; 404 and the reason for reading as for the page."""
        frame = self.frame()
        _form, asked = self._filter()
        rows = export_items(actor=self.officer, case_id=self.case_uuid, **asked)
        return Sheet.of(f"{frame['case'].reference.lower()}-exhibits", EXHIBIT_COLUMNS, rows)

    def _filter(self) -> tuple[ExhibitFilterForm, dict[str, str]]:
        form = ExhibitFilterForm(self.request.GET)
        asked = form.cleaned_data if form.is_valid() else {}
        return form, {"kind": asked.get("kind", ""), "term": asked.get("q", "")}

    def _page(self, name: str, item_id: UUID | None) -> str:
        return page_from(self.request.GET, name, str(item_id)) if item_id else ""


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _count_text(count: int) -> str:
    limit = reading.COUNT_LIMIT
    if count > limit:
        return _("More than %(count)s exhibits") % {"count": format_number(limit)}
    return ngettext("%(count)s exhibit", "%(count)s exhibits", count) % {"count": format_number(count)}


class ExhibitDetail(CasePage, TemplateView):
    """One exhibit with its file and its chain of custody."""

    template_name = "evidence/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The exhibit; what its parts are; what does not fit in its chain."""
        try:
            item = reading.consult_item(
                actor=self.officer, case_id=self.case_uuid, item_id=self.kwargs["uuid"]
            )
        except EvidenceItem.DoesNotExist:
            raise Http404 from None
        frame = self.item_frame(item)
        chain = custody.chain_of(self.officer, item)
        reported = {name.upper().replace("-", ""): value for name, value in item.reported_hashes.items()}
        return super().get_context_data(
            **frame,
            **kwargs,
            item=item,
            record=item,
            may_withhold=frame["may_keep"] and not item.is_contributed,
            may_ask=may_ask_to_pass_on_item(self.officer, item),
            parts=reading.parts_of(self.officer, item),
            chain=chain,
            table=CustodyTable(chain),
            has_gap=any(line.problem for line in chain),
            reported=sorted(item.reported_hashes.items()),
            differs=bool(item.sha256 and reported.get("SHA256", item.sha256).lower() != item.sha256),
            history=reading.history_of(self.officer, item),
            list_url=self.url("list"),
        )


class ExhibitForms(CasePage, ServiceFormView):
    """A form about an exhibit (``with_item``) or the case's exhibits, for officers who may keep them."""

    template_name = "evidence/form.html"
    with_item = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The case's frame and what the page is called."""
        item = self.item() if self.with_item else None
        frame = self.frame_of(item)
        return super().get_context_data(
            **frame,
            **kwargs,
            item=item,
            page_title=self.page_title(),
            submit_label=self.submit_label(),
            cancel_url=self.url("detail", item) if item else self.url("list"),
            draft=f"exhibit-{item.uuid if item else self.case_uuid}",
        )

    def frame_of(self, item: EvidenceItem | None) -> dict[str, Any]:
        """Return the frame for those who may do what the form does."""
        return self.item_frame(item, to_keep=True) if item else self.frame(to_add=True)

    def page_title(self) -> str:
        """Return the heading of the page."""
        raise NotImplementedError

    def submit_label(self) -> str:
        """Return the words on the button."""
        return _("Save")

    def new_id(self, form: forms.Form) -> UUID | None:
        """Return the id that the form carries for the record it makes."""
        return once.id_in(form.cleaned_data["once"], self.request)


class ExhibitAdd(ExhibitForms):
    """Add an exhibit to the case."""

    form_class = AddExhibitForm
    with_item = False

    def get_initial(self) -> dict[str, Any]:
        """The reader's language, and a token, so that a second click adds nothing."""
        return {"language": get_language(), "once": once.new_token(self.officer.pk)}

    def page_title(self) -> str:
        """Heading."""
        return _("Add an exhibit")

    def call(self, form: forms.Form) -> str:
        """Add the exhibit."""
        assert isinstance(form, AddExhibitForm)  # noqa: S101 - narrows the type
        item = services.add_item(
            actor=self.officer, case_id=self.case_uuid, details=form.details(), new_id=self.new_id(form)
        )
        return self.url("detail", item)


class ExhibitEdit(ExhibitForms):
    """Edit what is said of an exhibit."""

    form_class = EditExhibitForm

    def get_initial(self) -> dict[str, Any]:
        """What stands now."""
        item = self.item()
        return {**as_typed(item), "version": item.version}

    def page_title(self) -> str:
        """Heading."""
        return _("Edit the exhibit")

    def call(self, form: forms.Form) -> str:
        """Save the exhibit."""
        assert isinstance(form, EditExhibitForm)  # noqa: S101 - narrows the type
        item = services.edit_item(
            actor=self.officer,
            item_id=self.item().uuid,
            version=form.cleaned_data["version"],
            details=form.details(),
            reason=form.cleaned_data["reason"],
        )
        return self.url("detail", item)


class CustodyAdd(ExhibitForms):
    """Record a hand the exhibit passed through."""

    form_class = CustodyForm

    def get_initial(self) -> dict[str, Any]:
        """Who holds it by the record, and a token, so that a second click records nothing."""
        return {
            "from_holder": custody.holder_of(self.item()),
            "once": once.new_token(self.officer.pk),
        }

    def page_title(self) -> str:
        """Heading."""
        return _("Record a custody event")

    def call(self, form: forms.Form) -> str:
        """Record the act."""
        item = self.item()
        given = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        services.record_custody(actor=self.officer, item_id=item.uuid, new_id=self.new_id(form), **given)
        return self.url("detail", item)


class ExhibitUpload(LimitedUpload, ExhibitForms):
    """Give an exhibit its file, once."""

    form_class = UploadForm
    template_name = "evidence/upload.html"
    max_bytes_setting = "EVIDENCE_MAX_BYTES"

    def get_form(self, form_class: type[forms.Form] | None = None) -> forms.Form:
        """Say how large it may be."""
        form = super().get_form(form_class)
        form.fields["file"].help_text = _(
            "Any type, at most %(limit)s. The file cannot be replaced later."
        ) % {"limit": format_size(self.max_bytes)}
        return form

    def page_title(self) -> str:
        """Heading."""
        return _("Upload a file")

    def submit_label(self) -> str:
        """Button."""
        return _("Upload")

    def call(self, form: forms.Form) -> str:
        """Store the file."""
        item = self.item()
        upload = form.cleaned_data["file"]
        services.upload_file(actor=self.officer, item_id=item.uuid, file=upload, name=upload.name)
        messages.success(self.request, _("The file is stored and its checksum recorded."))
        return self.url("detail", item)


class ExhibitVerify(CasePage, View):
    """Hash the stored file again, on request."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Verify, and say how it ended."""
        item = self.item()
        self.item_frame(item, to_keep=True)
        try:
            event = services.verify_file(actor=self.officer, item_id=item.uuid)
        except EvidenceItem.DoesNotExist:
            raise Http404 from None
        except DomainError as error:
            messages.error(request, str(error))
        else:
            if event.hash_matches:
                messages.success(request, _("The file is unchanged: its checksum is the recorded one."))
            else:
                messages.error(request, _("The stored file does not match its recorded checksum."))
        return redirect(self.url("detail", item))


class ExhibitDownload(CasePage, View):
    """Send the file, always as an attachment of unknown type; GET asks, POST sends.

    A download is an act on the exhibit: no link, no preview and no foreign page may cause one.
    """

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Say that the download is recorded."""
        item = self.item()
        frame = self.item_frame(item)
        if not item.file:
            raise Http404
        return render(request, "evidence/download.html", {**frame, "item": item})

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Record the disclosure, then stream."""
        item = self.item()
        self.item_frame(item)
        try:
            download = services.open_download(actor=self.officer, item_id=item.uuid)
        except EvidenceItem.DoesNotExist:
            raise Http404 from None
        except DomainError as error:
            messages.error(request, str(error))
            return redirect(self.url("detail", item))
        return send_file(download.file, name=download.name)


class ExhibitWhy(CasePage, WhyPage):
    """Why somebody can see this exhibit: ``item`` of both classes is the exhibit in the address."""

    tab = TAB

    def back_url(self, case: Case) -> str:
        """Back to the exhibit."""
        return self.url("detail", self.item())
