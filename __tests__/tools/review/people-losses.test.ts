import { reviewPlan } from "../../../tools/review/review-plan";
import { summaryJson } from "../../../tools/review/summary-json";
import { summaryMarkdown } from "../../../tools/review/summary-markdown";
import { summaryText } from "../../../tools/review/summary-text";
import type { StackReader } from "../../support/stack-reader";
import { found } from "../../support/estates";
import { identityPlan, withGroups } from "./support/identity-plans";
import { created, destroyed, planOf, replaced, unchanged, updated, type Planned } from "./support/plans";
import { stackOf, summaryOf } from "./support/summaries";

const before = withGroups();
const lostIn = (plan: Parameters<typeof reviewPlan>[0]) => reviewPlan(plan).accessLost.map(({ message }) => message);
const lost = (after: StackReader) => lostIn(identityPlan(before, after)).sort();
const [DEV, PROD] = ["dev (222222222222)", "prod (555555555555)"];
const MAY_END = "AWS may delete its role there, and create another: open sessions may end";
const DELETED = "AWS deletes its role there: open sessions end";

test("nothing is lost while nothing changes", () => {
  expect(lost(before)).toEqual([]);
});

test("a removed person loses what the group uses, and is named although nothing looks the person up any more", () => {
  const after = withGroups((file) => {
    file.identityCenter = { groups: { leads: { members: ["deputy@example.com"] } } };
  });
  expect(JSON.stringify(after.json.data)).not.toContain("lead@example.com");
  expect(lost(after)).toEqual([
    `the user lead@example.com leaves the group leads, and loses Admin in ${DEV}, Admin in ${PROD}. Open sessions last until they expire (PT1H at most)`,
  ]);
});

test("a person loses only what no other group gives", () => {
  const both = withGroups((file) => {
    file.identityCenter = {
      groups: { leads: { members: ["lead@example.com"] }, deputies: { members: ["lead@example.com"] } },
    };
    found(file.accounts, "dev").admins = ["group:leads", "group:deputies"];
  });
  const after = withGroups((file) => {
    file.identityCenter = { groups: { leads: { members: [] }, deputies: { members: ["lead@example.com"] } } };
    found(file.accounts, "dev").admins = ["group:leads", "group:deputies"];
  });
  expect(lostIn(identityPlan(both, after))).toEqual([
    `the user lead@example.com leaves the group leads, and loses Admin in ${PROD}. Open sessions last until they expire (PT1H at most)`,
  ]);
});

test("a group that an account no longer names loses the permission set there", () => {
  const after = withGroups((file) => {
    found(file.accounts, "dev").operators = ["group:others"];
  });
  expect(lost(after)).toEqual([`the group engineers loses Operator in ${DEV}. ${MAY_END}`]);
});

test("open sessions last while another group uses the permission set in the account", () => {
  const two = withGroups((file) => {
    found(file.accounts, "dev").operators = ["group:engineers", "group:others"];
  });
  expect(lostIn(identityPlan(two, before))).toEqual([
    `the group others loses Operator in ${DEV}. Open sessions last until they expire (PT8H at most)`,
  ]);
});

test("a removed group takes its members, their permission sets and what was added outside the code", () => {
  const after = withGroups((file) => {
    file.identityCenter = {};
    for (const name of ["dev", "prod"]) found(file.accounts, name).admins = ["group:engineers"];
  });
  expect(lost(after)).toEqual([
    `its members lose Admin in ${DEV}, Admin in ${PROD}, and the applications that it is assigned to: deputy@example.com, lead@example.com, and members that were added outside the code`,
    `the group leads loses Admin in ${DEV}. ${MAY_END}`,
    `the group leads loses Admin in ${PROD}. ${MAY_END}`,
    ...["deputy@example.com", "lead@example.com"].map(
      (user) =>
        `the user ${user} leaves the group leads, and loses Admin in ${DEV}, Admin in ${PROD}. Open sessions last until they expire (PT1H at most)`,
    ),
  ]);
});

