import { Access } from "../../../../tools/access/decide/access";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { parseBaseline, baselineText } from "../../../../tools/access/guard/access-files";
import { type Baseline, baselineOf } from "../../../../tools/access/guard/baseline";
import { accessChangeLines, compareBaselines, widens } from "../../../../tools/access/guard/compare-baselines";
import { identityStack, setArn } from "../identity";
import { allow, deny, modelOf, ONE, THREE, TWO } from "../support";

type Wish = NonNullable<Parameters<typeof identityStack>[0]>;

const read = [allow("ec2:Describe*")];
const start: Wish = {
  sets: { Operator: { may: read, assigned: { [TWO]: ["on call"], [THREE]: ["on call"] } } },
  groups: { "on call": ["ann"], idle: ["ann"] },
};

async function baseline(wish: Wish): Promise<Baseline> {
  const access = new Access(modelOf(identityStack(wish)));
  return baselineOf(access.model, await accessGraphOf(access));
}

/** The lines of a change, the lines of the change back, and whether each widens access. */
async function changes(from: Wish, to: Wish) {
  const [before, after] = [await baseline(from), await baseline(to)];
  const [there, back] = [compareBaselines(before, after, new Set()), compareBaselines(after, before, new Set())];
  return {
    ...{ there: accessChangeLines(there), back: accessChangeLines(back) },
    ...{ widens: widens(there), widensBack: widens(back) },
  };
}

const operator = (change: object): Wish => ({
  ...start,
  sets: { Operator: { ...start.sets?.["Operator"], ...change } },
});

test("lists a new group in an account by its name, and a removed one as a loss", async () => {
  const more = operator({ assigned: { [TWO]: ["on call", "guests"], [THREE]: ["on call"] } });
  expect(await changes(start, more)).toEqual({
    there: [`group guests of Identity Center as Operator in ${TWO}`, "  + now has this permission set"],
    back: [`group guests of Identity Center as Operator in ${TWO}`, "  - no longer has this permission set"],
    ...{ widens: true, widensBack: false },
  });
});

test("lists a permission set in another account with what it allows there", async () => {
  const more = operator({ assigned: { [ONE]: ["on call"], [TWO]: ["on call"], [THREE]: ["on call"] } });
  const { there, back, ...others } = await changes(start, more);
  expect(there).toEqual([
    `group on call of Identity Center as Operator in ${ONE}`,
    "  + now has this permission set",
    "  + may now ec2:Describe* on *",
  ]);
  expect(back).toContain("  - no longer has this permission set");
  expect(others).toEqual({ widens: true, widensBack: false });
});

test("lists another permission set, and the administrators that it makes", async () => {
  const admin = { may: [allow("*")], assigned: { [TWO]: ["on call"], [THREE]: ["on call"] } };
  const {
    there,
    widens: isWider,
    widensBack,
  } = await changes(start, { ...start, sets: { ...start.sets, Admin: admin } });
  expect(there).toEqual([
    "group on call of Identity Center",
    ...[TWO, THREE].map((id) => {
      const steps = `assume → ${setArn(id, "Admin")}, administer → administrator:${id}`;
      return `  + can now become administrator of ${id}: ${steps}`;
    }),
    `group on call of Identity Center as Admin in ${TWO}, ${THREE}`,
    "  + now has this permission set",
    "  + may now * on *",
  ]);
  expect([isWider, widensBack]).toEqual([true, false]);
});

test("lists a wider inline policy once for all accounts of the group", async () => {
  expect(await changes(start, operator({ may: [...read, allow("ec2:StopInstances")] }))).toEqual({
    there: [`group on call of Identity Center as Operator in ${TWO}, ${THREE}`, "  + may now ec2:StopInstances on *"],
    back: [
      `group on call of Identity Center as Operator in ${TWO}, ${THREE}`,
      "  - may no longer ec2:StopInstances on *",
    ],
    ...{ widens: true, widensBack: false },
  });
});

test("a removed Deny, a removed boundary and a longer session are gains of the group", async () => {
  const boundary = { managed_policy_arn: "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess" };
  const narrow = { may: [...read, deny("ec2:DescribeVpcs")] };
  for (const wish of [narrow, { boundary }]) {
    expect(await changes(operator(wish), start)).toMatchObject({ widens: true, widensBack: false });
  }
  expect((await changes(start, operator({ seconds: "PT8H" }))).there).toEqual([
    `group on call of Identity Center as Operator in ${TWO}, ${THREE}`,
    "  + its sessions may now last 28800 seconds (was 3600)",
  ]);
});

test("lists the members that a group gets and loses, if it has a permission set", async () => {
  const joined = (members: Wish["groups"]) => changes(start, { ...start, groups: { ...start.groups, ...members } });
  expect(await joined({ "on call": ["ann", "ben"] })).toEqual({
    there: ["group on call of Identity Center", "  + now has the member ben"],
    back: ["group on call of Identity Center", "  - no longer has the member ben"],
    ...{ widens: true, widensBack: false },
  });
  expect(await joined({ idle: ["ann", "ben"] })).toEqual({ there: [], back: [], widens: false, widensBack: false });
});

test("a group whose members the stacks no longer name may have any", async () => {
  expect(await changes(start, { ...start, groups: { idle: ["ann"] } })).toEqual({
    there: [
      "group on call of Identity Center",
      "  + may now have members that the stacks do not name",
      "  - no longer has the member ann",
    ],
    back: [
      "group on call of Identity Center",
      "  + now has the member ann",
      "  - has only the members that the stacks name",
    ],
    ...{ widens: true, widensBack: true },
  });
});

test("the same access, written in another way, is no change", async () => {
  const split = operator({ may: [allow(["ec2:DescribeVpcs", "ec2:Describe*"]), allow("ec2:DescribeImages")] });
  expect(await changes(start, split)).toEqual({ there: [], back: [], widens: false, widensBack: false });
});

test("the file has groups only if the stacks have, and reads them again", async () => {
  const written = await baseline(start);
  expect(parseBaseline(baselineText(written), "baseline.json")).toEqual(written);
  expect(Object.keys(written.identityGroups ?? {})).toEqual(["idle", "on call"]);
  expect(baselineOf(modelOf(), { paths: [] })).not.toHaveProperty("identityGroups");
});
