import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import { requestedActions, type RequestedAction } from "../../tools/emulator/requested-actions";
import { accountNames, roleArn } from "../../config/naming";
import { CREATE_ACTIONS } from "../../config/create-actions";
import { findTools, proofsOf, rehearse, type Rehearsal } from "../../tools/rehearsal/rehearse";
import { createView } from "../../tools/terraform/view/create-view";
import { accessOf } from "../support/access";
import { CACHE } from "./support/workplace";

/* The whole example: applied on the emulator, planned again, and inspected with the AWS SDK, one case each. */

const estate = loadEstate();
const specs = stacksOf(estate);
/** Used for the names only: the addresses are those of the real run. */
const proofs = proofsOf(estate, specs, estate.environments, "http://127.0.0.1:1");

let rehearsal: Rehearsal;
/** The requests of Terraform: of the applies, and of the plans after them. */
let requests: readonly RequestedAction[] = [];

beforeAll(async () => {
  const tools = await findTools(CACHE);
  const directory = join(CACHE, "e2e-rehearsal");
  rehearsal = await rehearse({
    estate,
    environments: estate.environments,
    tools,
    directory,
    onStage: (text) => {
      if (text.startsWith("checking the accounts"))
        requests = requestedActions(readFileSync(join(directory, "logs", "emulator.log"), "utf8"));
    },
    view: () => createView({ env: { CI: "true" }, stream: process.stderr }),
  });
});

test.each(specs.map(({ id }) => id))("%s is applied, and the next plan is empty", (id) => {
  const report = rehearsal.applied.stacks.find(({ stack }) => stack.id === id);
  expect(report?.error).toBeUndefined();
  expect(report?.status).toBe("checked");
});

test.each(proofs.map(({ account, claim }, index) => [`${account}: ${claim}`, index] as const))(
  "%s",
  (_claim, index) => {
    const result = rehearsal.proofs[index];
    expect(result?.proof.claim).toBe(proofs[index]?.claim);
    expect(result?.error).toBeUndefined();
  },
);

/** An apply asks for the status of what it has begun. No plan does. */
const ONLY_IN_APPLY = /^sso:Describe\w+Status$/;

test("the plan role of each account may send every read that Terraform sent there", async () => {
  const access = accessOf(estate);
  const reads = new Map(
    requests
      .filter(({ action }) => /:(Describe|Get|List|View)/.test(action) && !ONLY_IN_APPLY.test(action))
      .map((read) => [`${read.accountId} ${read.action} ${read.resource}`, read]),
  );
  expect(reads.size).toBeGreaterThan(400);
  const refused: string[] = [];
  for (const [text, { accountId, action, resource }] of reads) {
    const plan = access.subject(roleArn(accountId, accountNames.planRole(estate.solution)));
    const { allowed } = await access.decide(plan.principal, action, resource, { brief: true });
    if (!allowed) refused.push(text);
  }
  expect(refused).toEqual([]);
});

/** Requests for states and roles, two that IAM names budgets:ModifyBudget, and what the emulator must have first. */
const NO_CREATIONS = /^(s3:(Put|Delete)Object|sts:AssumeRole|budgets:Create|identitystore:CreateUser)/;

test("the dry run of bootstrap knows every action by which Terraform created something", () => {
  const known = Object.values(CREATE_ACTIONS).flatMap((actions) => actions.split(" "));
  const writes = new Set(
    requests.map(({ action }) => action).filter((action) => !/:(Describe|Get|List|View)/.test(action)),
  );
  expect(writes.size).toBeGreaterThan(60);
  expect([...writes].filter((action) => !known.includes(action) && !NO_CREATIONS.test(action))).toEqual([]);
});

test("the rehearsal reports success", () => {
  expect(rehearsal.ok).toBe(true);
});
