"""IAM Access Analyzer, which moto lacks: it answers HTTP 500, which the provider retries for ten minutes. Analyzers and tags, no findings."""

import re
import sys
from types import ModuleType, SimpleNamespace

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import utcnow

URL_BASE = r"https?://access-analyzer\.(.+)\.amazonaws\.com"


class ResourceNotFound(ServiceException):
    code = "ResourceNotFoundException"


class Conflict(ServiceException):
    code = "ConflictException"


class AccessAnalyzerBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.analyzers: dict[str, dict] = {}

    @property
    def _url_module(self):
        """Replaces the module `urls` that moto would import."""
        dispatch = AccessAnalyzerResponse.dispatch
        paths = ("{0}/analyzer$", "{0}/analyzer/(?P<name>[^/]+)$", "{0}/tags/(?P<arn>.+)$")
        return SimpleNamespace(url_bases=[URL_BASE], url_paths=dict.fromkeys(paths, dispatch))

    def create(self, name: str, kind: str, tags: dict, configuration: dict | None) -> dict:
        if name in self.analyzers:
            raise Conflict(f"Analyzer {name} already exists")
        arn = f"arn:{self.partition}:access-analyzer:{self.region_name}:{self.account_id}:analyzer/{name}"
        analyzer = {"arn": arn, "name": name, "type": kind, "createdAt": utcnow(), "status": "ACTIVE", "tags": tags}
        self.analyzers[name] = analyzer | ({"configuration": configuration} if configuration else {})
        return self.analyzers[name]

    def get(self, name: str) -> dict:
        if name not in self.analyzers:
            raise ResourceNotFound(f"Analyzer {name} not found")
        return self.analyzers[name]

    def get_by_arn(self, arn: str) -> dict:
        for analyzer in self.analyzers.values():
            if analyzer["arn"] == arn:
                return analyzer
        raise ResourceNotFound(f"{arn} not found")


class AccessAnalyzerResponse(BaseResponse):
    def __init__(self) -> None:
        super().__init__(service_name="accessanalyzer")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> AccessAnalyzerBackend:
        return accessanalyzer_backends[self.current_account][self.region]

    def create_analyzer(self) -> ActionResult:
        asked_for = self._get_param
        analyzer = self.backend.create(asked_for("analyzerName"), asked_for("type"), asked_for("tags", {}), asked_for("configuration"))
        return ActionResult({"arn": analyzer["arn"]})

    def get_analyzer(self) -> ActionResult:
        return ActionResult({"analyzer": self.backend.get(self._get_param("analyzerName"))})

    def list_analyzers(self) -> ActionResult:
        kind = self._get_param("type")
        return ActionResult({"analyzers": [each for each in self.backend.analyzers.values() if kind in (None, each["type"])]})

    def update_analyzer(self) -> ActionResult:
        analyzer = self.backend.get(self._get_param("analyzerName"))
        analyzer["configuration"] = self._get_param("configuration", {})
        return ActionResult({"configuration": analyzer["configuration"]})

    def delete_analyzer(self) -> ActionResult:
        self.backend.analyzers.pop(self.backend.get(self._get_param("analyzerName"))["name"])
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"tags": self.backend.get_by_arn(self._get_param("resourceArn"))["tags"]})

    def tag_resource(self) -> ActionResult:
        self.backend.get_by_arn(self._get_param("resourceArn"))["tags"].update(self._get_param("tags", {}))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        tags = self.backend.get_by_arn(self._get_param("resourceArn"))["tags"]
        for key in self._get_param("tagKeys", []):
            tags.pop(key, None)
        return EmptyResult()


accessanalyzer_backends = BackendDict(AccessAnalyzerBackend, "accessanalyzer")


def register() -> None:
    """Registers the service in moto: found by host name, imported by module name, and reset with all others."""
    module = ModuleType("moto.accessanalyzer")
    module.accessanalyzer_backends = accessanalyzer_backends
    sys.modules[module.__name__] = module
    backend_index.backend_url_patterns.append(("accessanalyzer", re.compile(URL_BASE)))
