import { SignatureV4 } from "@smithy/signature-v4";
import { objectOf, parsedJson, type JsonObject } from "../../support/json";
import type { Stack } from "../../synth/stacks";
import { awsClients, clientConfig, inRegion } from "./aws-clients";

interface Service {
  /** Its name in AWS_ENDPOINT_URL. */
  readonly name: string;
  readonly signedAs: string;
  /** The host, without region and domain. @default signedAs */
  readonly host?: string;
  /** Whether its host names no region. @default false */
  readonly isGlobal?: boolean;
  /** Its one region, for a service that has an endpoint there only. @default that of the call */
  readonly region?: string;
}

/** Services of which the project calls one or two operations. The SDK's client is not worth its size then. */
const SERVICES = {
  account: { name: "ACCOUNT", signedAs: "account", region: "us-east-1" },
  analyzer: { name: "ACCESSANALYZER", signedAs: "access-analyzer" },
  budgets: { name: "BUDGETS", signedAs: "budgets", region: "us-east-1", isGlobal: true },
  cloudtrail: { name: "CLOUDTRAIL", signedAs: "cloudtrail" },
  config: { name: "CONFIG_SERVICE", signedAs: "config" },
  ecr: { name: "ECR", signedAs: "ecr", host: "api.ecr" },
  emr: { name: "EMR", signedAs: "elasticmapreduce" },
  guardduty: { name: "GUARDDUTY", signedAs: "guardduty" },
  identitystore: { name: "IDENTITYSTORE", signedAs: "identitystore" },
  logs: { name: "CLOUDWATCH_LOGS", signedAs: "logs" },
  organizations: { name: "ORGANIZATIONS", signedAs: "organizations", region: "us-east-1" },
  securityhub: { name: "SECURITYHUB", signedAs: "securityhub" },
  servicequotas: { name: "SERVICE_QUOTAS", signedAs: "servicequotas" },
  sso: { name: "SSO_ADMIN", signedAs: "sso" },
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
  const here = inRegion(stack, region);
  const { credentials, sha256 } = awsClients(here, env).sts.config;
  const config = clientConfig(here, env);
  return async (service, call) => {
    const { name, signedAs, host: prefix = signedAs, region: signed = region, isGlobal }: Service = SERVICES[service];
    const place = isGlobal ? prefix : `${prefix}.${signed}`;
    const { protocol, host } = new URL(config(name).endpoint ?? `https://${place}.amazonaws.com`);
    const { path = "/", query = {} } = call;
    const signer = new SignatureV4({ credentials, region: signed, service: signedAs, sha256 });
    const content = contentOf(call, host);
    const { headers } = await signer.sign({ protocol, hostname: host, path, query, ...content });
    const url = new URL(`${protocol}//${host}${path}`);
    url.search = new URLSearchParams(query).toString();
    const answer = await answerTo(url, { ...content, headers });
    if (answer.ok && answer.content) return answer.content;
    throw awsError(answer, name, call);
  };
}

interface Content {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function contentOf({ target, input }: Call, host: string): Content {
  if (input === undefined) return { method: "GET", headers: { host } };
  const headers: Content["headers"] =
    target === undefined
      ? { host, "content-type": "application/json" }
      : { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  return { method: "POST", headers, body: JSON.stringify(input) };
}

/** Without JSON, a proxy or a load balancer answered. */
function awsError(
  { status, errorType = `status ${status}`, content = {} }: Answer,
  service: string,
  call: Call,
): Error {
  const operation = call.target?.replace(/^.*\./, "") ?? call.path;
  const { __type: type = errorType, message = `${operation}: the answer is not of ${service}` } = content;
  return Object.assign(new Error(String(message)), {
    name: String(type).replace(/^.*#|:.*$/g, ""),
    $metadata: { httpStatusCode: status },
  });
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
