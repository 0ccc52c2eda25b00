"""What the law on personal data asks of a person's record: that a dispute shows, and that its use can be limited."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.people import lock_person, save_changed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class UseLimited(Conflict):
    """The record is kept and may be read; nothing may be made of it until the limit is lifted."""

    code = "use-limited"


@transaction.atomic
def set_standing(
    *, actor: User, suspect_id: UUID, is_contested: bool, is_limited: bool, reason: str
) -> Suspect:
    """Say whether the person disputes the record, and whether its use is limited. A closed case takes it too.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        PersonErased: nothing is left to dispute.
        InvalidInput: no reason.
    """
    suspect = lock_person(actor, suspect_id)
    cleaned = clean_text(reason, multiline=True)
    if not cleaned:
        raise InvalidInput("reason", _("Give the reason."))
    if (suspect.is_contested, suspect.is_limited) == (is_contested, is_limited):
        return suspect
    suspect.is_contested, suspect.is_limited = is_contested, is_limited
    save_changed(suspect, actor=actor, reason=cleaned)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="suspect.standing_set",
        target=suspect,
        reason=cleaned,
        codes={"contested": is_contested, "limited": is_limited},
    )
    return suspect


def check_usable(suspect: Suspect) -> None:
    """Refuse a use of a record whose use is limited.

    Raises:
        UseLimited: it is.
    """
    if suspect.is_limited or suspect.erased_at is not None:
        raise UseLimited(
            _("The use of the record of person %(number)s is limited: it can be read, and nothing else.")
            % {"number": f"S{suspect.number}"}
        )
