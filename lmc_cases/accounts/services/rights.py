"""The one module that writes grants: roles to groups, groups to guardian permissions on rows.

A role of a country is a Django group, ``TH:liaison_officer``; of an agency, ``TH-CIB:liaison_officer``.
"""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from guardian.models import GroupObjectPermission
from guardian.shortcuts import assign_perm

from lmc_cases.accounts.models import Role, RoleAssignment, User
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import READ_AGENCY, Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Agency, Jurisdiction

ROLES = Path(__file__).parents[1] / "reference" / "roles.json"


@transaction.atomic
def load_roles(path: Path = ROLES) -> int:
    """Load or refresh the roles, then the groups of every country and agency; return how many roles."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    for order, row in enumerate(rows):
        Role.objects.update_or_create(
            code=row["code"],
            defaults={
                "label_en": row["label_en"],
                "actions": row["actions"],
                "partner_actions": row["partner_actions"],
                "sort_order": order,
            },
        )
    for country in Jurisdiction.objects.all():
        ensure_groups(country)
    return len(rows)


def ensure_groups(country: Jurisdiction) -> None:
    """Give every role of the country its group, with just the grants the role's row names."""
    for role in Role.objects.all():
        actions = set(role.actions if country.is_lmc_member else role.partner_actions)
        group, _made = Group.objects.get_or_create(name=f"{country.code}:{role.code}")
        held = GroupObjectPermission.objects.filter(
            group=group, content_type__model="jurisdiction", object_pk=str(country.pk)
        )
        held.exclude(permission__codename__in=actions).delete()
        for action in actions - set(held.values_list("permission__codename", flat=True)):
            assign_perm(f"jurisdictions.{action}", group, country)
        for agency in country.agencies.all():
            ensure_agency_group(agency, role, reads=Action.READ in actions)


def ensure_agency_group(agency: Agency, role: Role, *, reads: bool) -> Group:
    """Give a role of an agency its group; readers read what is shared with the agency."""
    group, _made = Group.objects.get_or_create(name=f"{agency.code}:{role.code}")
    held = GroupObjectPermission.objects.filter(
        group=group, content_type__model="agency", object_pk=str(agency.pk)
    )
    if reads and not held.exists():
        assign_perm(f"jurisdictions.{READ_AGENCY}", group, agency)
    elif not reads:
        held.delete()
    return group


def groups_for(agency: Agency, role: Role) -> list[Group]:
    """Return the two groups that holding ``role`` in ``agency`` means, made if they are missing."""
    country = agency.jurisdiction
    names = [f"{country.code}:{role.code}", f"{agency.code}:{role.code}"]
    found = list(Group.objects.filter(name__in=names))
    if len(found) < len(names):
        ensure_groups(country)
        found = list(Group.objects.filter(name__in=names))
    return found


@transaction.atomic
def grant_role(*, actor: User | None, user_id: UUID, role_code: str) -> RoleAssignment:
    """Give an officer a role in the officer's own agency.

    Args:
        actor: a country administrator of the officer's country; ``None`` only for set-up on the server.

    Raises:
        User.DoesNotExist: foreign and missing alike.
    """
    user = _managed(actor, user_id)
    role = Role.objects.get(code=role_code)
    held = RoleAssignment.objects.in_force().filter(user=user, role=role).first()
    if held is not None:
        return held
    assignment = RoleAssignment(user=user, role=role, granted_by=actor)
    save_as(assignment, actor=actor, reason=role_code)
    assert user.agency is not None  # noqa: S101 - _managed only returns officers of an agency
    user.groups.add(*groups_for(user.agency, role))
    record(actor=actor, operation=Operation.GRANT, verb="role.granted", target=user, reason_code=role_code)
    return assignment


@transaction.atomic
def revoke_role(*, actor: User | None, user_id: UUID, role_code: str) -> None:
    """Take a role back; the officer's next request is without it."""
    user = _managed(actor, user_id)
    role = Role.objects.get(code=role_code)
    for assignment in RoleAssignment.objects.in_force().filter(user=user, role=role):
        assignment.revoked_by = actor
        assignment.revoked_at = timezone.now()
        save_as(assignment, actor=actor, reason=role_code)
    assert user.agency is not None  # noqa: S101 - _managed only returns officers of an agency
    user.groups.remove(*groups_for(user.agency, role))
    record(actor=actor, operation=Operation.GRANT, verb="role.revoked", target=user, reason_code=role_code)


def _managed(actor: User | None, user_id: UUID) -> User:
    """Return the officer, locked, if the actor manages the officer's country."""
    rows = User.objects.get_queryset().filter(agency__isnull=False).select_for_update(of=("self",))
    if actor is not None:
        rows = rows.filter(agency__jurisdiction__in=jurisdictions_granting(actor, Action.MANAGE_USERS))
    return rows.get(uuid=user_id)
