import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { JsonObject } from "../../support/json";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig, inRegion } from "./aws-clients";
import { signedCalls } from "./signed-call";

/** Calls an operation of ECR. */
export type EcrCall = (operation: "ListImages" | "DeleteRepository", input: JsonObject) => Promise<JsonObject>;

/** AWS clients that find out what AWS would refuse to delete. */
export interface DestructionClients {
  readonly ec2: EC2Client;
  readonly ecr: EcrCall;
  readonly iam: Pick<IAMClient, "send">;
  readonly rds: Pick<RDSClient, "send">;
  readonly s3: Pick<S3Client, "send">;
}

/** Clients that act like Terraform for a stack, in a region. */
export async function destructionClients(
  stack: Pick<Stack, "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
  region: string,
): Promise<DestructionClients> {
  // Lazily: only a plan that destroys such resources needs them.
  const [{ EC2Client }, { RDSClient }] = await Promise.all([
    import("@aws-sdk/client-ec2"),
    import("@aws-sdk/client-rds"),
  ]);
  const here = inRegion(stack, region);
  const { iam, s3 } = awsClients(here, env);
  const config = clientConfig(here, env);
  const call = signedCalls(stack, env, region);
  return {
    ec2: new EC2Client(config("EC2")),
    ecr: (operation, input) => call("ecr", { target: `AmazonEC2ContainerRegistry_V20150921.${operation}`, input }),
    iam,
    rds: new RDSClient(config("RDS")),
    s3,
  };
}
