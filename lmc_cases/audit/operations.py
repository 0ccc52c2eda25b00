"""Which operation of data-protection law a verb is; or a sign-in, a refusal, a grant, an export.

The last word of a verb says it; where it does not, the whole verb stands in ``EXCEPTIONS``. A test holds every place
that records against this.
"""

from __future__ import annotations

from lmc_cases.audit.models import Operation


def _words(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


LAST_WORDS: dict[Operation, frozenset[str]] = {
    Operation.COLLECTION: _words(
        "added created drafted opened uploaded imported recorded requested retried confirmed done failed",
        "photo_set collected contributed assessed",
    ),
    Operation.ALTERATION: _words(
        "edited changed written ended begun set_up switched_off moved reviewed rotated acknowledged",
        "closed withdrawn taken_out_of_operation",
        "marked handling_set standing_set proposed taken_back",
        "retired kept escalated",
        "clock_warned clock_extended arrested assured cleared returned supplied planned put_to_review resumed watched",
        "decided set_aside",
    ),
    Operation.CONSULTATION: _words(
        "viewed listed searched verified looked_at previewed viewed_as reason_given",
    ),
    Operation.DISCLOSURE: _words(
        "shared share_revoked downloaded rendered submitted approved corrected handed_over disclosed",
        "taken_offline printed passed_on answered sent simplified not_handed_over",
    ),
    Operation.COMBINATION: _words(
        "merged matched combined linked put_into_operation",
    ),
    Operation.ERASURE: _words(
        "erased removed discarded undone deleted destroyed",
    ),
    Operation.SIGN_IN: frozenset({"signed_in", "signed_out"}),
    Operation.REFUSAL: frozenset({"refused", "denied"}),
    Operation.GRANT: _words(
        "granted revoked issued accepted invited left reset restricted lifted handed_on withheld released",
        "duty_set duty_ended",
    ),
    Operation.EXPORT: _words(
        "exported delivered",
    ),
}
EXCEPTIONS: dict[str, Operation] = {
    "handover.paper_given": Operation.COLLECTION,
    "handover.stated": Operation.COLLECTION,
    "handover.property_taken_back": Operation.ALTERATION,
    # What both sides state at the border.
    "receipt.drawn_up": Operation.COLLECTION,
    "receipt.signed": Operation.ALTERATION,
    "case.translation_checked": Operation.ALTERATION,
    "case.machine_draft_asked": Operation.ALTERATION,
    "case.machine_draft_made": Operation.ALTERATION,
    "case.machine_draft_failed": Operation.ALTERATION,
    "case.text_sent_out": Operation.DISCLOSURE,
    "translation.asked": Operation.COLLECTION,
    "receipt.signing_refused": Operation.ALTERATION,
    "dossier.signed": Operation.ALTERATION,
    "dossier.review_begun": Operation.COLLECTION,
    "dossier.review_passed": Operation.ALTERATION,
    "dossier.first_read": Operation.ALTERATION,
    "dossier.comment_settled": Operation.ALTERATION,
    # The reasons reach the country that composes.
    "dossier.sent_back": Operation.DISCLOSURE,
    # A file left the product; who made it stands in an event of its own.
    "document.issued": Operation.DISCLOSURE,
    # Who may act for a country is a grant, whatever happens to the account.
    "account.opened": Operation.GRANT,
    "account.closed": Operation.GRANT,
    "account.clearance_set": Operation.GRANT,
    "account.address_changed": Operation.GRANT,
    "invitation.withdrawn": Operation.GRANT,
    "operation.country_withdrawn": Operation.GRANT,
    "account.posting_end_set": Operation.GRANT,
    "account.posting_ended": Operation.GRANT,
    "account.provider_linked": Operation.GRANT,
    "address_change.asked": Operation.GRANT,
    "address_change.refused": Operation.GRANT,
    "absence.set": Operation.GRANT,
    "absence.ended": Operation.GRANT,
    "desk.opened": Operation.GRANT,
    "invitation.sent": Operation.GRANT,
    "case.emergency_asked": Operation.GRANT,
    "case.emergency_approved": Operation.GRANT,
    # A session that ends is the other end of a sign-in.
    "session.ended": Operation.SIGN_IN,
    "sessions.ended": Operation.SIGN_IN,
    # What recipients answer changes the share; the disclosure was the share itself, or its second officer's word.
    "case.share_confirmed": Operation.DISCLOSURE,
    "case.share_refused": Operation.ALTERATION,
    "share.accepted": Operation.ALTERATION,
    "share.declined": Operation.ALTERATION,
    "share.question_asked": Operation.ALTERATION,
    "case.share_taken_back": Operation.ALTERATION,
    "case.item_passed_on": Operation.DISCLOSURE,
    # Asking tells the originator what the asker holds; every answer gives or keeps back a right of use.
    "consent.asked": Operation.DISCLOSURE,
    "consent.refused": Operation.GRANT,
    "consent.withdrawn": Operation.GRANT,
    "ledger.downloaded": Operation.EXPORT,
    "ledger.failed": Operation.ALTERATION,
    "request_document.failed": Operation.ALTERATION,
    "manifest.failed": Operation.ALTERATION,
    "assistance_document.failed": Operation.ALTERATION,
    "backup.made": Operation.EXPORT,
    "backup.restored": Operation.ALTERATION,
    # Steps towards an erasure are told with it.
    "record.erasure_asked": Operation.ERASURE,
    "record.erasure_declined": Operation.ERASURE,
    # An officer's own second factor: the account is changed, nobody is given a right.
    "second_factor.recovery_codes_made": Operation.ALTERATION,
    # One country decides against a request of another: a step of the request, not a refused access.
    "handover.refused": Operation.ALTERATION,
    "handover.acknowledged": Operation.ALTERATION,
    # Asking for an arrest shows the other country the request; asking for information shows it a question alone.
    "handover.arrest_asked": Operation.DISCLOSURE,
    "handover.information_asked": Operation.ALTERATION,
    # What became of persons, not of anybody's rights.
    "handover.person_left": Operation.ALTERATION,
    "handover.released": Operation.ALTERATION,
    "handover.exception_confirmed": Operation.ALTERATION,
    # Who sits where and what was found at the border; carried out, it shows the other side what became of persons.
    "crossing.seated": Operation.ALTERATION,
    "crossing.taken_off": Operation.ALTERATION,
    "crossing.mark_chosen": Operation.ALTERATION,
    "crossing.mark_put_away": Operation.ALTERATION,
    "crossing.counted": Operation.ALTERATION,
    "handover.crossed": Operation.DISCLOSURE,
    # A row of law is changed, or is not: nobody is refused access.
    "law.confirmed": Operation.ALTERATION,
    "law.rejected": Operation.ALTERATION,
    # Nothing was made of the request; its failure changes the job alone.
    "dossier.failed": Operation.ALTERATION,
    "dossier_run.started": Operation.COLLECTION,
    "dossier_run.cancelled": Operation.ALTERATION,
    "dossier_run.downloaded": Operation.EXPORT,
    "audit.export_requested": Operation.EXPORT,
    "audit.export_failed": Operation.EXPORT,
    "audit.export_downloaded": Operation.EXPORT,
    "list.requested": Operation.EXPORT,
    "list.failed": Operation.EXPORT,
    "list.downloaded": Operation.EXPORT,
}


def operation_of(verb: str) -> Operation | None:
    """Return the operation a verb is, ``None`` for one that neither word nor exception explains."""
    if verb in EXCEPTIONS:
        return EXCEPTIONS[verb]
    done = verb.partition(".")[2]
    last = done.rpartition("_")[2]
    for operation, words in LAST_WORDS.items():
        if done in words:
            return operation
    return next((operation for operation, words in LAST_WORDS.items() if last in words), None)
