import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Backend, TerraformOutput, type TerraformResource, TerraformStack, Token } from "cdktf";
import type { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import { tagsOf } from "../config/naming";
import { UserError } from "../config/user-error";
import { addBlocks, addressProblems, type Addresses } from "./address-blocks";

// The estate's checks validate regions. Terraform's own list is as old as its release and would refuse newer regions.
const skipRegionValidation = true;

/**
 * The base of every stack: a provider for its account and region that stops before the first write if the credentials
 * belong to another account, its own state in that account's bucket, locked during use, and tags that name the origin
 * of each resource. A stack of a provider outside AWS shares only the state.
 */
export abstract class BaseStack extends TerraformStack {
  private addresses?: Addresses;
  private keptResources: readonly TerraformResource[] = [];

  constructor(
    scope: Construct,
    public readonly spec: StackSpec,
    private readonly solution: string,
  ) {
    super(scope, spec.id);
    const { account, state } = spec;
    const assumeRole = account.assumedRoleArn ? { roleArn: account.assumedRoleArn } : undefined;
    this.addProvider();
    new S3Backend(this, {
      bucket: state.bucket,
      key: state.key,
      region: state.region,
      // With a key of its own, by the bucket's default: S3 refuses a key that exists only after the next apply.
      encrypt: account.stateKeyAlias === undefined ? true : undefined,
      allowedAccountIds: [account.id],
      assumeRole,
      skipRegionValidation,
    });
    // cdktf has no property for it. Stacks that read this state do not need the lock, so they do not get it.
    this.addOverride("terraform.backend.s3.use_lockfile", true);
    this.addOverride("terraform.required_version", ">= 1.11.0");
  }

  /** Imports resources and moves their addresses. Synthesis reports addresses that the stack does not have. */
  setAddresses(addresses: Addresses): void {
    this.addresses = addresses;
    this.node.addValidation({ validate: () => addressProblems(this, addresses) });
  }

  /** The addresses of resources that are imported, or moved from other addresses. */
  get existingAddresses(): readonly string[] {
    const { adoptions = {}, moves = [] } = this.addresses ?? {};
    return [...Object.keys(adoptions), ...moves.map(({ to }) => to)];
  }

  /** Refuses to synthesize these resources without their `prevent_destroy`. */
  keepProtected(resources: readonly TerraformResource[]): void {
    this.keptResources = resources;
  }

  override toTerraform(): object {
    const json = super.toTerraform() as object;
    refuseOverrides(json, this.spec, this.keptResources);
    return this.addresses ? addBlocks(json, this.addresses) : json;
  }

  /** A provider for another region, with the same account guard and tags; undefined for the stack's own region. */
  protected providerIn(region: string): AwsProvider | undefined {
    if (region === this.spec.region) return undefined;
    const id = `aws-${region}`;
    const made = this.node.tryFindChild(id);
    return made instanceof AwsProvider ? made : this.provider(id, region, region);
  }

  /** Adds the stack's own provider, before anything else. */
  protected addProvider(): void {
    this.provider("aws", this.spec.region);
  }

  private provider(id: string, region: string, alias?: string): AwsProvider {
    const { account } = this.spec;
    return new AwsProvider(this, id, {
      alias,
      region,
      allowedAccountIds: [account.id],
      assumeRole: account.assumedRoleArn ? [{ roleArn: account.assumedRoleArn }] : undefined,
      skipRegionValidation,
      defaultTags: [{ tags: tagsOf(this.spec, this.solution) }],
    });
  }

  /** An output for people, printed after apply and by `terraform output`. */
  protected output(
    id: string,
    value: string | readonly string[] | Readonly<Record<string, string>>,
    description: string,
  ): void {
    new TerraformOutput(this, id, { value: typeof value === "string" ? value : Token.asAny(value), description });
  }
}

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
function refuseOverrides(json: GuardedJson, spec: StackSpec, kept: readonly TerraformResource[]): void {
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

function* expectations(
  { terraform, provider }: GuardedJson,
  { account, state, provider: outside }: StackSpec,
): Iterable<Expectation> {
  const allowed = [account.id];
  const role = account.assumedRoleArn && [{ role_arn: account.assumedRoleArn }];
  const { s3 = {}, ...others } = terraform?.backend ?? {};
  yield ["terraform.backend", ["s3", ...Object.keys(others)], ["s3"]];
  for (const key of ["bucket", "key", "region"] as const) yield [`terraform.backend.s3.${key}`, s3[key], state[key]];
  yield ["terraform.backend.s3.allowed_account_ids", s3["allowed_account_ids"], allowed];
  yield ["terraform.backend.s3.use_lockfile", s3["use_lockfile"], true];
  if (outside) yield ["provider", Object.keys(provider ?? {}), [outside]];
  for (const [index, each] of (provider?.["aws"] ?? []).entries()) {
    yield [`provider.aws[${index}].allowed_account_ids`, each["allowed_account_ids"], allowed];
    yield [`provider.aws[${index}].assume_role`, each["assume_role"], role];
  }
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
