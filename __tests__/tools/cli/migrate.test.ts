import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEstate } from "../../../config/load";
import { estateWith } from "../../config/estate-fixture";
import { callCommand } from "./support/call-command";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migrate-"));
  writeFileSync(join(folder, "estate.members.json"), '["lab"]');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const CONTACT = { name: "Security", title: "Team", email: "security@example.com", phone: "+49 30 1234567" };
const OLD = JSON.stringify(CONTACT);
const NEW = `contacts: { security: ${OLD} }`;

async function migrate(name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const ended = await callCommand("init", ["--migrate"], { ESTATE: file, HOME: folder, TMPDIR: folder });
  expect(readdirSync(folder).sort()).toEqual([name, "estate.members.json"].sort()); // no copy is left
  return { ...ended, file, text: readFileSync(file, "utf8") };
}

/** A TypeScript estate with this in the account dev. */
const withDev = (property: string, above = "") =>
  `${above}const estate = ${JSON.stringify(estateWith())} as any;\n// kept\nestate.accounts.dev = { ...estate.accounts.dev, ${property} };\nexport default estate;\n`;

test("rewrites a renamed key of JSON, and nothing else", async () => {
  const json = JSON.stringify(estateWith({ "accounts.dev.securityContact": CONTACT }), undefined, 2);
  const { status, stdout, text, file } = await migrate("estate.json", json);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/estate\.json:\d+: securityContact is now "contacts"\nnext: /) as string,
  });
  expect(JSON.parse(text)).toEqual(estateWith({ "accounts.dev.contacts": { security: CONTACT } }));
  expect(loadEstate(file).accounts.find(({ name }) => name === "dev")?.contacts).toMatchObject({ security: CONTACT });
});

test.each([
  ["a property", withDev(`securityContact: ${OLD}, `), withDev(`${NEW}, `)],
  ["a quoted key", withDev(`"securityContact": ${OLD}`), withDev(NEW)],
  [
    "a shorthand",
    withDev("securityContact", `const securityContact = ${OLD};\n`),
    withDev("contacts: { security: securityContact }", `const securityContact = ${OLD};\n`),
  ],
  [
    "an object that accounts share",
    withDev("...team", `const team = {\n  securityContact: ${OLD}, // who\n};\n`),
    withDev("...team", `const team = {\n  ${NEW}, // who\n};\n`),
  ],
])("rewrites %s of TypeScript, and keeps comments", async (_, before, after) => {
  const { status, text } = await migrate("estate.ts", before);
  expect({ status, text }).toEqual({ status: 0, text: after });
});

const ON_GITLAB = { project: "example-group/aws-estate" };

test("rewrites the key of GitLab at the top of the file, and leaves the one inside of the new key", async () => {
  const before = JSON.stringify(estateWith({ gitlab: ON_GITLAB, mainBranch: "trunk" }), undefined, 2);
  const { status, stdout, text, file } = await migrate("estate.json", before);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/estate\.json:\d+: gitlab is now "repository"\nnext: /) as string,
  });
  expect(JSON.parse(text)).toEqual(estateWith({ repository: { gitlab: ON_GITLAB }, mainBranch: "trunk" }));
  expect(loadEstate(file).pipelines).toMatchObject([{ name: "gitlab", repository: ON_GITLAB.project }]);
  const both = JSON.stringify(
    estateWith({ repository: { gitlab: ON_GITLAB }, "accounts.dev.securityContact": CONTACT }),
    undefined,
    2,
  );
  const { text: migrated } = await migrate("estate.json", both);
  expect(JSON.parse(migrated)).toEqual(
    estateWith({ repository: { gitlab: ON_GITLAB }, "accounts.dev.contacts": { security: CONTACT } }),
  );
});

test.each([
  ["a computed key", withDev(`["security" + "Contact"]: ${OLD}`)],
  ["an object that has the new key too", withDev(`securityContact: ${OLD}, contacts: {}`)],
])("refuses %s, names the place, and writes nothing", async (_, before) => {
  const { status, stdout, stderr, text } = await migrate("estate.ts", before);
  expect({ status, stdout, text }).toEqual({ status: 1, stdout: "", text: before });
  expect(stderr).toMatch(
    /estate\.ts must be changed by hand, nothing was written:\n {2}accounts\.dev\.securityContact: .*write contacts: \{ security: … \}/,
  );
});

test("says that there is nothing to rewrite", async () => {
  const before = withDev("");
  const { status, stdout, text } = await migrate("estate.ts", before);
  expect({ status, text }).toEqual({ status: 0, text: before });
  expect(stdout).toMatch(/estate\.ts has no renamed key\n$/);
});

test("takes no answer", async () => {
  const { status, stderr } = await callCommand("init", ["--migrate", "--region", "eu-west-1"], { HOME: folder });
  expect(status).toBe(1);
  expect(stderr).toBe("error: option '--migrate' cannot be used with option '--region <value>'\n");
});
