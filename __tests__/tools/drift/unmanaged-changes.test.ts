import { argumentsOf, unmanagedChanges } from "../../../tools/drift/unmanaged-changes";
import type { PlanJson } from "../../../tools/review/plan-json";
import { type Planned, planOf, unchanged, updated } from "../review/support/plans";
import { realPlan, linesOf } from "./support/real-plans";

const plan = (changes: readonly Planned[], drift: readonly Planned[] = []): PlanJson =>
  planOf(changes, { resource_drift: drift.map(({ change }) => change) });

const nothing = { written: { name: true } } as const; // a configuration with only a name

test("side effects of an apply are not listed, although Terraform reports them as drift", () => {
  const untouched = realPlan("untouched");
  // Rules and routes in their group and table, policies in their role, settings in their bucket, a time of a database,
  // a count.
  expect(untouched.resource_drift?.map(({ type }) => type).sort()).toEqual([
    ...[
      "aws_db_instance",
      "aws_iam_policy",
      "aws_iam_role",
      "aws_route_table",
      "aws_s3_bucket",
      "aws_security_group",
      "aws_vpc_endpoint",
    ],
  ]);
  expect(unmanagedChanges(untouched)).toEqual([]);
});

test("rules and routes that no resource of the stack creates are listed", () => {
  const unmanaged = unmanagedChanges(realPlan("changed-network"));
  expect(unmanaged.every(({ opens }) => opens)).toBe(true);
  const [unused, group] = [
    "aws_default_security_group.network_default-security-group",
    "aws_security_group.security-group_web_group",
  ];
  const table = "aws_route_table.network_private_eu-west-1a_routes";
  expect(linesOf(unmanaged)).toEqual([
    `${unused} lets 0.0.0.0/0 (everybody) connect to ${unused} on every protocol and port`,
    `${table} routes 203.0.113.0/24 of ${table} to the internet gateway aws_internet_gateway.network_public_gateway`,
    `${group} lets ${group} reach 0.0.0.0/0 (everybody) on port 25`,
  ]);
});

test("they are still listed after an apply copied them into the state", () => {
  const network = realPlan("changed-network");
  expect(unmanagedChanges({ ...network, resource_drift: [] })).toEqual(unmanagedChanges(network));
});

test("an attached policy is listed once, by the resource that removes it", () => {
  const iam = realPlan("changed-iam");
  expect(iam.resource_drift?.map(({ address }) => address)).toContain("aws_iam_role.operator_role_086520A7");
  // The fixture has one of the role's three inline policies. The resources that create the others are left out.
  expect(linesOf(unmanagedChanges(iam)).filter((line) => !/database-power|deny-data-and-iam/.test(line))).toEqual([]);
});

describe("policies of a role that no resource of the stack manages", () => {
  const by = { name: "by-hand", policy: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}' };
  const role = unchanged("aws_iam_role.a", { id: "r", name: "r", managed_policy_arns: ["arn:own", "arn:other"], inline_policy: [by] }, nothing); // prettier-ignore
  const attachment = unchanged("aws_iam_role_policy_attachment.a", { role: "r", policy_arn: "arn:own" });

  test("are listed, except those that a resource creates", () => {
    const unmanaged = unmanagedChanges(plan([role, attachment]));
    expect(unmanaged.map(({ message, opens }) => [opens, message])).toEqual([
      [true, `inline_policy: AWS has {name: "by-hand", policy: ${by.policy}}, the code doesn't`],
      [true, `managed_policy_arns: AWS has "arn:other", the code doesn't`],
    ]);
  });

  test("are not those of another role", () => {
    const others = unchanged("aws_iam_role_policy_attachment.b", { role: "another", policy_arn: "arn:other" });
    expect(unmanagedChanges(plan([role, attachment, others]))).toHaveLength(2);
  });
});

test("a bucket's policy is listed if no resource of the stack creates one", () => {
  const bucket = unchanged("aws_s3_bucket.a", { id: "b", policy: '{"Statement":[{"Effect":"Allow"}]}' }, nothing);
  expect(unmanagedChanges(plan([bucket]))).toMatchObject([{ address: "aws_s3_bucket.a", opens: true }]);
  const own = unchanged("aws_s3_bucket_policy.a", { bucket: "b", policy: '{"Statement":{"Effect":"Allow"}}' }); // in other message
  expect(unmanagedChanges(plan([bucket, own]))).toEqual([]);
});

