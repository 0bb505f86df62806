import { DataAwsSsoadminInstances } from "@cdktf/provider-aws/lib/data-aws-ssoadmin-instances";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import type { IdentityConfig, PermissionSetConfig } from "../config/organization-model";
import { estateTags } from "../config/naming";
import { ADMIN_ACCESS } from "../modules/iam/admin";
import { operatorAccess } from "../modules/iam/operator";
import type { PolicyStatement } from "../modules/iam/policy-document";
import { IdentityGroups } from "../modules/identity/identity-groups";
import { PermissionSet } from "../modules/identity/permission-set";
import { escapeTemplate } from "../modules/terraform-syntax";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";

/**
 * IAM Identity Center: permission sets that allow the same as the roles Operator and Admin, and the groups that use them
 * in each account. Terraform cannot turn on IAM Identity Center: the plan fails until somebody has.
 */
export class IdentityStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: EstateSettings, settings: IdentityConfig) {
    super(scope, spec, estate.solution);
    const instances = new DataAwsSsoadminInstances(this, "instance", {
      lifecycle: { postcondition: [turnedOn(spec)] },
    });
    const [instanceArn, identityStoreId] = [instances.arns, instances.identityStoreIds].map((list) =>
      Token.asString(Fn.element(Fn.tolist(list), 0)),
    ) as [string, string];

    const { groups: created, permissionSets } = settings;
    const named = permissionSets.flatMap(({ assignments }) => assignments.flatMap(({ groups }) => groups));
    const groups = new IdentityGroups(this, "group", {
      identityStoreId,
      created,
      existing: [...new Set(named)].filter((group) => created.every(({ name }) => name !== group)).sort(),
    });
    const setScope = new Construct(this, "permission-set");
    for (const set of permissionSets)
      new PermissionSet(setScope, set.name, {
        instanceArn,
        name: set.name,
        sessionSeconds: set.sessionSeconds,
        ...accessOf(set, estate.solution),
        assignments: set.assignments.map(({ account, accountId, groups: names }) => ({
          account,
          accountId,
          groupIds: new Map(names.map((name) => [name, groups.idOf(name)])),
        })),
      });
    const assigned = permissionSets.flatMap(({ assignments }) =>
      assignments.map(({ account, accountId }) => [account, accountId] as const),
    );
    // A plan that removes a person, a group or an account shows only ids: the state no longer has what was looked up.
    this.output("account-ids", byName(assigned), "The ids of the accounts, by name");
    this.output("group-ids", byName(groups.groupIds), "The ids of the groups, by display name");
    this.output("user-ids", byName(groups.userIds), "The ids of the members of created groups, by user name");
  }
}

const byName = (ids: Iterable<readonly [name: string, id: string]>): Record<string, string> =>
  Object.fromEntries([...ids].map(([name, id]) => [escapeTemplate(name), id]));

/** What the role of the same name allows in an account, in every account. */
function accessOf({ as, sourceIps }: PermissionSetConfig, solution: string) {
  const from = sourceIps ? [onlyFrom(sourceIps)] : [];
  if (as === "admin")
    return {
      description: "Full access, for an hour at a time; prefer a reviewed change",
      ...ADMIN_ACCESS,
      statements: from,
    };
  const { managedPolicies, inlinePolicies } = operatorAccess({ accountId: "*", estateTags: estateTags(solution) });
  return {
    description: "Everyday work: reads the account, its logs and metrics; no data, no secrets, no IAM changes",
    managedPolicies,
    statements: [...Object.values(inlinePolicies).flat(), ...from],
  };
}

/**
 * AWS writes the trust policy of a permission set's roles, so the networks limit the requests instead. AWS services that
 * act for a person have addresses of their own ("AWS: Denies access to AWS based on the source IP", IAM User Guide).
 */
const onlyFrom = (sourceIps: readonly string[]): PolicyStatement => ({
  sid: "NeverFromOtherNetworks",
  effect: "Deny",
  actions: ["*"],
  resources: ["*"],
  conditions: { NotIpAddress: { "aws:SourceIp": sourceIps }, Bool: { "aws:ViaAWSService": "false" } },
});

const turnedOn = ({ account, region }: StackSpec) => ({
  condition: "${length(self.arns) == 1}",
  errorMessage:
    `The account ${account.name} (${account.id}) must see one instance of IAM Identity Center in ${region}, got \${length(self.arns)}. ` +
    (account.kind === "master"
      ? ""
      : "Register the account as delegated administrator, as the organization's stack does. ") +
    `Turn it on in the console of the master account, in that region (docs/identity-center.md), or write its home region as identityCenter.region.`,
});
