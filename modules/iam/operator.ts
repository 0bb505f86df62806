import { Construct } from "constructs";
import type { PolicyStatement } from "./policy-document";
import { Role, trustPeople } from "./role";

export interface OperatorProps {
  readonly name: string;
  readonly accountId: string;
  /** ARNs of the users and roles that may assume it, with MFA. */
  readonly principalArns: readonly string[];
  /** Networks from which the role may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** The longest session, 3,600 to 43,200 s. */
  readonly maxSessionSeconds: number;
  /** The tags of this estate's resources. Only database instances with all of them may be started and stopped. */
  readonly estateTags: Readonly<Record<string, string>>;
}

/**
 * The role for everyday work. It reads the account and its logs, and may start, stop and reboot the estate's database
 * instances. It cannot read data or secrets, change IAM, or assume another role.
 *
 * @example
 * new Operator(this, "operator", {
 *   name: "Operator", accountId: "111111111111", principalArns: ["arn:aws:iam::111111111111:user/platform-engineer"],
 *   maxSessionSeconds: 14400, estateTags: { Solution: "galileo" },
 * });
 */
export class Operator extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: OperatorProps) {
    super(scope, id);
    const { name, accountId, principalArns, sourceIps, maxSessionSeconds, estateTags } = props;
    const role = new Role(this, "role", {
      name,
      description: "Everyday work: reads the account, its logs and metrics; no data, no secrets, no IAM changes",
      trust: [trustPeople(principalArns, { sourceIps })],
      maxSessionSeconds,
      managedPolicies: { "view-only": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess" },
      inlinePolicies: {
        "read-operations": READ_OPERATIONS,
        "database-power": [databasePower(accountId, estateTags)],
        "deny-data-and-iam": DENY_DATA_AND_IAM,
      },
    });
    this.roleArn = role.arn;
  }
}

const READ_OPERATIONS: readonly PolicyStatement[] = [
  {
    sid: "ReadLogs",
    actions: [
      "logs:Describe*",
      "logs:FilterLogEvents",
      "logs:Get*",
      "logs:List*",
      "logs:StartQuery",
      "logs:StopQuery",
      "logs:TestMetricFilter",
    ],
    resources: ["*"],
  },
  {
    sid: "ReadMetricsAndAlarms",
    actions: ["cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"],
    resources: ["*"],
  },
  {
    sid: "ReadEvents",
    actions: ["cloudtrail:LookupEvents", "health:Describe*", "events:Describe*", "events:List*"],
    resources: ["*"],
  },
  { sid: "ReadTags", actions: ["tag:GetResources", "tag:GetTagKeys", "tag:GetTagValues"], resources: ["*"] },
  {
    sid: "ReadDatabaseLogs",
    actions: ["rds:Describe*", "rds:DownloadDBLogFilePortion", "rds:ListTagsForResource"],
    resources: ["*"],
  },
  {
    sid: "HandleSupportCases",
    actions: [
      "support:AddAttachmentsToSet",
      "support:AddCommunicationToCase",
      "support:CreateCase",
      "support:Describe*",
      "support:ResolveCase",
    ],
    resources: ["*"],
  },
];

function databasePower(accountId: string, estateTags: Readonly<Record<string, string>>): PolicyStatement {
  const conditions = Object.fromEntries(
    Object.entries(estateTags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
  );
  return {
    sid: "StartStopAndRebootEstateDatabases",
    actions: ["rds:StartDBInstance", "rds:StopDBInstance", "rds:RebootDBInstance"],
    resources: [`arn:aws:rds:*:${accountId}:db:*`],
    conditions: { StringEquals: conditions },
  };
}

const DENY_DATA_AND_IAM: readonly PolicyStatement[] = [
  {
    sid: "NeverReadDataOrSecrets",
    effect: "Deny",
    actions: [
      "s3:GetObject*",
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue",
      "ssm:GetParameter*",
      "kms:Decrypt",
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "rds-db:connect",
    ],
    resources: ["*"],
  },
  {
    sid: "NeverChangeIam",
    effect: "Deny",
    actions: [
      "iam:Accept*",
      "iam:Add*",
      "iam:Associate*",
      "iam:Attach*",
      "iam:Change*",
      "iam:Create*",
      "iam:Deactivate*",
      "iam:Delete*",
      "iam:Detach*",
      "iam:Disable*",
      "iam:Enable*",
      "iam:PassRole",
      "iam:Put*",
      "iam:Reject*",
      "iam:Remove*",
      "iam:Reset*",
      "iam:Resync*",
      "iam:Send*",
      "iam:Set*",
      "iam:Tag*",
      "iam:Untag*",
      "iam:Update*",
      "iam:Upload*",
    ],
    resources: ["*"],
  },
  { sid: "NeverBecomeAnotherRole", effect: "Deny", actions: ["sts:AssumeRole*", "sts:AssumeRoot"], resources: ["*"] },
];
