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
