import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Stack } from "../../synth/stacks";
import { UserError } from "../../../config/user-error";
import { credentialsSource } from "../../support/environment";

// The clients are pinned to a version that runs on Node 20. A warning that later versions do not is useless in an apply.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

/** AWS clients for what Terraform cannot read, such as a bucket's owner or the versions of a state. */
export interface AwsClients {
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/** A region that every account has. */
const ENABLED_REGION = "us-east-1";

type Credentials = NonNullable<ConstructorParameters<typeof STSClient>[0]>["credentials"];

type ClientConfig = Pick<
  NonNullable<ConstructorParameters<typeof STSClient>[0]>,
  "region" | "profile" | "credentials" | "maxAttempts"
> & { readonly endpoint?: string };

/** A stack whose clients act in another region than that of its state. */
export const inRegion = <S extends Pick<Stack, "state">>(stack: S, region: string): S => ({
  ...stack,
  state: { ...stack.state, region },
});

/** The settings of a client that acts like Terraform for this stack, by the service's name in AWS_ENDPOINT_URL. */
export function clientConfig(
  stack: Pick<Stack, "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
): (service: string) => ClientConfig {
  const endpoint = (service: string) => env[`AWS_ENDPOINT_URL_${service}`] ?? env["AWS_ENDPOINT_URL"];
  const own = {
    region: stack.state.region,
    profile: env["AWS_PROFILE"],
    credentials: keysOf(env), // without keys, the SDK uses the profile, then the machine's role
    maxAttempts: 3,
  };
  const config =
    stack.accessRoleArn === undefined
      ? own
      : { ...own, credentials: assuming(stack.accessRoleArn, new STSClient({ ...own, endpoint: endpoint("STS") })) };
  return (service) => ({ ...config, endpoint: endpoint(service) });
}

/**
 * Clients that act like Terraform for this stack: with the credentials, profile and endpoint of Terraform's environment,
 * with the stack's access role if it has one, in the region of its state.
 */
export function awsClients(stack: Pick<Stack, "accessRoleArn" | "state">, env: NodeJS.ProcessEnv): AwsClients {
  const config = clientConfig(stack, env);
  return {
    iam: new IAMClient(config("IAM")),
    kms: new KMSClient(config("KMS")),
    s3: new S3Client(config("S3")),
    sts: new STSClient(config("STS")),
  };
}

function keysOf(env: NodeJS.ProcessEnv): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
}

function assuming(roleArn: string, sts: STSClient): Credentials {
  return async () => {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "aws-estate" }),
    );
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration,
    } = given ?? {};
    if (!accessKeyId || !secretAccessKey) throw new Error(`STS gave no credentials for ${roleArn}`);
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  };
}

/**
 * Checks that a client acts in the account of a stack, as Terraform does before it reads or writes.
 *
 * @throws UserError with both accounts and the remedy; the client's error if AWS does not answer
 */
export async function expectCallerAccount(
  sts: Pick<STSClient, "send">,
  expectedAccountId: string,
  stackId: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { Account: got = "none", Arn: arn = "nobody" } = await sts.send(new GetCallerIdentityCommand({}));
  if (got === expectedAccountId) return;
  throw new UserError(
    `the credentials for ${stackId} must be of the account ${expectedAccountId}, got ${got} (${arn}) from ${credentialsSource(env)}. ` +
      `Name an AWS profile of ${expectedAccountId}: --profile <name>; {account} in it is replaced with the account's name in the estate.`,
  );
}

/** STS's refusals of credentials that it does not know, as in a region that their account has not enabled. */
const UNKNOWN_CREDENTIALS = new Set(["InvalidClientTokenId", "UnrecognizedClientException"]);

/**
 * Checks that the account of a stack has enabled regions, as a call with Terraform's credentials shows. It needs no
 * permission.
 *
 * @throws UserError that lists the regions in which AWS knows no credentials that it knows elsewhere; the client's error
 *   if AWS does not answer or knows the credentials nowhere
 */
export async function expectEnabledRegions(
  stack: Pick<Stack, "id" | "accountId" | "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
  regions: readonly string[],
): Promise<void> {
  const refusalIn = async (region: string): Promise<unknown> => {
    const { sts } = awsClients(inRegion(stack, region), env);
    try {
      await sts.send(new GetCallerIdentityCommand({}));
      return undefined;
    } catch (error) {
      if (error instanceof Error && UNKNOWN_CREDENTIALS.has(error.name)) return error;
      throw error;
    }
  };
  const refusals = await Promise.all(regions.map(async (region) => ({ region, error: await refusalIn(region) })));
  const [refused, ...others] = refusals.filter(({ error }) => error !== undefined);
  if (!refused) return;
  if ((await refusalIn(ENABLED_REGION)) !== undefined) throw refused.error; // the credentials are not valid at all
  const places = [
    `the account ${stack.accountId}`,
    ...(stack.accessRoleArn === undefined ? [] : ["that of the credentials, from which it is reached"]),
  ];
  throw new UserError(
    [refused, ...others]
      .map(
        ({ region }) =>
          `${stack.id}: ${region} must be enabled in ${places.join(" and in ")}, but AWS knows the credentials in ${ENABLED_REGION} only. ` +
          `Run aws account enable-region --region-name ${region} with credentials of the account, and wait until it is enabled.`,
      )
      .join("\n"),
  );
}
