import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";
import { listOf, objectOf, parsedJson, type JsonObject } from "../support/json";

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

/** The services of IAM Identity Center, by their names in a signature, with the prefix of their operations. */
const SERVICES = { sso: "SWBExternalService", identitystore: "AWSIdentityStore" } as const;

type Service = keyof typeof SERVICES;

/** Calls of IAM Identity Center on the emulator. The project has no client of the SDK for it. */
export class IdentityCenter {
  private constructor(
    private readonly send: (service: Service, operation: string, input: JsonObject) => Promise<JsonObject>,
    private readonly instance: JsonObject,
  ) {}

  /** The instance that an account sees in a region. Throws if it sees none. */
  static async of(emulatorUrl: string, accountId: string, region: string): Promise<IdentityCenter> {
    const send = async (service: Service, operation: string, input: JsonObject): Promise<JsonObject> => {
      const scope = `${accountId}/20260101/${region}/${service}/aws4_request`;
      const response = await fetch(emulatorUrl, {
        method: "POST",
        body: JSON.stringify(input),
        headers: {
          "Content-Type": "application/x-amz-json-1.1",
          "X-Amz-Target": `${SERVICES[service]}.${operation}`,
          Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`, // no emulator checks it
        },
      });
      const answer = objectOf(parsedJson(await response.text()));
      if (response.ok) return answer;
      const { __type: name = `status ${response.status}`, message, Message: text = message } = answer;
      throw Object.assign(new Error(`${operation}: ${String(text)}`), { name: String(name).replace(/^.*#/, "") });
    };
    const [instance] = listOf((await send("sso", "ListInstances", {}))["Instances"]);
    if (instance === undefined)
      throw new Error(`${accountId} must see an instance of IAM Identity Center in ${region}, got none`);
    return new IdentityCenter(send, objectOf(instance));
  }

  /** Sends a call about the instance, or about its identity store. */
  call(service: Service, operation: string, input: JsonObject = {}): Promise<JsonObject> {
    const { InstanceArn, IdentityStoreId } = this.instance;
    return this.send(service, operation, { ...(service === "sso" ? { InstanceArn } : { IdentityStoreId }), ...input });
  }

  /** The elements of a list on all its pages. */
  async list(service: Service, operation: string, elements: string, input: JsonObject = {}): Promise<unknown[]> {
    const all: unknown[] = [];
    let next: unknown;
    do {
      const page = await this.call(service, operation, {
        ...input,
        ...(next === undefined ? {} : { NextToken: next }),
      });
      all.push(...listOf(page[elements]));
      next = page["NextToken"] ?? undefined;
    } while (next !== undefined);
    return all;
  }
}
