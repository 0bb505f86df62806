// First: verdicts of the library are then kept.
import { stacksOf } from "../../../support/access";
import { Access } from "../../../../tools/access/decide/access";
import { type Baseline, baselineOf, readingActions } from "../../../../tools/access/guard/baseline";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { accessModelOf } from "../../../../tools/access/read/model-of";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { compareBaselines, widens, accessChangeLines } from "../../../../tools/access/guard/compare-baselines";
import type { EstateFile } from "../../../../config/schema";
import { accessChange } from "../../../../tools/plans/access-change";
import type { PlanJson } from "../../../../tools/review/plan-json";
import { awkwardEstate } from "../../../support/awkward-estate";
import { estateFrom, exampleWith, found, smallWith } from "../../../support/estates";
import { plansBetween } from "./plan-between";

/*
 * The law: plans from one synthesized estate to another report the same change of access as a comparison of the two
 * estates. The states behind the plans are derived from the stacks of the first estate, in the format of the provider.
 */

type Stacks = readonly SynthesizedStack[];
type Change = (file: EstateFile) => void;

const asItIs: Change = () => undefined;
const ci = (file: EstateFile) => found(file.environments, "ci");
const ciAccount = (file: EstateFile) => found(file.accounts, "ci");

/** Synthesizes each estate once. */
function once(synthesize: (change: Change) => Stacks): (change: Change) => () => Stacks {
  const done = new Map<Change, Stacks>();
  return (change) => () => {
    const stacks = done.get(change) ?? synthesize(change);
    done.set(change, stacks);
    return stacks;
  };
}

const small = once((change) => stacksOf(smallWith(change)));
const withMember = once((change) =>
  stacksOf(
    exampleWith((file) => {
      const { master, dev, "dev-analytics": analytics } = file.accounts;
      file.accounts = {
        ...(master && { master }),
        ...(dev && { dev }),
        ...(analytics && { "dev-analytics": analytics }),
      };
      file.environments = {
        dev: { ...found(file.environments, "dev"), members: { analytics: { account: "dev-analytics" } } },
      };
      change(file);
    }),
  ),
);
const awkward = once((change) => {
  const file = structuredClone(awkwardEstate);
  change(file);
  return stacksOf(estateFrom(file));
});

const documented: Change = (file) => (ci(file).profile = "documented");
const hardened: Change = (file) => (ci(file).profile = "hardened");
const anotherOperator: Change = (file) => (ciAccount(file).operators = ["arn:aws:iam::111111111111:user/another"]);
const anotherCharge: Change = (file) => (file.chargeCode = "another");
const anotherName: Change = (file) => (file.solution = "another");
const noServiceUsers: Change = (file) => (ciAccount(file).serviceUsers = []);
const stateKey: Change = (file) => (ciAccount(file).stateKey = true);
const production: Change = (file) => {
  Object.assign(ci(file), {
    production: true,
    profile: "hardened",
    externalId: "galileo-ci-4f1c",
    database: { ...ci(file).database, deletionProtection: true },
  });
  Object.assign(ciAccount(file), { alarmEmails: ["alarm@example.com"] });
};
const noMember: Change = (file) => {
  found(file.environments, "dev").members = {};
  delete file.accounts["dev-analytics"];
};
const anotherRegion: Change = (file) => file.organization?.allowedRegions?.push("eu-west-1");

/** People of groups, in the accounts master and ci. */
const grouped =
  (change: Change = asItIs): Change =>
  (file) => {
    file.identityCenter = { groups: { leads: { members: ["lead@example.com"] } } };
    Object.assign(found(file.accounts, "master"), { operators: ["group:engineers"], admins: ["group:leads"] });
    Object.assign(ciAccount(file), { operators: ["group:engineers", "group:leads"], admins: ["group:leads"] });
    change(file);
  };
const groups = grouped();
const groupGone = grouped((file) => (ciAccount(file).operators = ["group:engineers"]));
const noGroupMember = grouped((file) => (file.identityCenter = { groups: { leads: { members: [] } } }));
const groupedTwice = grouped((file) => {
  found(file.accounts, "master").operators = ["group:leads"];
});
const oneGroup = grouped((file) => {
  found(file.accounts, "master").operators = ["group:leads"];
  ciAccount(file).operators = ["group:leads"];
});
const ownSet = grouped((file) => (ciAccount(file).operatorSessionSeconds = 3600));
const otherAdmins = grouped((file) => (ciAccount(file).admins = ["group:engineers"]));
const groupsUnderOtherName = grouped((file) => (file.solution = "another"));

