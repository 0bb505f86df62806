import { SecurityGroup as VpcSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Construct } from "constructs";
import { literal } from "./literal";

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
  /** Cannot be changed without replacing the group. */
  readonly name: string;
  /** Cannot be changed without replacing the group, which AWS refuses while anything belongs to it. */
  readonly description: string;
  readonly vpcId: string;
  /** The first becomes the tag `ChargeCode`, the others `ChargeCode2`, `ChargeCode3` and so on. */
  readonly chargeCodes: readonly string[];
}

/** The default quota of "Amazon VPC quotas", and the limits of CreateSecurityGroup in the API reference of EC2; charge codes are ours. */
const LIMITS = { rules: 60, characters: 255, chargeCodes: 10 } as const;
const ALLOWED_CHARACTERS = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/;

const DIRECTIONS = {
  ingress: { Rule: VpcSecurityGroupIngressRule, preposition: "from" },
  egress: { Rule: VpcSecurityGroupEgressRule, preposition: "to" },
} as const;
type Direction = keyof typeof DIRECTIONS;

/**
 * A security group that lets through what its rules say and nothing else, in both directions, and carries its own charge codes. Each rule
 * is a resource of its own, named after what it says: one comes or goes without touching the others. What AWS would refuse fails at synth.
 */
export class SecurityGroup extends Construct {
  public readonly id: string;
  private readonly problems: string[] = [];
  private readonly directions: Readonly<Record<Direction, Construct>>;

  constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    const { name, description, vpcId, chargeCodes } = props;
    const codes = chargeCodes.map((code, index) => [index === 0 ? "ChargeCode" : `ChargeCode${index + 1}`, literal(code)] as const);
    const group = new VpcSecurityGroup(this, "group", {
      name: literal(name),
      description: literal(description),
      vpcId,
      tags: { Name: literal(name), ...Object.fromEntries(codes) },
    });
    this.directions = { ingress: new Construct(this, "ingress"), egress: new Construct(this, "egress") };
    this.id = group.id;
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

  /** Adds rules. They come after the group, so that groups can name each other, also in a circle. */
  public allow({ ingress = [], egress = [] }: SecurityGroupRules): void {
    for (const rule of ingress) this.add("ingress", rule);
    for (const rule of egress) this.add("egress", rule);
  }

  private add(direction: Direction, rule: SecurityGroupRule): void {
    const { Rule, preposition } = DIRECTIONS[direction];
    const { description, cidrBlock, group } = rule;
    const scope = this.directions[direction];
    const id = [rule.protocol, ...portNames(rule), preposition, nameOf(rule)].join("-");
    const problems = [...ruleProblems(rule), ...(scope.node.tryFindChild(id) ? ["another one has the same id"] : [])];
    this.problems.push(...problems.map((problem) => `${direction} rule ${id}: ${problem}`));
    if (problems.length > 0) return;
    new Rule(scope, id, {
      securityGroupId: this.id,
      ...protocolOf(rule),
      cidrIpv4: cidrBlock,
      referencedSecurityGroupId: group?.id,
      description: literal(description),
    });
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
    ...(ALLOWED_CHARACTERS.test(text) ? [] : [`${what} must be of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, got "${text}"`]),
  ];
}
