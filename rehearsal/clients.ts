import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";

// The clients are pinned to a version that runs on Node 20; that later ones will not is no news for whoever rehearses.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

/** What looks at an account of the emulator from outside Terraform. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly rds: RDSClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/** Settings that the SDK would otherwise take from the user's variables and profiles. */
const INDIFFERENT = { maxAttempts: 2, defaultsMode: "standard", useFipsEndpoint: false, useDualstackEndpoint: false } as const;

/** Clients for one account and region. Nothing of the user's profiles or variables plays a part. */
export function clientsFor(emulatorUrl: string, accountId: string, region: string): Clients {
  // The emulator takes a 12-digit access key id for the account of that number.
  const config = { endpoint: emulatorUrl, region, credentials: { accessKeyId: accountId, secretAccessKey: "emulator" }, ...INDIFFERENT };
  return {
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    rds: new RDSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(config),
  };
}
