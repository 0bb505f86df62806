import { listVersions, readVersions, versioningOf } from "../../../../tools/terraform/state/state-versions";
import { awsError, FakeS3 } from "../support/fake-s3";
import { stateText } from "../support/states";

const at = { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" };
let s3: FakeS3;
beforeEach(() => {
  s3 = new FakeS3();
});

const all = async () => readVersions(s3.client, at, await listVersions(s3.client, at));

test("lists every version of the state newest first, page by page, without its lock and other states", async () => {
  s3.pageSize = 2;
  const ids = [1, 2, 3, 4, 5].map((serial) => s3.put(at.key, stateText({ serial })));
  for (let count = 0; count < 20; count++) s3.put(`${at.key}.tflock`, "{}");
  s3.put("dev/iam.tfstate-copy", stateText());
  const listed = await listVersions(s3.client, at);
  expect(listed.map(({ versionId }) => versionId)).toEqual(ids.reverse());
  expect(listed.map(({ isCurrent }) => isCurrent)).toEqual([true, false, false, false, false]);
  expect(s3.requests.length).toBeLessThan(6); // it does not list all pages of locks
});

test("lists delete markers by their time", async () => {
  s3.put(at.key, stateText({ serial: 1 }));
  s3.put(at.key, undefined);
  s3.put(at.key, stateText({ serial: 2 }));
  s3.put(at.key, undefined);
  expect((await all()).map(({ isDeletion, isCurrent, summary }) => [isDeletion, isCurrent, summary?.serial])).toEqual([
    [true, true, undefined],
    [false, false, 2],
    [true, false, undefined],
    [false, false, 1],
  ]);
});

test("summarizes each version, and reports the damage of a damaged one", async () => {
  s3.put(at.key, stateText({ serial: 4, roles: { a: "A", b: "B" } }));
  s3.put(at.key, "garbage");
  const [garbage, whole] = await all();
  expect(garbage).toMatchObject({ damage: "not JSON", bytes: 7 });
  expect(whole?.summary).toEqual({ serial: 4, lineage: "lineage-a", terraformVersion: "1.11.4", resources: 2 });
});

test("continues if AWS refuses to return a version, but fails if AWS does not answer", async () => {
  const locked = s3.put(at.key, stateText({ serial: 1 }));
  s3.put(at.key, stateText({ serial: 2 }));
  let fails = awsError("KMS.DisabledException", 400);
  s3.before = (request) => {
    if (request.startsWith("GetObject") && s3.requests.filter((each) => each.startsWith("GetObject")).length === 2)
      throw fails;
  };
  expect((await all()).find(({ versionId }) => versionId === locked)).toMatchObject({
    damage: "not readable: KMS.DisabledException",
    isUnreadable: true,
  });
  s3.requests.length = 0;
  fails = awsError("TimeoutError", 0);
  await expect(all()).rejects.toThrow("TimeoutError");
});

test.each([
  ["Enabled", "Enabled"],
  ["Suspended", "Suspended"],
  [undefined, "Off"],
] as const)("a bucket's versioning %s is %s", async (status, expected) => {
  s3.versioning = status;
  expect(await versioningOf(s3.client, at)).toBe(expected);
});
