import type { TerraformResource } from "cdktf";
import type { StackSpec } from "../config/layout";
import { UserError } from "../config/user-error";

/** The parts of a stack's JSON that decide where it acts. */
interface GuardedJson {
  readonly terraform?: { readonly backend?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> };
  readonly provider?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, ResourceJson | undefined>> | undefined>>;
}

interface ResourceJson {
  readonly lifecycle?: { readonly prevent_destroy?: unknown };
}

/**
 * Compares a stack's JSON with its layout. `addOverride` changes the JSON alone: no construct shows it.
 *
 * @param kept resources that must have `prevent_destroy`
 * @throws UserError if an override selects another state, account or role, or removes a protection
 */
export function refuseOverrides(json: GuardedJson, spec: StackSpec, kept: readonly TerraformResource[]): void {
  const unprotected = kept.filter(
    ({ terraformResourceType: type, friendlyUniqueId: name }) =>
      json.resource?.[type]?.[name]?.lifecycle?.prevent_destroy !== true,
  );
  const problems = [
    ...[...expectations(json, spec)]
      .filter(([, got, expected]) => shown(got) !== shown(expected))
      .map(([where, got, expected]) => `${spec.id}: ${where} must be ${shown(expected)}, got ${shown(got)}.`),
    ...unprotected.map(({ node }) => `${node.path}: lifecycle.prevent_destroy must stay true.`),
  ];
  if (problems.length > 0) throw new UserError([...problems, "Remove the override from custom/."].join("\n"));
}

type Expectation = readonly [where: string, got: unknown, expected: unknown];

function* expectations({ terraform, provider }: GuardedJson, { account, state }: StackSpec): Iterable<Expectation> {
  const allowed = [account.id];
  const role = account.assumedRoleArn && [{ role_arn: account.assumedRoleArn }];
  const { s3 = {}, ...others } = terraform?.backend ?? {};
  yield ["terraform.backend", ["s3", ...Object.keys(others)], ["s3"]];
  for (const key of ["bucket", "key", "region"] as const) yield [`terraform.backend.s3.${key}`, s3[key], state[key]];
  yield ["terraform.backend.s3.allowed_account_ids", s3["allowed_account_ids"], allowed];
  yield ["terraform.backend.s3.use_lockfile", s3["use_lockfile"], true];
  for (const [index, each] of (provider?.["aws"] ?? []).entries()) {
    yield [`provider.aws[${index}].allowed_account_ids`, each["allowed_account_ids"], allowed];
    yield [`provider.aws[${index}].assume_role`, each["assume_role"], role];
  }
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
