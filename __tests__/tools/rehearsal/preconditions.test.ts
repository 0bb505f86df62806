import { parseEstate } from "../../../config/load";
import exampleFile from "../../../config/example";
import type { EstateFile } from "../../../config/schema";
import { existingIdentityCenter, existingPrincipals } from "../../../tools/rehearsal/preconditions";

const namesIn = (file: EstateFile) =>
  existingPrincipals(parseEstate(file, "example")).map(
    ({ accountId, kind, path, name }) => `${accountId} ${kind} ${path} ${name}`,
  );

test("the people of the example are users of the master account, each once", () => {
  expect(namesIn(exampleFile)).toEqual([
    "111111111111 user / platform-engineer",
    "111111111111 user / on-call-engineer",
    "111111111111 user / platform-lead",
  ]);
});

test("the application's roles exist where the estate names them, and so do people with a path", () => {
  const file = structuredClone(exampleFile);
  const lead = "arn:aws:iam::222222222222:user/people/leads/lead";
  Object.assign(file.accounts["dev"] ?? {}, { admins: [lead] });
  Object.assign(file.environments["dev"]?.application ?? {}, {
    existingRoles: { apiHandler: "handler", workflowLoopRunner: "runner" },
  });
  expect(namesIn(file).slice(-3)).toEqual([
    "222222222222 user /people/leads/ lead",
    "222222222222 role / handler",
    "222222222222 role / runner",
  ]);
});

test("IAM Identity Center has the groups that the estate names and does not create, and the members of those it creates", () => {
  const file = structuredClone(exampleFile);
  expect(existingIdentityCenter(parseEstate(file, "example"))).toBeUndefined();
  file.identityCenter = { account: "ci", region: "eu-central-1", groups: { leads: { members: ["lead@example.com"] } } };
  Object.assign(file.accounts["dev"] ?? {}, { operators: ["group:engineers", "group:leads"] });
  Object.assign(file.accounts["dev-analytics"] ?? {}, { operators: ["group:engineers"] });
  const others = ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555", "777777777777"];
  expect(existingIdentityCenter(parseEstate(file, "example"))).toEqual({
    ...{ account: "111111111111", region: "eu-central-1", administrator: "333333333333", accounts: others },
    ...{ groups: ["engineers"], users: ["lead@example.com"] },
  });
});
