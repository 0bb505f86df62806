import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig, inRegion } from "./aws-clients";
import { readingClients, type ReadingClients } from "./reading-clients";
import { signedCalls, type SignedCall } from "./signed-call";

/** AWS clients that read the settings of which an account or a region has only one. */
export interface SettingClients extends Pick<ReadingClients, "s3control"> {
  readonly call: SignedCall;
  readonly ec2: Pick<EC2Client, "send">;
  readonly iam: Pick<IAMClient, "send">;
}

/** Clients that act like Terraform for a stack, in a region. */
export async function settingClients(
  stack: Pick<Stack, "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
  region: string,
): Promise<SettingClients> {
  // Lazily: few plans create such settings.
  const { EC2Client } = await import("@aws-sdk/client-ec2");
  const here = inRegion(stack, region);
  return {
    call: signedCalls(stack, env, region),
    ec2: new EC2Client(clientConfig(here, env)("EC2")),
    iam: awsClients(here, env).iam,
    s3control: readingClients(stack, env, region).s3control,
  };
}
