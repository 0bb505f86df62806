import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import type { IConstruct } from "constructs";
import { EstateError } from "../config/estate-error";
import { parseEstate } from "../config/load";
import type { Estate } from "../config/model";
import type { EstateFile } from "../config/schema";
import seed from "../examples/seed-002";
import { addStacks } from "../stacks";
import { skipCreationTraces } from "../stacks/cdktf-internals";
import { groupsOf } from "../stacks/groups";
import { found, smallFile } from "./support/estates";

/* Names that a team chooses become ids of constructs, next to ids that the code chooses. */

beforeAll(skipCreationTraces);

function constructsIn(estate: Estate): IConstruct[] {
  return groupsOf(estate).flatMap(({ input }) => {
    const app = new App({ outdir: join(tmpdir(), "out") });
    addStacks(app, input);
    return app.node.findAll();
  });
}

const named = <T>(names: readonly string[], value: (index: number) => T): Record<string, T> =>
  Object.fromEntries(names.map((name, index) => [name, value(index)]));

/** An estate with the environment `ci`, and with a change. */
const ci = (change: (environment: EstateFile["environments"][string], file: EstateFile) => void): EstateFile =>
  smallFile((file) => {
    change(found(file.environments, "ci"), file);
  });

/** The document with everything outside AWS, with a change. */
const outside = (change: (file: Required<EstateFile>) => void): EstateFile => {
  const file = structuredClone(seed);
  change(file as Required<EstateFile>);
  return file;
};

const PLACES: readonly { key: string; file: (names: readonly string[]) => EstateFile }[] = [
  { key: "network.endpoints", file: (endpoints) => ci((at) => (at.network = { endpoints: [...endpoints] })) },
  { key: "network.tiers", file: (names) => ci((at) => (at.network = { cidrBlock: "10.0.0.0/16", tiers: named(names, () => ({ prefixLength: 28 })) })) }, // prettier-ignore
  { key: "securityGroups", file: (names) => ci((at) => (at.securityGroups = named(names, () => ({ work: "application" })))) }, // prettier-ignore
  { key: "databases", file: (names) => ci((at) => (at.databases = named(names, () => ({ allowedCidrBlocks: ["10.0.8.0/23"] })))) }, // prettier-ignore
  { key: "application.buckets", file: (names) => ci((at) => (at.application = { buckets: [...names] })) },
  { key: "application.repositories", file: (names) => ci((at) => (at.application = { repositories: [...names] })) },
  { key: "identityCenter.groups", file: (names) => ci((_, at) => (at.identityCenter = { groups: named(names, () => ({ members: ["engineer@example.com"] })) })) }, // prettier-ignore
  { key: "identityCenter.groups.<group>.members", file: (names) => ci((_, at) => (at.identityCenter = { groups: { people: { members: [...names] } } })) }, // prettier-ignore
  { key: "search.projects", file: (names) => outside(({ search }) => (search.projects = named(names, (index) => ({ project: `example-${index}`, environment: "dev" })))) }, // prettier-ignore
  { key: "search.projects.<project>.services", file: (names) => outside(({ search }) => (found(search.projects, "dev").services = named(names, () => ({ plan: "business-4", ipFilter: ["198.51.100.0/24"] })))) }, // prettier-ignore
  { key: "singleSignOn.microsoft.applications", file: (names) => outside(({ singleSignOn: { microsoft } }) => Object.assign(microsoft ?? {}, { applications: named(names, (index) => ({ displayName: `Application ${index}`, audience: "AzureADMyOrg", redirectUris: ["https://example.com"] })) })) }, // prettier-ignore
  { key: "singleSignOn.google.projects", file: (names) => outside(({ singleSignOn: { google } }) => Object.assign(google ?? {}, { projects: named(names, (index) => ({ projectId: `example-${index}`, displayName: `Project ${index}`, organization: "123456789012" })) })) }, // prettier-ignore
];

/** In no id of the code. */
const CHOSEN = "zz9";
const UNUSUAL = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "then"];

const isValid = (file: EstateFile): boolean => {
  try {
    parseEstate(file, "test");
    return true;
  } catch (error) {
    if (error instanceof EstateError) return false;
    throw error;
  }
};

test.each(PLACES)("every name in $key is refused, or becomes the id of one construct", ({ file }) => {
  const chosen = constructsIn(parseEstate(file([CHOSEN]), "test")).filter(({ node }) => node.id.includes(CHOSEN));
  const siblings = chosen.flatMap(({ node }) => {
    const [before = "", after = ""] = node.id.split(CHOSEN);
    return (node.scope?.node.children ?? [])
      .map((sibling) => sibling.node.id)
      .filter((id) => id.startsWith(before) && id.endsWith(after) && !id.includes(CHOSEN))
      .map((id) => id.slice(before.length, id.length - after.length));
  });
  expect(chosen.length).toBeGreaterThan(0);
  for (const name of new Set([...siblings, ...UNUSUAL].filter((each) => isValid(file([each])))))
    expect(() => constructsIn(parseEstate(file([CHOSEN, name]), "test"))).not.toThrow();
});
