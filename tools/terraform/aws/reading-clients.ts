import type { AccessAnalyzerClient } from "@aws-sdk/client-accessanalyzer";
import type { BudgetsClient } from "@aws-sdk/client-budgets";
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { S3ControlClient } from "@aws-sdk/client-s3-control";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig, inRegion } from "./aws-clients";
import { signedCalls, type SignedCall } from "./signed-call";

/** A client that is loaded when it is first asked for. */
type Late<Client extends { readonly send: unknown }> = () => Promise<Pick<Client, "send">>;

/** AWS clients that read what an account has in a region. */
export interface ReadingClients {
  readonly accessanalyzer: Late<AccessAnalyzerClient>;
  readonly budgets: Late<BudgetsClient>;
  /** Services of which the project has no client. */
  readonly call: SignedCall;
  readonly cloudtrail: Late<CloudTrailClient>;
  readonly ec2: Late<EC2Client>;
  readonly ecr: Late<ECRClient>;
  readonly events: Late<EventBridgeClient>;
  readonly iam: Late<IAMClient>;
  readonly identitystore: Late<IdentitystoreClient>;
  readonly kms: Late<KMSClient>;
  readonly logs: Late<CloudWatchLogsClient>;
  readonly organizations: Late<OrganizationsClient>;
  readonly rds: Late<RDSClient>;
  readonly s3: Late<S3Client>;
  readonly s3control: Late<S3ControlClient>;
  readonly sns: Late<SNSClient>;
  readonly ssoAdmin: Late<SSOAdminClient>;
}

/** Clients that act like Terraform for a stack, in a region. */
export function readingClients(
  stack: Pick<Stack, "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
  region: string,
): ReadingClients {
  const here = inRegion(stack, region);
  const { iam, kms, s3 } = awsClients(here, env);
  const config = clientConfig(here, env);
  const control = config("S3_CONTROL");
  const { endpoint } = control;
  return {
    accessanalyzer: late(
      async () => new (await import("@aws-sdk/client-accessanalyzer")).AccessAnalyzerClient(config("ACCESSANALYZER")),
    ),
    budgets: late(async () => new (await import("@aws-sdk/client-budgets")).BudgetsClient(config("BUDGETS"))),
    call: signedCalls(stack, env, region),
    cloudtrail: late(
      async () => new (await import("@aws-sdk/client-cloudtrail")).CloudTrailClient(config("CLOUDTRAIL")),
    ),
    ec2: late(async () => new (await import("@aws-sdk/client-ec2")).EC2Client(config("EC2"))),
    ecr: late(async () => new (await import("@aws-sdk/client-ecr")).ECRClient(config("ECR"))),
    events: late(
      async () => new (await import("@aws-sdk/client-eventbridge")).EventBridgeClient(config("EVENTBRIDGE")),
    ),
    iam: () => Promise.resolve(iam),
    identitystore: late(
      async () => new (await import("@aws-sdk/client-identitystore")).IdentitystoreClient(config("IDENTITYSTORE")),
    ),
    kms: () => Promise.resolve(kms),
    logs: late(
      async () => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient(config("CLOUDWATCH_LOGS")),
    ),
    organizations: late(
      async () => new (await import("@aws-sdk/client-organizations")).OrganizationsClient(config("ORGANIZATIONS")),
    ),
    rds: late(async () => new (await import("@aws-sdk/client-rds")).RDSClient(config("RDS"))),
    s3: () => Promise.resolve(s3),
    s3control: late(async () => {
      const client = new (await import("@aws-sdk/client-s3-control")).S3ControlClient(control);
      // The account's id would become part of the host name, and an emulator has one host name.
      if (endpoint !== undefined) client.config.endpointProvider = () => ({ url: new URL(endpoint) });
      return client;
    }),
    sns: late(async () => new (await import("@aws-sdk/client-sns")).SNSClient(config("SNS"))),
    ssoAdmin: late(async () => new (await import("@aws-sdk/client-sso-admin")).SSOAdminClient(config("SSO_ADMIN"))),
  };
}

function late<Client>(create: () => Promise<Client>): () => Promise<Client> {
  let client: Promise<Client> | undefined;
  return () => (client ??= create());
}