describe("other attributes that the code does not set", () => {
  const database = (window: string, time: string) => ({
    id: "d",
    backup_window: window,
    latest_restorable_time: time,
    engine_version: "17",
  });
  const [then, now] = [database("01:00-02:00", "1"), database("03:00-04:00", "2")];
  const drifted = (wish: object) =>
    unmanagedChanges(plan([unchanged("aws_db_instance.a", now, wish)], [updated("aws_db_instance.a", then, now)]));

  test("are listed if code could set them, and open nothing", () => {
    expect(drifted(nothing)).toEqual([
      {
        address: "aws_db_instance.a",
        message: 'backup_window: AWS has "03:00-04:00", the state says "01:00-02:00"',
        opens: false,
      },
    ]);
  });

  test("are not listed if the code sets them", () => {
    expect(drifted({ written: { backup_window: true } })).toEqual([]);
  });

  test("that are lists are listed by element", () => {
    const [one, other] = [
      { id: "d", vpc_security_group_ids: ["sg-1", "sg-2"] },
      { id: "d", vpc_security_group_ids: ["sg-2", "sg-3"] },
    ];
    const unmanaged = unmanagedChanges(
      plan([unchanged("aws_db_instance.a", other, nothing)], [updated("aws_db_instance.a", one, other)]),
    );
    expect(unmanaged.map(({ message }) => message)).toEqual([
      'vpc_security_group_ids: AWS has "sg-3", the state doesn\'t',
      'vpc_security_group_ids: the state has "sg-1", AWS doesn\'t',
    ]);
  });

  test("that hold a policy may open something", () => {
    const endpoint = (action: string) => ({
      id: "e",
      policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: action }] }),
    });
    const [left, has] = [endpoint("s3:Get*"), endpoint("*")];
    expect(
      unmanagedChanges(
        plan([unchanged("aws_vpc_endpoint.a", has, nothing)], [updated("aws_vpc_endpoint.a", left, has)]),
      ),
    ).toEqual([
      {
        address: "aws_vpc_endpoint.a",
        message: 'policy.Statement[0].Action: AWS has "*", the state says "s3:Get*"',
        opens: true,
      },
    ]);
  });
});

describe("subnets in the default network ACL of a VPC", () => {
  const acl = (...subnets: readonly string[]) => ({ id: "acl-1", vpc_id: "vpc-1", subnet_ids: subnets });
  const subnet = (id: string) => unchanged(`aws_subnet.${id}`, { id, vpc_id: "vpc-1" });
  const messages = (left: ReturnType<typeof acl>, now: ReturnType<typeof acl>) =>
    unmanagedChanges(
      plan(
        [unchanged("aws_default_network_acl.a", now, nothing), subnet("subnet-1"), subnet("subnet-2")],
        [updated("aws_default_network_acl.a", left, now)],
      ),
    ).map(({ message }) => message);

  test("are not listed where the stack creates the subnet, because AWS adds it", () => {
    expect(messages(acl("subnet-1"), acl("subnet-1", "subnet-2"))).toEqual([]);
  });

  test("are listed where somebody created the subnet or gave it another ACL", () => {
    expect(messages(acl("subnet-1", "subnet-2"), acl("subnet-1", "subnet-3"))).toEqual([
      'subnet_ids: AWS has "subnet-3", the state doesn\'t',
      'subnet_ids: the state has "subnet-2", AWS doesn\'t',
    ]);
  });
});

test("the arguments of a type are those of the provider's bindings", () => {
  const database = argumentsOf("aws_db_instance");
  expect([...(database ?? [])]).toEqual(
    expect.arrayContaining(["backup_window", "engine_version", "vpc_security_group_ids"]),
  );
  for (const computed of ["latest_restorable_time", "status", "engine_version_actual"])
    expect(database?.has(computed)).toBe(false);
  expect(argumentsOf("aws_s3_bucket")?.has("versioning")).toBe(true);
  expect(argumentsOf("aws_no_such_thing")).toBeUndefined();
  expect(argumentsOf("aws_/../../x")).toBeUndefined();
});
