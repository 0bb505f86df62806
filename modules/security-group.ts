import { SecurityGroup as VpcSecurityGroup, type SecurityGroupIngress } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { Construct } from "constructs";
import { forget, escapeTemplate } from "./terraform-syntax";

/** A network or a group, exactly one of the two, and on which ports. */
export interface SecurityGroupRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** The first port; tcp and udp only. */
  readonly fromPort?: number;
  /** The last port; tcp and udp only. @default fromPort */
  readonly toPort?: number;
  /** An IPv4 network. */
  readonly cidrBlock?: string;
  /** Whose members are meant; may be the group itself. Its name is for the rule's construct id. */
  readonly group?: { readonly name: string; readonly id: string };
  readonly description: string;
}

export interface SecurityGroupRules {
  /** Who may connect. @default none */
  readonly ingress?: readonly SecurityGroupRule[];
  /** Where members may connect to. @default none */
  readonly egress?: readonly SecurityGroupRule[];
}

export interface SecurityGroupProps {
  /** Cannot be changed without replacing the group, which AWS deletes only when nothing belongs to it. */
  readonly name: string;
  /**
   * Cannot be changed, unless the name is too: the group that replaces it is made first, and AWS takes a name once in a
   * VPC.
   */
  readonly description: string;
  readonly vpcId: string;
  /** The first becomes the tag `ChargeCode`, the others `ChargeCode2`, `ChargeCode3` and so on. */
  readonly chargeCodes: readonly string[];
}

/**
 * The default quota of "Amazon VPC quotas", and the limits of CreateSecurityGroup in the API reference of EC2; charge
 * codes are ours.
 */
const LIMITS = { rules: 60, characters: 255, chargeCodes: 10 } as const;
const ALLOWED_CHARACTERS = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/;

const PREPOSITIONS = { ingress: "from", egress: "to" } as const;
type Direction = keyof typeof PREPOSITIONS;

/**
 * A security group that admits whom its rules name and nobody else, and carries its own charge codes. Rules of ingress
 * stand in the group itself, the empty list too: one that was added by hand shows in the next plan, and goes with the
 * next apply. Rules of egress are resources of their own, since groups that name each other, one in each direction,
 * would wait for each other: one that was added by hand stays unseen. What AWS would refuse fails at synth.
 */
export class SecurityGroup extends Construct {
  public readonly id: string;
  private readonly problems: string[] = [];
  private readonly group: VpcSecurityGroup;
  private readonly admitted: SecurityGroupIngress[] = [];
  private readonly directions: Readonly<Record<Direction, Construct>>;

  constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    const { name, description, vpcId, chargeCodes } = props;
    const codes = chargeCodes.map(
      (code, index) => [index === 0 ? "ChargeCode" : `ChargeCode${index + 1}`, escapeTemplate(code)] as const,
    );
    this.group = new VpcSecurityGroup(this, "group", {
      name: escapeTemplate(name),
      description: escapeTemplate(description),
      vpcId,
      ingress: [],
      tags: { Name: escapeTemplate(name), ...Object.fromEntries(codes) },
      // Otherwise a group would go before those that admit it are told so, and AWS deletes none that a rule names.
      lifecycle: { createBeforeDestroy: true },
    });
    this.directions = { ingress: new Construct(this, "ingress"), egress: new Construct(this, "egress") };
    this.id = this.group.id;
    this.problems.push(
      ...textProblems("name", name),
      ...(name.startsWith("sg-") ? [`name must not begin with sg-, got "${name}"`] : []),
      ...textProblems("description", description),
      ...(codes.length < 1 || codes.length > LIMITS.chargeCodes
        ? [`chargeCodes must have 1 to ${LIMITS.chargeCodes} codes, got ${codes.length}`]
        : []),
    );
    this.node.addValidation({ validate: () => [...this.problems, ...this.tooManyRules()] });
  }

  /**
   * Adds rules. They come after the groups that they name: those of ingress may not name each other in a circle, which
   * Terraform refuses.
   */
  public allow({ ingress = [], egress = [] }: SecurityGroupRules): void {
    for (const rule of ingress) this.admit(rule);
    for (const rule of egress) this.letOut(rule);
  }

  private admit(rule: SecurityGroupRule): void {
    const id = this.checkedId("ingress", rule);
    if (id === undefined) return;
    // Before rules stood in their group, each was a resource in this place: gone from the code alone, it would be
    // revoked.
    forget("aws_vpc_security_group_ingress_rule", new Construct(this.directions.ingress, id));
    const { cidrBlock, group, description } = rule;
    const { ipProtocol: protocol, fromPort = 0, toPort = 0 } = protocolOf(rule);
    const self = group?.id === this.id;
    const groupId = self ? undefined : group?.id;
    this.admitted.push(
      inlineRule({ protocol, fromPort, toPort, cidrBlock, groupId, self, description: escapeTemplate(description) }),
    );
    this.group.putIngress(this.admitted);
  }

  private letOut(rule: SecurityGroupRule): void {
    const id = this.checkedId("egress", rule);
    if (id === undefined) return;
    new VpcSecurityGroupEgressRule(this.directions.egress, id, {
      securityGroupId: this.id,
      ...protocolOf(rule),
      cidrIpv4: rule.cidrBlock,
      referencedSecurityGroupId: rule.group?.id,
      description: escapeTemplate(rule.description),
    });
  }

  /** What the rule says; undefined where it can't be made. */
  private checkedId(direction: Direction, rule: SecurityGroupRule): string | undefined {
    const id = [rule.protocol, ...portNames(rule), PREPOSITIONS[direction], nameOf(rule)].join("-");
    const isTaken = this.directions[direction].node.tryFindChild(id) !== undefined;
    const problems = [...ruleProblems(rule), ...(isTaken ? ["another one has the same id"] : [])];
    this.problems.push(...problems.map((problem) => `${direction} rule ${id}: ${problem}`));
    return problems.length > 0 ? undefined : id;
  }

  private tooManyRules(): string[] {
    return Object.entries(this.directions)
      .map(([direction, { node }]) => [direction, node.children.length] as const)
      .filter(([, count]) => count > LIMITS.rules)
      .map(([direction, count]) => `${direction} must have at most ${LIMITS.rules} rules, got ${count}`);
  }
}

/** What AWS calls a protocol and its ports: -1 is every protocol, and every type of ICMP. */
function protocolOf({ protocol, fromPort, toPort = fromPort }: SecurityGroupRule): {
  readonly ipProtocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
} {
  if (protocol === "all") return { ipProtocol: "-1" };
  if (protocol === "icmp") return { ipProtocol: protocol, fromPort: -1, toPort: -1 };
  return { ipProtocol: protocol, fromPort, toPort };
}

function portNames({ fromPort, toPort = fromPort }: SecurityGroupRule): number[] {
  if (fromPort === undefined || toPort === undefined) return [];
  return fromPort === toPort ? [fromPort] : [fromPort, toPort];
}

function nameOf({ cidrBlock, group }: SecurityGroupRule): string {
  return (cidrBlock ?? group?.name ?? "nobody").replaceAll(/[^a-zA-Z0-9_-]/g, "-");
}

function ruleProblems({ protocol, fromPort, toPort, cidrBlock, group, description }: SecurityGroupRule): string[] {
  const ports = `${fromPort ?? "none"} to ${toPort ?? fromPort ?? "none"}`;
  const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65535;
  const last = toPort ?? fromPort;
  const inOrder = fromPort !== undefined && last !== undefined && isPort(fromPort) && isPort(last) && fromPort <= last;
  const hasPorts = protocol === "tcp" || protocol === "udp";
  return [
    ...(hasPorts && !inOrder ? [`ports must be two of 0 to 65535 in order, got ${ports}`] : []),
    ...(!hasPorts && last !== undefined ? [`${protocol} must have no ports, got ${ports}`] : []),
    ...((cidrBlock === undefined) === (group === undefined)
      ? [`must have either a CIDR block or a group, got ${group ? "both" : "neither"}`]
      : []),
    ...textProblems("description", description),
  ];
}

function textProblems(what: string, text: string): string[] {
  return [
    ...(text.length < 1 || text.length > LIMITS.characters
      ? [`${what} must have 1 to ${LIMITS.characters} characters, got ${text.length}`]
      : []),
    ...(ALLOWED_CHARACTERS.test(text)
      ? []
      : [`${what} must be of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, got "${text}"`]),
  ];
}

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
