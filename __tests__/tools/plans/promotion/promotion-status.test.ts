import { stacksOf, type StackSpec } from "../../../../config/layout";
import { promotionsText } from "../../../../tools/plans/promotion/promotions-text";
import { pendingStacks } from "../../../../tools/pipelines/pending";
import { contentOf, stackContentOf } from "../../../../tools/plans/promotion/content";
import { Promotion } from "../../../../tools/plans/promotion/promotion";
import type { Stack } from "../../../../tools/synth/stacks";
import {
  pendingDeployments,
  promotionStatuses,
  type PromotionStatus,
} from "../../../../tools/plans/promotion/promotion-status";
import { awsError, FakeS3 } from "../../terraform/support/fake-s3";
import { writeOutput } from "../../terraform/support/synthesized-output";
import { temporaryFolder } from "../../terraform/support/temporary-folder";
import { specOf } from "../support/manifests";
import { example, exampleWith, found } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";
import { readStacks } from "../../../../tools/synth/read-stacks";

const folder = temporaryFolder();
const BY = { commit: "0123456789abcdef0123456789abcdef01234567", plan: "20260102T030405Z-0123456789abcdef" };
const estate = example();
const buckets = new Map<string, FakeS3>();
const jsonOf = (id: string) => synthesize(estate).stack(id).json;
const contentNow = (spec: StackSpec) => contentOf(jsonOf(spec.id), spec, estate);
const exactNow = (spec: StackSpec) => stackContentOf(jsonOf(spec.id), spec, estate).exact;

beforeEach(() => {
  buckets.clear();
});

function s3Of({ state }: StackSpec) {
  const bucket = buckets.get(state.bucket) ?? new FakeS3();
  buckets.set(state.bucket, bucket);
  return bucket.client;
}

async function applied(ids: readonly string[], content?: string, skipReason?: string): Promise<void> {
  const promotion = new Promotion({ estate, s3Of, skipReason });
  for (const id of ids) {
    const spec = specOf(id, estate);
    await promotion.recordApplied({ id, content: content ?? contentNow(spec), exact: content ?? exactNow(spec) }, BY);
  }
}

const standings = () => promotionStatuses({ estate, jsonOf, s3Of });
const statusOf = (all: readonly PromotionStatus[], id: string) => all.find(({ spec }) => spec.id === id)?.status;
const everything = () => stacksOf(estate).filter(({ name }) => name !== "bootstrap").map(({ id }) => id); // prettier-ignore
const OLD = "a".repeat(64);

test("the first environment may be applied at once, the others wait for the one before", async () => {
  const all = await standings();
  expect(["master-iam", "dev-iam", "dev-network", "dev-member-analytics"].map((id) => statusOf(all, id))).toEqual(
    Array(4).fill("ready"),
  );
  expect(["ci-iam", "ci-network", "prod-network", "prod-member-analytics"].map((id) => statusOf(all, id))).toEqual(
    Array(4).fill("waiting"),
  );
  expect(all.map(({ spec }) => spec.name)).not.toContain("bootstrap");
});

test("one step at a time: after dev, ci may be applied, and staging may not", async () => {
  await applied(["dev-network"]);
  await applied(["ci-network"], OLD);
  const all = await standings();
  expect(["dev-network", "ci-network", "staging-network"].map((id) => statusOf(all, id))).toEqual([
    "up to date",
    "ready",
    "waiting",
  ]);
});

test("an unreadable record makes exactly its stack and the next one unknown", async () => {
  await applied(["dev-network"]);
  const bucket = buckets.get("333333333333-galileo-terraform-state") ?? new FakeS3();
  buckets.set("333333333333-galileo-terraform-state", bucket);
  bucket.before = () => {
    throw awsError("AccessDenied", 403);
  };
  const all = await standings();
  expect(["dev-network", "ci-network", "staging-network", "prod-network"].map((id) => statusOf(all, id))).toEqual([
    ...["up to date", "unknown", "unknown", "waiting"],
  ]);
});

