import { chooseVersion } from "../../../../tools/terraform/state/state-choice";
import type { StateVersion } from "../../../../tools/terraform/state/state-versions";

let minute: number;
beforeEach(() => {
  minute = 60;
});

/** Lists versions newest first. */
const version = (versionId: string, more: Partial<StateVersion>): StateVersion => {
  const time = new Date(Date.UTC(2026, 0, 1, 0, --minute));
  return { versionId, time, isCurrent: minute === 59, isDeletion: false, bytes: 1, etag: versionId, ...more };
};
const whole = (versionId: string, serial: number, lineage = "a") =>
  version(versionId, { summary: { serial, lineage, terraformVersion: "1.11.4", resources: 1 } });
const damaged = (versionId: string) => version(versionId, { damage: "not JSON" });
const deletion = (versionId: string) => version(versionId, { isDeletion: true, etag: undefined });

const chosen = (versions: StateVersion[], version?: string, otherLineage = false) =>
  chooseVersion("dev-iam", versions, { version, otherLineage });

test("chooses the newest intact version if the current one is damaged or deleted", () => {
  expect(chosen([damaged("d"), whole("new", 3), whole("old", 2)])).toMatchObject({
    version: { versionId: "new" },
    current: { versionId: "d" },
    highestSerial: 3,
  });
  expect(chosen([deletion("d"), damaged("e"), whole("old", 2)]).version.versionId).toBe("old");
});

test("returns the highest serial of all versions, not the newest one's", () => {
  expect(chosen([damaged("d"), whole("new", 3), whole("old", 9)]).highestSerial).toBe(9);
});

test("finds a version by its id or the start of it", () => {
  const versions = [whole("current-1", 3), whole("version-12", 2), whole("version-2", 1)];
  expect(chosen(versions, "version-12").version.versionId).toBe("version-12");
  expect(chosen(versions, "version-1").version.versionId).toBe("version-12");
  const short = [whole("current-1", 3), whole("null", 1)];
  expect(chosen(short, "null").version.versionId).toBe("null");
});

describe("a version of another lineage than the state", () => {
  const refused =
    /^dev-iam: the version version-1 must have the lineage a of the state, got b: .*: --version version-1 --other-lineage$/;

  test.each<[string, () => StateVersion[]]>([
    ["that of the current version", () => [whole("current", 3, "a"), whole("version-1", 2, "b")]],
    [
      "that of the newest intact version if the current one is damaged",
      () => [damaged("c"), whole("new", 3, "a"), whole("version-1", 2, "b")],
    ],
  ])("is refused without --other-lineage; the lineage is %s", (_what, versions) => {
    const all = versions();
    expect(() => chosen(all, "version-1")).toThrow(refused);
    expect(chosen(all, "version-1", true).version.versionId).toBe("version-1");
  });

  test("is never chosen by default", () => {
    const versions = [damaged("c"), whole("version-2", 3, "a"), whole("version-1", 9, "b")];
    expect(chosen(versions, undefined, true)).toMatchObject({ version: { versionId: "version-2" }, highestSerial: 9 });
  });
});

const list = "Run npm run state -- history dev-iam to list the versions.";
const remedy = `Name the version to restore: --version <version id>. ${list}`;

test.each<[string, () => StateVersion[], string | undefined, string]>([
  [
    "there is no version",
    () => [],
    undefined,
    "the state must have a version to restore, got none in the bucket. Apply the stack first.",
  ],
  [
    "no version is intact",
    () => [damaged("d"), deletion("e")],
    undefined,
    `none of 2 versions of the state is intact: each is deleted or damaged. ${list}`,
  ],
  [
    "the current version is intact",
    () => [whole("c", 2), whole("o", 1)],
    undefined,
    `the current state is intact. ${remedy}`,
  ],
  [
    "the current version is unreadable",
    () => [version("c", { damage: "not readable: AccessDenied", isUnreadable: true }), whole("o", 1)],
    undefined,
    `the current state can't be read (not readable: AccessDenied). ${remedy}`,
  ],
  [
    "it is the current version",
    () => [whole("current", 2)],
    "current",
    `the version must be another than the current one, got current. ${list}`,
  ],
  [
    "it is damaged",
    () => [whole("c", 2), damaged("version-1")],
    "version-1",
    `the version version-1 is not JSON. ${list}`,
  ],
  [
    "it is a deletion",
    () => [whole("c", 2), deletion("version-1")],
    "version-1",
    `the version version-1 is a deletion. ${list}`,
  ],
  ["the id is unknown", () => [whole("c", 2)], "version-9", `no version has the id "version-9". ${list}`],
  [
    "the start of the id is too short",
    () => [whole("c", 2), whole("version-1", 1)],
    "versi",
    `--version must be an id or at least its first 6 characters, got "versi". ${list}`,
  ],
  [
    "two ids have the same start",
    () => [whole("version-1", 2), whole("version-2", 1)],
    "version",
    '"version" is the start of several ids: version-1, version-2. Name one of them.',
  ],
])("refuses if %s", (_what, versions, wanted, message) => {
  expect(() => chosen(versions(), wanted)).toThrow(`dev-iam: ${message}`);
});
