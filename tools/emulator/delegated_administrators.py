"""AWS Organizations: services that moto does not know as trusted, or as ones that a member account may administer.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrated-services-list.html
"""

from refusals import check_before, refuse

TRUSTED = ("iam.amazonaws.com",)
DELEGATED = (
    "account.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "iam.amazonaws.com",
    "inspector2.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
)
# Other services have no limit here.
MOST_ADMINISTRATORS = {"cloudtrail.amazonaws.com": 3, "sso.amazonaws.com": 1}


def integrated_services() -> None:
    """moto lacks IAM as a trusted service, and refuses delegated administrators of most services, Identity Center among them."""
    from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess

    FakeServiceAccess.TRUSTED_SERVICES = [*FakeServiceAccess.TRUSTED_SERVICES, *TRUSTED]
    FakeDelegatedAdministrator.SUPPORTED_SERVICES = [*FakeDelegatedAdministrator.SUPPORTED_SERVICES, *DELEGATED]


def cloudtrail_delegation() -> None:
    """moto cannot name a delegated administrator of CloudTrail, which CloudTrail does itself."""
    from moto.cloudtrail.responses import CloudTrailResponse
    from moto.core.exceptions import JsonRESTError
    from moto.organizations.models import OrganizationsBackend, organizations_backends

    service = "cloudtrail.amazonaws.com"

    def organization_of(response: CloudTrailResponse) -> OrganizationsBackend:
        backend = organizations_backends[response.current_account][response.partition]
        if backend.org is None:
            raise JsonRESTError("NotOrganizationManagementAccountException", "The account is not the management account of an organization.")
        if all(each["ServicePrincipal"] != service for each in backend.services):
            raise JsonRESTError("CloudTrailAccessNotEnabledException", f"Trusted access for {service} is not enabled.")
        return backend

    def register(self) -> str:
        organization_of(self).register_delegated_administrator(AccountId=self._get_param("MemberAccountId"), ServicePrincipal=service)
        return "{}"

    def deregister(self) -> str:
        organization_of(self).deregister_delegated_administrator(AccountId=self._get_param("DelegatedAdminAccountId"), ServicePrincipal=service)
        return "{}"

    CloudTrailResponse.register_organization_delegated_admin = register
    CloudTrailResponse.deregister_organization_delegated_admin = deregister


def delegation() -> None:
    """A delegated administrator needs trusted access of its service. Identity Center has at most one, CloudTrail three.

    Source: Organizations RegisterDelegatedAdministrator, Organizations user guide, orgs_integrated-services-list
    """
    from moto.organizations.models import OrganizationsBackend

    def check(backend, call) -> None:
        service, account = call.kwargs["ServicePrincipal"], call.kwargs["AccountId"]
        if all(each["ServicePrincipal"] != service for each in backend.services):
            refuse("ConstraintViolationException", f"You must enable trusted access for {service} first.")
        others = [each for each in backend.admins if service in each.services and each.account.id != account]
        if len(others) == MOST_ADMINISTRATORS.get(service):
            refuse("ConstraintViolationException", f"You have registered the maximum number of delegated administrators for {service}.")

    check_before(OrganizationsBackend, "register_delegated_administrator", check)
