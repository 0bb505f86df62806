import type { StackSpec } from "../../../../config/layout";
import {
  parseApplied,
  withApplied,
  type Applied,
  type AppliedContent,
} from "../../../../tools/plans/promotion/applied-content";
import { Promotion, type PromotionCandidate } from "../../../../tools/plans/promotion/promotion";
import { awsError, FakeS3 } from "../../terraform/support/fake-s3";
import { example } from "../../../support/estates";

const OLD = "a".repeat(64);
const NEW = "b".repeat(64);
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const BY = { commit: COMMIT, plan: "20260102T030405Z-0123456789abcdef" };

/** A bucket for each account. */
const buckets = new Map<string, FakeS3>();
/** Accounts with available credentials; all by default. */
let reachable: readonly string[] | undefined;

beforeEach(() => {
  buckets.clear();
  reachable = undefined;
});

function bucketOf(name: string): FakeS3 {
  const bucket = buckets.get(name) ?? new FakeS3();
  buckets.set(name, bucket);
  return bucket;
}

function s3Of({ account, state }: StackSpec) {
  if (reachable && !reachable.includes(account.name))
    return { send: () => Promise.reject(awsError("CredentialsProviderError", 0)) };
  return bucketOf(state.bucket).client;
}

const promotion = (skipReason?: string) => new Promotion({ estate: example(), s3Of, skipReason });
const ci = (content = NEW, before = NEW): PromotionCandidate => ({
  id: "ci-network",
  content,
  exact: content,
  after: { stackId: "dev-network", content: before },
});
const dev = (content = NEW): PromotionCandidate => ({ id: "dev-network", content, exact: content });
const record = (account: string, key: string): AppliedContent =>
  parseApplied(bucketOf(`${account}-galileo-terraform-state`).get(key) ?? "nothing");

