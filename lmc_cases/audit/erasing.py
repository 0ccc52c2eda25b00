"""Words that officers gave about a record go with it; the events stay, and their commitments prove nothing less."""

from __future__ import annotations

from uuid import UUID

from lmc_cases.audit.models import AuditReason
from lmc_cases.jurisdictions.models import Jurisdiction


def erase_reasons(*, object_uuid: UUID, country: Jurisdiction) -> int:
    """Delete what a country's own officers wrote about a record; return how many texts. The caller records it."""
    words = AuditReason.objects.filter(event__object_uuid=object_uuid, event__actor_country=country)
    gone, _per_model = words.delete()
    return gone
