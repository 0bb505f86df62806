import { deniedCreations, type OwnCreation } from "../../stacks/denied-creations";

const DEV = "222222222222";

const creation = (type: string, change: Partial<OwnCreation> = {}): OwnCreation => ({
  ...{ path: "dev-own/it", type, account: { id: DEV, name: "dev" }, region: "eu-west-1" },
  ...change,
});

/** What is denied, of one type, by a policy with one statement. */
const denied = (statement: object, type: string, change?: Partial<OwnCreation>): string[] => {
  const content = JSON.stringify({ Statement: { Sid: "No", Effect: "Deny", Resource: "*", ...statement } });
  return deniedCreations([{ name: "p", content, accountIds: [DEV] }], [creation(type, change)]);
};

const QUEUE = "aws_sqs_queue";
const outside = (...regions: string[]) => ({ Condition: { StringNotEquals: { "aws:RequestedRegion": regions } } });

test("names the resource, the action, the account, the region, the statement and the remedy", () => {
  expect(denied({ Action: "sqs:CreateQueue" }, QUEUE)).toEqual([
    "  dev-own/it: the organization's policies must allow sqs:CreateQueue in dev, got a denial in eu-west-1 by No of p. Remove the resource, or change the statement. If it exists already, import it (<estate>.adopt.json).",
  ]);
  expect(denied({ Action: "sqs:*" }, QUEUE)[0]).toMatch(
    / by No of p\. Remove the resource, or change the statement\.$/,
  );
  expect(denied({ NotAction: ["iam:*"], ...outside("us-east-1", "eu-central-1") }, QUEUE)).toEqual([
    "  dev-own/it: the organization's policies must allow sqs:CreateQueue in dev, got a denial in eu-west-1 by No of p. Create it in another region, or add eu-west-1 to accounts.dev.furtherRegions and, if the estate has the list, to organization.allowedRegions.",
  ]);
});

test.each<{ what: string; statement: object; type?: string; change?: Partial<OwnCreation> }>([
  { what: "a pattern of the action, in other letters", statement: { Action: ["s3:*", "SQS:create?ueue"] } },
  { what: "every action", statement: { Action: "*" } },
  { what: "a second action that the creation needs", statement: { Action: "sqs:TagQueue" } },
  { what: "the region by a pattern", statement: { Action: "sqs:*", Condition: { StringLike: { "AWS:RequestedRegion": "eu-*" } } } }, // prettier-ignore
  { what: "an unknown type of a service that is denied", statement: { Action: "sqs:*" }, type: "aws_sqs_mailbox" },
  { what: "an unknown type in a region that is denied", statement: { NotAction: ["iam:*"], ...outside("us-east-1") }, type: "aws_lightsail_disk" }, // prettier-ignore
  { what: "a log group with the argument that asks for the action", statement: { Action: "logs:PutRetentionPolicy" }, type: "aws_cloudwatch_log_group", change: { given: ["retention_in_days"] } }, // prettier-ignore
  { what: "a database that is not restored", statement: { Action: "rds:CreateDBInstance" }, type: "aws_db_instance" },
  { what: "a global service, whose requests are in us-east-1", statement: { Action: "iam:*", Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } } }, type: "aws_iam_role" }, // prettier-ignore
])("is denied: $what", ({ statement, type = QUEUE, change }) => {
  expect(denied(statement, type, change)).toHaveLength(1);
});

