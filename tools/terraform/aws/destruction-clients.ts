import type { EC2Client } from "@aws-sdk/client-ec2";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import { parseJson } from "../../../config/input";
import { objectOf, type JsonObject } from "../../support/json";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig } from "./aws-clients";

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
  const here = { ...stack, state: { ...stack.state, region } };
  const { iam, s3, sts } = awsClients(here, env);
  const config = clientConfig(here, env);
  const endpoint = config("ECR").endpoint ?? `https://api.ecr.${region}.amazonaws.com`;
  return {
    ec2: new EC2Client(config("EC2")),
    ecr: ecrCall(sts, region, new URL(endpoint)),
    iam,
    rds: new RDSClient(config("RDS")),
    s3,
  };
}

/** ECR by its JSON protocol. The SDK's client of ECR is not worth its size for two operations. */
function ecrCall({ config: { credentials, sha256 } }: STSClient, region: string, { protocol, host }: URL): EcrCall {
  const signer = new SignatureV4({ credentials, region, service: "ecr", sha256 });
  return async (operation, input) => {
    const body = JSON.stringify(input);
    const headers = {
      host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AmazonEC2ContainerRegistry_V20150921.${operation}`,
    };
    const request = { method: "POST", protocol, hostname: host, path: "/", headers, body };
    const signed = await signer.sign(request);
    const { ok, status, text } = await answerTo(`${protocol}//${host}/`, { method: "POST", headers: signed.headers, body }); // prettier-ignore
    const content = jsonIn(text);
    if (ok && content) return content;
    // Without JSON, a proxy or a load balancer answered.
    const { __type: type = `status ${status}`, message = `${operation}: the answer is not of ECR` } = (content ?? {}) as Readonly<Record<string, string>>; // prettier-ignore
    throw Object.assign(new Error(message), {
      name: type.replace(/^.*#/, ""),
      $metadata: { httpStatusCode: status },
    });
  };
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** @throws the connection's error, marked as the SDK marks those of its clients */
async function answerTo(url: string, request: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, request);
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw Object.assign(cause as Error, { $metadata: {} });
  }
}

function jsonIn(text: string): JsonObject | undefined {
  try {
    return objectOf(parseJson(text));
  } catch {
    return undefined;
  }
}