test("a group is not deleted while it keeps a permission set, which nobody could use", () => {
  const group = destroyed("aws_identitystore_group.leads", { group_id: "g-1", display_name: "leads" });
  const set = { arn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1", name: "Admin" };
  const principal = { principal_type: "GROUP", principal_id: "g-1" };
  const assigned = { ...principal, permission_set_arn: set.arn, target_id: "222222222222" };
  const refused = (assignment: Planned) =>
    reviewPlan(planOf([group, unchanged("aws_ssoadmin_permission_set.s", set), assignment])).refused;
  const address = "aws_ssoadmin_account_assignment.a";
  const message =
    "the group leads is deleted, and nobody would have its Admin in 222222222222 any more. Keep it in identityCenter.groups, or name another group in these accounts and apply that first.";
  // A group that the estate goes on naming is looked up: AWS still has it then, and the assignment does not change.
  for (const kept of [unchanged(address, assigned), created(address, assigned)])
    expect(refused(kept)).toEqual([{ address: group.change.address, message }]);
  expect(refused(destroyed(address, assigned))).toEqual([]);
  expect(refused(unchanged(address, { ...assigned, principal_id: "g-2" }))).toEqual([]);
});

test("a permission set that nobody uses any more is deleted with its roles", () => {
  const user = "arn:aws:iam::111111111111:user/platform-engineer";
  const after = withGroups((file) => {
    for (const name of ["dev", "prod"]) found(file.accounts, name).operators = [user];
  });
  expect(lost(after)).toEqual([
    `its role in each account is deleted, and open sessions end: it is used by the group engineers in ${DEV}, the group engineers in ${PROD}`,
    `the group engineers loses Operator in ${DEV}. ${DELETED}`,
    `the group engineers loses Operator in ${PROD}. ${DELETED}`,
  ]);
});

test("an account with its own permission set interrupts the sessions there", () => {
  const after = withGroups((file) => {
    found(file.accounts, "prod").operatorSessionSeconds = 14_400;
  });
  expect(lost(after)).toEqual([
    `the group engineers loses Operator in ${PROD}, and gets Operator-prod instead. ${DELETED}`,
  ]);
});

describe("a replaced", () => {
  const set = { arn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1", name: "Operator", session_duration: "PT8H" };
  const assigned = {
    principal_type: "GROUP",
    principal_id: "g-1",
    permission_set_arn: set.arn,
    target_id: "222222222222",
  };
  const unknown = { permission_set_arn: true };

  test("permission set interrupts everybody who uses it; names that nothing knows stay ids", () => {
    const { permission_set_arn, ...rest } = assigned;
    const plan = planOf([
      replaced("aws_ssoadmin_permission_set.s", set, { name: "Everyday" }, { after_unknown: { arn: true } }),
      replaced("aws_ssoadmin_account_assignment.a", assigned, rest, { after_unknown: unknown }),
      replaced("aws_ssoadmin_managed_policy_attachment.m", { permission_set_arn, managed_policy_arn: "arn:x" }, {}),
    ]);
    expect(lostIn(plan)).toEqual([
      "its role in each account is created again under another name, and open sessions end: it is used by the group g-1 in 222222222222",
      `the group g-1 is without Operator in 222222222222 until it is assigned again. ${DELETED}`,
    ]);
  });

  test("membership is a gap for its user", () => {
    const member = { group_id: "g-1", member_id: "u-1", membership_id: "m-1" };
    const plan = planOf([
      unchanged("aws_ssoadmin_permission_set.s", set),
      unchanged("aws_ssoadmin_account_assignment.a", assigned),
      replaced("aws_identitystore_group_membership.m", member, { ...member, member_id: "u-2" }),
    ]);
    expect(lostIn(plan)).toEqual([
      "the user u-1 is without Operator in 222222222222 until it is in the group g-1 again",
    ]);
  });

  test("assignment of another principal is lost", () => {
    const plan = planOf([
      replaced("aws_ssoadmin_account_assignment.a", assigned, { ...assigned, principal_id: "g-2" }),
    ]);
    expect(lostIn(plan)).toEqual([`the group g-1 loses ${set.arn} in 222222222222. ${DELETED}`]);
  });
});

test.each([
  ["managed_policy_attachment", "what arn:aws:iam::aws:policy/ReadOnlyAccess allows"],
  ["permission_set_inline_policy", "what its inline policy allows"],
])("a permission set without its %s allows less, in each account", (type, what) => {
  const values = { permission_set_arn: "ps-1", managed_policy_arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" };
  const policy = destroyed(`aws_ssoadmin_${type}.p`, values);
  const set = unchanged("aws_ssoadmin_permission_set.s", { arn: "ps-1", name: "Operator" });
  const assignment = unchanged("aws_ssoadmin_account_assignment.a", {
    permission_set_arn: "ps-1",
    target_id: "222222222222",
  });
  expect(lostIn(planOf([policy, set, assignment]))).toEqual([`people who use Operator lose ${what}, in 222222222222`]);
  expect(lostIn(planOf([policy, set]))).toEqual([`people who use Operator lose ${what}, which no account has`]);
});

test("a long list is cut", () => {
  const ids = Array.from({ length: 12 }, (_, index) => String(100000000001 + index));
  const plan = planOf([
    destroyed("aws_ssoadmin_permission_set.s", { arn: "ps-1", name: "Operator" }),
    ...ids.map((id) =>
      destroyed(`aws_ssoadmin_account_assignment.a${id}`, {
        permission_set_arn: "ps-1",
        principal_id: "g-1",
        target_id: id,
      }),
    ),
  ]);
  expect(lostIn(plan)[0]).toMatch(/in 100000000001, .*the group g-1 in 100000000010, and 2 more$/);
});

describe("the trust of a role", () => {
  const user = (name: string) => `arn:aws:iam::111111111111:user/${name}`;
  const role = (users: string | string[] | undefined, tags?: Record<string, string>) => ({
    name: "Operator",
    arn: "arn:aws:iam::222222222222:role/Operator",
    tags_all: tags,
    assume_role_policy: JSON.stringify({
      Statement:
        users === undefined ? [{ Effect: "Deny", Principal: "*" }] : { Effect: "Allow", Principal: { AWS: users } },
    }),
  });

  test("loses a user, in the same words as a group", () => {
    const tags = { Account: "dev" };
    const plan = planOf([updated("aws_iam_role.r", role([user("a"), user("b")], tags), role(user("a"), tags))]);
    expect(lostIn(plan)).toEqual([`the user ${user("b")} loses Operator in ${DEV}`]);
  });

  test("loses every user when it trusts nobody, or is destroyed", () => {
    const words = ["a", "b"].map((name) => `the user ${user(name)} loses Operator in 222222222222`);
    const two = role([user("a"), user("b")]);
    expect(lostIn(planOf([updated("aws_iam_role.r", two, role(undefined))]))).toEqual(words);
    expect(lostIn(planOf([destroyed("aws_iam_role.r", two)]))).toEqual(words);
  });

  test("that only other principals leave, or that a user joins, takes nothing from people", () => {
    const services = role("arn:aws:iam::222222222222:role/Worker");
    expect(lostIn(planOf([updated("aws_iam_role.r", services, role(undefined))]))).toEqual([]);
    expect(lostIn(planOf([updated("aws_iam_role.r", role(user("a")), role([user("a"), user("b")]))]))).toEqual([]);
  });
});

test("an added assignment is listed among the changes", () => {
  const after = withGroups((file) => {
    found(file.accounts, "dev").operators = ["group:engineers", "group:others"];
  });
  const { accessLost, changes } = reviewPlan(identityPlan(before, after));
  expect(accessLost).toEqual([]);
  expect(changes).toMatchObject([
    {
      action: "create",
      address: expect.stringMatching(
        /^aws_ssoadmin_account_assignment\.permission-set_Operator_assignment_dev_others_/,
      ) as string,
    },
  ]);
});

test("text, page and summary.json say it in the same words", () => {
  const after = withGroups((file) => {
    found(file.accounts, "dev").operators = ["group:others"];
  });
  const review = reviewPlan(identityPlan(before, after));
  const summary = summaryOf([stackOf("master-identity", { review })]);
  const words = `the group engineers loses Operator in ${DEV}. ${MAY_END}`;
  for (const page of [summaryText(summary), summaryJson(summary)]) expect(page).toContain(words);
  expect(summaryMarkdown(summary)).toContain("the group engineers loses Operator in dev (222222222222)");
  expect(summaryText(summary)).toContain("Access lost");
});

describe("sessions in the account in which the plan is applied", () => {
  const OWN = "An apply that uses such a session stops in the middle: apply as a user of breakGlass, or in a pipeline";
  const appliedIn = (id: string) => ({
    provider_config: { aws: { expressions: { allowed_account_ids: { constant_value: [id] } } } },
  });
  const lostFrom = (id: string, from: StackReader, to: StackReader) => {
    const plan = identityPlan(from, to);
    const configuration = { ...(plan.configuration as object), ...appliedIn(id) };
    return lostIn({ ...plan, configuration }).sort();
  };
  const officeOf = (networks: string[] | undefined) =>
    withGroups((file) => (found(file.accounts, "dev").sourceIps = networks));

  test("may end when the account gets its own networks, and so permission sets of its own", () => {
    const messages = lostFrom("222222222222", before, officeOf(["198.51.100.0/24"]));
    expect(messages).toEqual([
      `the group engineers loses Operator in ${DEV}, and gets Operator-dev instead. ${DELETED}. ${OWN}`,
      `the group leads loses Admin in ${DEV}, and gets Admin-dev instead. ${DELETED}. ${OWN}`,
    ]);
    expect(lostFrom("555555555555", before, officeOf(["198.51.100.0/24"])).join()).not.toContain(OWN);
  });

  test("end when its permission sets allow fewer networks, and last when they allow more", () => {
    const [one, both] = [officeOf(["198.51.100.0/24"]), officeOf(["198.51.100.0/24", "203.0.113.0/24"])];
    expect(lostFrom("222222222222", both, one)).toEqual([
      `people who use Admin-dev from 203.0.113.0/24 lose it in ${DEV}, in open sessions too. ${OWN}.`,
      `people who use Operator-dev from 203.0.113.0/24 lose it in ${DEV}, in open sessions too. ${OWN}.`,
    ]);
    expect(lostFrom("222222222222", one, both)).toEqual([]);
  });

  test("end when a set of the account begins to allow some networks only", () => {
    const own = (networks?: string[]) =>
      withGroups((file) => {
        Object.assign(found(file.accounts, "dev"), { operatorSessionSeconds: 7200, sourceIps: networks });
      });
    expect(lostFrom("555555555555", own(), own(["198.51.100.0/24"]))).toContain(
      `people who use Operator-dev from other networks than 198.51.100.0/24 lose it in ${DEV}, in open sessions too.`,
    );
  });
});
