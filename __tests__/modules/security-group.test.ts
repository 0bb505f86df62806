import type { Construct } from "constructs";
import {
  SecurityGroup,
  type SecurityGroupProps,
  type SecurityGroupRule,
  type SecurityGroupRules,
  inlineRule,
  type InlineRuleProps,
} from "../../modules/security-group";
import { problemsOf, synthModule } from "../support/module";
import type { StackReader } from "../support/stack-reader";
import { SecurityGroup as VpcSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
const PROPS = { name: "dev-web", description: "Web servers", vpcId: "vpc-1", chargeCodes: ["project-1"] };

const build =
  (rules: SecurityGroupRules = {}, changes: Partial<SecurityGroupProps> = {}) =>
  (scope: Construct) => {
    new SecurityGroup(scope, "web", { ...PROPS, ...changes }).allow(rules);
  };
const group = (rules?: SecurityGroupRules, changes?: Partial<SecurityGroupProps>) => synthModule(build(rules, changes));

const https: SecurityGroupRule = { protocol: "tcp", fromPort: 443, cidrBlock: "10.0.0.0/16", description: "Offices" };

const replies: SecurityGroupRule = {
  protocol: "udp",
  fromPort: 8000,
  toPort: 8010,
  group: { name: "db", id: "sg-0123abcd" },
  description: "Replies",
};

const EGRESS = "aws_vpc_security_group_egress_rule";
const pathsOf = (stack: StackReader) => stack.resources.map(({ path }) => path).filter((path) => path !== "web/group");
const ingressOf = (stack: StackReader, path = "web/group") =>
  stack.at(path)["ingress"] as Readonly<Record<string, unknown>>[];

test("is a group of the VPC with the given name and description", () => {
  expect(group().one("aws_security_group")).toMatchObject({
    name: "dev-web",
    description: "Web servers",
    vpc_id: "vpc-1",
    tags: { Name: "dev-web" },
  });
});

test("a security group without rules allows nothing, and lists empty ingress so that Terraform enforces it", () => {
  const stack = group();
  expect(stack.resources).toHaveLength(1);
  expect(ingressOf(stack)).toEqual([]);
});

test("egress rules are separate resources, because rules inside the group would conflict with them", () => {
  for (const rules of [{}, { egress: [https] }])
    expect(group(rules).one("aws_security_group")).not.toHaveProperty("egress");
});

test("a security group is created before, and destroyed after, the groups that reference it", () => {
  expect(group().one("aws_security_group")["lifecycle"]).toEqual({ create_before_destroy: true });
});

test("texts of a security group are escaped: AWS allows ${, which is a template in Terraform", () => {
  const text = "costs ${x}";
  const rules = { ingress: [{ ...https, description: text }], egress: [{ ...https, description: text }] };
  const stack = group(rules, { name: text, description: text, chargeCodes: [text] });
  const escaped = "costs $${x}";
  expect(stack.one("aws_security_group")).toMatchObject({
    name: escaped,
    description: escaped,
    tags: { Name: escaped, ChargeCode: escaped },
  });
  expect(ingressOf(stack)).toMatchObject([{ description: escaped }]);
  expect(stack.one(EGRESS)).toMatchObject({ description: escaped });
});

describe("charge codes", () => {
  const tags = (...chargeCodes: string[]) => group({}, { chargeCodes }).one("aws_security_group")["tags"];

  test("are one tag if there is one code", () => {
    expect(tags("project-1")).toEqual({ Name: "dev-web", ChargeCode: "project-1" });
  });

  test("are one tag for each code, and the first has the usual tag name", () => {
    expect(tags("project-1", "project-2", "project-3")).toEqual({
      Name: "dev-web",
      ChargeCode: "project-1",
      ChargeCode2: "project-2",
      ChargeCode3: "project-3",
    });
  });
});

describe("an egress rule", () => {
  const values = (rule: SecurityGroupRule) => {
    const stack = group({ egress: [rule] });
    const { security_group_id: owner, description, ...rest } = stack.one(EGRESS);
    expect(owner).toBe(stack.reference("web/group"));
    expect(description).toBe(rule.description);
    return rest;
  };

  test("is for a network on one port", () => {
    expect(values(https)).toEqual({ ip_protocol: "tcp", from_port: 443, to_port: 443, cidr_ipv4: "10.0.0.0/16" });
  });

  test("is for another group on several ports", () => {
    expect(values(replies)).toEqual({
      ip_protocol: "udp",
      from_port: 8000,
      to_port: 8010,
      referenced_security_group_id: "sg-0123abcd",
    });
  });

  test("accepts port 0", () => {
    expect(values({ ...https, fromPort: 0, toPort: 0 })).toMatchObject({ from_port: 0, to_port: 0 });
  });

  test("of ICMP covers all types", () => {
    expect(values({ protocol: "icmp", cidrBlock: "10.0.0.0/16", description: "Pings" })).toEqual({
      ip_protocol: "icmp",
      from_port: -1,
      to_port: -1,
      cidr_ipv4: "10.0.0.0/16",
    });
  });

  test("of all protocols has no ports, which AWS would refuse", () => {
    expect(values({ protocol: "all", cidrBlock: "10.0.0.0/16", description: "Everything" })).toEqual({
      ip_protocol: "-1",
      cidr_ipv4: "10.0.0.0/16",
    });
  });
});

describe("an ingress rule, which sets every attribute because Terraform requires it,", () => {
  const nobody = { cidr_blocks: [], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false };
  const udp = { protocol: "udp", from_port: 8000, to_port: 8010 };
  const anyType = { from_port: -1, to_port: -1 };
  const allPorts = { ...https, fromPort: 0, toPort: 65535 };
  const from = { cidrBlock: "10.0.0.0/16", description: "Offices" };
  const network = { ...nobody, cidr_blocks: ["10.0.0.0/16"], description: "Offices" };

  test.each<[string, SecurityGroupRule, object]>([
    ["is for a network on one port", https, { ...network, protocol: "tcp", from_port: 443, to_port: 443 }],
    [
      "is for another group on several ports",
      replies,
      { ...nobody, security_groups: ["sg-0123abcd"], description: "Replies", ...udp },
    ],
    ["accepts all ports", allPorts, { ...network, protocol: "tcp", from_port: 0, to_port: 65535 }],
    ["covers all types of ICMP", { ...from, protocol: "icmp" }, { ...network, protocol: "icmp", ...anyType }],
    [
      "of all protocols has the ports that AWS returns",
      { ...from, protocol: "all" },
      { ...network, protocol: "-1", from_port: 0, to_port: 0 },
    ],
  ])("%s", (_, rule, values) => {
    expect(ingressOf(group({ ingress: [rule] }))).toEqual([values]);
  });

  test("uses `self` for its own group, which would depend on itself otherwise", () => {
    const stack = synthModule((scope) => {
      const made = new SecurityGroup(scope, "web", PROPS);
      const own = { name: "web", id: made.id };
      made.allow({ ingress: [{ protocol: "tcp", fromPort: 443, group: own, description: "Each other" }] });
    });
    const values = { ...nobody, self: true, description: "Each other", protocol: "tcp", from_port: 443, to_port: 443 };
    expect(ingressOf(stack)).toEqual([values]);
  });

  test("keeps the given order in the group", () => {
    const ports = [443, 80, 8080];
    expect(
      ingressOf(group({ ingress: ports.map((fromPort) => ({ ...https, fromPort })) })).map((rule) => rule["from_port"]),
    ).toEqual(ports);
  });
});

test("ingress and egress rules are independent", () => {
  const stack = group({ ingress: [https], egress: [{ ...https, cidrBlock: "10.1.0.0/16" }] });
  expect(ingressOf(stack)).toMatchObject([{ cidr_blocks: ["10.0.0.0/16"] }]);
  expect(stack.one(EGRESS)).toMatchObject({ cidr_ipv4: "10.1.0.0/16" });
});

describe("a rule's id", () => {
  const rules: readonly SecurityGroupRule[] = [
    https,
    { ...https, fromPort: 8000, toPort: 8010 },
    { protocol: "tcp", fromPort: 5432, group: { name: "web", id: "sg-1" }, description: "Each other" },
    { protocol: "icmp", cidrBlock: "10.0.0.0/16", description: "Pings" },
    { protocol: "all", group: { name: "admin tools", id: "sg-2" }, description: "Administration" },
  ];

  test("describes the rule", () => {
    expect(pathsOf(group({ egress: rules, ingress: rules }))).toEqual([
      "web/egress/all-to-admin-tools",
      "web/egress/icmp-to-10-0-0-0-16",
      "web/egress/tcp-443-to-10-0-0-0-16",
      "web/egress/tcp-5432-to-web",
      "web/egress/tcp-8000-8010-to-10-0-0-0-16",
    ]);
  });

  test("does not depend on other rules: removing one rule leaves their addresses and values unchanged", () => {
    const rulesOf = (egress: readonly SecurityGroupRule[]) =>
      new Map(group({ egress }).resources.map(({ address, values }) => [address, values]));
    const before = rulesOf(rules);
    const after = rulesOf(rules.slice(1));
    expect(after.size).toBe(before.size - 1);
    for (const [address, values] of after) expect(before.get(address)).toEqual(values);
  });

  test("does not depend on its description", () => {
    expect(pathsOf(group({ egress: [{ ...https, description: "Offices and homes" }] }))).toEqual(
      pathsOf(group({ egress: [https] })),
    );
  });

  test("is unique: a second rule with the same id is refused at synth", () => {
    const twice = [https, { ...https, description: "Offices again" }];
    expect(problemsOf(build({ ingress: twice }))).toEqual([
      "ingress rule tcp-443-from-10-0-0-0-16: id must be unique, got a second rule with it",
    ]);
    expect(problemsOf(build({ egress: twice }))).toEqual([
      "egress rule tcp-443-to-10-0-0-0-16: id must be unique, got a second rule with it",
    ]);
    expect(problemsOf(build({ ingress: [https], egress: [https] }))).toEqual([]);
  });
});

test("former ingress rule resources are removed from the state and not destroyed", () => {
  const peer: SecurityGroupRule = { ...replies, protocol: "tcp", group: { name: "admin tools", id: "sg-2" } };
  const stack = group({ ingress: [https, peer], egress: [https] });
  // The addresses in applied estates.
  const names = ["tcp-443-from-10-0-0-0-16_037C7539", "tcp-8000-8010-from-admin-tools_83691DCA"];
  const former = names.map((name) => `aws_vpc_security_group_ingress_rule.web_ingress_${name}`);
  expect(stack.json.removed).toEqual(former.map((from) => ({ from, lifecycle: { destroy: false } })));
  expect(group({ egress: [https] }).json).not.toHaveProperty("removed");
});

test("two groups can refer to each other, one in each direction", () => {
  const stack = synthModule((scope) => {
    const made = (id: string) => new SecurityGroup(scope, id, { ...PROPS, name: `dev-${id}`, description: id });
    const [web, db] = [made("web"), made("db")];
    const postgres = { protocol: "tcp", fromPort: 5432, description: "PostgreSQL" } as const;
    web.allow({ egress: [{ ...postgres, group: { name: "db", id: db.id } }] });
    db.allow({ ingress: [{ ...postgres, group: { name: "web", id: web.id } }] });
  });

  expect(stack.at("web/egress/tcp-5432-to-db")).toMatchObject({
    security_group_id: stack.reference("web/group"),
    referenced_security_group_id: stack.reference("db/group"),
  });
  expect(ingressOf(stack, "db/group")).toMatchObject([
    { security_groups: [stack.reference("web/group")], self: false },
  ]);
  // Terraform cannot order groups that depend on each other.
  expect(JSON.stringify(stack.at("web/group"))).not.toContain(stack.reference("db/group"));
});

test("accepts rules one at a time", () => {
  const stack = synthModule((scope) => {
    const made = new SecurityGroup(scope, "web", PROPS);
    made.allow({ ingress: [https] });
    made.allow({ egress: [https] });
    made.allow({ ingress: [{ ...https, fromPort: 80 }] });
  });
  expect(ingressOf(stack).map((rule) => rule["to_port"])).toEqual([443, 80]);
  expect(pathsOf(stack)).toEqual(["web/egress/tcp-443-to-10-0-0-0-16"]);
  expect(stack.json.removed).toHaveLength(2);
});

describe("AWS's limits", () => {
  const rules = (count: number) => Array.from({ length: count }, (_, index) => ({ ...https, fromPort: 1000 + index }));
  const codes = (count: number) => Array.from({ length: count }, (_, index) => `project-${index}`);
  const everyCharacter = "azAZ09 ._-:/()#,@[]+=&;{}!$*";

  test.each<[string, SecurityGroupRules, Partial<SecurityGroupProps>]>([
    ["60 rules in each direction", { ingress: rules(60), egress: rules(60) }, {}],
    ["names and descriptions of 255 characters", {}, { name: "n".repeat(255), description: "d".repeat(255) }],
    ["a rule's description of 255 characters", { ingress: [{ ...https, description: "d".repeat(255) }] }, {}],
    [
      "every character of AWS's set",
      { egress: [{ ...https, description: everyCharacter }] },
      { name: everyCharacter, description: everyCharacter },
    ],
    ["a name with sg- inside", {}, { name: "dev-sg-web" }],
    ["10 charge codes", {}, { chargeCodes: codes(10) }],
    ["the first and the last port", { ingress: [{ ...https, fromPort: 0, toPort: 65535 }] }, {}],
  ])("accept %s", (_, allowed, changes) => {
    expect(problemsOf(build(allowed, changes))).toEqual([]);
  });

  const SET = "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*";
  const ALLOWED = `description must contain only ${SET}`;
  test.each<[string, SecurityGroupRules, Partial<SecurityGroupProps>, string]>([
    ["a 61st ingress rule", { ingress: rules(61) }, {}, "ingress must have at most 60 rules, got 61"],
    ["a 61st egress rule", { egress: rules(61) }, {}, "egress must have at most 60 rules, got 61"],
    ["a longer name", {}, { name: "n".repeat(256) }, "name must have 1 to 255 characters, got 256"],
    ["a long description", {}, { description: "d".repeat(256) }, "description must have 1 to 255 characters, got 256"],
    ["no description", {}, { description: "" }, "description must have 1 to 255 characters, got 0"],
    ["a name with an invalid character", {}, { name: "dev'web" }, `name must contain only ${SET}, got "dev'web"`],
    ["a description with an invalid character", {}, { description: "Büro" }, `${ALLOWED}, got "Büro"`],
    ["a line break", {}, { description: "Web\n" }, `${ALLOWED}, got "Web\n"`],
    ["a name with the prefix of an id", {}, { name: "sg-web" }, 'name must not begin with sg-, got "sg-web"'],
    ["no charge code", {}, { chargeCodes: [] }, "chargeCodes must have 1 to 10 codes, got 0"],
    ["an eleventh charge code", {}, { chargeCodes: codes(11) }, "chargeCodes must have 1 to 10 codes, got 11"],
  ])("refuse %s at synth", (_, refused, changes, problem) => {
    expect(problemsOf(build(refused, changes))).toEqual([problem]);
  });

  const OFFICES = "from-10-0-0-0-16";
  const PORTS = "ports must be two of 0 to 65535 in order";
  const PEER = "must have either a CIDR block or a group";
  const withoutPorts = { ...https, fromPort: undefined };
  const withoutNetwork = { ...https, cidrBlock: undefined };
  test.each<[string, SecurityGroupRule, string]>([
    ["tcp without ports", withoutPorts, `tcp-${OFFICES}: ${PORTS}, got none to none`],
    ["ports without a first port", { ...withoutPorts, toPort: 80 }, `tcp-${OFFICES}: ${PORTS}, got none to 80`],
    ["ports in reverse order", { ...https, toPort: 80 }, `tcp-443-80-${OFFICES}: ${PORTS}, got 443 to 80`],
    ["a port out of range", { ...https, toPort: 65536 }, `tcp-443-65536-${OFFICES}: ${PORTS}, got 443 to 65536`],
    ["a fractional port", { ...https, fromPort: 1.5, toPort: 80 }, `tcp-1.5-80-${OFFICES}: ${PORTS}, got 1.5 to 80`],
    ["ports of ICMP", { ...https, protocol: "icmp" }, `icmp-443-${OFFICES}: icmp must have no ports, got 443 to 443`],
    [
      "ports of everything",
      { ...https, protocol: "all" },
      `all-443-${OFFICES}: all must have no ports, got 443 to 443`,
    ],
    ["neither network nor group", withoutNetwork, `tcp-443-from-nobody: ${PEER}, got neither`],
    ["network and group", { ...https, group: { name: "db", id: "sg-1" } }, `tcp-443-${OFFICES}: ${PEER}, got both`],
    ["an invalid character", { ...https, description: "Büro" }, `tcp-443-${OFFICES}: ${ALLOWED}, got "Büro"`],
  ])("refuse a rule with %s at synth", (_, rule, problem) => {
    expect(problemsOf(build({ ingress: [rule] }))).toEqual([`ingress rule ${problem}`]);
  });

  test("are all reported at once", () => {
    const wrong = [{ ...https, description: "" }, withoutNetwork];
    expect(
      problemsOf(build({ ingress: wrong, egress: wrong }, { name: "sg-", description: "", chargeCodes: [] })),
    ).toHaveLength(7);
  });
});

const ports = { protocol: "tcp", fromPort: 443, toPort: 443, description: "Offices" };
const rendered = (props: Partial<InlineRuleProps>) =>
  synthModule((scope) => {
    new VpcSecurityGroup(scope, "group", { ingress: [inlineRule({ ...ports, ...props })] });
  }).one("aws_security_group")["ingress"];
const nobody = { cidr_blocks: [], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false };
const onPort = { protocol: "tcp", from_port: 443, to_port: 443, description: "Offices" };

test.each<[string, Partial<InlineRuleProps>, object]>([
  ["a network", { cidrBlock: "10.0.0.0/16" }, { cidr_blocks: ["10.0.0.0/16"] }],
  ["a group", { groupId: "sg-1" }, { security_groups: ["sg-1"] }],
  ["the group's own members", { self: true }, { self: true }],
])("sets every attribute of a rule for %s, because Terraform requires all of them", (_, props, values) => {
  expect(rendered(props)).toEqual([{ ...nobody, ...onPort, ...values }]);
});

test("keeps ports that are 0", () => {
  expect(rendered({ protocol: "-1", fromPort: 0, toPort: 0 })).toEqual([
    { ...nobody, ...onPort, protocol: "-1", from_port: 0, to_port: 0 },
  ]);
});
