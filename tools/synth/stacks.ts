import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../config/input";
import { EXTERNAL_PROVIDERS, type ExternalProvider } from "../../config/external-model";
import type { StateLocation } from "../../config/layout";
import { UserError } from "../../config/user-error";
import { errnoCode, messageOf } from "../support/errors";
import { asList, type JsonObject, isObject } from "../support/json";

/** The synthesized output is unusable. The message names the place, the expected and actual value, and the remedy. */
export class UnusableOutput extends UserError {
  override readonly name = "UnusableOutput";
}

/** The name of a stack's JSON, in its folder. */
export const STACK_JSON = "cdk.tf.json";

/** A synthesized stack, as its JSON describes it: one root module, one state, one account. */
export interface Stack {
  readonly id: string;
  /** Absolute path of the folder with `cdk.tf.json`, in which Terraform runs. */
  readonly directory: string;
  /** The one account id that its providers allow. */
  readonly accountId: string;
  readonly region: string;
  readonly state: StateLocation;
  /** The role that Terraform assumes in the account. @default none: the caller's own identity */
  readonly accessRoleArn?: string;
  /**
   * Stacks to apply before this one: those of the manifest, and those that create its state bucket and its trail's, and
   * that let its account administer a service for the organization.
   */
  readonly dependencies: readonly string[];
  /** Managed resources in the JSON; data sources don't count. */
  readonly resourceCount: number;
  /** How many managed resources of each type, e.g. `{ aws_vpc: 1 }`. */
  readonly resourceTypes: Readonly<Record<string, number>>;
  /** Names of the S3 buckets that it creates, if the JSON holds them literally. */
  readonly bucketNames: readonly string[];
  /** Names of the S3 buckets of other stacks that its trails write into. @default none */
  readonly trailBucketNames?: readonly string[];
  /** The services that it lets another account administer for the organization. @default none */
  readonly delegatedServices?: readonly string[];
  /** The services that it administers for the organization. @default none */
  readonly administeredServices?: readonly string[];
  /** Whether it creates its own state bucket: the first apply of such a stack uses a local state. */
  readonly createsOwnStateBucket: boolean;
  /** The version constraint of hashicorp/aws. @default none in the JSON */
  readonly providerVersion?: string;
  /** Terraform's name of its only provider, if that is outside AWS. @default its providers are AWS's */
  readonly provider?: ExternalProvider;
}

/** The JSON of a synthesized stack. */
export function stackJson({ directory }: Pick<Stack, "directory">): unknown {
  return parseJson(readFileSync(join(directory, STACK_JSON), "utf8"));
}

/** Services that an account administers for the organization with resources of its stacks. */
export const DELEGATED = { identityCenter: "sso.amazonaws.com", analyzer: "access-analyzer.amazonaws.com" } as const;

const REMEDY = "Run `npx cdktf synth`, which writes it again.";

/**
 * Reads the JSON of one stack.
 *
 * @param file its `cdk.tf.json`, for errors
 * @throws UnusableOutput if it does not name exactly one account
 */
export function stackOf(json: JsonObject, file: string): Omit<Stack, "id" | "directory" | "dependencies"> {
  const terraform = object(json.terraform, file, "terraform");
  const backend = object(object(terraform.backend, file, "terraform.backend").s3, file, "terraform.backend.s3");
  const at = (key: string): string => text(backend[key], file, `terraform.backend.s3.${key}`);
  const state = { bucket: at("bucket"), key: at("key"), region: at("region") };

  const configured = object(json.provider, file, "provider");
  const outside = Object.values(EXTERNAL_PROVIDERS).find((name) => Object.keys(configured).join() === name);
  // Outside AWS, the backend has all that reaches the account.
  const providers = outside ? [backend] : asList(configured.aws).map((entry) => object(entry, file, "provider.aws"));
  const provider =
    providers.find((entry) => entry.alias === undefined) ?? object(providers[0], file, "provider.aws[0]");
  const resources = Object.entries(object(json.resource ?? {}, file, "resource")).filter(([type]) => type !== "//");
  const resourceTypes = Object.fromEntries(
    resources.map(([type, named]) => [type, Object.keys(object(named, file, type)).length]),
  );
  const literals = (type: string, attribute: string): string[] =>
    Object.values(object(object(json.resource ?? {}, file, "resource")[type] ?? {}, file, type))
      .map((each) => object(each, file, type)[attribute])
      .filter((value): value is string => typeof value === "string" && !value.includes("${"));
  const delegatedServices = literals("aws_organizations_delegated_administrator", "service_principal");
  const administeredServices = [
    ...("aws_ssoadmin_instances" in object(json.data ?? {}, file, "data") ? [DELEGATED.identityCenter] : []),
    ...(literals("aws_accessanalyzer_analyzer", "type").some((type) => type.startsWith("ORGANIZATION"))
      ? [DELEGATED.analyzer]
      : []),
  ];
  const bucketNames = literals("aws_s3_bucket", "bucket");
  const trailBucketNames = literals("aws_cloudtrail", "s3_bucket_name");
  const role = asList(provider.assume_role)[0];
  const required = terraform.required_providers as { aws?: { version?: unknown } } | undefined;
  return {
    accountId: onlyAccount(providers, file),
    region: text(provider.region, file, "provider.aws[0].region"),
    state,
    accessRoleArn:
      role === undefined ? undefined : text(object(role, file, "assume_role").role_arn, file, "assume_role.role_arn"),
    resourceCount: Object.values(resourceTypes).reduce((sum, count) => sum + count, 0),
    resourceTypes,
    bucketNames,
    ...(trailBucketNames.length > 0 && { trailBucketNames }),
    ...(delegatedServices.length > 0 && { delegatedServices }),
    ...(administeredServices.length > 0 && { administeredServices }),
    createsOwnStateBucket: bucketNames.includes(state.bucket),
    provider: outside,
    providerVersion: typeof required?.aws?.version === "string" ? required.aws.version : undefined,
  };
}

/** A stack without this guard could write into any account that the current credentials belong to: it is refused. */
function onlyAccount(providers: readonly JsonObject[], file: string): string {
  const allowed = new Set(
    providers.flatMap((provider) =>
      provider.allowed_account_ids === undefined ? ["any"] : asList(provider.allowed_account_ids),
    ),
  );
  const [id, ...others] = [...allowed];
  if (typeof id === "string" && /^\d{12}$/.test(id) && others.length === 0) return id;
  const got = JSON.stringify([...allowed]);
  throw new UnusableOutput(
    `${file}: the AWS providers must allow exactly one account (allowed_account_ids), got ${got}. ${REMEDY}`,
  );
}

export function readJson(file: string): JsonObject {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new UnusableOutput(`${file} can't be read (${errnoCode(error) ?? String(error)}). ${REMEDY}`);
  }
  try {
    return object(parseJson(content), file, "the file");
  } catch (error) {
    if (error instanceof UnusableOutput) throw error;
    throw new UnusableOutput(`${file} is not JSON (${messageOf(error)}). ${REMEDY}`);
  }
}

export function object(value: unknown, file: string, where: string): JsonObject {
  if (isObject(value)) return value;
  throw new UnusableOutput(`${file}: ${where} must be an object, got ${shown(value)}. ${REMEDY}`);
}

export function text(value: unknown, file: string, where: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new UnusableOutput(`${file}: ${where} must be a non-empty string, got ${shown(value)}. ${REMEDY}`);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
