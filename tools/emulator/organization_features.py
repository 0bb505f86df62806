"""AWS Organizations: central root access, the name that an account gives itself, and the closing of an account.

Pages are those of https://docs.aws.amazon.com/. moto is imported inside the functions.
"""

import time

from refusals import check_before, refuse

FEATURES = {"root_credentials_management": "RootCredentialsManagement", "root_sessions": "RootSessions"}
DAYS = 24 * 60 * 60


def root_access() -> None:
    """moto cannot manage the root users of member accounts centrally."""
    from moto.core.responses import ActionResult
    from moto.iam.exceptions import IAMException
    from moto.iam.responses import IamResponse
    from moto.organizations.models import OrganizationsBackend, organizations_backends

    def organization_of(response: IamResponse) -> OrganizationsBackend:
        account = response.current_account
        backend = organizations_backends[account][response.partition]
        if account in organizations_backends.master_accounts:
            denied = "The account is not the management account or its delegated administrator for IAM."
            raise IAMException("AccountNotManagementOrDelegatedAdministratorException", denied)
        if backend.org is None:
            raise IAMException("OrganizationNotFoundException", "The account is not a member of an organization.")
        if all(each["ServicePrincipal"] != "iam.amazonaws.com" for each in backend.services):
            raise IAMException("ServiceAccessNotEnabledException", "Trusted access for iam.amazonaws.com is not enabled.")
        return backend

    def features_of(backend: OrganizationsBackend) -> list[str]:
        return backend.__dict__.setdefault("root_features", [])

    def answer(backend: OrganizationsBackend) -> ActionResult:
        return ActionResult({"OrganizationId": backend.org.id, "EnabledFeatures": features_of(backend)})

    def changing(feature: str, enabled: bool):
        def change(self):
            backend = organization_of(self)
            others = [each for each in features_of(backend) if each != feature]
            backend.root_features = others + ([feature] if enabled else [])
            return answer(backend)

        return change

    IamResponse.list_organizations_features = lambda self: answer(organization_of(self))
    for name, feature in FEATURES.items():
        setattr(IamResponse, f"enable_organizations_{name}", changing(feature, True))
        setattr(IamResponse, f"disable_organizations_{name}", changing(feature, False))


def account_name() -> None:
    """moto has no names of accounts outside an organization."""
    from moto.account import urls
    from moto.account.models import account_backends
    from moto.account.responses import AccountResponse
    from moto.core.responses import ActionResult, EmptyResult

    def put_account_name(self) -> EmptyResult:
        account_backends[self._get_account_id()][self.partition].name = self._get_param("AccountName")
        return EmptyResult()

    def get_account_information(self) -> ActionResult:
        account = self._get_account_id()
        name = account_backends[account][self.partition].__dict__.get("name", f"account {account}")
        return ActionResult({"AccountId": account, "AccountName": name})

    AccountResponse.put_account_name, AccountResponse.get_account_information = put_account_name, get_account_information
    for operation in ("putAccountName", "getAccountInformation"):
        urls.url_paths[f"{{0}}/{operation}$"] = AccountResponse.dispatch


def pending_closure() -> None:
    """moto suspends a closed account at once. In AWS, its closure is pending first; here, for the first look at it."""
    from moto.organizations.exceptions import AccountAlreadyClosedException
    from moto.organizations.models import FakeAccount

    plain_describe, plain_close = FakeAccount.describe, FakeAccount.close

    def close(self):
        if self.state == "PENDING_CLOSURE":
            raise AccountAlreadyClosedException
        plain_close(self)
        self.state = self.status = "PENDING_CLOSURE"

    def describe(self):
        description = plain_describe(self)
        if self.state == "PENDING_CLOSURE":
            self.state = self.status = "SUSPENDED"
        return description

    FakeAccount.describe, FakeAccount.close = describe, close


def account_closure() -> None:
    """A management account is not closed. Of its members, at most 10, or 10 % of them if that is more, are closed in 30 days.

    Source: Organizations CloseAccount, Organizations user guide, orgs_reference_limits
    """
    from moto.organizations.models import FakeAccount, OrganizationsBackend

    plain_close = FakeAccount.close

    def close(self) -> None:
        plain_close(self)
        self.closed_at = time.time()

    def check(backend, call) -> None:
        if call.kwargs["AccountId"] == backend.account_id:
            refuse("ConstraintViolationException", "You cannot close the management account.")
        closed = [each for each in backend.accounts if time.time() - getattr(each, "closed_at", 0) < 30 * DAYS]
        if len(closed) >= min(1000, max(10, (len(backend.accounts) - 1) // 10)):
            refuse("ConstraintViolationException", "You have exceeded the number of accounts that you can close in 30 days.")

    FakeAccount.close = close
    check_before(OrganizationsBackend, "close_account", check)
