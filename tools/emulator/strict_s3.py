"""S3: bucket names, changes of versioning and keys that AWS refuses.

Pages are those of https://docs.aws.amazon.com/AmazonS3/latest/. moto itself has one name space over all accounts, keeps
a bucket that holds objects, and refuses an object lock without versioning. moto is imported inside the functions.
"""

import re

from refusals import check_before, refuse

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def bucket_name() -> None:
    """A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, and no reserved prefix or suffix.

    Source: S3 user guide, bucketnamingrules

    `-an` ends the names of an account's own regional name space only.
    """
    from moto.s3.exceptions import InvalidBucketName
    from moto.s3.models import S3Backend

    def check(_backend, call) -> None:
        name, regional = call.bucket_name, call.bucket_namespace == "account-regional"
        well_formed = NAME.fullmatch(name) and ".." not in name and not ADDRESS.fullmatch(name)
        if not well_formed or name.startswith(PREFIXES) or name.endswith(SUFFIXES) or (name.endswith("-an") and not regional):
            raise InvalidBucketName()

    check_before(S3Backend, "create_bucket", check)


def bucket_versioning() -> None:
    """Versioning of a bucket with an object lock stays on. MFA delete needs the code of an MFA device.

    Source: S3 PutBucketVersioning, S3 user guide, object-lock-managing
    """
    from moto.s3.responses import S3Response

    def check(response, call) -> None:
        body = response.body.decode("utf-8", "replace") if "versioning" in call.querystring else ""
        if "<MfaDelete>Enabled</MfaDelete>" in body and not call.request.headers.get("x-amz-mfa"):
            refuse("AccessDenied", "Mfa Authentication must be used for this request")
        if "<Status>Suspended</Status>" in body and response.backend.get_bucket(call.bucket_name).object_lock_enabled:
            locked = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            refuse("InvalidBucketState", locked)

    check_before(S3Response, "_bucket_response_put", check)


def object_key() -> None:
    """An object is not encrypted with a KMS key that does not exist.

    Source: S3 PutObject, S3 user guide, UsingKMSEncryption
    """
    from moto.kms.models import kms_backends
    from moto.s3.models import S3Backend

    def check(_backend, call) -> None:
        parts = (call.kms_key_id or "").split(":")
        if len(parts) < 6:  # none, or an id in the caller's account
            return
        region, account, name = parts[3], parts[4], parts[5]
        keys = kms_backends[account][region]
        found = keys.get_key_id_from_alias(name) if name.startswith("alias/") else keys.keys.get(name.removeprefix("key/"))
        if not found:
            refuse("KMS.NotFoundException", f"{'Alias' if name.startswith('alias/') else 'Key'} {call.kms_key_id} is not found.")

    check_before(S3Backend, "put_object", check)