test.each<{ what: string; statement: object; type?: string; change?: Partial<OwnCreation> }>([
  { what: "another account", statement: { Action: "*" }, change: { account: { id: "111111111111", name: "master" } } },
  { what: "another action", statement: { Action: "sqs:DeleteQueue" } },
  { what: "an Allow", statement: { Effect: "Allow", Action: "sqs:*" } },
  { what: "an action that the statement leaves out", statement: { NotAction: ["sqs:*"] } },
  { what: "an allowed region", statement: { NotAction: ["iam:*"], ...outside("eu-west-1") } },
  { what: "certain resources, which may be others", statement: { Action: "*", Resource: "arn:aws:sqs:*:*:x" } },
  { what: "all but certain resources", statement: { Action: "*", Resource: undefined, NotResource: "arn:aws:sqs:*:*:x" } }, // prettier-ignore
  { what: "a condition on who asks", statement: { Action: "*", Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } } } }, // prettier-ignore
  { what: "a condition on the region and one on who asks", statement: { Action: "*", Condition: { StringNotEquals: { "aws:RequestedRegion": "us-east-1", "aws:PrincipalArn": "x" } } } }, // prettier-ignore
  { what: "an unknown type of a service of which one action is denied", statement: { Action: "sqs:CreateQueue" }, type: "aws_sqs_mailbox" }, // prettier-ignore
  { what: "an unknown type of a service of which one action is left out", statement: { NotAction: ["ec2:DescribeRegions"], ...outside("us-east-1") }, type: "aws_ec2_host" }, // prettier-ignore
  { what: "a region by a variable", statement: { Action: "sqs:*", ...outside("${aws:PrincipalTag/region}") } },
  { what: "a stream of logs, which is not of CloudWatch", statement: { Action: "cloudwatch:*" }, type: "aws_cloudwatch_log_stream" }, // prettier-ignore
  { what: "a resolver, whose requests are in its region", statement: { NotAction: ["iam:*"], ...outside("eu-west-1") }, type: "aws_route53_resolver_endpoint" }, // prettier-ignore
  { what: "a type of a service that is left out under its name in IAM", statement: { NotAction: ["rds:*"], ...outside("us-east-1") }, type: "aws_db_option_group" }, // prettier-ignore
  { what: "Firehose, which is not of Kinesis", statement: { Action: "kinesis:*" }, type: "aws_kinesis_firehose_delivery_stream" }, // prettier-ignore
  { what: "a type whose service is not known", statement: { NotAction: ["apigateway:*"], ...outside("us-east-1") }, type: "aws_api_gateway_stage" }, // prettier-ignore
  { what: "a resource outside AWS", statement: { NotAction: ["iam:*"] }, type: "terraform_data" },
  { what: "a log group without the argument that asks for the action", statement: { Action: "logs:PutRetentionPolicy" }, type: "aws_cloudwatch_log_group" }, // prettier-ignore
  { what: "a database from a snapshot", statement: { Action: "rds:CreateDBInstance" }, type: "aws_db_instance", change: { given: ["snapshot_identifier"] } }, // prettier-ignore
  { what: "what is called only if something exists", statement: { Action: "iam:DeleteRolePolicy" }, type: "aws_iam_role_policies_exclusive" }, // prettier-ignore
  { what: "an event bus, which is of EventBridge", statement: { NotAction: ["events:*"], ...outside("us-east-1") }, type: "aws_cloudwatch_event_bus" }, // prettier-ignore
])("is not denied: $what", ({ statement, type = QUEUE, change }) => {
  expect(denied(statement, type, change)).toEqual([]);
});

test("all are listed at once, each once, and a policy that an apply decides denies nothing", () => {
  const statements = [{ Effect: "Deny", Action: "sqs:*", Resource: "*" }, { Effect: "Deny", Action: "*", Resource: ["*"] }]; // prettier-ignore
  const bound = { accountIds: [DEV] };
  const policies = [
    { name: "unknown", content: "${aws_x.y.json}", ...bound },
    { name: "known", content: JSON.stringify({ Statement: statements }), ...bound },
  ];
  const found = deniedCreations(policies, [creation(QUEUE, { path: "dev-own/a" }), creation("aws_vpc", { path: "dev-own/b" })]); // prettier-ignore
  expect(found.map((line) => /^ {2}(\S+):.* by (.*)\. Remove/.exec(line)?.slice(1))).toEqual([
    ["dev-own/a", "statement 1 of known"],
    ["dev-own/b", "statement 2 of known"],
  ]);
});
