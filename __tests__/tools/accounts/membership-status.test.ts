import { parseEstate } from "../../../config/load";
import { membershipStatus } from "../../../tools/accounts/membership-status";
import type { ListedAccount } from "../../../tools/accounts/organization-calls";
import type { StateDocument } from "../../../tools/terraform/terraform";
import { estateWith, type Changes } from "../../config/estate-fixture";
import { fakeOrganization, handshake, listed, NOW } from "./support/fake-organization";

const JOINING: Changes = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };
const PLAN = "npm run plan -- master-organization";
const RETIRE = `set retired: true, then ${PLAN}`;
const REMOVE = "remove its entry and its line in the record";
const MASTER: Partial<ListedAccount> = { id: "111111111111", name: "master", email: "master@example.com" };
const IN_STATE: StateDocument = {
  lineage: "l",
  serial: 1,
  resources: [
    {
      mode: "managed",
      type: "aws_organizations_account",
      name: "a",
      instances: [{ attributes: { id: "333333333333", name: "lab" } }],
    },
  ],
};

interface Case {
  readonly of: string;
  readonly changes?: Changes;
  readonly recorded?: readonly string[];
  /** What AWS lists, besides the master account. @default none */
  readonly accounts?: readonly Partial<ListedAccount>[];
  readonly invitations?: readonly object[];
  readonly state?: StateDocument;
  readonly is: readonly [inEstate: string, inAws: string, inState: boolean, next: string];
}

const ID: Changes = { "accounts.lab.id": undefined };
const RETIRED: Changes = { "accounts.lab.retired": true };
const joined: Partial<ListedAccount> = { joinedMethod: "INVITED" };

const CASES: readonly Case[] = [
  { of: "a created member before the first apply", changes: ID, is: ["created", "not created", false, PLAN] },
  { of: "a created member without its id", changes: ID, accounts: [{}], state: IN_STATE, is: ["created", "created", true, "npm run accounts"] },
  { of: "a created member whose name another account has", changes: ID, accounts: [{ email: "other@example.com" }], is: ["created", "not created", false, PLAN] },
  { of: "a created member that was renamed in AWS", changes: ID, accounts: [{ name: "Lab", email: "Lab@example.com" }], is: ["created", "created", false, `import 333333333333 (docs/applying.md), then ${PLAN}`] },
  { of: "a created member", accounts: [{}], state: IN_STATE, is: ["created", "created", true, ""] },
  { of: "a created member outside the state", accounts: [{}], is: ["created", "created", false, `import 333333333333 (docs/applying.md), then ${PLAN}`] },
  { of: "a created member that was closed by hand", accounts: [{ state: "SUSPENDED" }], state: IN_STATE, is: ["created", "suspended", true, RETIRE] },
  { of: "a created member that is gone", state: IN_STATE, is: ["created", "not created", true, RETIRE] },
  { of: "a member that joins", changes: JOINING, is: ["joins", "not invited", false, "npm run accounts -- --invite lab"] },
  { of: "an invited member", changes: JOINING, invitations: [handshake()], is: ["joins", "invited until 2026-12-16", false, "npm run accounts -- --accept lab"] },
  { of: "a member whose invitation expired", changes: JOINING, invitations: [handshake({ days: -1 })], is: ["joins", "not invited", false, "npm run accounts -- --invite lab"] },
  { of: "a member that declined", changes: JOINING, invitations: [handshake({ state: "DECLINED" })], is: ["joins", "invitation declined", false, "npm run accounts -- --invite lab"] },
  { of: "a member that has joined", changes: JOINING, accounts: [joined], is: ["joins", "joined", false, "npm run accounts"] },
  { of: "a member that is recorded", changes: JOINING, recorded: ["lab"], accounts: [joined], is: ["joins", "joined", false, PLAN] },
  { of: "a member that is imported", changes: JOINING, recorded: ["lab"], accounts: [joined], state: IN_STATE, is: ["joins", "joined", true, ""] },
  { of: "a member that left", changes: JOINING, recorded: ["lab"], state: IN_STATE, is: ["joins", "not invited", true, "npm run accounts -- --invite lab"] },
  { of: "a joined member that was closed", changes: JOINING, recorded: ["lab"], accounts: [{ ...joined, state: "PENDING_CLOSURE" }], state: IN_STATE, is: ["joins", "pending closure", true, RETIRE] },
  { of: "an invited member outside", changes: { "accounts.lab.membership": "invited" }, is: ["outside", "outside", false, ""] },
  { of: "an invited member that joined nevertheless", changes: { "accounts.lab.membership": "invited" }, accounts: [joined], is: ["outside", "joined", false, "set joins: true"] },
  { of: "a retired member before the apply", changes: RETIRED, accounts: [{}], state: IN_STATE, is: ["created, retired", "created", true, PLAN] },
  { of: "a retired member", changes: RETIRED, accounts: [{}], is: ["created, retired", "created", false, `npm run accounts -- --close lab, or ${REMOVE}`] },
  { of: "a retired member that is closed", changes: RETIRED, accounts: [{ state: "CLOSED" }], is: ["created, retired", "closed", false, REMOVE] },
  { of: "a retired member that AWS never created", changes: { ...RETIRED, ...ID }, is: ["created, retired", "not created", false, REMOVE] },
  { of: "a retired member that had joined, which nobody here closes", changes: { ...JOINING, ...RETIRED }, recorded: ["lab"], accounts: [joined], is: ["joins, retired", "joined", false, REMOVE] },
]; // prettier-ignore

