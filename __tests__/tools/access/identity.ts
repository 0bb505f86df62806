import type { SynthesizedStack } from "../../../tools/synth/synthesized";
import { IDENTITY_GROUP, type Principal } from "../../../tools/access/read/model";
import { document, ONE, role, stackOf } from "./support";

/* The stack that sets up IAM Identity Center, written by hand. */

/** A permission set of the stack. */
interface SetWish {
  readonly may?: readonly object[];
  readonly managed?: readonly string[];
  readonly boundary?: object;
  readonly seconds?: string;
  /** Accounts and the groups that it is assigned to there. */
  readonly assigned?: Readonly<Record<string, readonly string[]>>;
}

interface IdentityWish {
  readonly sets?: Readonly<Record<string, SetWish>>;
  /** Groups that the stack creates, with their members. Others are looked up by name. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly account?: string;
  readonly id?: string;
}

type Named = Record<string, Record<string, unknown>>;
type Blocks = Record<string, Named>;

export const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

const INSTANCE = "${tolist(data.aws_ssoadmin_instances.instance.arns)[0]}";
const STORE = "${tolist(data.aws_ssoadmin_instances.instance.identity_store_ids)[0]}";

/** The stack `one-identity` of Identity Center. */
export function identityStack(wish: IdentityWish = {}): SynthesizedStack {
  const { sets = {}, groups = {}, account = ONE, id = "one-identity" } = wish;
  const resource: Blocks = {};
  const data: Blocks = { aws_ssoadmin_instances: { instance: {} } };
  const put = (blocks: Blocks, type: string, name: string, values: Record<string, unknown>) => {
    (blocks[type] ??= {})[name] = values;
  };
  const lookedUp = (type: string, name: string, attribute: string) => {
    const unique = { attribute_path: attribute, attribute_value: name };
    const values = { identity_store_id: STORE, alternate_identifier: { unique_attribute: unique } };
    put(data, type, blockName(name), values);
    return `data.${type}.${blockName(name)}`;
  };
  const groupId = (name: string) => {
    const place = groups[name]
      ? `aws_identitystore_group.${blockName(name)}`
      : lookedUp("aws_identitystore_group", name, "DisplayName");
    return `\${${place}.group_id}`;
  };
  for (const [name, members] of Object.entries(groups)) {
    const values = { display_name: name, identity_store_id: STORE };
    put(resource, "aws_identitystore_group", blockName(name), values);
    for (const member of members) {
      const user = lookedUp("aws_identitystore_user", member, "UserName");
      put(resource, "aws_identitystore_group_membership", `${blockName(name)}_${blockName(member)}`, {
        ...{ identity_store_id: STORE, group_id: groupId(name), member_id: `\${${user}.user_id}` },
      });
    }
  }
  for (const [name, { may = [], managed = [], boundary, seconds, assigned = {} }] of Object.entries(sets)) {
    const at = blockName(name);
    const common = { instance_arn: INSTANCE, permission_set_arn: `\${aws_ssoadmin_permission_set.${at}.arn}` };
    put(resource, "aws_ssoadmin_permission_set", at, {
      ...{ name, instance_arn: INSTANCE },
      ...(seconds !== undefined && { session_duration: seconds }),
    });
    if (may.length > 0)
      put(resource, "aws_ssoadmin_permission_set_inline_policy", at, { ...common, inline_policy: document(...may) });
    if (boundary)
      put(resource, "aws_ssoadmin_permissions_boundary_attachment", at, { ...common, permissions_boundary: boundary });
    for (const arn of managed)
      put(resource, "aws_ssoadmin_managed_policy_attachment", `${at}_${blockName(arn)}`, {
        ...common,
        managed_policy_arn: arn,
      });
    for (const [target, names] of Object.entries(assigned))
      for (const group of names)
        put(resource, "aws_ssoadmin_account_assignment", `${at}_${target}_${blockName(group)}`, {
          ...{ ...common, principal_type: "GROUP", principal_id: groupId(group) },
          ...{ target_type: "AWS_ACCOUNT", target_id: target },
        });
  }
  return stackOf(resource, { id, account, data });
}

function blockName(text: string): string {
  return text.replace(/\W+/g, "-");
}

/** The ARN of the role of a permission set, as the model names it. */
export function setArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_${name}_*`;
}

/** The role of a permission set in a model. */
export function setRole(
  accountId: string,
  name: string,
  groups: readonly string[],
  ...may: readonly object[]
): Principal {
  const trust = {
    ...{ name: "trust policy", source: name, version: "2012-10-17" },
    statements: [
      {
        effect: "Allow" as const,
        principals: { [IDENTITY_GROUP]: groups },
        actions: ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        conditions: {},
      },
    ],
  };
  return { ...role(name, { arn: setArn(accountId, name), accountId, permissionSet: name, may }), trust };
}
