import { promotionOfPlan } from "../../../../tools/plans/promotion/plan-order";
import type { PromotionCandidate } from "../../../../tools/plans/promotion/promotion";
import type { ManifestStack } from "../../../../tools/plans/manifest";
import { stackWith } from "../support/manifests";

const hash = (id: string) => Buffer.from(id).toString("hex").padEnd(64, "0").slice(0, 64);

/** A stack of the account or environment in its name, with its predecessor. */
function stack(id: string, status: ManifestStack["status"], after?: string): ManifestStack {
  const own = { content: hash(id), exact: hash(id), status };
  return stackWith(id, after === undefined ? own : { ...own, after: { stackId: after, content: hash(after) } });
}

/** What promotion decides about a plan, if these stacks are recorded with the plan's content. */
const decided = (stacks: readonly ManifestStack[], recorded: readonly string[], unread: readonly string[] = []) =>
  promotionOfPlan(
    stacks,
    {
      holds: ({ id }) => (unread.includes(id) ? Promise.reject(new Error("denied")) : Promise.resolve(recorded.includes(id))),
      refusalOf: ({ id, after }: PromotionCandidate, unreadable) => {
        const isUnknown = unreadable === "unknown" && unread.includes(after?.stackId ?? "");
        const isAllowed = after === undefined || recorded.includes(after.stackId) || isUnknown;
        return Promise.resolve(isAllowed ? undefined : `${id}: ${after.stackId} must be applied first`);
      },
    },
  ); // prettier-ignore

test("a stack is refused unless its predecessor is applied before or by the same plan", async () => {
  const [ci, prod] = [stack("ci-iam", "changes", "dev-iam"), stack("prod-iam", "changes", "ci-iam")];
  const refusal = "ci-iam: dev-iam must be applied first";
  expect((await decided([ci], [])).refusals).toEqual([{ refusal, first: "dev-iam" }]);
  expect((await decided([ci, prod], [])).refusals).toEqual([{ refusal, first: "dev-iam" }]);
  expect((await decided([ci, prod], ["dev-iam"])).refusals).toEqual([]);
  expect((await decided([stack("dev-iam", "changes"), ci, prod], [])).refusals).toEqual([]);
  // Nothing changes in ci-iam, which is not recorded because of dev-iam.
  const unchanged = stack("ci-iam", "no changes", "dev-iam");
  expect((await decided([unchanged, prod], [])).refusals).toEqual([{ refusal, first: "dev-iam" }]);
  expect((await decided([stack("dev-iam", "waiting"), ci], [])).refusals).toHaveLength(1);
});

test("a record that these credentials cannot read refuses nothing: those of the apply may read it", async () => {
  const stacks = [stack("ci-iam", "changes", "dev-iam"), stack("ci-network", "no changes")];
  expect(await decided(stacks, [], ["dev-iam", "ci-network"])).toEqual({ refusals: [], unrecorded: [] });
});

test("lists unchanged stacks that an apply records", async () => {
  const stacks = [stack("dev-iam", "no changes"), stack("ci-iam", "no changes", "dev-iam"), stack("ci-x", "no changes", "dev-x")]; // prettier-ignore
  expect((await decided(stacks, [])).unrecorded).toEqual(["dev-iam", "ci-iam"]);
  expect((await decided(stacks, ["dev-iam"])).unrecorded).toEqual(["ci-iam"]);
  expect((await decided([stackWith("dev-iam")], [])).unrecorded).toEqual([]);
});
