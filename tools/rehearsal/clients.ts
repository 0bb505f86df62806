import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";

// The clients are pinned to a version that runs on Node 20; that later ones will not is no news for whoever rehearses.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

/** What looks at an account of the emulator from outside Terraform. */
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

/** Settings that the SDK would otherwise take from the user's variables and profiles. */
const INDIFFERENT = {
  maxAttempts: 2,
  defaultsMode: "standard",
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
} as const;

/** Makes the clients for an account and region. */
export type ClientsOf = (accountId: string, region: string) => Clients;

/** Clients for one account and region. Nothing of the user's profiles or variables plays a part. */
export function clientsFor(emulatorUrl: string, accountId: string, region: string): Clients {
  // The emulator takes a 12-digit access key id for the account of that number.
  const config = {
    endpoint: emulatorUrl,
    region,
    credentials: { accessKeyId: accountId, secretAccessKey: "emulator" },
    ...INDIFFERENT,
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
