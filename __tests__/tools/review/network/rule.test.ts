import fc from "fast-check";
import { created, destroyed, updated } from "../support/plans";
import { opened } from "../support/opened";

/** A separate rule of group sg-1, TCP 443. */
const rule = (wish: object = {}) => ({
  security_group_id: "sg-1",
  ip_protocol: "tcp",
  from_port: 443,
  to_port: 443,
  ...wish,
});

interface Apart {
  readonly cidr_ipv4?: string;
  readonly ip_protocol: string;
}

/** The rules of a plan that changes one set into another, as separate resources or inline in their group. */
const FORMS = {
  "in separate resources": (before: readonly object[], after: readonly object[]) =>
    opened(
      ...before.map((each, index) => destroyed(`aws_vpc_security_group_ingress_rule.before${index}`, { ...each })),
      ...after.map((each, index) => created(`aws_vpc_security_group_ingress_rule.after${index}`, { ...each })),
    ),
  "in their group": (before: readonly object[], after: readonly object[]) => {
    const inline = (rules: readonly object[]) =>
      (rules as readonly Apart[]).map(({ cidr_ipv4, ip_protocol: protocol, ...ports }) => ({
        ...{ ...ports, protocol, cidr_blocks: [cidr_ipv4] },
        // For all protocols AWS has no ports, and Terraform writes zeros.
        ...(protocol === "-1" && { from_port: 0, to_port: 0 }),
      }));
    const group = (rules: readonly object[]) => ({ id: "sg-1", ingress: inline(rules), egress: [] });
    return opened(updated("aws_security_group.g", group(before), group(after)));
  },
};

describe.each(Object.entries(FORMS))("laws of security groups with rules %s", (_, changing) => {
  const networks = [
    "10.0.0.0/30",
    "10.0.0.0/31",
    "10.0.0.2/31",
    "10.0.0.0/32",
    "10.0.0.1/32",
    "10.0.0.2/32",
    "10.0.0.3/32",
  ];
  const some = fc.record({
    cidr_ipv4: fc.constantFrom(...networks),
    ip_protocol: fc.constantFrom("tcp", "udp", "-1"),
    from_port: fc.integer({ min: 1, max: 4 }),
    more: fc.integer({ min: 0, max: 2 }),
  }).map(({ more, ...values }) => rule({ ...values, to_port: values.from_port + more })); // prettier-ignore
  const rules = fc.array(some, { maxLength: 5 });
  type Some = ReturnType<typeof rule> & { readonly cidr_ipv4: string };

  /** The traffic that the rules allow: protocol, port, last number of the address. */
  const letIn = (all: readonly object[]): Set<string> => {
    const [found, last] = [new Set<string>(), { "30": 4, "31": 2, "32": 1 } as const];
    for (const { cidr_ipv4, ip_protocol, from_port, to_port } of all as readonly Some[]) {
      const [, first = "0", bits = "32"] = /10\.0\.0\.(\d)\/(\d+)/.exec(cidr_ipv4) ?? [];
      for (const protocol of ip_protocol === "-1" ? ["tcp", "udp", "other"] : [ip_protocol]) {
        for (let port = 1; port <= 6; port++) {
          if (ip_protocol !== "-1" && (port < from_port || port > to_port)) continue;
          for (let at = 0; at < last[bits as "30"]; at++) found.add(`${protocol} ${port} ${Number(first) + at}`);
        }
      }
    }
    return found;
  };

  test("equal rules in any order open nothing", () => {
    fc.assert(fc.property(rules, (all) => { expect(changing(all, [...all].reverse())).toEqual([]); })); // prettier-ignore
  });

  test("a finding exists exactly if new traffic is allowed", () => {
    fc.assert(
      fc.property(rules, rules, (before, after) => {
        const was = letIn(before);
        expect(changing(before, after).length > 0).toBe([...letIn(after)].some((each) => !was.has(each)));
      }),
      { numRuns: 300 },
    );
  });
});
