import { created, destroyed, forgotten, replaced, unchanged, updated } from "../support/plans";
import { opened } from "../support/opened";

const INGRESS = "aws_vpc_security_group_ingress_rule.a";
const EGRESS = "aws_vpc_security_group_egress_rule.a";
/** A separate rule of group sg-1, TCP 443. */
const rule = (wish: object = {}) => ({
  security_group_id: "sg-1",
  ip_protocol: "tcp",
  from_port: 443,
  to_port: 443,
  ...wish,
});
/** An inline rule of a group. */
const inline = (wish: object = {}) => ({ protocol: "tcp", from_port: 443, to_port: 443, cidr_blocks: [], ...wish });

describe("security groups", () => {
  test.each([
    ["a network", { cidr_ipv4: "10.0.0.0/16" }, "lets 10.0.0.0/16 connect to sg-1 on port 443"],
    ["everybody", { cidr_ipv4: "0.0.0.0/0" }, "lets 0.0.0.0/0 (everybody) connect to sg-1 on port 443"],
    ["everybody by IPv6", { cidr_ipv6: "::/0" }, "lets ::/0 (everybody) connect to sg-1 on port 443"],
    ["a group", { referenced_security_group_id: "sg-2" }, "lets members of sg-2 connect to sg-1 on port 443"],
    ["a prefix list", { prefix_list_id: "pl-1" }, "lets the networks of pl-1 connect to sg-1 on port 443"],
    [
      "every protocol",
      { cidr_ipv4: "10.0.0.0/8", ip_protocol: "-1" },
      "lets 10.0.0.0/8 connect to sg-1 on every protocol and port",
    ],
    ["several ports", { cidr_ipv4: "10.0.0.0/8", to_port: 450 }, "lets 10.0.0.0/8 connect to sg-1 on ports 443-450"],
    ["UDP", { cidr_ipv4: "10.0.0.0/8", ip_protocol: "17" }, "lets 10.0.0.0/8 connect to sg-1 on udp port 443"],
    [
      "ICMP",
      { cidr_ipv4: "10.0.0.0/8", ip_protocol: "icmp", from_port: -1, to_port: -1 },
      "lets 10.0.0.0/8 connect to sg-1 on ICMP",
    ],
    [
      "another protocol",
      { cidr_ipv4: "10.0.0.0/8", ip_protocol: "50" },
      "lets 10.0.0.0/8 connect to sg-1 on protocol 50",
    ],
  ])("a new rule for %s", (_, wish, words) => {
    expect(opened(created(INGRESS, rule(wish)))).toEqual([words]);
  });

  test("an egress rule lists what can be reached", () => {
    expect(opened(created(EGRESS, rule({ cidr_ipv4: "0.0.0.0/0" })))).toEqual([
      "lets sg-1 reach 0.0.0.0/0 (everybody) on port 443",
    ]);
  });

  test("an aws_security_group_rule for networks, groups and members", () => {
    const older = { type: "egress", security_group_id: "sg-1", protocol: "tcp", from_port: 1, to_port: 2, self: true };
    const networks = {
      cidr_blocks: ["10.0.0.0/8"],
      ipv6_cidr_blocks: ["::/0"],
      prefix_list_ids: ["pl-1"],
      source_security_group_id: "sg-2",
    };
    expect(opened(created("aws_security_group_rule.a", { ...older, ...networks }))).toEqual([
      "lets sg-1 reach 10.0.0.0/8 on ports 1-2",
      "lets sg-1 reach ::/0 (everybody) on ports 1-2",
      "lets sg-1 reach its own members on ports 1-2",
      "lets sg-1 reach members of sg-2 on ports 1-2",
      "lets sg-1 reach the networks of pl-1 on ports 1-2",
    ]);
  });

  test.each(["aws_security_group", "aws_default_security_group"])("inline rules of %s: only the added ones", (type) => {
    const before = { id: "sg-1", ingress: [inline({ cidr_blocks: ["10.0.0.0/8"] })], egress: [] };
    const after = {
      id: "sg-1",
      ingress: [inline({ cidr_blocks: ["10.1.0.0/16", "11.0.0.0/8"] })],
      egress: [inline({ security_groups: ["sg-2"] })],
    };
    expect(opened(updated(`${type}.g`, before, after))).toEqual([
      `lets 11.0.0.0/8 connect to ${type}.g on port 443`,
      `lets ${type}.g reach members of sg-2 on port 443`,
    ]);
  });

  test.each([
    ["a part of its network", { cidr_ipv4: "10.1.0.0/16" }],
    ["fewer ports", { cidr_ipv4: "10.0.0.0/8", from_port: 443, to_port: 443 }],
    ["one protocol instead of all", { cidr_ipv4: "10.0.0.0/8", ip_protocol: "udp" }],
  ])("a rule narrowed to %s opens nothing", (_, wish) => {
    const before = rule({ cidr_ipv4: "10.0.0.0/8", from_port: 0, to_port: 65535, ip_protocol: "-1" });
    expect(opened(updated(INGRESS, before, rule(wish)))).toEqual([]);
  });

  test.each([
    ["a wider network", { cidr_ipv4: "10.0.0.0/7" }],
    ["one port more", { cidr_ipv4: "10.0.0.0/8", to_port: 444 }],
    ["every protocol", { cidr_ipv4: "10.0.0.0/8", ip_protocol: "-1" }],
    ["another protocol", { cidr_ipv4: "10.0.0.0/8", ip_protocol: "udp" }],
    ["another group", { cidr_ipv4: "10.0.0.0/8", security_group_id: "sg-2" }],
  ])("a rule changed to %s opens", (_, wish) => {
    expect(opened(updated(INGRESS, rule({ cidr_ipv4: "10.0.0.0/8" }), rule(wish)))).toHaveLength(1);
  });

  test("a rule that is moved, rewritten in another form, split or joined opens nothing", () => {
    const both = rule({ cidr_ipv4: "10.0.0.0/23", from_port: 80, to_port: 81 });
    const parts = [80, 81].flatMap((port) =>
      ["10.0.0.0/24", "10.0.1.0/24"].map((cidr_ipv4) => rule({ cidr_ipv4, from_port: port, to_port: port })),
    );
    const split = parts.map((part, index) => created(`aws_vpc_security_group_ingress_rule.part${index}`, part));
    const joined = parts.map((part, index) => destroyed(`aws_vpc_security_group_ingress_rule.part${index}`, part));
    const older = {
      type: "ingress",
      security_group_id: "sg-1",
      protocol: "6",
      from_port: 80,
      to_port: 81,
      cidr_blocks: ["10.0.0.0/23"],
    };
    expect(opened(destroyed(INGRESS, both), ...split)).toEqual([]);
    expect(opened(...joined, created(INGRESS, both))).toEqual([]);
    expect(opened(destroyed(INGRESS, both), created("aws_security_group_rule.a", older))).toEqual([]);
  });

  test("a group that is replaced keeps its rules, which name it by its address", () => {
    const group = replaced("aws_security_group.g", { id: "sg-1", name: "a", ingress: [], egress: [] }, { name: "b" }, { after_unknown: { id: true, ingress: true, egress: true }, written: { name: true } }); // prettier-ignore
    const wish = {
      after_unknown: { security_group_id: true },
      written: { security_group_id: "aws_security_group.g.id", cidr_ipv4: true },
    } as const;
    const after = { ...rule({ cidr_ipv4: "10.0.0.0/8" }), security_group_id: undefined };
    expect(opened(group, replaced(INGRESS, rule({ cidr_ipv4: "10.0.0.0/8" }), after, wish))).toEqual([]);
    expect(opened(group, replaced(INGRESS, rule({ cidr_ipv4: "10.0.0.0/9" }), after, wish))).toEqual([
      "lets 10.0.0.0/8 connect to aws_security_group.g on port 443",
    ]);
  });

  test("unknown inline rules of a group with separate rules count as none", () => {
    const made = created(
      "aws_security_group.g",
      { name: "g" },
      { after_unknown: { id: true, ingress: true, egress: true }, written: { name: true } },
    );
    expect(opened(made)).toEqual([]);
  });

  test.each([
    ["a network", { cidr_ipv4: true }, "lets (known after apply) connect to sg-1 on port 443"],
    ["a port", { to_port: true }, "lets 10.0.0.0/8 connect to sg-1 on ports (known after apply)"],
    [
      "a protocol",
      { ip_protocol: true },
      "lets 10.0.0.0/8 connect to sg-1 on a protocol and ports (known after apply)",
    ],
    ["a group", { security_group_id: true }, "lets 10.0.0.0/8 connect to (known after apply) on port 443"],
  ])("unknown %s counts as open, and the message states it", (_, after_unknown, words) => {
    const values = Object.fromEntries(
      Object.entries(rule({ cidr_ipv4: "10.0.0.0/8" })).filter(([key]) => !(key in after_unknown)),
    );
    expect(opened(updated(INGRESS, rule({ cidr_ipv4: "10.0.0.0/8" }), values, { after_unknown }))).toEqual([words]);
  });

  test("values that only the provider fills in open nothing", () => {
    const older = {
      type: "ingress",
      security_group_id: "sg-1",
      protocol: "tcp",
      from_port: 1,
      to_port: 2,
      cidr_blocks: ["10.0.0.0/8"],
    };
    const after_unknown = { source_security_group_id: true, id: true };
    expect(
      opened(created("aws_security_group_rule.a", older, { after_unknown, written: { cidr_blocks: true } })),
    ).toEqual(["lets 10.0.0.0/8 connect to sg-1 on ports 1-2"]);
  });

  test("a secret network is compared but not shown", () => {
    const marks = { after_sensitive: { cidr_ipv4: true }, before_sensitive: { cidr_ipv4: true } };
    expect(
      opened(updated(INGRESS, rule({ cidr_ipv4: "10.0.0.0/8" }), rule({ cidr_ipv4: "12.0.0.0/8" }), marks)),
    ).toEqual(["lets (sensitive value 2) connect to sg-1 on port 443"]);
    expect(
      opened(updated(INGRESS, rule({ cidr_ipv4: "10.0.0.0/8" }), rule({ cidr_ipv4: "10.2.0.0/16" }), marks)),
    ).toEqual([]);
  });

  test("a resource that is removed from the state stays in AWS", () => {
    expect(opened(forgotten(INGRESS, rule({ cidr_ipv4: "10.0.0.0/8" })), created("aws_vpc_security_group_ingress_rule.b", rule({ cidr_ipv4: "10.0.0.0/8" })))).toEqual([]); // prettier-ignore
  });
});