describe("a later environment", () => {
  test("is refused until its predecessor has applied the content of this code", async () => {
    expect(await promotion().refusalOf(ci())).toMatch(
      /^ci-network: dev-network must be applied first \(this code would apply content bbbbbbb\)\. Apply dev-network first, or use --skip-promotion/,
    );
    await promotion().recordApplied(dev(OLD), BY);
    expect(await promotion().refusalOf(ci())).toMatch(
      /dev-network must be applied first \(this code would apply content bbbbbbb; it holds aaaaaaa, applied 20.* UTC\)/,
    );
    await promotion().recordApplied(dev(NEW), BY);
    expect(await promotion().refusalOf(ci())).toBeUndefined();
  });

  test("may apply what its predecessor applied earlier, even if that holds newer content now", async () => {
    for (const content of [NEW, OLD]) await promotion().recordApplied(dev(content), BY);
    expect(await promotion().refusalOf(ci())).toBeUndefined();
  });

  test("may apply again what it holds, to repair drift", async () => {
    await promotion().recordApplied(ci(), BY);
    expect(await promotion().refusalOf(ci())).toBeUndefined();
    expect(await promotion().refusalOf(ci(OLD, OLD))).toMatch(
      /dev-network must be applied first \(this code would apply content \w{7}\)\./,
    );
  });

  test("is refused if its predecessor was destroyed", async () => {
    await promotion().recordApplied(dev(), BY);
    await promotion().recordDestroyed("dev-network");
    expect(await promotion().refusalOf(ci())).toMatch(
      /dev-network must be applied first \(this code would apply content \w{7}\)\./,
    );
  });

  test("is refused if the record cannot be read or is invalid", async () => {
    const devBucket = bucketOf("222222222222-galileo-terraform-state");
    devBucket.before = () => {
      throw awsError("AccessDenied", 403);
    };
    expect(await promotion().refusalOf(ci())).toMatch(
      /but its record cannot be read \(AccessDenied: it was never applied, or the bootstrap stack of its account is older/,
    );
    devBucket.before = () => undefined;
    devBucket.put("dev/network.applied.json", "{}");
    expect(await promotion().refusalOf(ci())).toMatch(
      /but its record cannot be read \(dev-network: s3:.*dev\/network.applied.json must be a record of applies/,
    );
  });

  test("reads the record with its own credentials if there are none for the predecessor's account", async () => {
    await promotion().recordApplied(dev(), BY);
    reachable = ["ci"];
    expect(await promotion().refusalOf(ci())).toBeUndefined();
    reachable = [];
    expect(await promotion().refusalOf(ci())).toMatch(/but its record cannot be read/);
  });
});

test("the first environment does not wait, and reads no record", async () => {
  reachable = [];
  expect(await promotion().refusalOf(dev())).toBeUndefined();
});

describe("skipping promotion", () => {
  test("is recorded with its reason only if it was needed", async () => {
    const skipping = promotion("a fix that can't wait");
    await promotion().recordApplied({ id: "dev-iam", content: NEW, exact: NEW }, BY);
    const iam: PromotionCandidate = {
      id: "ci-iam",
      content: NEW,
      exact: NEW,
      after: { stackId: "dev-iam", content: NEW },
    };
    expect(await skipping.refusalOf(ci())).toBeUndefined();
    expect(await skipping.refusalOf(iam)).toBeUndefined();
    await skipping.recordApplied(ci(), BY);
    await skipping.recordApplied(iam, BY);
    expect(record("333333333333", "ci/network.applied.json").applied[0]).toMatchObject({
      skippedPromotion: "a fix that can't wait",
      ...BY,
    });
    expect(record("333333333333", "ci/iam.applied.json").applied[0]).not.toHaveProperty("skippedPromotion");
  });

  test("is not recorded if the same run applied the predecessor in between", async () => {
    const skipping = promotion("a fix that can't wait");
    expect(await skipping.refusalOf(ci())).toBeUndefined();
    await skipping.recordApplied(dev(), BY);
    expect(await skipping.refusalOf(ci())).toBeUndefined();
    await skipping.recordApplied(ci(), BY);
    expect(record("333333333333", "ci/network.applied.json").applied[0]).not.toHaveProperty("skippedPromotion");
  });

  test("needs no record of the predecessor", async () => {
    bucketOf("222222222222-galileo-terraform-state").before = () => {
      throw awsError("AccessDenied", 403);
    };
    expect(await promotion("because").refusalOf(ci())).toBeUndefined();
  });
});

test("a change of only a name or an id must be applied, and may be applied at once", async () => {
  await promotion().recordApplied(dev(), BY);
  await promotion().recordApplied(ci(), BY);
  const renamed = { ...ci(), exact: OLD };
  expect(await promotion().holds(renamed)).toBe(false);
  expect(await promotion().refusalOf(renamed)).toBeUndefined();
  await promotion().recordApplied(renamed, BY);
  expect(record("333333333333", "ci/network.applied.json").applied.map(({ exact }) => exact)).toEqual([OLD, NEW]);
});

test("a skipped promotion is kept in the record while the stack holds the same content", async () => {
  const skipping = promotion("it can't wait");
  expect(await skipping.refusalOf(ci())).toBeUndefined();
  await skipping.recordApplied(ci(), BY);
  await promotion().recordApplied(ci(), BY);
  expect(record("333333333333", "ci/network.applied.json").applied).toEqual([
    expect.objectContaining({ skippedPromotion: "it can't wait" }),
  ]);
});

describe("the record", () => {
  test("is stored next to the state, encrypted so that other accounts can read it", async () => {
    await promotion().recordApplied({ id: "prod-network", content: NEW, exact: NEW }, BY);
    const [version] = bucketOf("555555555555-galileo-terraform-state").ofKey("prod/network.applied.json");
    expect(version?.input).toMatchObject({ ServerSideEncryption: "AES256" });
    expect(await promotion().holds({ id: "prod-network", exact: NEW })).toBe(true);
    expect(await promotion().holds({ id: "prod-network", exact: OLD })).toBe(false);
  });

  test("keeps every entry when two runs write it", async () => {
    const bucket = bucketOf("222222222222-galileo-terraform-state");
    let raced = false;
    bucket.before = (request) => {
      if (!request.startsWith("PutObject") || raced) return;
      raced = true;
      bucket.put("dev/network.applied.json", JSON.stringify(withApplied(undefined, "dev-network", entry(OLD))));
    };
    await promotion().recordApplied(dev(), BY);
    expect(record("222222222222", "dev/network.applied.json").applied.map(({ content }) => content)).toEqual([
      NEW,
      OLD,
    ]);
  });

  test("keeps the last fifty entries, and a repeated content once", () => {
    let grown: AppliedContent | undefined;
    for (let index = 0; index < 60; index++)
      grown = withApplied(grown, "dev-network", entry(String(index).padStart(64, "0")));
    expect(grown?.applied).toHaveLength(50);
    expect(grown?.applied[0]?.content).toMatch(/59$/);
    const again = withApplied(grown, "dev-network", entry("59".padStart(64, "0")));
    expect(again.applied.map(({ content }) => content)).toEqual(grown?.applied.map(({ content }) => content));
  });
});

function entry(content: string): Applied {
  return { content, exact: content, appliedAt: "2026-01-02T03:04:05.678Z", ...BY };
}
