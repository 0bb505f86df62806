import { parseEstate } from "../../config/load";
import { organizationStack, printWaiting, waitingLines } from "../../config/waiting";
import { estateWith, PROD, type Changes } from "./estate-fixture";

const created = (email: string) => ({ ...estateWith().accounts["lab"], id: undefined, email });
const estate = (changes: Changes = {}) =>
  parseEstate(
    estateWith({
      ...PROD,
      "accounts.lab.id": undefined,
      "accounts.desk": created("desk@example.com"),
      "accounts.spare": created("spare@example.com"),
      "environments.prod.profile": "documented",
      "environments.dev.members": { analytics: { account: "lab" }, desk: { account: "desk" } },
      "environments.prod.members": { analytics: { account: "lab" } },
      ...changes,
    }),
    "test",
  );

const line = (account: string, ...stacks: string[]) =>
  `note: waiting for the account ${account} (its id is not in the estate file yet): ${stacks.join(", ")}; apply master-organization, then: npm run accounts`;

test("every account that waits is told with its stacks, also one that is nobody's member", () => {
  expect(waitingLines(estate())).toEqual([
    line("lab", "lab-bootstrap", "lab-iam", "dev-member-analytics", "prod-member-analytics"),
    line("desk", "desk-bootstrap", "desk-iam", "dev-member-desk"),
    line("spare", "spare-bootstrap", "spare-iam"),
  ]);
});

test("of some environments only what waits for them is told", () => {
  const { environments } = estate();
  expect(waitingLines(estate(), environments.slice(1))).toEqual([
    line("lab", "lab-bootstrap", "lab-iam", "prod-member-analytics"),
  ]);
  expect(waitingLines(estate(), environments)).toHaveLength(3);
});

test("nothing is told where nothing waits", () => {
  expect(waitingLines(parseEstate(estateWith(), "test"))).toEqual([]);
});

test("names the stack of the account that is master, whatever it is called", () => {
  const accounts = { "accounts.root": estateWith().accounts["master"], "accounts.master": undefined };
  expect(organizationStack(estate(accounts))).toBe("root-organization");
  expect(waitingLines(estate(accounts))[0]).toContain("; apply root-organization, then:");
});

test("tellWaiting says it on standard error, and gives the estate back", () => {
  const error = jest.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    const waiting = estate();
    expect(printWaiting(waiting)).toBe(waiting);
    expect(error.mock.calls).toEqual(waitingLines(waiting).map((each) => [each]));
  } finally {
    error.mockRestore();
  }
});
