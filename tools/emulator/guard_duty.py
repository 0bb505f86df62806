"""GuardDuty: the protection plans of a detector, one detector in a region, and tags, which moto lacks."""

import json

ALWAYS = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
# What AWS turns on in a new detector, and what it does not (CreateDetector, in the API reference of GuardDuty).
ON = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
OFF = ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")


def register() -> None:
    from moto.core.exceptions import JsonRESTError
    from moto.guardduty import urls
    from moto.guardduty.models import Detector, GuardDutyBackend
    from moto.guardduty.responses import GuardDutyResponse

    plain_init, plain_update, plain_to_json = Detector.__init__, Detector.update, Detector.to_json
    plain_create_detector = GuardDutyBackend.create_detector

    def merge(detector: Detector, asked_for: list[dict] | None) -> None:
        for feature in asked_for or []:
            detector.plans[feature["name"]] = feature["status"]

    def init(self, *arguments, **named):
        plain_init(self, *arguments, **named)
        self.plans = dict.fromkeys((*ALWAYS, *ON), "ENABLED") | dict.fromkeys(OFF, "DISABLED")
        merge(self, self.features)

    def update(self, enable, finding_publishing_frequency, data_sources, features):
        plain_update(self, enable, finding_publishing_frequency, data_sources, None)
        merge(self, features)

    def to_json(self):
        status = {name: {"status": state} for name, state in self.plans.items()}
        sources = {
            "cloudTrail": status["CLOUD_TRAIL"],
            "dnsLogs": status["DNS_LOGS"],
            "flowLogs": status["FLOW_LOGS"],
            "s3Logs": status["S3_DATA_EVENTS"],
            "kubernetes": {"auditLogs": status["EKS_AUDIT_LOGS"]},
            "malwareProtection": {"scanEc2InstanceWithFindings": {"ebsVolumes": status["EBS_MALWARE_PROTECTION"]}},
        }
        features = [{"name": name, "status": state} for name, state in self.plans.items()]
        return plain_to_json(self) | {"dataSources": sources, "features": features}

    def create_detector(self, *arguments):
        if self.detectors:
            message = "The request is rejected because a detector already exists for the current account."
            raise JsonRESTError("BadRequestException", message)
        return plain_create_detector(self, *arguments)

    def tagged(response: GuardDutyResponse) -> Detector:
        return response.guardduty_backend.get_detector(response.path.split("%2F")[-1].split("/")[-1])

    def list_tags_for_resource(self):
        return json.dumps({"tags": tagged(self).tags})

    def tag_resource(self):
        tagged(self).tags.update(self._get_param("tags"))
        return "{}"

    def untag_resource(self):
        for key in self.querystring.get("tagKeys", []):
            tagged(self).tags.pop(key, None)
        return "{}"

    Detector.__init__, Detector.update, Detector.to_json = init, update, to_json
    GuardDutyBackend.create_detector = create_detector
    for operation in (list_tags_for_resource, tag_resource, untag_resource):
        setattr(GuardDutyResponse, operation.__name__, operation)
    urls.url_paths["{0}/tags/(?P<arn>.+)$"] = GuardDutyResponse.dispatch
