import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";

// The clients are pinned to a version that runs on Node 20. The SDK's warning about later versions does not matter
// here.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

/** AWS clients that read an account of the emulator without Terraform. */
export interface Clients {
  readonly cloudtrail: CloudTrailClient;
  readonly ec2: EC2Client;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly organizations: OrganizationsClient;
  readonly rds: RDSClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sts: STSClient;
}

/** Settings that the SDK would otherwise read from the user's variables and profiles. */
const FIXED_SETTINGS = {
  maxAttempts: 2,
  defaultsMode: "standard",
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
} as const;

/** Creates the clients of an account and region. */
export type ClientsOf = (accountId: string, region: string) => Clients;

/** Creates the clients of an account and region. They ignore the user's profiles and variables. */
export function clientsFor(emulatorUrl: string, accountId: string, region: string): Clients {
  // The emulator treats a 12-digit access key id as the account id.
  const config = {
    endpoint: emulatorUrl,
    region,
    credentials: { accessKeyId: accountId, secretAccessKey: "emulator" },
    ...FIXED_SETTINGS,
  };
  return {
    cloudtrail: new CloudTrailClient(config),
    ec2: new EC2Client(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    organizations: new OrganizationsClient(config),
    rds: new RDSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sns: new SNSClient(config),
    sts: new STSClient(config),
  };
}
