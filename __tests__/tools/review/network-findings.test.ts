import { created, unchanged } from "./support/plans";
import { opened } from "./support/opened";

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

test("a data source or an unchanged resource opens nothing", () => {
  expect(
    opened(
      created(INGRESS, rule({ cidr_ipv4: "0.0.0.0/0" }), { mode: "data" }),
      unchanged(EGRESS, rule({ cidr_ipv4: "0.0.0.0/0" })),
    ),
  ).toEqual([]);
});
