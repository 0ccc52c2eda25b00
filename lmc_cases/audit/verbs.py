"""What each verb of the audit record means, as a sentence for the officer who reads it.

Every verb that the code records stands here; ``tests/audit/test_verbs.py`` reads the code and says which is missing.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Promise] = {
    "account.closed": _("Closed an officer's account."),
    "account.opened": _("Opened an officer's account."),
    "account.settings_changed": _("Changed the settings of an account."),
    "audit.viewed": _("Read the audit record."),
    "case.edited": _("Changed a case."),
    "case.handed_on": _("Gave a case to another officer."),
    "case.history_viewed": _("Read the history of a case."),
    "case.note_added": _("Added a note to a case."),
    "case.opened": _("Opened a case."),
    "case.put_into_operation": _("Put a case into an operation."),
    "case.restricted": _("Let only named officers see a case."),
    "case.restriction_lifted": _("Let the whole country see a case again."),
    "case.searched": _("Searched the cases."),
    "case.share_revoked": _("Withdrew a share."),
    "case.shared": _("Shared a case."),
    "case.sharing_viewed": _("Read who can see a case."),
    "case.taken_out_of_operation": _("Took a case out of an operation."),
    "case.text_written": _("Wrote a text of a case."),
    "case.timeline_added": _("Added an event to the timeline of a case."),
    "case.viewed": _("Viewed a case."),
    "invitation.accepted": _("Accepted an invitation."),
    "invitation.sent": _("Invited an officer."),
    "invitation.withdrawn": _("Withdrew an invitation."),
    "officer.sign_in_refused": _("A sign-in was refused."),
    "officer.signed_in": _("Signed in."),
    "operation.country_invited": _("Invited a country to an operation."),
    "operation.country_withdrawn": _("Took a country out of an operation."),
    "operation.created": _("Created an operation."),
    "operation.ended": _("Ended an operation."),
    "operation.left": _("Left an operation."),
    "operation.viewed": _("Viewed an operation."),
    "request.refused": _("Asked for a page that does not exist or is not open to the officer."),
    "role.granted": _("Gave an officer a role."),
    "role.revoked": _("Took a role from an officer."),
    "second_factor.reset": _("Reset an officer's second factor."),
}


def sentence(verb: str) -> str:
    """Return what a verb says; a verb that is not known here is shown as it is recorded."""
    return str(VERBS.get(verb, verb))
