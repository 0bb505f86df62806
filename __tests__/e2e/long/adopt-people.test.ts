import { join } from "node:path";
import {
  CreateUserCommand,
  GetUserCommand,
  ListAttachedUserPoliciesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { found } from "../../support/estates";
import { startClone, type Clone } from "../support/clone";
import { makePeople } from "../support/made-by-hand";

/* Users and roles that somebody made in the console, with policies of their own, are adopted, and keep who they are. */

const DEV = "222222222222";
const USER = "elastic-container-registry-user";
/** A user without the key that keeps its path. */
const MOVED = "terraform-user";
const READER = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

const estate = structuredClone<EstateFile>(exampleFile);
Object.assign(found(estate.accounts, "dev"), { trail: false });

let clone: Clone;
let userId: string | undefined;

beforeAll(async () => {
  clone = await startClone("adopt-people", { estate });
  await clone.makeStateBucket("dev");
  const { iam } = clone.clients(DEV);
  userId = await makePeople({ iam }, { user: USER, policyArn: READER, role: "Operator" });
  await iam.send(new CreateUserCommand({ UserName: MOVED }));
});

afterAll(() => clone.stop());

test("the search says what the import takes from each of them, and the key that keeps the user's ARN", async () => {
  const { code, output } = await clone.run("adopt", "--dry-run", "dev-iam");
  expect([code, output]).toEqual([0, output]);
  expect(output).toContain(`removes ${READER}, which the user ${USER} has outside the code`);
  expect(output).toContain(`removes by-hand, which the user ${USER} has outside the code`);
  expect(output).toContain("removes by-hand, which the role Operator has outside the code");
  expect(output).toContain(`its ARN becomes arn:aws:iam::${DEV}:user/service/${USER}`);
  expect(output).toContain(`accounts.dev.existing.${USER}.user`);
});

test("with this key, the plan takes policies alone, and says how much it imports", async () => {
  Object.assign(found(estate.accounts, "dev"), { existing: { [USER]: { user: USER } } });
  clone.change(estate);
  const { code, output } = await clone.run("adopt", "dev-iam");
  expect([code, output]).toEqual([0, output]);
  expect(output).not.toContain(`user/service/${USER}`);
  expect(output).toContain(`its ARN becomes arn:aws:iam::${DEV}:user/service/${MOVED}`);
  clone.git("add", "--all");
  clone.git("commit", "--quiet", "--allow-empty", "--message", "adopt");
  expect(await clone.run("plan", "dev-iam")).toExitWith(2);
  const page = clone.read(join(clone.lastPlan(), "summary.md"));
  expect(page).toMatch(/\d+ to create, \d+ to update, 10 to import/);
  expect(page).toContain("AmazonS3ReadOnlyAccess");
  expect(page).toContain("### Access lost");
});

test("after the apply, the second plan is empty at once, and the user is the same", async () => {
  expect(await clone.run("apply", clone.lastPlan())).toExitWith(0);
  expect(await clone.run("plan", "dev-iam")).toExitWith(0);
  const { iam } = clone.clients(DEV);
  const { User } = await iam.send(new GetUserCommand({ UserName: USER }));
  expect([User?.UserId, User?.Path]).toEqual([userId, "/"]);
  expect((await iam.send(new GetUserCommand({ UserName: MOVED }))).User?.Path).toBe("/service/");
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  expect(Users.filter(({ UserName }) => UserName === USER)).toHaveLength(1);
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: USER }));
  expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn)).not.toContain(READER);
});
