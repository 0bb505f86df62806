// First: verdicts of the library are then kept.
import "../../support/kept-verdicts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stacksOf } from "../../../config/layout";
import { abandonedIn, summaryOfPlans, summaryPage } from "../../../tools/plans/plan-summary";
import { summaryText } from "../../../tools/review/summary-text";
import { readStacks } from "../../../tools/synth/read-stacks";
import { planOf, replaced } from "../review/support/plans";
import { synthesize } from "../../support/synthesize";
import { example } from "../../support/estates";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { firstPlan } from "./support/first-plan";

/** Two screens of a terminal of 55 lines. */
const MOST_LINES = 110;

const folder = temporaryFolder();

test.each([
  { written: { abandoned: ["dev-database: 5 resources"] }, read: ["dev-database: 5 resources"] },
  { written: {}, read: undefined },
  { written: { abandoned: "all" }, read: undefined },
  { written: { abandoned: [1] }, read: undefined },
])("of the summary $written, the stacks outside the estate are $read", ({ written, read }) => {
  writeFileSync(join(folder(), "summary.json"), JSON.stringify(written));
  expect(abandonedIn(folder())).toEqual(read);
});

test("a replacement names the key of its own environment", async () => {
  const estate = example();
  synthesize(estate).writeTo(folder());
  const stacks = readStacks(folder(), stacksOf(estate)).filter(({ id }) => id === "dev-network");
  const vpc = { cidr_block: "10.0.0.0/20" };
  const plan = planOf([replaced("aws_vpc.a", vpc, { cidr_block: "10.1.0.0/20" }, { replace_paths: [["cidr_block"]] })]);
  const planned = {
    id: "dev-network",
    accountId: "222222222222",
    accountName: "dev",
    status: "changes" as const,
    plan,
  };
  const origin = { madeAt: "2026-01-02T03:04:05.678Z", kind: "plan" as const, dirty: false };
  expect(summaryPage(await summaryOfPlans(origin, [planned], stacks))).toContain(
    "To keep it, leave environments.dev.network.cidrBlock as it was",
  );
}, 60_000);

describe.each(["dev", "prod", "master", "account:staging"])("the first plan of %s", (selector) => {
  const summary = firstPlan(example(), selector);
  const text = summary.then((plan) => summaryText(plan, { colour: false, id: "20260102T030405Z-0a1b2c3" }));

  test("fits two screens", async () => {
    expect((await text).split("\n").length).toBeLessThanOrEqual(MOST_LINES);
  }, 60_000);

  test("names everybody who gains access, and every opening", async () => {
    const { access, stacks } = await summary;
    const subjects = access?.lines.filter((line) => !line.startsWith(" ")) ?? [];
    const openings = stacks.flatMap(({ review }) => review?.networkOpened.map(({ message }) => message) ?? []);
    const shown = await text;
    expect(subjects.length + openings.length).toBeGreaterThan(10);
    expect([...subjects, ...openings].filter((each) => !shown.includes(each))).toEqual([]);
  });

  test("has every resource in the page", async () => {
    const plan = await summary;
    const page = summaryPage(plan);
    const addresses = plan.stacks.flatMap(({ review }) => review?.changes.map(({ address }) => address) ?? []);
    expect(addresses.filter((address) => !page.includes(address))).toEqual([]);
  });
});
