import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { Stack } from "../../synth/stacks";
import { readingClients, type ReadingClients } from "./reading-clients";

/** AWS clients that read the settings of which an account or a region has only one. */
export interface SettingClients extends Pick<ReadingClients, "call" | "s3" | "s3control"> {
  readonly ec2: Pick<EC2Client, "send">;
  readonly iam: Pick<IAMClient, "send">;
}

/** Clients that act like Terraform for a stack, in a region. */
export async function settingClients(
  stack: Pick<Stack, "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
  region: string,
): Promise<SettingClients> {
  const { call, ec2, iam, s3, s3control } = readingClients(stack, env, region);
  return { call, ec2: await ec2(), iam: await iam(), s3, s3control };
}
