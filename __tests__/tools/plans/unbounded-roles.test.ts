import { IAMClient, type GetRoleCommand, type Role } from "@aws-sdk/client-iam";
import { memberStack } from "../../../config/layout";
import { unboundedRoleLines } from "../../../tools/plans/unbounded-roles";
import { example } from "../../support/estates";

const ACCOUNT = "888888888888";
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/prod-irl-galileo-analysis-boundary`;

/** A client of an account with these roles, by the end of their ARN, and their boundaries. Two roles a page. */
function account(roles: Readonly<Record<string, string | undefined>>, denied?: string): IAMClient {
  const all = Object.entries(roles).map(([path, boundary]) => ({
    Arn: `arn:aws:iam::${ACCOUNT}:role/${path}`,
    RoleName: path.split("/").at(-1) ?? "",
    boundary,
  }));
  const iam = new IAMClient({ region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  const answer = (command: { readonly input: { readonly Marker?: string; readonly RoleName?: string } }): object => {
    const name = command.constructor.name;
    if (name === denied) throw Object.assign(new Error("not authorized"), { name: "AccessDenied" });
    if (name === "ListRolesCommand") {
      const start = Number(command.input.Marker ?? 0);
      // Like AWS, the list holds no boundaries.
      const Roles = all.slice(start, start + 2).map(({ Arn, RoleName }) => ({ Arn, RoleName }));
      const isTruncated = start + 2 < all.length;
      return { Roles, IsTruncated: isTruncated, Marker: isTruncated ? String(start + 2) : undefined };
    }
    const role = all.find(({ RoleName }) => RoleName === command.input.RoleName);
    const PermissionsBoundary = role?.boundary && { PermissionsBoundaryArn: role.boundary };
    return { Role: { ...role, PermissionsBoundary } as unknown as Role };
  };
  iam.send = ((command: GetRoleCommand) => Promise.resolve().then(() => answer(command))) as IAMClient["send"];
  return iam;
}

const estate = example();
const [prod] = estate.environments.filter(({ name }) => name === "prod");
const [analytics] = prod?.members ?? [];
if (!prod || !analytics) throw new Error("the example has no member of prod");
const lines = (iam: IAMClient) => unboundedRoleLines(memberStack(prod, analytics), estate, iam);

test("lists analysis roles that lack the boundary of the profile, with what to do", async () => {
  const iam = account({
    Admin: undefined,
    "my-analysis-1": undefined,
    "analysis-bounded": BOUNDARY,
    "analysis-left": undefined,
    "analysis-/path/any": undefined,
    "analysis-administrator": "arn:aws:iam::aws:policy/AdministratorAccess",
    "bounded/prod-irl-galileo/analysis-2": BOUNDARY,
  });
  expect(await lines(iam)).toEqual([
    `prod-member-analytics: the account ${ACCOUNT} has analysis roles without a boundary of a hardened profile:`,
    `  arn:aws:iam::${ACCOUNT}:role/analysis-left`,
    `  arn:aws:iam::${ACCOUNT}:role/analysis-/path/any`,
    `  arn:aws:iam::${ACCOUNT}:role/analysis-administrator`,
    expect.stringContaining("Delete each of them, or run"),
    `  aws iam put-role-permissions-boundary --permissions-boundary ${BOUNDARY} --role-name <name>`,
    'See docs/people.md, "Changing the profile".',
  ]);
});

test("prints nothing if every analysis role has the boundary", async () => {
  expect(await lines(account({ Admin: undefined, "analysis-1": BOUNDARY }))).toEqual([]);
});

test.each(["ListRolesCommand", "GetRoleCommand"])("reports that it cannot list them without %s", async (denied) => {
  const said = await lines(account({ "analysis-1": undefined }, denied));
  expect(said).toEqual([
    expect.stringMatching(
      /^prod-member-analytics: analysis roles without a boundary cannot be listed \(.+\)\. See docs/,
    ),
  ]);
});
