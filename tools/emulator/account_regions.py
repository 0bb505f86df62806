"""Regions that an account must enable: Account Management's four operations, and the refusal of calls in a disabled region.

moto lacks them and answers in every region. Here every region is enabled, other than in AWS, until it is disabled with
`aws account disable-region`: an estate in such a region is rehearsed as if its accounts had enabled it. moto is
imported inside the function. https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

import re
from copy import copy

ALWAYS_ENABLED = frozenset(
    "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 "
    "eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2".split()
)
SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]+/([^/,\s]+)/([^/,\s]+)/")


def opt_in_regions() -> None:
    """In a region that is not enabled, no credentials are valid.

    Source: terraform-provider-aws#32549, steampipe-plugin-aws#75, aws-sdk-java#2684
    """
    from answers import error_answer
    from moto.account import urls
    from moto.account.models import account_backends
    from moto.account.responses import AccountResponse
    from moto.core.responses import ActionResult, EmptyResult
    from moto.ec2.models import EC2Backend
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication
    from refusals import check_before, refuse

    plain_call, plain_describe = DomainDispatcherApplication.__call__, EC2Backend.describe_regions

    def disabled_in(account: str) -> set[str]:
        return account_backends[account]["aws"].__dict__.setdefault("disabled_regions", set())

    def set_enabled(response: AccountResponse, enabled: bool) -> EmptyResult:
        disabled = disabled_in(response._get_account_id())
        (disabled.discard if enabled else disabled.add)(response._get_param("RegionName"))
        return EmptyResult()

    def check(response: AccountResponse, _call) -> None:
        region = response._get_param("RegionName")
        if region in ALWAYS_ENABLED:
            refuse("ValidationException", f"Region {region} is enabled by default and its status cannot be changed.")

    def status(account: str, region: str) -> dict[str, str]:
        changeable = "DISABLED" if region in disabled_in(account) else "ENABLED"
        return {"RegionName": region, "RegionOptStatus": "ENABLED_BY_DEFAULT" if region in ALWAYS_ENABLED else changeable}

    def list_regions(self) -> ActionResult:
        account, asked_for = self._get_account_id(), self._get_param("RegionOptStatusContains")
        regions = [status(account, region.name) for region in EC2Backend.regions if not region.name.startswith(("cn-", "us-gov-"))]
        return ActionResult({"Regions": [each for each in regions if not asked_for or each["RegionOptStatus"] in asked_for]})

    def describe_regions(self, region_names=None):
        found = []
        for region in map(copy, plain_describe(self, region_names)):
            opted = "not-opted-in" if region.name in disabled_in(self.account_id) else "opted-in"
            region.opt_in_status = "opt-in-not-required" if region.name in ALWAYS_ENABLED else opted
            found.append(region)
        return found

    def call(self, environ, start_response):
        scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        account = environ.get("HTTP_X_MOTO_ACCOUNT_ID")
        if scope is None or account is None or scope[1] in ALWAYS_ENABLED or scope[1] not in disabled_in(account):
            return plain_call(self, environ, start_response)
        http_status, code, text = refusal(environ, scope[2])
        headers, body = error_answer(environ, code, text)
        start_response(http_status, headers)
        return [body]

    AccountResponse.enable_region = lambda self: set_enabled(self, True)
    AccountResponse.disable_region = lambda self: set_enabled(self, False)
    check_before(AccountResponse, "enable_region disable_region", check)
    AccountResponse.get_region_opt_status = lambda self: ActionResult(status(self._get_account_id(), self._get_param("RegionName")))
    AccountResponse.list_regions = list_regions
    for operation in ("enableRegion", "disableRegion", "getRegionOptStatus", "listRegions"):
        urls.url_paths[f"{{0}}/{operation}$"] = AccountResponse.dispatch
    EC2Backend.describe_regions = describe_regions
    DomainDispatcherApplication.__call__ = call


def refusal(environ, service: str) -> tuple[str, str, str]:
    invalid = "The security token included in the request is invalid."
    if service == "ec2":
        return "401 Unauthorized", "AuthFailure", "AWS was not able to validate the provided access credentials"
    if service == "s3":
        return "400 Bad Request", "InvalidToken", "The provided token is malformed or otherwise invalid."
    if environ.get("HTTP_X_AMZ_TARGET"):
        return "400 Bad Request", "UnrecognizedClientException", invalid
    return "403 Forbidden", "InvalidClientTokenId", invalid