describe("inline rules", () => {
  const GROUP = "aws_security_group.g";
  /** A group in AWS with these rules. */
  const group = (ingress: readonly object[], egress: readonly object[] = []) => ({
    id: "sg-1",
    name: "g",
    ingress,
    egress,
  });
  const from = (cidr: string) => inline({ cidr_blocks: [cidr], description: `from ${cidr}` });

  describe.each([
    ["ingress", (peer: string, ports: string) => `lets ${peer} connect to ${GROUP} on ${ports}`],
    ["egress", (peer: string, ports: string) => `lets ${GROUP} reach ${peer} on ${ports}`],
  ] as const)("of %s", (direction, words) => {
    const ruled = (...rules: readonly object[]) => ({ ...group([]), [direction]: rules });

    test.each([
      ["a network", { cidr_blocks: ["10.0.0.0/16"] }, "10.0.0.0/16", "port 443"],
      ["everybody", { cidr_blocks: ["0.0.0.0/0"] }, "0.0.0.0/0 (everybody)", "port 443"],
      ["everybody by IPv6", { ipv6_cidr_blocks: ["::/0"] }, "::/0 (everybody)", "port 443"],
      ["a group", { security_groups: ["sg-2"] }, "members of sg-2", "port 443"],
      ["a prefix list", { prefix_list_ids: ["pl-1"] }, "the networks of pl-1", "port 443"],
      ["its own members", { self: true }, "its own members", "port 443"],
      ["several ports", { self: true, to_port: 450 }, "its own members", "ports 443-450"],
      [
        "every protocol",
        { self: true, protocol: "-1", from_port: 0, to_port: 0 },
        "its own members",
        "every protocol and port",
      ],
      ["ICMP", { self: true, protocol: "icmp", from_port: -1, to_port: -1 }, "its own members", "ICMP"],
    ])("a new one for %s opens, in an existing and in a new group", (_, wish, peer, ports) => {
      expect(opened(updated(GROUP, ruled(), ruled(inline(wish))))).toEqual([words(peer, ports)]);
      expect(opened(created(GROUP, ruled(inline(wish))))).toEqual([words(peer, ports)]);
    });

    test("the removal of a rule added by hand opens nothing, even if it is the only rule", () => {
      const byHand = inline({ cidr_blocks: ["0.0.0.0/0"], from_port: 22, to_port: 22 });
      expect(opened(updated(GROUP, ruled(from("10.0.0.0/8"), byHand), ruled(from("10.0.0.0/8"))))).toEqual([]);
      expect(opened(updated(GROUP, ruled(byHand), ruled()))).toEqual([]);
    });

    test("a rule that was removed by hand and is restored opens", () => {
      expect(opened(updated(GROUP, ruled(), ruled(from("10.0.0.0/8"))))).toEqual([words("10.0.0.0/8", "port 443")]);
    });

    test("another order or description, a narrower rule and a destroyed group open nothing", () => {
      const [one, other] = [from("10.0.0.0/8"), from("172.16.0.0/12")];
      expect(opened(updated(GROUP, ruled(one, other), ruled({ ...other, description: "" }, one)))).toEqual([]);
      expect(opened(updated(GROUP, ruled(one, other), ruled(from("10.1.0.0/16"))))).toEqual([]);
      expect(opened(destroyed(GROUP, ruled(one)))).toEqual([]);
    });
  });

  test("ingress and egress rules are never matched with each other", () => {
    const [before, after] = [group([from("10.0.0.0/8")]), group([], [from("10.0.0.0/8")])];
    expect(opened(updated(GROUP, before, after))).toEqual([`lets ${GROUP} reach 10.0.0.0/8 on port 443`]);
    expect(opened(updated(GROUP, after, before))).toEqual([`lets 10.0.0.0/8 connect to ${GROUP} on port 443`]);
  });

  test("equal the separate rules that they replace", () => {
    const separate = rule({ cidr_ipv4: "10.0.0.0/8" });
    const before = group([from("10.0.0.0/8")]);
    expect(opened(forgotten(INGRESS, separate), unchanged(GROUP, before))).toEqual([]);
    expect(
      opened(forgotten(INGRESS, separate), updated(GROUP, before, group([from("10.0.0.0/8"), from("12.0.0.0/8")]))),
    ).toEqual([`lets 12.0.0.0/8 connect to ${GROUP} on port 443 ("from 12.0.0.0/8")`]);
    expect(opened(updated(GROUP, before, group([])), created(INGRESS, separate))).toEqual([]);
    expect(opened(destroyed(INGRESS, separate), updated(GROUP, group([]), before))).toEqual([]);
  });

  describe("with references to groups whose ids are unknown", () => {
    /** As in a plan: unknown values are missing. */
    const { cidr_blocks: none } = inline();
    const unknown = (wish: object = {}) => inline({ cidr_blocks: none, self: false, description: "tools", ...wish });
    const named = (to: string, wish: object = {}) => ({ ...unknown(wish), security_groups: [to] });
    const made = (rules: readonly object[], ingress: readonly object[] | string, marks: readonly object[] = rules.map(() => ({ security_groups: true }))) => // prettier-ignore
      opened(created(GROUP, { name: "g", ingress: rules }, { after_unknown: { id: true, egress: true, ingress: marks }, written: { ingress } })); // prettier-ignore
    const connect = (peer: string, port = 443) => `lets members of ${peer} connect to ${GROUP} on port ${port}`;
    const id = (name: string) => `\${aws_security_group.${name}.id}`;

    test("name the groups written in each rule", () => {
      const rules = [unknown(), unknown({ description: "web", to_port: 443 }), unknown({ from_port: 80, to_port: 80 })];
      const written = [
        named(id("tools")),
        named(id("web"), { description: "web" }),
        named(id("ping"), { from_port: 80, to_port: 80 }),
        { ...unknown({ self: true }), security_groups: [] },
      ];
      expect(made(rules, written)).toEqual([
        connect("aws_security_group.ping", 80),
        connect("aws_security_group.tools"),
        connect("aws_security_group.web"),
      ]);
    });

    test("name all groups of rules with the same description and ports", () => {
      expect(made([unknown(), unknown()], [named(id("one")), named(id("two"))])).toEqual([
        connect("aws_security_group.one"),
        connect("aws_security_group.two"),
      ]);
    });

    test("are found by a description with Terraform escapes", () => {
      const [plain, escaped] = ["${x} %{y}", "$${x} %%{y}"];
      const written = [named(id("one"), { description: escaped }), named(id("two"), { description: "other" })];
      expect(made([unknown({ description: plain })], written)).toEqual([connect("aws_security_group.one")]);
    });

    test.each<[string, readonly object[] | string]>([
      ["no JSON is written", "var.rules"],
      ["no written rule matches", [named(id("one"), { description: "other" }), named(id("two"), { from_port: 1 })]],
      ["a part of it is not a reference to a group", [named(id("one")), named("${var.group}")]],
      ["it is one of several", [named("${aws_security_group.many[0].id}"), named(id("two"), { description: "other" })]],
    ])("count as unknown and open if %s", (_, written) => {
      const words = made([unknown(), unknown({ from_port: 80 })], written).join("\n");
      expect(words).toContain(connect("(known after apply)"));
      expect(words).not.toMatch(/aws_security_group\.(one|two|many)/);
    });

    test("count as unknown in a module, which has its own addresses", () => {
      const written = { ingress: [named(id("one")), named(id("two"), { to_port: 444 })] };
      const after_unknown = { id: true, ingress: [{ security_groups: true }, { security_groups: true }] };
      const after = { name: "g", ingress: [unknown(), unknown({ to_port: 444 })] };
      const words = opened(created("module.m.aws_security_group.g", after, { after_unknown, written }));
      expect(words).toHaveLength(2);
      for (const each of words) expect(each).toContain("members of (known after apply)");
    });

    test("open nothing if the replaced groups already referenced each other", () => {
      const written = { ingress: [named(id("one")), named(id("two"), { description: "two" })] };
      const before = [
        { ...unknown(), security_groups: ["sg-1"] },
        { ...unknown({ description: "two" }), security_groups: ["sg-2"] },
      ];
      const after_unknown = { id: true, ingress: [{ security_groups: true }, { security_groups: true }] };
      const peers = ["one", "two"].map((name, index) =>
        replaced(
          `aws_security_group.${name}`,
          { id: `sg-${index + 1}`, ingress: [], egress: [] },
          { ingress: [] },
          { after_unknown: { id: true }, written: { ingress: [] } },
        ),
      );
      const replacing = (after: readonly object[]) =>
        opened(
          ...peers,
          replaced(GROUP, { id: "sg-3", ingress: before, egress: [] }, { ingress: after }, { after_unknown, written }),
        );
      expect(replacing([unknown(), unknown({ description: "two" })])).toEqual([]);
      const [, two] = written.ingress;
      const wider = { ...written, ingress: [...written.ingress, { ...two, from_port: 80, to_port: 80 }] };
      const after = [unknown(), unknown({ description: "two", from_port: 80, to_port: 80 })];
      expect(opened(...peers, replaced(GROUP, { id: "sg-3", ingress: before, egress: [] }, { ingress: after }, { after_unknown, written: wider }))).toEqual([connect("aws_security_group.two", 80)]); // prettier-ignore
    });
  });
});

