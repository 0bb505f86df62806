import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformAsset, AssetType, TerraformHclModule, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import { folderOfCustom } from "../config/custom";
import { missingReads } from "../modules/iam/type-reads";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";

/** A Terraform module in a folder of custom/. */
export interface LocalModuleProps {
  /** The folder, relative to the one of custom/index.ts, for example `modules/archive`. */
  readonly folder: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/**
 * A stack that a team adds. It has the account guard, the provider, the state and the tags of every stack. The function
 * `build` of its declaration adds resources to it.
 */
export class CustomStack extends BaseStack {
  private readonly shared = new Map<string, string>();

  constructor(
    scope: Construct,
    spec: StackSpec,
    private readonly settings: EstateSettings,
  ) {
    super(scope, spec, settings.solution);
    this.node.addValidation({
      validate: () => [...this.readProblems(), ...this.providerProblems(), ...this.homeProblems()],
    });
  }

  public override output(
    id: string,
    value: string | readonly string[] | Readonly<Record<string, string>>,
    description: string,
  ): void {
    super.output(id, value, description);
  }

  /**
   * A provider for another region of the account, with the same account guard and tags; undefined for the stack's own
   * region.
   * @throws Error for a region in which the estate has nothing: its baseline and the organization's policies leave it out
   */
  public override providerIn(region: string): AwsProvider | undefined {
    const { account } = this.spec;
    if (!account.regions.includes(region))
      throw new Error(
        `the region must be one of the account's (${account.regions.join(", ")}), got ${region}. ` +
          `Add it to accounts.${account.name}.furtherRegions.`,
      );
    return super.providerIn(region);
  }

  /** Makes a value available to the stacks that depend on this one, see `valueOf` of their context. */
  public share(name: string, value: string): void {
    if (this.shared.has(name)) throw new Error(`the shared value ${name} must be shared once, got it twice`);
    this.shared.set(name, value);
  }

  /** @throws Error if the stack shares no such value */
  public sharedValue(name: string): string {
    const value = this.shared.get(name);
    if (value === undefined)
      throw new Error(
        `the value must be one that ${this.spec.name} shares (${[...this.shared.keys()].join(", ") || "it shares none"}), got "${name}"`,
      );
    return value;
  }

  /** A Terraform module in a folder of custom/. Its files become part of the stack. */
  public localModule(id: string, { folder, variables = {} }: LocalModuleProps): TerraformHclModule {
    const path = folderOfCustom(this.settings.custom ?? "", folder);
    const asset = new TerraformAsset(this, `${id}-files`, { path, type: AssetType.DIRECTORY });
    return new TerraformHclModule(this, id, {
      source: `./${asset.path}`,
      variables: { ...variables },
      skipAssetCreationFromLocalModules: true, // cdktf's own needs its command line
    });
  }

  /** What pipelines could not plan. */
  private readProblems(): string[] {
    const { pipelines, planRoleReads = [] } = this.settings;
    if (pipelines.length === 0) return [];
    const allowed = [...planRoleReads, ...this.spec.account.ownStackReads];
    const types = this.node
      .findAll()
      .flatMap((each) => (each instanceof TerraformResource ? each.terraformResourceType : []));
    return [...new Set(types)].flatMap((type) => {
      const missing = missingReads(type, allowed);
      return missing.length === 0
        ? []
        : [`planRoleReads must include ${missing.join(", ")}, which plans of ${type} read. Add it in custom/index.ts.`];
    });
  }

  /** A provider without the guard could write into any account. */
  private providerProblems(): string[] {
    const { account } = this.spec;
    return this.node
      .findAll()
      .filter((each) => each instanceof AwsProvider)
      .filter(({ allowedAccountIdsInput }) => allowedAccountIdsInput?.join() !== account.id)
      .map(
        ({ node }) => `the provider ${node.id} must be limited to the account ${account.id}. Use providerIn(region).`,
      );
  }

  /** AWS has ECR Public, and what belongs to CloudFront, in one region only. */
  private homeProblems(): string[] {
    return this.node
      .findAll()
      .filter((each) => each instanceof TerraformResource)
      .filter((each) => each.terraformResourceType.startsWith("aws_ecrpublic_") || isOfCloudFront(each))
      .flatMap(({ node, provider, terraformResourceType: type }) => {
        const region = (provider instanceof AwsProvider ? provider.regionInput : undefined) ?? this.spec.region;
        return region === GLOBAL_REGION
          ? []
          : [
              `${node.path.slice(this.node.path.length + 1)} (${type}) must be in ${GLOBAL_REGION}, got ${region}. ` +
                `Give it the provider of stack.providerIn("${GLOBAL_REGION}").`,
            ];
      });
  }
}

const GLOBAL_REGION = "us-east-1";

/** Parts of AWS WAF for CloudFront. */
const isOfCloudFront = (resource: TerraformResource): boolean =>
  resource.terraformResourceType.startsWith("aws_wafv2_") &&
  (resource as unknown as { readonly scopeInput?: unknown }).scopeInput === "CLOUDFRONT";
