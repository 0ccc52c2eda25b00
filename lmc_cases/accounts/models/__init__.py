"""Officers, roles and invitations."""

from lmc_cases.accounts.models.invitations import Invitation
from lmc_cases.accounts.models.roles import Role, RoleAssignment
from lmc_cases.accounts.models.tokens import TokenPurpose
from lmc_cases.accounts.models.users import User

__all__ = ["Invitation", "Role", "RoleAssignment", "TokenPurpose", "User"]