describe("a stack whose apply left changes to a maintenance window", () => {
  const pend = async (id: string, until: string, exact = exactNow(specOf(id, estate))) => {
    await new Promotion({ estate, s3Of }).recordPending(id, { exact, changes: ["multi_az: false → true"], until });
  };
  const [LATER, BEFORE] = ["2126-01-02T03:00:00.000Z", "2026-01-02T03:00:00.000Z"];

  beforeEach(async () => {
    await applied(everything().filter((id) => id !== "dev-database"));
    await applied(["dev-database"], OLD);
  });

  test("is pending: no pipeline plans it, and the next environment waits for it", async () => {
    await applied(["ci-database"], OLD);
    await pend("dev-database", LATER);
    const all = await standings();
    expect(["dev-database", "ci-database"].map((id) => statusOf(all, id))).toEqual(["pending", "waiting"]);
    expect(pendingDeployments(all, estate).map(({ deployment }) => deployment)).toEqual(["ci"]);
    expect(pendingStacks("dev", all, [], { everything: true })).toMatchObject({ pending: ["dev-database"] });
    expect(pendingStacks("dev", all, [], { everything: true }).stacks).not.toContain("dev-database");
    expect(promotionsText(all, estate)).toMatch(
      /aaaaaaa ~[^]*\ndev-database is pending until 2126-01-02 03:00:00 UTC; plan it then, to record it:\n {2}multi_az: false → true/,
    );
  });

  test("may be planned again after the window, to be recorded, and if the code has changed since", async () => {
    await pend("dev-database", BEFORE);
    expect(statusOf(await standings(), "dev-database")).toBe("ready");
    await pend("dev-database", LATER, OLD);
    expect(statusOf(await standings(), "dev-database")).toBe("ready");
  });

  test("stays pending if another change is applied and RDS still makes the former one", async () => {
    await pend("dev-database", LATER, OLD);
    const promotion = new Promotion({ estate, s3Of });
    const pending = await promotion.pendingOf("dev-database");
    const exact = exactNow(specOf("dev-database", estate));
    await promotion.recordApplied({ id: "dev-database", content: exact, exact }, { commit: "c", plan: "p" }, pending);
    expect(statusOf(await standings(), "dev-database")).toBe("pending");
    expect(await new Promotion({ estate, s3Of }).pendingOf("dev-database")).toEqual(pending);
  });

  test("is up to date once it is recorded", async () => {
    await pend("dev-database", LATER);
    await applied(["dev-database"]);
    expect(statusOf(await standings(), "dev-database")).toBe("up to date");
    expect(await new Promotion({ estate, s3Of }).pendingOf("dev-database")).toBeUndefined();
  });
});

test("a change of only names and ids must be applied, and does not wait", async () => {
  await applied(everything());
  const changed = exampleWith((file) => {
    const prod = found(file.environments, "prod");
    prod.chargeCode = "another-0001";
    prod.externalId = "galileo-prod-rotated";
  });
  const all = await promotionStatuses({ estate: changed, jsonOf: (id) => synthesize(changed).stack(id).json, s3Of });
  expect(statusOf(all, "prod-network")).toBe("ready");
  expect(statusOf(all, "prod-master-role")).toBe("ready");
  expect(statusOf(all, "staging-network")).toBe("up to date");
});

describe("deployments", () => {
  test("are in promotion order, each account before the first environment that uses it", async () => {
    const names = pendingDeployments(await standings(), estate).map(({ deployment }) => deployment);
    expect(names).toEqual([
      ...["account-master", "account-dev", "account-dev-analytics", "account-partner-lab", "dev"],
      ...["account-ci", "ci", "account-staging", "staging", "account-prod", "account-prod-analytics", "prod"],
    ]);
  });

  test("are those with something to apply", async () => {
    await applied(everything());
    expect(pendingDeployments(await standings(), estate)).toEqual([]);
    await applied(["ci-database", "prod-network"], OLD);
    expect(pendingDeployments(await standings(), estate)).toEqual([
      { deployment: "ci", environment: "ci", stacks: ["ci-database"], waits: false },
      { deployment: "prod", environment: "prod", stacks: ["prod-network"], waits: false },
    ]);
  });

  test("wait only if none of their stacks may be applied", async () => {
    const found = pendingDeployments(await standings(), estate).find(({ deployment }) => deployment === "prod");
    expect(found).toMatchObject({ waits: true });
  });
});

