"""Officers, roles, invitations, duty desks."""

from lmc_cases.accounts.models.desks import Absence, DeskDuty, DutyDesk, Notice
from lmc_cases.accounts.models.invitations import Invitation
from lmc_cases.accounts.models.roles import Role, RoleAssignment
from lmc_cases.accounts.models.users import User

__all__ = [
    "Absence",
    "DeskDuty",
    "DutyDesk",
    "Invitation",
    "Notice",
    "Role",
    "RoleAssignment",
    "User",
]
