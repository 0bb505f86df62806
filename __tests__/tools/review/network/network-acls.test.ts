import { created, destroyed, unchanged, updated } from "../support/plans";
import { opened } from "../support/opened";

describe("network ACLs", () => {
  const entry = (rule_no: number, action: string, cidr_block: string, wish: object = {}) => ({ rule_no, action, cidr_block, protocol: "6", from_port: 22, to_port: 22, ...wish }); // prettier-ignore
  const acl = (before: readonly object[], after: readonly object[], type = "aws_network_acl") =>
    opened(
      updated(`${type}.n`, { id: "acl-1", ingress: before, egress: [] }, { id: "acl-1", ingress: after, egress: [] }),
    );

  test("a rule that allows more, in either kind of ACL", () => {
    const words = ["lets 0.0.0.0/0 into the subnets of aws_network_acl.n on port 22"];
    expect(acl([entry(1, "allow", "10.0.0.0/8")], [entry(1, "allow", "0.0.0.0/0")])).toEqual(words);
    expect(acl([], [entry(1, "allow", "10.0.0.0/8")], "aws_default_network_acl")).toHaveLength(1);
  });

  test("the default ACL of a new VPC opens nothing, because AWS lets all traffic through it; that of another VPC may", () => {
    const after = { ingress: [entry(1, "allow", "0.0.0.0/0")], egress: [] };
    const ofNewVpc = { after_unknown: { default_network_acl_id: true } };
    expect(opened(created("aws_default_network_acl.n", after, ofNewVpc))).toEqual([]);
    expect(opened(created("aws_default_network_acl.n", { ...after, default_network_acl_id: "acl-1" }))).toHaveLength(1);
    expect(opened(created("aws_network_acl.n", after))).toHaveLength(1);
  });

  test("another rule number opens nothing without deny rules", () => {
    expect(acl([entry(1, "allow", "10.0.0.0/8")], [entry(7, "allow", "10.0.0.0/8")])).toEqual([]);
  });

  test("traffic of a deny rule is allowed once the rule is removed, narrowed, or later in order", () => {
    const [deny, allow] = [entry(1, "deny", "10.1.0.0/16"), entry(2, "allow", "10.0.0.0/8")];
    const words = ["lets 10.0.0.0/8 into the subnets of aws_network_acl.n on port 22, which an earlier rule denied"];
    expect(acl([deny, allow], [allow])).toEqual(words);
    expect(acl([deny, allow], [entry(1, "deny", "10.1.0.0/17"), allow])).toEqual(words);
    expect(acl([deny, allow], [{ ...deny, rule_no: 3 }, allow])).toEqual(words);
    expect(acl([deny, allow], [deny, allow])).toEqual([]);
    expect(acl([allow], [deny, allow])).toEqual([]);
    expect(acl([deny], [])).toEqual([]);
  });

  test("separate rules count although the ACL still lists them", () => {
    const deny = {
      network_acl_id: "acl-1",
      egress: true,
      rule_number: 1,
      rule_action: "deny",
      protocol: "-1",
      cidr_block: "10.1.0.0/16",
    };
    const allow = { ...deny, rule_number: 2, rule_action: "allow", cidr_block: "10.0.0.0/8" };
    const entries = [
      entry(1, "deny", "10.1.0.0/16", { protocol: "-1" }),
      entry(2, "allow", "10.0.0.0/8", { protocol: "-1" }),
    ];
    const group = unchanged(
      "aws_network_acl.n",
      { id: "acl-1", egress: entries, ingress: [] },
      { written: { vpc_id: true } },
    );
    const words = [
      "lets the subnets of aws_network_acl.n reach 10.0.0.0/8 on every protocol and port, which an earlier rule denied",
    ];
    expect(
      opened(group, destroyed("aws_network_acl_rule.d", deny), unchanged("aws_network_acl_rule.a", allow)),
    ).toEqual(words);
    expect(
      opened(group, unchanged("aws_network_acl_rule.d", deny), unchanged("aws_network_acl_rule.a", allow)),
    ).toEqual([]);
  });
});