describe("the stacks that a deployment plans", () => {
  const BUCKET = "222222222222-galileo-terraform-state";
  /** dev-database reads dev-network, and dev-application reads dev-database. */
  function stacks(): Stack[] {
    const reading = (id: string) => ({
      terraform_remote_state: {
        [`cross-stack-reference-input-${id}`]: { config: { bucket: BUCKET, key: specOf(id, estate).state.key } },
      },
    });
    const json = (id: string, data = {}) => ({ data, terraform: { backend: { s3: { bucket: BUCKET, key: specOf(id, estate).state.key, region: "eu-west-1" } } } }); // prettier-ignore
    writeOutput(folder(), {
      "dev-network": { json: json("dev-network") },
      "dev-database": { json: json("dev-database", reading("dev-network")) },
      "dev-application": { json: json("dev-application", reading("dev-database")) },
    });
    return readStacks(folder());
  }

  test("are those that are not up to date, and their direct and indirect readers", async () => {
    await applied(everything());
    await applied(["dev-network"], OLD);
    expect(pendingStacks("dev", await standings(), stacks())).toEqual({
      stacks: ["dev-network", "dev-database", "dev-application"],
      unknown: [],
      pending: [],
      waiting: [],
    });
    await applied(["dev-network"]);
    await applied(["dev-application"], OLD);
    expect(pendingStacks("dev", await standings(), stacks()).stacks).toEqual(["dev-application"]);
  });

  test("include a stack that must be planned again because of another stack", async () => {
    await applied(everything());
    await new Promotion({ estate, s3Of }).recordWaiting("dev-database");
    expect(pendingStacks("dev", await standings(), stacks()).stacks).toEqual(["dev-database", "dev-application"]);
    await applied(["dev-database"]);
    expect(pendingStacks("dev", await standings(), stacks()).stacks).toEqual([]);
  });

  test("exclude those that wait, unless promotion is skipped; include all on request", async () => {
    await applied(everything().filter((id) => id !== "dev-network"));
    await applied(["dev-network", "ci-network"], OLD);
    const all = await standings();
    expect(pendingStacks("ci", all, [])).toEqual({ stacks: [], unknown: [], pending: [], waiting: ["ci-network"] });
    expect(pendingStacks("ci", all, [], { skipPromotion: true })).toEqual({
      stacks: ["ci-network"],
      unknown: [],
      pending: [],
      waiting: [],
    });
    expect(pendingStacks("ci", all, [], { everything: true })).toEqual({
      stacks: ["ci-database", "ci-application", "ci-master-role"],
      unknown: [],
      pending: [],
      waiting: ["ci-network"],
    });
    expect(pendingStacks("account-ci", all, [], { everything: true }).stacks).toEqual(["ci-iam"]);
  });
});

test("the table shows contents, what may be applied next, and skipped promotions with escaped reasons", async () => {
  await applied(["dev-network", "dev-database"]);
  await applied(["ci-network"], OLD);
  const skipping = new Promotion({ estate, s3Of, skipReason: "a fix\u001b[2J\nthat can't wait" });
  const staging = {
    id: "staging-network",
    content: OLD,
    exact: OLD,
    after: { stackId: "ci-network", content: contentNow(specOf("ci-network", estate)) },
  };
  expect(await skipping.refusalOf(staging)).toBeUndefined();
  await skipping.recordApplied(staging, BY);
  const text = promotionsText(await standings(), estate);
  const content = contentNow(specOf("dev-network", estate)).slice(0, 7);
  expect(text).toMatch(new RegExp(`^dev +${content} = `, "m"));
  expect(text).toMatch(/^ci +aaaaaaa < +- </m);
  expect(text).toMatch(/^prod +- \. /m);
  expect(text).toMatch(/to apply next: npm run plan -- .*\bci-network ci-database\b/);
  expect(text).toMatch(/staging-network skipped promotion on .*: .*a fix\\u001b\[2J\\nthat can't wait/);
});
