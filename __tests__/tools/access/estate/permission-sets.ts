import { accessOf } from "../../../support/access";
import { exampleWith, found } from "../../../support/estates";
import { ACCOUNT, stateBucket, studydata } from "./support";

/** The access of the environments dev and ci, where groups work as Operator and Admin. */
const accessIn = (region: string) =>
  accessOf(
    exampleWith((file) => {
      const { master, dev, ci } = file.accounts;
      if (!master || !dev || !ci) throw new Error("the example must have the accounts master, dev and ci");
      file.identityCenter = { region };
      file.accounts = { master, dev, ci };
      file.environments = { dev: found(file.environments, "dev"), ci: found(file.environments, "ci") };
      delete file.environments["dev"]?.members;
      for (const account of [dev, ci])
        Object.assign(account, { operators: ["group:engineers"], admins: ["group:leads"], breakGlass: undefined });
    }),
  );

/** The role's path has the region of IAM Identity Center, but for us-east-1. */
describe.each(["eu-west-1", "us-east-1"])("permission sets of IAM Identity Center in %s", (region) => {
  const access = accessIn(region);
  const sessions = {
    "as the role Admin": access.role("ci", "Admin"),
    "as the permission set Admin": access.permissionSet("ci", "Admin"),
  };
  const record = `${stateBucket("dev")}/dev/network.applied.json`;

  test("are roles of AWS's path", () => {
    const path = region === "us-east-1" ? "" : `${region}/`;
    expect(access.permissionSet("ci", "Admin").principal.arn).toBe(
      `arn:aws:iam::${ACCOUNT.ci}:role/aws-reserved/sso.amazonaws.com/${path}AWSReservedSSO_Admin_*`,
    );
  });

  test.each(Object.entries(sessions))("%s, people reach the objects of their environment", async (_, session) => {
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
      await expect(session).toBeAllowed(action, { on: `${studydata("ci")}/results.csv` });
    await expect(session).toBeAllowed("s3:ListBucket", { on: studydata("ci") });
  });

  test.each(Object.entries(sessions))("%s, people read what was applied before, and no state", async (_, session) => {
    await expect(session).toBeAllowed("s3:GetObject", { on: record });
    await expect(session).not.toBeAllowed("s3:PutObject", { on: record });
    await expect(session).not.toBeAllowed("s3:GetObject", { on: `${stateBucket("dev")}/dev/network.tfstate` });
  });

  test("Operator, and Admin of another account, reach neither", async () => {
    for (const session of [access.permissionSet("ci", "Operator"), access.permissionSet("dev", "Admin")])
      await expect(session).not.toBeAllowed("s3:GetObject", { on: `${studydata("ci")}/results.csv` });
    await expect(access.permissionSet("ci", "Operator")).not.toBeAllowed("s3:GetObject", { on: record });
  });
});
