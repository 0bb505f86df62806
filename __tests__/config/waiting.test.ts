import { parseEstate } from "../../config/load";
import {
  optInLines,
  organizationStack,
  printWaiting,
  expiringBucketLines,
  incompleteEndpointLines,
  publicDatabaseLines,
  secludedLines,
  waitingLines,
} from "../../config/waiting";
import { estateWith, PROD, type Changes } from "./estate-fixture";
import { awkward, example } from "../support/estates";
import { keepingEverything } from "../support/kept-estate";

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
  `note: waiting for the account ${account} (its id is not in the estate file yet): ${stacks.join(", ")}; apply master-organization (npm run plan -- master-organization), then run npm run accounts`;

test("every waiting account is listed with its stacks, also one that no environment uses", () => {
  expect(waitingLines(estate())).toEqual([
    line("lab", "lab-bootstrap", "lab-iam", "dev-member-analytics", "prod-member-analytics"),
    line("desk", "desk-bootstrap", "desk-iam", "dev-member-desk"),
    line("spare", "spare-bootstrap", "spare-iam"),
  ]);
});

test("only what waits for the given environments is listed", () => {
  const { environments } = estate();
  expect(waitingLines(estate(), environments.slice(1))).toEqual([
    line("lab", "lab-bootstrap", "lab-iam", "prod-member-analytics"),
  ]);
  expect(waitingLines(estate(), environments)).toHaveLength(3);
});

test("the list is empty if nothing waits", () => {
  expect(waitingLines(parseEstate(estateWith(), "test"))).toEqual([]);
});

test("names the organization stack of the master account, whatever its name", () => {
  const accounts = { "accounts.root": estateWith().accounts["master"], "accounts.master": undefined };
  expect(organizationStack(estate(accounts))).toBe("root-organization");
  expect(waitingLines(estate(accounts))[0]).toContain(
    "; apply root-organization (npm run plan -- root-organization), then run",
  );
});

test("names the endpoints that a member's analytics miss, if it has any endpoint", () => {
  expect(incompleteEndpointLines(awkward())).toEqual([
    "note: environments.alpha.members.lab.endpoints lists no sagemaker.api, sagemaker.runtime: without a public address, machines reach EMR and SageMaker, which the member's role uses, only by these",
  ]);
  expect(incompleteEndpointLines(example())).toEqual([]);
});

test("warns of a bucket whose objects expire, and of no other", () => {
  expect(expiringBucketLines(awkward().environments)).toEqual([
    "warning: alpha-application: S3 deletes every object of the bucket results 31 days after it is written, and keeps its versions (environments.alpha.application.bucketSettings.results.expirationDays)",
  ]);
  expect(expiringBucketLines(example().environments)).toEqual([]);
});

test("warns of a database that keeps its public address, and of no other", () => {
  const lines = publicDatabaseLines(keepingEverything().environments);
  expect(lines).toEqual([
    "warning: ci-database has a public address. To turn it off, remove environments.ci.existing.database.publiclyAccessible, in a change of its own",
    "warning: ci-database-reports has a public address. To turn it off, remove environments.ci.existing.databases.reports.publiclyAccessible, in a change of its own",
  ]);
  expect(publicDatabaseLines(example().environments)).toEqual([]);
  const error = jest.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    printWaiting(keepingEverything());
    expect(error.mock.calls).toEqual(lines.map((line) => [line]));
  } finally {
    error.mockRestore();
  }
});

test("printWaiting prints the lines on standard error, and returns the estate", () => {
  const error = jest.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    const waiting = estate();
    expect(printWaiting(waiting)).toBe(waiting);
    expect(error.mock.calls).toEqual(waitingLines(waiting).map((each) => [each]));
  } finally {
    error.mockRestore();
  }
});

test("every region that an account must enable is listed once, with the accounts and the command", () => {
  const remote = parseEstate(
    estateWith({
      ...PROD,
      "accounts.lab.region": "me-central-1",
      "environments.dev.region": "af-south-1",
      "environments.dev.members": { analytics: { account: "lab" } },
    }),
    "test",
  );
  const ids = Object.fromEntries(remote.accounts.map(({ name, id }) => [name, `${name} (${id})`]));
  // dev-member-analytics is in the region of dev, and the created member lab is reached from the master account, whose
  // stack dev-master-role is also in the region of dev.
  expect(optInLines(remote)).toEqual([
    `note: AWS enables af-south-1 on request only. Enable it in ${ids["dev"]}, ${ids["lab"]}, ${ids["master"]}, with credentials of the account: aws account enable-region --region-name af-south-1`,
    `note: AWS enables me-central-1 on request only. Enable it in ${ids["lab"]}, ${ids["master"]}, with credentials of the account: aws account enable-region --region-name me-central-1`,
  ]);
  expect(optInLines(parseEstate(estateWith(), "test"))).toEqual([]);
});

test("an environment with private subnets only and without interface endpoints is named", () => {
  const secluded = (network: object) =>
    secludedLines(parseEstate(estateWith({ "environments.dev.network": network }), "test"));
  expect(secluded({ publicSubnets: false })).toEqual([
    "note: dev has private subnets only, which reach no API of AWS but S3: neither Session Manager nor a deployment machine works there. If you need one, list its services in environments.dev.network.endpoints, which cost money (docs/costs.md)",
  ]);
  expect(secluded({ publicSubnets: false, endpoints: ["ssm"] })).toEqual([]);
  expect(secluded({})).toEqual([]);
});

test("the master account enables the region of an environment, whose Master role its provider creates there", () => {
  const alone = parseEstate(estateWith({ "environments.dev.region": "af-south-1" }), "test");
  expect(optInLines(alone)).toEqual([
    expect.stringContaining("Enable it in dev (222222222222), master (111111111111), "),
  ]);
});