test.each(CASES)("of $of", async ({ changes = {}, recorded, accounts = [], invitations = [], state, is }) => {
  const members = recorded ?? (changes["accounts.lab.membership"] === "invited" ? [] : ["lab"]);
  const estate = parseEstate(estateWith(changes), "test", { file: "record", members });
  const { calls } = fakeOrganization({
    ListAccounts: { Accounts: [MASTER, ...accounts].map(listed) },
    ListHandshakesForOrganization: { Handshakes: invitations },
  });
  const found = { accounts: await calls.accounts(), invitations: await calls.sent(), state, now: NOW };
  const [inEstate, inAws, inState, next] = is;
  expect(membershipStatus(estate, found)).toEqual([{ name: "lab", inEstate, inAws, inState, next }]);
});

test("asks for the organization first, if there is none to join", () => {
  const estate = parseEstate(estateWith(JOINING), "test");
  expect(membershipStatus(estate, { accounts: [], invitations: [], now: NOW })[0]?.next).toBe(PLAN);
});

test("a main account that was closed, or is to leave, no longer joins: then Terraform forgets it", () => {
  const file = { file: "record", members: ["dev", "lab"] };
  const dev = { id: "222222222222", name: "dev", email: "dev@example.com", joinedMethod: "INVITED" };
  const statusOf = (changes: Changes, state: string, document?: StateDocument) =>
    membershipStatus(parseEstate(estateWith(changes), "test", file), {
      accounts: [{ ...dev, state }],
      invitations: [],
      state: document,
      now: NOW,
    }).find(({ name }) => name === "dev");
  expect(statusOf({ "accounts.dev.joins": true }, "SUSPENDED")?.next).toBe(`remove joins, then ${PLAN}`);
  const left = parseEstate(estateWith(), "test", file);
  expect(left.organization).toMatchObject({ retired: ["dev"] });
  expect(left.accounts.map(({ name }) => name)).toContain("dev"); // its stacks stay
  const inState = structuredClone(IN_STATE);
  Object.assign(inState.resources[0]?.instances[0]?.attributes ?? {}, { id: dev.id, name: "dev" });
  expect(statusOf({}, "ACTIVE", inState)).toMatchObject({ inEstate: "outside, retired", next: PLAN });
  expect(statusOf({}, "ACTIVE")?.next).toBe("remove its line in the record");
});
