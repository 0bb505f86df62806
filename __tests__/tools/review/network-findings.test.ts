import { networkFindings, securityGroupNames } from "../../../tools/review/network-findings";
import { created, planOf, resourcesOf, unchanged, updated } from "./support/plans";
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

test("an imported security group shows the egress rules that it keeps, unless the code has them", () => {
  const importing = { id: "any" };
  const everywhere = { protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] };
  const values = { id: "sg-1", ingress: [], egress: [everywhere] };
  const group = (wish: object) => unchanged("aws_security_group.g", values, { written: { ingress: true }, ...wish });
  expect(opened(group({ importing }))).toEqual([
    "lets aws_security_group.g reach 0.0.0.0/0 (everybody) on every protocol and port: the import keeps the rule, which the code does not have",
  ]);
  const own = rule({ id: "sgr-1", ip_protocol: "-1", from_port: null, to_port: null, cidr_ipv4: "0.0.0.0/0" });
  expect(opened(group({ importing }), unchanged(EGRESS, own, { importing }))).toEqual([]);
  expect(opened(group({}))).toEqual([]);
  expect(opened(group({ importing, written: { ingress: true, egress: true } }))).toEqual([]);
});

const GROUP_ID = "sg-0a1b2c3d4e5f60718";

/** A plan that has read these outputs of the state of dev-network. */
const reading = (outputs: object) =>
  planOf([], {
    prior_state: {
      values: {
        root_module: {
          resources: [
            { address: "data.terraform_remote_state.cross-stack-reference-input-dev-network", values: { outputs } },
          ],
        },
      },
    },
  });

test("an output that another stack has read names the group", () => {
  const outputs = {
    "cross-stack-output-aws_security_groupsecurity-group_web_group_53EB9117id": GROUP_ID,
    "security-group-id-web": GROUP_ID,
    "vpc-id": "vpc-1",
    names: ["a"],
  };
  expect([...securityGroupNames(new Map([["dev-database", reading(outputs)]]))]).toEqual([
    [GROUP_ID, "web of dev-network"],
  ]);
});

test("a group in another plan has its own name", () => {
  const group = unchanged("aws_security_group.a", { id: GROUP_ID, name: "dev-irl-galileo-web" });
  expect([...securityGroupNames(new Map([["dev-network", planOf([group])]]))]).toEqual([
    [GROUP_ID, "dev-irl-galileo-web of dev-network"],
  ]);
});

test("a secret in a name is hidden", () => {
  const group = unchanged("aws_security_group.a", { id: GROUP_ID, name: "hush" }, { before_sensitive: { name: true } });
  const [name = ""] = securityGroupNames(new Map([["dev-network", planOf([group])]])).values();
  expect(name).toMatch(/^\(sensitive value \d+\) of dev-network$/);
});

test("other outputs and hidden values name nothing", () => {
  expect([...securityGroupNames(new Map([["a", reading({ "security-group-id-web": "(sensitive value 1)" })], ["b", planOf([])]]))]).toEqual([]); // prettier-ignore
});

test("a finding shows the name with the id, and an unknown group's id alone", () => {
  const rule = (security_groups: string[]) => ({
    id: "sg-1",
    ingress: [{ security_groups, protocol: "tcp", from_port: 5432, to_port: 5432 }],
  });
  const resources = resourcesOf(
    updated("aws_security_group.database", rule([]), rule([GROUP_ID, "sg-ffff"])),
    updated("aws_db_instance.a", { vpc_security_group_ids: [] }, { vpc_security_group_ids: [GROUP_ID] }),
  );
  expect(networkFindings(resources, new Map([[GROUP_ID, "web of dev-network"]])).map(({ message }) => message)).toEqual(
    [
      `joins the security group web of dev-network (${GROUP_ID}), and accepts the traffic that it allows`,
      `lets members of sg-ffff connect to aws_security_group.database on port 5432`,
      `lets members of web of dev-network (${GROUP_ID}) connect to aws_security_group.database on port 5432`,
    ],
  );
});
