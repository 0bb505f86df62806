import { SecurityGroup as VpcSecurityGroup, type SecurityGroupIngress } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { Construct } from "constructs";
import { forget, escapeTemplate } from "./terraform-syntax";

/** Traffic from or to a network or a group, exactly one of the two, on some ports. */
export interface SecurityGroupRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** The first port, for tcp and udp only. @default none */
  readonly fromPort?: number;
  /** The last port, for tcp and udp only. @default fromPort */
  readonly toPort?: number;
  /** An IPv4 network. @default none: the rule has a group */
  readonly cidrBlock?: string;
  /**
   * A group whose members may connect, or the group itself. The name is part of the rule's construct id. @default none
   */
  readonly group?: { readonly name: string; readonly id: string };
  readonly description: string;
}

export interface SecurityGroupRules {
  /** Allowed inbound traffic. @default none */
  readonly ingress?: readonly SecurityGroupRule[];
  /** Allowed outbound traffic. @default none */
  readonly egress?: readonly SecurityGroupRule[];
}

export interface SecurityGroupProps {
  /** A change replaces the group. AWS deletes a group only when it has no members. */
  readonly name: string;
  /**
   * A change replaces the group and requires another name: the new group is created before the old one is destroyed,
   * and a name is unique in its VPC. The plan is blocked otherwise.
   */
  readonly description: string;
  readonly vpcId: string;
  /** The values of the tags `ChargeCode`, `ChargeCode2`, `ChargeCode3` and so on. */
  readonly chargeCodes: readonly string[];
}

/**
 * `rules` is the default of "Amazon VPC quotas", `characters` the limit of CreateSecurityGroup in the API reference of
 * EC2, `chargeCodes` a limit of this project.
 */
const LIMITS = { rules: 60, characters: 255, chargeCodes: 10 } as const;
const ALLOWED_CHARACTERS = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/;

const PREPOSITIONS = { ingress: "from", egress: "to" } as const;
type Direction = keyof typeof PREPOSITIONS;

/**
 * A security group with its own charge codes that allows the traffic of its rules only. Ingress rules are part of the
 * group, and so is an empty list: a rule added by hand shows up in the next plan, and the next apply removes it. Egress
 * rules are separate resources, because groups that refer to each other would depend on each other: an egress rule
 * added by hand is not detected. What AWS would refuse fails at synth.
 *
 * @example
 * const web = new SecurityGroup(this, "web", {
 *   name: "dev-irl-galileo-web", description: "Web servers", vpcId: network.vpcId, chargeCodes: ["project-1"],
 * });
 * web.allow({ ingress: [{ protocol: "tcp", fromPort: 443, cidrBlock: "10.0.0.0/16", description: "Offices" }] });
 */
export class SecurityGroup extends Construct {
  public readonly id: string;
  private readonly problems: string[] = [];
  private readonly group: VpcSecurityGroup;
  private readonly ingress: SecurityGroupIngress[] = [];
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
      // A replaced group must outlive the rules that refer to it: AWS refuses to delete a group that a rule refers to.
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
   * Adds rules. Terraform creates the groups that they refer to first. Ingress rules must not refer to each other's
   * groups in a cycle: Terraform refuses it.
   */
  public allow({ ingress = [], egress = [] }: SecurityGroupRules): void {
    for (const rule of ingress) this.addIngress(rule);
    for (const rule of egress) this.addEgress(rule);
  }

  private addIngress(rule: SecurityGroupRule): void {
    const id = this.checkedId("ingress", rule);
    if (id === undefined) return;
    // Rules used to be resources with these paths. Removed from the code only, they would be revoked in AWS.
    forget("aws_vpc_security_group_ingress_rule", new Construct(this.directions.ingress, id));
    const { cidrBlock, group, description } = rule;
    const { ipProtocol: protocol, fromPort = 0, toPort = 0 } = protocolOf(rule);
    const self = group?.id === this.id;
    const groupId = self ? undefined : group?.id;
    this.ingress.push(
      inlineRule({ protocol, fromPort, toPort, cidrBlock, groupId, self, description: escapeTemplate(description) }),
    );
    this.group.putIngress(this.ingress);
  }

  private addEgress(rule: SecurityGroupRule): void {
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

  /** The construct id of a rule; undefined if the rule has problems, which the validation reports. */
  private checkedId(direction: Direction, rule: SecurityGroupRule): string | undefined {
    const id = [rule.protocol, ...portNames(rule), PREPOSITIONS[direction], nameOf(rule)].join("-");
    const isTaken = this.directions[direction].node.tryFindChild(id) !== undefined;
    const problems = [...ruleProblems(rule), ...(isTaken ? ["id must be unique, got a second rule with it"] : [])];
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

/** AWS's form of a protocol and its ports: -1 is every protocol, and every type of ICMP. */
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

const nameOf = ({ cidrBlock, group }: SecurityGroupRule): string =>
  (cidrBlock ?? group?.name ?? "nobody").replaceAll(/[^a-zA-Z0-9_-]/g, "-");

function ruleProblems({ protocol, fromPort, toPort, cidrBlock, group, description }: SecurityGroupRule): string[] {
  const last = toPort ?? fromPort;
  const ports = `${fromPort ?? "none"} to ${last ?? "none"}`;
  const hasPorts = protocol === "tcp" || protocol === "udp";
  return [
    ...(hasPorts && !areInOrder(fromPort, last) ? [`ports must be two of 0 to 65535 in order, got ${ports}`] : []),
    ...(!hasPorts && last !== undefined ? [`${protocol} must have no ports, got ${ports}`] : []),
    ...((cidrBlock === undefined) === (group === undefined)
      ? [`must have either a CIDR block or a group, got ${group ? "both" : "neither"}`]
      : []),
    ...textProblems("description", description),
  ];
}

function areInOrder(first: number | undefined, last: number | undefined): boolean {
  const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65535;
  return first !== undefined && last !== undefined && isPort(first) && isPort(last) && first <= last;
}

function textProblems(what: string, text: string): string[] {
  return [
    ...(text.length < 1 || text.length > LIMITS.characters
      ? [`${what} must have 1 to ${LIMITS.characters} characters, got ${text.length}`]
      : []),
    ...(ALLOWED_CHARACTERS.test(text)
      ? []
      : [`${what} must contain only letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, got "${text}"`]),
  ];
}

export interface InlineRuleProps {
  /** Terraform's name of the protocol. `-1` is every protocol. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** An IPv4 network. @default none */
  readonly cidrBlock?: string;
  /** The id of a group whose members may connect. @default none */
  readonly groupId?: string;
  /** Whether the group's own members may connect. AWS distinguishes that from the group's id. @default false */
  readonly self?: boolean;
  readonly description: string;
}

/** A rule inside a security group, where Terraform requires every attribute. */
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
