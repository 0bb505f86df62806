import { withoutSecrets } from "../../config/secret-text";
import { isObject, listOf, objectOf, parsedJson, terraformKeys, type JsonObject } from "../support/json";
import { sortedBy } from "../support/order";
import { counted, shortened } from "../support/text";
import { stackJson, type Stack } from "../synth/stacks";

/** A resource of a stack, as its JSON describes it. */
export interface ReportedResource {
  readonly address: string;
  readonly type: string;
  /** AWS's name of the service: `VPC`. */
  readonly service: string;
  /** The path of the construct that creates it, without the stack: `network/vpc`. */
  readonly path: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** Services by how the types of their resources begin; the longest beginning is the resource's. */
const SERVICES: Readonly<Record<string, string>> = {
  access: "IAM Access Analyzer",
  account: "Account Management",
  accessanalyzer: "IAM Access Analyzer",
  budgets: "Budgets",
  cloudtrail: "CloudTrail",
  cloudwatch_event: "EventBridge",
  cloudwatch_log: "CloudWatch Logs",
  cloudwatch: "CloudWatch",
  config: "Config",
  db: "RDS",
  default: "VPC",
  ebs: "EC2",
  ec2: "EC2",
  ecr: "ECR",
  emr: "EMR",
  flow_log: "VPC",
  guardduty: "GuardDuty",
  iam: "IAM",
  identitystore: "IAM Identity Center",
  instance: "EC2",
  internet_gateway: "VPC",
  kms: "KMS",
  lambda: "Lambda",
  network: "VPC",
  organizations: "Organizations",
  rds: "RDS",
  route: "VPC",
  s3: "S3",
  secretsmanager: "Secrets Manager",
  security_group: "VPC",
  securityhub: "Security Hub",
  sns: "SNS",
  sqs: "SQS",
  ssm: "Systems Manager",
  ssoadmin: "IAM Identity Center",
  subnet: "VPC",
  vpc: "VPC",
};

const BEGINNINGS = Object.keys(SERVICES).sort((a, b) => b.length - a.length);

/** The service of a type of resource; the first word of the type if the service is not known. */
export function awsService(type: string): string {
  const rest = type.replace(/^aws_/, "");
  const known = BEGINNINGS.find((beginning) => rest === beginning || rest.startsWith(`${beginning}_`));
  return known === undefined ? (rest.split("_")[0] ?? type) : (SERVICES[known] ?? type);
}

/** What says nothing of the resource itself. */
const LEFT_OUT: readonly string[] = ["lifecycle", "depends_on", "provider", "provisioner", "connection", "tags_all"];
const LONGEST_VALUE = 110;
const MOST_ATTRIBUTES = 14;

/** The resources of a stack that Terraform manages, in the order of services and addresses, without secrets. */
export function resourcesOfStack(stack: Pick<Stack, "id" | "directory">): readonly ReportedResource[] {
  const blocks = Object.entries(objectOf(objectOf(stackJson(stack))["resource"]));
  const found = blocks.flatMap(([type, named]) =>
    Object.entries(objectOf(named)).map(([name, block]) => resourceOf(stack.id, type, name, objectOf(block))),
  );
  return withoutSecrets(sortedBy(found, ({ service, address }) => `${service} ${address}`));
}

function resourceOf(stackId: string, type: string, name: string, block: JsonObject): ReportedResource {
  const path = textOr(objectOf(objectOf(block["//"])["metadata"])["path"], "");
  const attributes = terraformKeys(block)
    .filter((key) => !LEFT_OUT.includes(key))
    .map((key) => [key, valueText(block[key])] as const);
  const more = attributes.length - MOST_ATTRIBUTES;
  return {
    address: `${type}.${name}`,
    type,
    service: awsService(type),
    path: path.startsWith(`${stackId}/`) ? path.slice(stackId.length + 1) : path,
    attributes: [
      ...attributes.slice(0, MOST_ATTRIBUTES),
      ...(more > 0 ? [["…", `${counted(more, "more attribute")} in the stack's JSON`] as const] : []),
    ],
  };
}

export const textOr = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

/** A value in one line: references without their brackets, policies as their statements. */
function valueText(value: unknown): string {
  const document = parsedJson(value);
  if (document !== undefined) return documentText(document);
  if (typeof value === "string") return shortened(referenceText(value), LONGEST_VALUE);
  if (Array.isArray(value) && !value.some(isObject)) return shortened(value.map(valueText).join(", "), LONGEST_VALUE);
  if (isObject(value) || Array.isArray(value)) return shortened(JSON.stringify(value), LONGEST_VALUE);
  return String(value);
}

function documentText(document: unknown): string {
  const statements = isObject(document) ? [document["Statement"]].flat().filter(isObject) : listOf(undefined);
  const names = statements.map((statement) => textOr(objectOf(statement)["Sid"], "no Sid"));
  if (names.length === 0) return shortened(JSON.stringify(document), LONGEST_VALUE);
  return shortened(`${counted(names.length, "statement")}: ${names.join(", ")}`, LONGEST_VALUE);
}

/** `${aws_vpc.a.id}` is `aws_vpc.a.id`. */
const referenceText = (text: string): string => /^\$\{([^{}]+)\}$/.exec(text)?.[1] ?? text;
