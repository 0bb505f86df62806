import { accessLosses } from "../../../tools/review/access-losses";
import {
  created,
  destroyed,
  forgotten,
  type Planned,
  replaced,
  resourcesOf,
  unchanged,
  updated,
} from "./support/plans";

const lost = (...resources: Planned[]): string[] =>
  accessLosses(resourcesOf(...resources)).map(({ address, message }) => `${address} ${message}`);

const ARN = "arn:aws:iam::222222222222:policy/by-hand";
const OWN = "arn:aws:iam::222222222222:policy/own";

describe("a policy that somebody attached by hand", () => {
  const exclusive = (owner: string, arns: readonly string[]) => ({ [`${owner}_name`]: "someone", policy_arns: arns });

  test.each(["user", "role", "group"])("is listed when the next apply detaches it from a %s", (owner) => {
    const address = `aws_iam_${owner}_policy_attachments_exclusive.a`;
    const user = unchanged(`aws_iam_${owner}.u`, { name: "someone" });
    expect(lost(user, updated(address, exclusive(owner, [OWN, ARN]), exclusive(owner, [OWN])))).toEqual([
      `${address} removes ${ARN}, which the ${owner} someone has outside the code`,
    ]);
  });

  test("is listed when it is an inline policy", () => {
    const address = "aws_iam_user_policies_exclusive.a";
    const names = (...policy_names: string[]) => ({ user_name: "someone", policy_names });
    expect(lost(updated(address, names("by-hand"), names()))).toEqual([
      `${address} removes by-hand, which the user someone has outside the code`,
    ]);
  });

  test("is not listed when the code removes it: the access comparison reports that", () => {
    const detached = destroyed("aws_iam_user_policy_attachment.x", { user: "someone", policy_arn: ARN });
    const change = updated(
      "aws_iam_user_policy_attachments_exclusive.a",
      exclusive("user", [OWN, ARN]),
      exclusive("user", [OWN]),
    );
    expect(lost(detached, change)).toEqual([]);
  });

  test("is listed alone if the list is unknown because of a policy that is created", () => {
    const attachments = [
      unchanged("aws_iam_user_policy_attachment.own", { user: "someone", policy_arn: OWN }),
      created("aws_iam_user_policy_attachment.new", { user: "someone" }, { after_unknown: { policy_arn: true } }),
      forgotten("aws_iam_user_policy_attachment.x", { user: "someone", policy_arn: ARN }),
    ];
    const address = "aws_iam_user_policy_attachments_exclusive.a";
    const unknown = { after_unknown: { policy_arns: true } };
    const change = updated(address, exclusive("user", [OWN, ARN]), { user_name: "someone" }, unknown);
    expect(lost(...attachments, change)).toEqual([
      `${address} removes ${ARN}, which the user someone has outside the code`,
    ]);
  });

  test("is listed at the first apply for a role that exists, whose state has it", () => {
    const role = unchanged("aws_iam_role.r", {
      name: "someone",
      managed_policy_arns: [OWN, ARN],
      inline_policy: [{ name: "by-hand", policy: "{}" }],
    });
    const inline = created("aws_iam_role_policies_exclusive.i", { role_name: "someone", policy_names: [] });
    const attached = created("aws_iam_role_policy_attachments_exclusive.a", exclusive("role", [OWN]));
    expect(lost(role, inline, attached)).toEqual([
      "aws_iam_role_policies_exclusive.i removes by-hand, which the role someone has outside the code",
      `aws_iam_role_policy_attachments_exclusive.a removes ${ARN}, which the role someone has outside the code`,
    ]);
  });

  test("may exist at the first apply for a user that exists: the command that lists them is named", () => {
    const user = unchanged("aws_iam_user.u", { name: "someone" });
    const change = created("aws_iam_user_policy_attachments_exclusive.a", exclusive("user", [OWN]));
    const words =
      "removes every other policy of the user someone, which exists: aws iam list-attached-user-policies lists them";
    expect(lost(user, change)).toEqual([`aws_iam_user_policy_attachments_exclusive.a ${words}`]);
  });

  test("cannot exist for a user or role that the plan creates", () => {
    for (const owner of ["user", "role"]) {
      const written = { [`${owner}_name`]: `aws_iam_${owner}.u.name` };
      const of = created(
        `aws_iam_${owner}_policy_attachments_exclusive.a`,
        { policy_arns: [] },
        { written, after_unknown: { [`${owner}_name`]: true } },
      );
      expect(lost(created(`aws_iam_${owner}.u`, { name: "someone" }), of)).toEqual([]);
    }
  });
});