describe("the approval of a rule that opens to the internet", () => {
  const group = (cidr: string, description: string) => ({
    ...{ id: "sg-1", egress: [] },
    ingress: [{ cidr_blocks: [cidr], protocol: "tcp", from_port: 443, to_port: 443, description }],
  });
  const rule = (cidr_ipv4: string) =>
    created("aws_vpc_security_group_egress_rule.r", {
      ...{ security_group_id: "sg-1", cidr_ipv4, ip_protocol: "tcp", from_port: 443, to_port: 443 },
      description: "approved as CHG-7",
    });

  test("is its description, which the finding shows", () => {
    const approval = "approved as CHG-1042: public web site";
    expect(opened(created("aws_security_group.web", group("0.0.0.0/0", approval)))).toEqual([
      `lets 0.0.0.0/0 (everybody) connect to aws_security_group.web on port 443 ("${approval}")`,
    ]);
    expect(opened(created("aws_security_group.web", group("203.0.113.0/24", approval)))).toEqual([
      expect.stringContaining(`("${approval}")`),
    ]);
    expect(opened(rule("0.0.0.0/0"))).toEqual(["lets sg-1 reach 0.0.0.0/0 (everybody) on port 443 (\"approved as CHG-7\")"]); // prettier-ignore
  });

  test.each(["10.0.0.0/8", "172.16.0.0/16", "192.168.1.0/24", "100.64.0.0/16"])("is not shown for %s", (cidr) => {
    expect(opened(created("aws_security_group.web", group(cidr, "inside")))).toEqual([
      `lets ${cidr} connect to aws_security_group.web on port 443`,
    ]);
  });
});