/** From what to what, and whether that widens access, narrows it, or changes nothing of it. */
const PAIRS: readonly (readonly [name: string, now: () => Stacks, then: () => Stacks, widens: boolean])[] = [
  ["nothing changes", small(asItIs), small(asItIs), false],
  ["a profile is hardened", small(documented), small(hardened), false],
  ["a profile is softened", small(hardened), small(documented), true],
  ["somebody else operates", small(asItIs), small(anotherOperator), true],
  ["tags of everything", small(asItIs), small(anotherCharge), false],
  ["every name", small(asItIs), small(anotherName), true],
  ["service users go", small(asItIs), small(noServiceUsers), false],
  ["a key comes", small(asItIs), small(stateKey), true],
  ["production", small(asItIs), small(production), true],
  ["no production any more", small(production), small(asItIs), true],
  ["a member goes", withMember(asItIs), withMember(noMember), false],
  ["a member comes", withMember(noMember), withMember(asItIs), true],
  ["an organization allows fewer regions", awkward(anotherRegion), awkward(asItIs), false],
  ["an organization allows more regions", awkward(asItIs), awkward(anotherRegion), true],
  ["people log in by groups", small(asItIs), small(groups), true],
  ["people log in by users again", small(groups), small(asItIs), true],
  ["a group loses a permission set in an account", small(groups), small(groupGone), false],
  ["a group gets a permission set in an account", small(groupGone), small(groups), true],
  ["another group administers an account", small(groups), small(otherAdmins), true],
  ["an account gets a permission set of its own", small(groups), small(ownSet), true],
  ["an account loses its own permission set", small(ownSet), small(groups), true],
  ["a person joins a group", small(noGroupMember), small(groups), true],
  ["a person leaves a group", small(groups), small(noGroupMember), false],
  ["permission sets of another solution", small(groups), small(groupsUnderOtherName), true],
  ["a group goes", small(groupedTwice), small(oneGroup), false],
  ["groups stay as they are", small(groups), small(groups), false],
  ["everything is new", () => small(asItIs)().map(emptied), small(asItIs), true],
];

function emptied({ id, json }: SynthesizedStack): SynthesizedStack {
  return { id, json: { ...json, resource: {} } };
}

const read = new Map<Stacks, Baseline>();

async function baselineIn(stacks: Stacks): Promise<Baseline> {
  const known = read.get(stacks);
  if (known) return known;
  const access = new Access(accessModelOf(stacks));
  const baseline = baselineOf(access.model, await accessGraphOf(access));
  read.set(stacks, baseline);
  return baseline;
}

// Reads two large estates completely.
jest.setTimeout(60_000);

const comparisonOf = async (before: Baseline, after: Baseline) =>
  compareBaselines(before, after, await readingActions(before, after));

test.each(PAIRS)("%s", async (_name, now, then, isWider) => {
  const [was, is] = [now(), then()];
  // A removed stack is not planned, and a new one has an empty state.
  const isSame = was.length === is.length && is.every(({ id }, index) => was[index]?.id === id);
  const so = isSame ? was : is.map((stack) => was.find(({ id }) => id === stack.id) ?? emptied(stack));
  const expected = await comparisonOf(await baselineIn(so), await baselineIn(is));
  const change = await accessChange(is, plansBetween(so, is));
  expect(change?.lines ?? []).toEqual(accessChangeLines(expected));
  expect(change?.widens ?? false).toBe(widens(expected));
  expect(widens(expected)).toBe(isWider);
});

test("everything is destroyed", async () => {
  const stacks = small(asItIs)();
  const nothing = stacks.map(emptied);
  const expected = await comparisonOf(await baselineIn(stacks), await baselineIn(nothing));
  const change = await accessChange(stacks, plansBetween(stacks, nothing));
  expect(change?.lines).toEqual(accessChangeLines(expected));
  expect(change?.widens).toBe(widens(expected));
});

test("a removed group is named by its id if no output names it", async () => {
  const [was, is] = [small(groupedTwice)(), small(oneGroup)()];
  const unnamed = [...plansBetween(was, is)].map(([id, plan]): [string, PlanJson] => {
    const state = plan.prior_state as { readonly values: object };
    return [id, { ...plan, prior_state: { ...state, values: { ...state.values, outputs: {} } } }];
  });
  const change = await accessChange(is, new Map(unnamed));
  expect(change?.widens).toBe(false);
  expect(change?.lines).toEqual([
    expect.stringMatching(/^group [0-9a-f-]{36} of Identity Center as Operator in ci$/),
    "  - no longer has this permission set",
  ]);
});