describe("the ARN of a principal", () => {
  const user = (name: string, path = "/service/") => ({
    ...{ name, path },
    arn: `arn:aws:iam::222222222222:user${path}${name}`,
  });
  const trusting = unchanged("aws_iam_role.trusting", {
    assume_role_policy: JSON.stringify({ Statement: [{ Principal: { AWS: user("old").arn } }] }),
  });

  test("that a new name or path changes, with what names it", () => {
    expect(lost(trusting, updated("aws_iam_user.u", user("old"), { ...user("old"), name: "new" }))).toEqual([
      "aws_iam_user.u its ARN becomes arn:aws:iam::222222222222:user/service/new. Policies and people that name " +
        "arn:aws:iam::222222222222:user/service/old lose it. Here it is named by aws_iam_role.trusting.",
    ]);
    const [moved] = lost(updated("aws_iam_user.u", user("old"), { ...user("old"), path: "/" }));
    expect(moved).toContain("its ARN becomes arn:aws:iam::222222222222:user/old. ");
  });

  test("that stays the same although the principal is another one", () => {
    const role = { name: "Worker", path: "/", arn: "arn:aws:iam::222222222222:role/Worker" };
    expect(lost(replaced("aws_iam_role.r", role, role))).toEqual([
      "aws_iam_role.r is another role with the same ARN: policies that name it hold the id of the previous one, and must be written again.",
    ]);
    expect(lost(replaced("aws_iam_user.u", user("a"), user("a")))).toContain(
      "aws_iam_user.u its password, access keys and MFA devices are deleted",
    );
  });

  test("is no finding while it stays", () => {
    expect(lost(trusting, updated("aws_iam_user.u", user("old"), { ...user("old"), tags: { a: "b" } }))).toEqual([]);
  });
});

describe.each([
  {
    type: "aws_db_instance",
    before: { iam_database_authentication_enabled: true },
    after: { iam_database_authentication_enabled: false },
  },
  {
    type: "aws_db_instance",
    before: { ca_cert_identifier: "rds-ca-rsa2048-g1" },
    after: { ca_cert_identifier: "rds-ca-ecc384-g1" },
  },
  { type: "aws_db_instance", before: { port: 5432 }, after: { port: 5433 } },
  { type: "aws_db_instance", before: { identifier: "a" }, after: { identifier: "b" } },
  { type: "aws_db_instance", before: { username: "a" }, after: { username: "b" } },
  { type: "aws_rds_cluster", before: { cluster_identifier: "a" }, after: { cluster_identifier: "b" } },
  { type: "aws_rds_cluster", before: { master_username: "a" }, after: { master_username: "b" } },
  { type: "aws_iam_account_alias", before: { account_alias: "a" }, after: { account_alias: "b" } },
  {
    type: "aws_iam_openid_connect_provider",
    before: { client_id_list: ["a", "b"] },
    after: { client_id_list: ["b", "c"] },
  },
  { type: "aws_iam_openid_connect_provider", before: { url: "https://a" }, after: { url: "https://b" } },
  { type: "aws_iam_instance_profile", before: { role: "a" }, after: { role: "b" } },
  {
    type: "aws_iam_account_password_policy",
    before: { allow_users_to_change_password: true },
    after: { allow_users_to_change_password: false },
  },
  { type: "aws_iam_account_password_policy", before: { hard_expiry: false }, after: { hard_expiry: true } },
  { type: "aws_kms_alias", before: { target_key_id: "a" }, after: { target_key_id: "b" } },
])("$type from $before to $after", ({ type, before, after }) => {
  test("is a loss when it changes, and none when it stays", () => {
    expect(lost(updated(`${type}.a`, before, after))).toHaveLength(1);
    expect(lost(updated(`${type}.a`, before, { ...before, tags: {} }), created(`${type}.b`, after))).toEqual([]);
  });
});

test("a destroyed way to sign in", () => {
  const types = ["iam_openid_connect_provider", "iam_account_alias", "iam_instance_profile", "iam_user", "kms_alias"];
  expect(lost(...types.map((type) => destroyed(`aws_${type}.a`, { name: "a" })))).toHaveLength(types.length);
  expect(lost(destroyed("aws_sns_topic.a", {}))).toEqual([]);
});

test("a database whose password RDS begins to manage loses its present one", () => {
  const managed = (is: boolean | null) => ({ manage_master_user_password: is });
  const words = "aws_db_instance.d RDS makes a new master password, and the present one no longer works";
  expect(lost(updated("aws_db_instance.d", managed(null), managed(true)))).toContainEqual(
    expect.stringContaining(words),
  );
  expect(lost(updated("aws_db_instance.d", managed(true), managed(true)))).toEqual([]);
  expect(lost(created("aws_db_instance.d", managed(true)))).toEqual([]);
  // An import reads the secret, and not that RDS manages it.
  const secret = { master_user_secret: [{ secret_arn: "arn:aws:secretsmanager:eu-west-1:222222222222:secret:rds" }] };
  expect(lost(updated("aws_db_instance.d", { ...managed(null), ...secret }, managed(true)))).toEqual([]);
});
