"""The one module that writes grants: roles to groups, groups to guardian permissions on rows.

A role of a country is a Django group, ``TH:liaison_officer``; of an agency, ``TH-CIB:liaison_officer``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from guardian.models import GroupObjectPermission
from guardian.shortcuts import assign_perm

from lmc_cases.accounts.models import Role, RoleAssignment, User
from lmc_cases.accounts.services.managing import AccountClosed
from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import NotAllowed
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
        actions = set(role.actions_in(country))
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
    found = {group.name: group for group in Group.objects.filter(name__in=names)}
    if names[0] not in found:
        ensure_groups(country)
    elif len(found) < len(names):
        # That role's alone: the groups of a country with many units are many.
        ensure_agency_group(agency, role, reads=Action.READ in role.actions_in(country))
    else:
        return list(found.values())
    return list(Group.objects.filter(name__in=names))


class OwnRoles(NotAllowed):
    """Nobody gives or takes the own roles."""


def roles_of(country: Jurisdiction) -> list[Role]:
    """Return the roles that mean something in a country, in their order."""
    return [role for role in Role.objects.order_by("sort_order", "pk") if role.actions_in(country)]


def roles_held(user: User) -> list[RoleAssignment]:
    """Return what an officer holds now, with who gave it."""
    return list(
        RoleAssignment.objects.in_force()
        .filter(user=user)
        .select_related("role", "granted_by")
        .order_by("role__sort_order", "pk")
    )


def role_labels(users: Iterable[User]) -> dict[int, list[str]]:
    """Return the labels of the roles held, by primary key of the officer, in one statement."""
    labels: dict[int, list[str]] = {}
    held = RoleAssignment.objects.in_force().filter(user__in=list(users)).select_related("role")
    for assignment in held.order_by("role__sort_order", "pk"):
        labels.setdefault(assignment.user_id, []).append(assignment.role.label)
    return labels


def agencies_managed_by(actor: User) -> list[Agency]:
    """Return the agencies whose users the actor manages."""
    managed = jurisdictions_granting(actor, Action.MANAGE_USERS)
    return list(
        Agency.objects.filter(jurisdiction__in=managed)
        .select_related("jurisdiction")
        .order_by("jurisdiction__code", "name", "pk")
    )


@transaction.atomic
def grant_role(
    *, actor: User | None, user_id: UUID, role_code: str, granted_by: User | None = None
) -> RoleAssignment:
    """Give an officer a role in the officer's own agency.

    Args:
        actor: a country administrator of the officer's country; ``None`` for set-up on the server and for an
            invitation that is taken up.
        granted_by: who promised the role in an invitation.

    Raises:
        User.DoesNotExist: foreign and missing alike.
        Role.DoesNotExist: no such role, or none of that country.
        OwnRoles: the officer is the actor.
        AccountClosed: the officer has left.
    """
    user = _managed(actor, user_id)
    assert user.agency is not None  # noqa: S101 - _managed only returns officers of an agency
    role = Role.objects.get(code=role_code)
    if actor is not None and not role.actions_in(user.agency.jurisdiction):
        raise Role.DoesNotExist
    if not user.is_active:
        raise AccountClosed(_("This account is closed."))
    held = RoleAssignment.objects.in_force().filter(user=user, role=role).first()
    if held is not None:
        return held
    by = actor or granted_by
    assignment = RoleAssignment(user=user, role=role, granted_by=by)
    save_as(assignment, actor=by, reason=role_code)
    user.groups.add(*groups_for(user.agency, role))
    record(actor=actor, operation=Operation.GRANT, verb="role.granted", target=user, reason_code=role_code)
    return assignment


@transaction.atomic
def revoke_role(*, actor: User | None, user_id: UUID, role_code: str) -> None:
    """Take a role back; the officer's next request is without it.

    Raises:
        User.DoesNotExist: foreign and missing alike.
        RoleAssignment.DoesNotExist: the officer does not hold the role.
        OwnRoles: the officer is the actor.
    """
    user = _managed(actor, user_id)
    assert user.agency is not None  # noqa: S101 - _managed only returns officers of an agency
    role = Role.objects.get(code=role_code)
    assignment = RoleAssignment.objects.in_force().get(user=user, role=role)
    assignment.revoked_by = actor
    assignment.revoked_at = timezone.now()
    save_as(assignment, actor=actor, reason=role_code)
    user.groups.remove(*groups_for(user.agency, role))
    record(actor=actor, operation=Operation.GRANT, verb="role.revoked", target=user, reason_code=role_code)


def _managed(actor: User | None, user_id: UUID) -> User:
    """Return the officer, locked, if the actor manages the officer's country and is somebody else."""
    rows = User.objects.get_queryset().filter(agency__isnull=False).select_for_update(of=("self",))
    if actor is not None:
        rows = rows.managed_by(actor)
    user = rows.get(uuid=user_id)
    if actor is not None and user.pk == actor.pk:
        raise OwnRoles(_("You cannot change your own roles. Ask another administrator of your country."))
    return user
