import type { SecurityGroupIngress } from "@cdktf/provider-aws/lib/security-group";

export interface InlineRuleProps {
  /** As Terraform calls it: `-1` is every protocol. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** An IPv4 network. */
  readonly cidrBlock?: string;
  /** Whose members are meant. */
  readonly groupId?: string;
  /** Whether the group's own members are meant: AWS tells that apart from naming it. @default false */
  readonly self?: boolean;
  readonly description: string;
}

/** A rule as it stands in a security group itself, where Terraform wants every attribute to be given. */
export function inlineRule({ cidrBlock, groupId, self = false, ...rest }: InlineRuleProps): SecurityGroupIngress {
  return {
    ...rest,
    cidrBlocks: cidrBlock === undefined ? [] : [cidrBlock],
    ipv6CidrBlocks: [],
    prefixListIds: [],
    securityGroups: groupId === undefined ? [] : [groupId],
    selfAttribute: self,
  };
}
