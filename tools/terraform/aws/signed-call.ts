import { SignatureV4 } from "@smithy/signature-v4";
import { objectOf, parsedJson, type JsonObject } from "../../support/json";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig } from "./aws-clients";

interface Service {
  /** Its name in AWS_ENDPOINT_URL. */
  readonly name: string;
  readonly signedAs: string;
  /** The host, without region and domain. @default signedAs */
  readonly host?: string;
  /** Its one region, for a service that has an endpoint there only. @default that of the call */
  readonly region?: string;
}

/** Services of which the project calls one or two operations. The SDK's client is not worth its size then. */
const SERVICES = {
  account: { name: "ACCOUNT", signedAs: "account", region: "us-east-1" },
  analyzer: { name: "ACCESSANALYZER", signedAs: "access-analyzer" },
  cloudtrail: { name: "CLOUDTRAIL", signedAs: "cloudtrail" },
  ecr: { name: "ECR", signedAs: "ecr", host: "api.ecr" },
  emr: { name: "EMR", signedAs: "elasticmapreduce" },
  guardduty: { name: "GUARDDUTY", signedAs: "guardduty" },
  organizations: { name: "ORGANIZATIONS", signedAs: "organizations", region: "us-east-1" },
} satisfies Readonly<Record<string, Service>>;

/** A request to a service that has its operations in a header, or in the path. */
interface Call {
  /** The value of x-amz-target, for example `ElasticMapReduce.ListClusters`. @default none */
  readonly target?: string;
  /** @default "/" */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** @default none: the method is GET */
  readonly input?: JsonObject;
}

/** Sends a call to a service and reads its answer. An error has AWS's name, text and status. */
export type SignedCall = (service: keyof typeof SERVICES, call: Call) => Promise<JsonObject>;

/** Calls services by their JSON protocols like Terraform for a stack, in a region. */
export function signedCalls(
  stack: Pick<Stack, "accessRoleArn" | "state">,
  env: NodeJS.ProcessEnv,
  region: string,
): SignedCall {
  const here = { ...stack, state: { ...stack.state, region } };
  const { credentials, sha256 } = awsClients(here, env).sts.config;
  const config = clientConfig(here, env);
  return async (service, { target, path = "/", query = {}, input }) => {
    const { name, signedAs, host: prefix = signedAs, region: signed = region }: Service = SERVICES[service];
    const { protocol, host } = new URL(config(name).endpoint ?? `https://${prefix}.${signed}.amazonaws.com`);
    const signer = new SignatureV4({ credentials, region: signed, service: signedAs, sha256 });
    const method = input === undefined ? "GET" : "POST";
    const body = input && JSON.stringify(input);
    const type = target === undefined ? "application/json" : "application/x-amz-json-1.1";
    const headers = {
      host,
      ...(body !== undefined && { "content-type": type }),
      ...(target !== undefined && { "x-amz-target": target }),
    };
    const request = { method, protocol, hostname: host, path, query, headers, body };
    const signedRequest = await signer.sign(request);
    const url = new URL(`${protocol}//${host}${path}`);
    url.search = new URLSearchParams(query).toString();
    const { ok, status, errorType, content } = await answerTo(url, { method, headers: signedRequest.headers, body });
    if (ok && content) return content;
    // Without JSON, a proxy or a load balancer answered.
    const operation = target?.replace(/^.*\./, "") ?? path;
    const { __type: error = errorType ?? `status ${status}`, message = `${operation}: the answer is not of ${name}` } = content ?? {}; // prettier-ignore
    throw Object.assign(new Error(String(message)), {
      name: String(error).replace(/^.*#|:.*$/g, ""),
      $metadata: { httpStatusCode: status },
    });
  };
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** The name of the error, for a service that has it in a header. */
  readonly errorType?: string;
  /** Undefined if it is no JSON. */
  readonly content?: JsonObject;
}

/** @throws the connection's error, marked as the SDK marks those of its clients */
async function answerTo(url: URL, request: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, request);
    const json = parsedJson(await answer.text());
    const errorType = answer.headers.get("x-amzn-errortype") ?? undefined;
    return { ok: answer.ok, status: answer.status, errorType, content: json && objectOf(json) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw Object.assign(cause as Error, { $metadata: {} });
  }
}
