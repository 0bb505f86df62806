import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import prettier from "prettier";
import { loadEstate } from "../../../config/load";
import { accessFiles, readBaseline } from "../../../tools/access/guard/access-files";
import { acceptancesFile, readAcceptances } from "../../../tools/controls/acceptances";
import { decideControls, newFailures } from "../../../tools/controls/decide";
import { LAWS } from "../../support/laws";
import { synthesize } from "../../support/synthesize";
import { callCommand } from "./support/call-command";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const USER = "arn:aws:iam::123412341234:user/engineer";
const SHOP = "shop,123412341234,aws@shop.example";

/** Options that answer all questions. */
const answers = (changes: Readonly<Record<string, readonly string[]>> = {}): string[] =>
  Object.entries({
    accounts: [SHOP],
    environments: ["test=shop"],
    region: ["eu-central-1"],
    people: [USER],
    repository: ["none"],
    database: ["none"],
    ...changes,
  }).flatMap(([name, values]) => [`--${name}`, ...values]);

const init = (name: string, args: readonly string[]) =>
  callCommand("init", args, { ESTATE: join(folder, name), HOME: folder, TMPDIR: folder });

const [MASTER, LIVE] = [`${SHOP},master`, "live,123412341235,aws-live@shop.example"];
const CREATED = "data,,aws-data@shop.example,created";

describe("the estate that it writes is valid, keeps all laws, has accepted its access, and is formatted", () => {
  test.each<[string, string, Record<string, readonly string[]>, Record<string, unknown>]>([
    ["one account without a database", "estate.ts", {}, { solution: "estate" }],
    [
      "production, a repository and databases, as JSON",
      "estate.json",
      {
        ...{ accounts: [SHOP, LIVE], environments: ["test=shop", "live=live,production"] },
        ...{ repository: ["shop/AWS.Estate"], database: ["all"] },
      },
      { solution: "aws-estate" },
    ],
    [
      "groups, and a member that the organization creates; answers in one text",
      "estate.ts",
      { accounts: [`${MASTER}  ${CREATED}`], people: ["group:engineers group:leads"], database: ["test"] },
      {},
    ],
    [
      "a project on GitLab",
      "estate.ts",
      { repository: ["gitlab:shop/tools/estate"] },
      { solution: "estate", pipelines: [{ name: "gitlab", repository: "shop/tools/estate" }] },
    ],
    [
      "a project on Azure DevOps",
      "estate.json",
      { repository: ["azureDevOps:shop/AWS.Estate,11111111-2222-3333-4444-555555555555"] },
      {
        solution: "aws-estate",
        pipelines: [
          {
            name: "azure-devops",
            repository: "shop/AWS.Estate",
            issuer: "vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555",
          },
        ],
      },
    ],
    [
      "names of the team's own",
      "estate.ts",
      { solution: ["kepler"], "charge-code": ["cost-17"] },
      { solution: "kepler", environments: [{ chargeCode: "cost-17" }] },
    ],
  ])(
    "%s",
    async (_, name, changes, expected) => {
      const file = join(folder, name);
      const { status, stdout, stderr } = await init(name, answers(changes));
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("\nnext:\n");

      const estate = loadEstate(file);
      expect(estate).toMatchObject(expected);
      const synthesized = synthesize(estate);
      const laws = Object.values(LAWS).flat();
      expect(laws.flatMap(({ violations }) => violations(synthesized))).toEqual([]);
      const { baseline, page } = accessFiles(file, "none");
      expect(Object.keys(readBaseline(baseline).principals).length).toBeGreaterThan(3);
      expect(existsSync(page)).toBe(true);
      const decisions = decideControls(synthesized.stacks, readAcceptances(acceptancesFile(file), name));
      expect([newFailures(decisions), decisions.unused]).toEqual([[], []]);
      expect(existsSync(join(folder, "estate.members.json"))).toBe(stdout.includes("estate.members.json"));

      const text = readFileSync(file, "utf8");
      const options = await prettier.resolveConfig(join(__dirname, "x.ts"));
      expect(await prettier.format(text, { ...options, filepath: file })).toBe(text);
    },
    60_000,
  );
});

test("the created members are in the record", async () => {
  const { stdout } = await init("estate.ts", answers({ accounts: [MASTER, CREATED], people: ["group:engineers"] }));
  expect(stdout).toMatch(/^wrote .*estate\.ts, .*estate\.members\.json$/m);
  expect(readFileSync(join(folder, "estate.members.json"), "utf8")).toBe('["data"]\n');
}, 60_000);

test("a production environment has an external id of its own, and a database only where it is wanted", async () => {
  const environments = ["test=shop", "live=live,production"];
  await init("estate.json", answers({ accounts: [SHOP, LIVE], environments, database: ["live"] }));
  const { test, live } = Object.fromEntries(
    loadEstate(join(folder, "estate.json")).environments.map((each) => [each.name, each]),
  );
  expect(live).toMatchObject({
    production: true,
    externalId: expect.stringMatching(/^estate-live-[0-9a-f]{8}$/) as string,
  });
  expect([test?.database, live?.database]).toMatchObject([undefined, { allowedCidrBlocks: ["10.0.8.0/23"] }]);
}, 60_000);

test("lists all problems of the answers at once, and writes nothing", async () => {
  const { status, stdout, stderr } = await init(
    "estate.ts",
    answers({
      ...{ accounts: [SHOP, SHOP, "live,12,x,mastre"], environments: ["test=shop,productio"] },
      ...{ region: ["eu-centrl-1"], people: ["engineer"], repository: ["shop"], database: ["tset"] },
    }),
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  for (const problem of [
    /accounts\.shop +must be given once, got it twice/,
    /--database +must be one of all, none, test, got "tset"/,
    /accounts\.live\.id +must be 12 digits/,
    /accounts\.live\.kind +must be master, main, member or security, got "mastre"/,
    /environments\.test\.production +must be true or false/,
    /defaultRegion +must be .*got "eu-centrl-1"/,
    /operators\[0\] +must be .*got "engineer"/,
    /repository +must be .*got "shop"/,
  ])
    expect(stderr).toMatch(problem);
  expect(readdirSync(folder)).toEqual([]);
});

test("never replaces an estate", async () => {
  writeFileSync(join(folder, "estate.ts"), "mine");
  const { status, stderr } = await init("estate.ts", answers());
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `${join(folder, "estate.ts")} must not exist yet, got an estate. Edit it, or move it away to begin again.\n`,
  });
  expect(readFileSync(join(folder, "estate.ts"), "utf8")).toBe("mine");
});

test("without a terminal it lists the options that are missing", async () => {
  const { status, stderr } = await init("estate.ts", ["--region", "eu-west-1"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^without a terminal, .*\n {2}--accounts: .*\n {2}--environments: /);
  expect(stderr).not.toContain("--region");
});
