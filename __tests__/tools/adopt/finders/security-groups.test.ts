import { find, idsOf, type Answers } from "../fake-account";

const references = { "${aws_vpc.network.id}": "vpc-1", "${aws_security_group.web.id}": "sg-web" };
const type = "aws_security_group";

const tcp = (FromPort: number, CidrIp: string) => ({
  IpPermissions: [{ IpProtocol: "tcp", FromPort, ToPort: FromPort, IpRanges: [{ CidrIp }] }],
});
const groups = (...all: object[]): Answers => ({ DescribeSecurityGroups: { SecurityGroups: all } });
const values = {
  name: "dev-web",
  vpc_id: "${aws_vpc.network.id}",
  ingress: [{ protocol: "tcp", from_port: 443, to_port: 443, cidr_blocks: ["10.0.0.0/20"], security_groups: [] }],
};

test.each([
  {
    rule: "its name, whatever its rules",
    all: [
      { GroupId: "sg-1", GroupName: "dev-web" },
      { GroupId: "sg-2", ...tcp(443, "10.0.0.0/20") },
    ],
    ids: ["sg-1"],
  },
  {
    rule: "its rules",
    all: [
      { GroupId: "sg-1", ...tcp(22, "10.0.0.0/20") },
      { GroupId: "sg-2", ...tcp(443, "10.0.0.0/20") },
    ],
    ids: ["sg-2"],
  },
  { rule: "nothing else", all: [{ GroupId: "sg-1", ...tcp(443, "0.0.0.0/0") }], ids: [] },
])("a security group is found by $rule", async ({ all, ids }) => {
  expect(await idsOf({ type, values, answers: groups(...all), references })).toEqual(ids);
});

test("without rules in the code, a group is not found by having none", async () => {
  const answers = groups({ GroupId: "sg-1", GroupName: "other" });
  expect(await find({ type, values: { ...values, ingress: [] }, answers, references })).toEqual({
    candidates: [],
    others: [{ id: "sg-1", description: "other" }],
  });
});

test("the group of a database is that of the instance that was found", async () => {
  const instance = {
    type: "aws_db_instance",
    address: "aws_db_instance.database",
    values: { vpc_security_group_ids: ["${aws_security_group.wanted.id}"] },
  };
  const answers: Answers = {
    ...groups({ GroupId: "sg-1", GroupName: "rds-1" }, { GroupId: "sg-2", GroupName: "rds-2" }),
    DescribeDBInstances: {
      DBInstances: [{ DBInstanceIdentifier: "db", VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-2" }] }],
    },
  };
  const asked = { type, values: { ...values, ingress: [] }, answers, siblings: [instance] };
  expect(await idsOf({ ...asked, references: { ...references, "aws_db_instance.database": "db" } })).toEqual(["sg-2"]);
  expect(await idsOf({ ...asked, references })).toEqual([]);
});

test("the default group of a VPC is a resource of its own, and no other group", async () => {
  const answers = groups({ GroupId: "sg-1", GroupName: "default" }, { GroupId: "sg-2", GroupName: "dev-web" });
  const defaults = await idsOf({ type: "aws_default_security_group", values, answers, references });
  expect(defaults).toEqual(["sg-1"]);
  expect(await idsOf({ type, values, answers, references })).toEqual(["sg-2"]);
});

describe("a rule of its own", () => {
  const answers: Answers = {
    DescribeSecurityGroupRules: {
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: "sgr-1",
          IsEgress: true,
          IpProtocol: "-1",
          FromPort: -1,
          ToPort: -1,
          CidrIpv4: "0.0.0.0/0",
        },
        {
          SecurityGroupRuleId: "sgr-2",
          IsEgress: true,
          IpProtocol: "tcp",
          FromPort: 5432,
          ToPort: 5432,
          CidrIpv4: "10.0.8.0/23",
        },
        {
          SecurityGroupRuleId: "sgr-3",
          IsEgress: false,
          IpProtocol: "tcp",
          FromPort: 5432,
          ToPort: 5432,
          CidrIpv4: "10.0.8.0/23",
        },
        {
          SecurityGroupRuleId: "sgr-4",
          IsEgress: true,
          IpProtocol: "tcp",
          FromPort: 5432,
          ToPort: 5432,
          ReferencedGroupInfo: { GroupId: "sg-web" },
        },
      ],
    },
  };
  const own = { security_group_id: "${aws_security_group.web.id}" };
  const egress = (rule: object) =>
    idsOf({ type: "aws_vpc_security_group_egress_rule", values: { ...own, ...rule }, answers, references });
  const postgres = { ip_protocol: "tcp", from_port: 5432, to_port: 5432 };

  test.each([
    { of: { ...postgres, cidr_ipv4: "10.0.8.0/23" }, ids: ["sgr-2"] },
    { of: { ...postgres, referenced_security_group_id: "${aws_security_group.web.id}" }, ids: ["sgr-4"] },
    { of: { ...postgres, referenced_security_group_id: "${aws_security_group.unknown.id}" }, ids: [] },
    { of: { ip_protocol: "-1", cidr_ipv4: "0.0.0.0/0" }, ids: ["sgr-1"] },
    { of: { ...postgres, to_port: 5433, cidr_ipv4: "10.0.8.0/23" }, ids: [] },
  ])("is found by direction, protocol, ports and source: $ids", async ({ of, ids }) => {
    expect(await egress(of)).toEqual(ids);
  });
});
