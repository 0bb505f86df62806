import { DataAwsIdentitystoreGroup } from "@cdktf/provider-aws/lib/data-aws-identitystore-group";
import { DataAwsIdentitystoreUser } from "@cdktf/provider-aws/lib/data-aws-identitystore-user";
import { IdentitystoreGroup } from "@cdktf/provider-aws/lib/identitystore-group";
import { IdentitystoreGroupMembership } from "@cdktf/provider-aws/lib/identitystore-group-membership";
import { Construct } from "constructs";
import { constructId, escapeTemplate } from "../terraform-syntax";

export interface IdentityGroupsProps {
  readonly identityStoreId: string;
  /** The groups to create. Their members are user names of users that exist. */
  readonly created: readonly {
    readonly name: string;
    readonly description?: string;
    readonly members: readonly string[];
  }[];
  /** Display names of further groups, which exist already. */
  readonly existing: readonly string[];
}

/**
 * Groups of IAM Identity Center. Those of an identity source exist already and are looked up by name: a plan fails if one
 * is missing.
 *
 * @example
 * new IdentityGroups(this, "group", {
 *   identityStoreId, created: [{ name: "leads", members: ["lead@example.com"] }], existing: ["engineers"],
 * });
 */
export class IdentityGroups extends Construct {
  /** The ids of all groups, by display name. */
  public readonly groupIds: ReadonlyMap<string, string>;
  /** The ids of the users in the created groups, by user name. */
  public readonly userIds: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, props: IdentityGroupsProps) {
    super(scope, id);
    const { identityStoreId, created, existing } = props;
    const userScope = new Construct(this, "user");
    const userIds = new Map<string, string>();
    const userId = (name: string): string => {
      const known = userIds.get(name);
      if (known !== undefined) return known;
      const user = new DataAwsIdentitystoreUser(userScope, constructId(name), {
        identityStoreId,
        alternateIdentifier: withName("UserName", name),
      });
      userIds.set(name, user.userId);
      return user.userId;
    };
    const createdScope = new Construct(this, "created");
    const createdIds = created.map(({ name, description, members }) => {
      const parent = new Construct(createdScope, constructId(name));
      const { groupId } = new IdentitystoreGroup(parent, "group", {
        identityStoreId,
        displayName: escapeTemplate(name),
        description: description && escapeTemplate(description),
      });
      const memberScope = new Construct(parent, "member");
      for (const member of members)
        new IdentitystoreGroupMembership(memberScope, constructId(member), {
          identityStoreId,
          groupId,
          memberId: userId(member),
        });
      return [name, groupId] as const;
    });
    const existingScope = new Construct(this, "existing");
    const existingIds = existing.map((name) => {
      const group = new DataAwsIdentitystoreGroup(existingScope, constructId(name), {
        identityStoreId,
        alternateIdentifier: withName("DisplayName", name),
      });
      return [name, group.groupId] as const;
    });
    this.groupIds = new Map([...createdIds, ...existingIds]);
    this.userIds = userIds;
  }

  /** The id of a group by its display name. */
  idOf(name: string): string {
    const id = this.groupIds.get(name);
    if (id === undefined)
      throw new Error(`the group must be one of ${[...this.groupIds.keys()].join(", ")}, got ${name}`);
    return id;
  }
}

const withName = (attributePath: string, name: string) => ({
  uniqueAttribute: { attributePath, attributeValue: escapeTemplate(name) },
});
