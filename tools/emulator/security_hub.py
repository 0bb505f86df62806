"""Security Hub: standards, the hub's settings, and the refusal of a second hub in a region, which moto lacks."""

import json


def register() -> None:
    from moto.securityhub import urls
    from moto.securityhub.exceptions import SecurityHubClientError
    from moto.securityhub.models import SecurityHubBackend
    from moto.securityhub.responses import SecurityHubResponse

    plain_enable, plain_describe = SecurityHubBackend.enable_security_hub, SecurityHubBackend.describe_hub
    plain_disable = SecurityHubBackend.disable_security_hub

    def settings(backend: SecurityHubBackend) -> dict:
        return backend.__dict__.setdefault("hub_settings", {"AutoEnableControls": True})

    def standards(backend: SecurityHubBackend) -> dict[str, dict]:
        return backend.__dict__.setdefault("enabled_standards", {})

    def enable_security_hub(self, enable_default_standards=True, tags=None):
        if self.enabled:
            raise SecurityHubClientError("ResourceConflictException", "Account is already subscribed to Security Hub")
        if enable_default_standards:
            enable(self, f"arn:aws:securityhub:{self.region_name}::standards/aws-foundational-security-best-practices/v/1.0.0")
            enable(self, "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0")
        return plain_enable(self, enable_default_standards, tags)

    def disable_security_hub(self):
        settings(self).update(AutoEnableControls=True)
        standards(self).clear()
        return plain_disable(self)

    def describe_hub(self, hub_arn=None):
        return plain_describe(self, hub_arn) | settings(self)

    def enable(backend: SecurityHubBackend, standard: str) -> dict:
        name = standard.split("/", 1)[1]
        arn = f"arn:aws:securityhub:{backend.region_name}:{backend.account_id}:subscription/{name}"
        subscription = {"StandardsSubscriptionArn": arn, "StandardsArn": standard, "StandardsInput": {}, "StandardsStatus": "READY"}
        return standards(backend).setdefault(arn, subscription)

    def subscribed(response: SecurityHubResponse) -> SecurityHubBackend:
        response.securityhub_backend.describe_hub()  # fails where the account is not subscribed
        return response.securityhub_backend

    def answer(subscriptions: list[dict]) -> str:
        return json.dumps({"StandardsSubscriptions": subscriptions})

    def describe(self):
        return json.dumps(self.securityhub_backend.describe_hub(hub_arn=self._get_param("HubArn")))

    def update_security_hub_configuration(self):
        settings(subscribed(self)).update(json.loads(self.body))
        return "{}"

    def batch_enable_standards(self):
        asked_for = json.loads(self.body)["StandardsSubscriptionRequests"]
        return answer([enable(subscribed(self), each["StandardsArn"]) for each in asked_for])

    def get_enabled_standards(self):
        asked_for = json.loads(self.body or "{}").get("StandardsSubscriptionArns")
        return answer([each for arn, each in standards(subscribed(self)).items() if not asked_for or arn in asked_for])

    def batch_disable_standards(self):
        asked_for = json.loads(self.body)["StandardsSubscriptionArns"]
        removed = [standards(subscribed(self)).pop(arn, None) for arn in asked_for]
        return answer([each | {"StandardsStatus": "DELETING"} for each in removed if each])

    SecurityHubBackend.enable_security_hub = enable_security_hub
    SecurityHubBackend.disable_security_hub = disable_security_hub
    SecurityHubBackend.describe_hub = describe_hub
    # moto looks for the ARN in the body, but it is in the query.
    SecurityHubResponse.describe_hub = describe
    for operation in (update_security_hub_configuration, batch_enable_standards, get_enabled_standards, batch_disable_standards):
        setattr(SecurityHubResponse, operation.__name__, operation)
    for path in ("register", "get", "deregister"):
        urls.url_paths["{0}/standards/%s$" % path] = SecurityHubResponse.dispatch
