import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { inlineRule, type InlineRuleProps } from "../../modules/inline-rule";
import { synthModule } from "../support/module";

const ports = { protocol: "tcp", fromPort: 443, toPort: 443, description: "Offices" };
const rendered = (props: Partial<InlineRuleProps>) =>
  synthModule((scope) => {
    new SecurityGroup(scope, "group", { ingress: [inlineRule({ ...ports, ...props })] });
  }).one("aws_security_group")["ingress"];
const nobody = { cidr_blocks: [], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false };
const onPort = { protocol: "tcp", from_port: 443, to_port: 443, description: "Offices" };

test.each<[string, Partial<InlineRuleProps>, object]>([
  ["a network", { cidrBlock: "10.0.0.0/16" }, { cidr_blocks: ["10.0.0.0/16"] }],
  ["a group", { groupId: "sg-1" }, { security_groups: ["sg-1"] }],
  ["the group's own members", { self: true }, { self: true }],
])("gives every attribute of a rule for %s: none is left to Terraform, which wants them all", (_, props, values) => {
  expect(rendered(props)).toEqual([{ ...nobody, ...onPort, ...values }]);
});

test("keeps ports that are 0", () => {
  expect(rendered({ protocol: "-1", fromPort: 0, toPort: 0 })).toEqual([
    { ...nobody, ...onPort, protocol: "-1", from_port: 0, to_port: 0 },
  ]);
});
