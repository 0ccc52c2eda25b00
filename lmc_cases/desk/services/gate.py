"""What the desk asks before a side signs: the approval of its review, where the country keeps it so."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lmc_cases.core.errors import Conflict
from lmc_cases.desk.models import DossierReview
from lmc_cases.desk.services.second_reader import rule_of
from lmc_cases.dossiers.models import Dossier
from lmc_cases.jurisdictions.models import DeskRule, Jurisdiction

State = DossierReview.State


class NotApproved(Conflict):
    """The review of the signing side has not approved this version."""

    code = "not-approved"


def check_approved(dossier: Dossier, country: Jurisdiction) -> None:
    """Refuse the signature of a side whose review is not over.

    What a side returned it does not sign, and what waits for a second reader waits, whatever its row says.

    Raises:
        NotApproved: in words, with what is missing.
    """
    review = DossierReview.objects.filter(
        handover=dossier.handover_id, number=dossier.number, country=country
    ).first()
    if review is not None and review.state == State.APPROVED:
        return
    if review is not None and review.state == State.RETURNED:
        raise NotApproved(_("Your country returned this version. It signs the corrected one."))
    if review is not None and review.state == State.SECOND:
        raise NotApproved(_("A second reader has to approve this version before it is signed."))
    rule = rule_of(country)
    if rule is not None and rule.approves == DeskRule.Answer.YES:
        raise NotApproved(_("Your country signs a version after its review has approved it."))
