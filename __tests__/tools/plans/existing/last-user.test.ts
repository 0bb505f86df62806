import type { IAMClient } from "@aws-sdk/client-iam";
import { existingSettings } from "../../../../tools/plans/existing-settings";
import type { Stack } from "../../../../tools/synth/stacks";
import { found } from "../../../support/estates";
import { exampleWith } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";
import { created, destroyed, planOf, updated, type Planned } from "../../review/support/plans";

const stack = { id: "prod-iam", accountId: "555555555555", region: "eu-west-1" } as Stack;
const USER = "arn:aws:iam::111111111111:user/platform-engineer";

/** The roles of prod with these people, as a state has them. */
function rolesWith(operators: string[], admins: string[]) {
  const estate = exampleWith((file) => {
    file.identityCenter = {};
    Object.assign(found(file.accounts, "prod"), { operators, admins, breakGlass: [USER] });
  });
  const iam = synthesize(estate).stack("prod-iam");
  const of = (path: string) => ({
    ...iam.at(path),
    tags_all: { Account: "prod" },
    assume_role_policy: String(iam.at(path)["assume_role_policy"]).replaceAll("$${", "${"),
  });
  return { operator: of("operator/role/role"), admin: of("admin/role/role") };
}
const people = rolesWith([USER], [USER]);
const groups = rolesWith(["group:engineers"], ["group:leads"]);
const ADDRESS = "aws_iam_role.operator_role_role";
const move = updated(ADDRESS, people.operator, groups.operator);

/** What is found in an account with these roles, on pages; undefined if AWS is not asked. */
async function look(resource: Planned, ...pages: readonly (readonly string[])[]) {
  const asked: unknown[] = [];
  const send = ({ constructor, input }: { readonly input: { readonly Marker?: string } }) => {
    asked.push({ [constructor.name]: input });
    const page = Number(input.Marker ?? 0);
    const IsTruncated = page + 1 < pages.length;
    return Promise.resolve({
      ...{ Roles: pages[page]?.map((RoleName) => ({ RoleName })), IsTruncated },
      Marker: IsTruncated ? String(page + 1) : undefined,
    });
  };
  const notAsked = () => Promise.reject(new Error("no other service is asked"));
  const clients = {
    iam: { send } as unknown as IAMClient,
    ec2: { send: notAsked },
    call: notAsked,
    s3: notAsked,
    s3control: notAsked,
  };
  const settings = await existingSettings(
    [{ stack, plan: planOf([resource]) }],
    () => Promise.resolve(clients),
    undefined,
  );
  return { asked, settings: settings.get(stack.id) ?? [] };
}

test("a role does not lose its last user before a group has its permission set in the account", async () => {
  const { asked, settings } = await look(move, ["AWSReservedSSO_Admin_0123456789abcdef", "AWSReservedSSO_Operator-dev_0123456789abcdef"]); // prettier-ignore
  expect(settings).toEqual([
    {
      address: ADDRESS,
      refused: true,
      message: `nobody could work as Operator in 555555555555: its last user (${USER}) is removed, and no group has the permission set Operator there yet. Apply the stack of IAM Identity Center first (<account>-identity), sign in through a group, and plan again (docs/planning.md, "From users to groups").`,
    },
  ]);
  expect(asked).toEqual([{ ListRolesCommand: { PathPrefix: "/aws-reserved/sso.amazonaws.com/" } }]);
});

test.each(["Operator", "Operator-prod"])("it does once groups work with %s there", async (set) => {
  const { asked, settings } = await look(move, [`AWSReservedSSO_${set}_0123456789abcdef`]);
  expect(settings).toEqual([]);
  expect(asked).toHaveLength(1);
});

test("it does although IAM answers the role on a later page", async () => {
  const set = "AWSReservedSSO_Operator_0123456789abcdef";
  expect((await look(move, [], ["AWSReservedSSO_Admin_0123456789abcdef"], [set])).settings).toEqual([]);
  expect((await look(move, [], [], [])).settings).toHaveLength(1);
});

test.each<[string, Planned]>([
  ["keeps a user for emergencies", updated("aws_iam_role.admin", people.admin, groups.admin)],
  ["is created without users", created(ADDRESS, groups.operator)],
  ["gets users again", updated(ADDRESS, groups.operator, people.operator)],
  ["had none", updated(ADDRESS, groups.operator, { ...groups.operator, description: "x" })],
  ["is destroyed with its stack", destroyed(ADDRESS, people.operator)],
  [
    "is another one",
    updated("aws_iam_role.own", { ...people.operator, name: "Own" }, { ...groups.operator, name: "Own" }),
  ],
])("AWS is not asked about a role that %s", async (_, resource) => {
  expect(await look(resource, [])).toEqual({ asked: [], settings: [] });
});
