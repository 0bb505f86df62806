import { chooseVersion } from "../../../../tools/terraform/state/state-choice";
import type { StateVersion } from "../../../../tools/terraform/state/state-versions";

let minute: number;
beforeEach(() => {
  minute = 60;
});

/** Versions are named in the order of the list: newest first. */
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

test("brings back the newest whole version where the current one is damaged or deleted", () => {
  expect(chosen([damaged("d"), whole("new", 3), whole("old", 2)])).toMatchObject({
    version: { versionId: "new" },
    current: { versionId: "d" },
    highestSerial: 3,
  });
  expect(chosen([deletion("d"), damaged("e"), whole("old", 2)]).version.versionId).toBe("old");
});

test("goes on from the highest serial there ever was, not from the newest", () => {
  expect(chosen([damaged("d"), whole("new", 3), whole("old", 9)]).highestSerial).toBe(9);
});

test("takes a version by its id or the beginning of one", () => {
  const versions = [whole("current-1", 3), whole("version-12", 2), whole("version-2", 1)];
  expect(chosen(versions, "version-12").version.versionId).toBe("version-12");
  expect(chosen(versions, "version-1").version.versionId).toBe("version-12");
  const short = [whole("current-1", 3), whole("null", 1)];
  expect(chosen(short, "null").version.versionId).toBe("null");
});

describe("a version of another lineage than the state", () => {
  const refused =
    /^dev-iam: the version version-1 has the lineage b, the state has a: .*: --version version-1 --other-lineage$/;

  test.each<[string, () => StateVersion[]]>([
    ["that of the current version", () => [whole("current", 3, "a"), whole("version-1", 2, "b")]],
    [
      "that of the newest whole one, where the current one is damaged",
      () => [damaged("c"), whole("new", 3, "a"), whole("version-1", 2, "b")],
    ],
  ])("is refused unless somebody insists; the lineage is %s", (_what, versions) => {
    const all = versions();
    expect(() => chosen(all, "version-1")).toThrow(refused);
    expect(chosen(all, "version-1", true).version.versionId).toBe("version-1");
  });

  test("never comes back by itself", () => {
    const versions = [damaged("c"), whole("version-2", 3, "a"), whole("version-1", 9, "b")];
    expect(chosen(versions, undefined, true)).toMatchObject({ version: { versionId: "version-2" }, highestSerial: 9 });
  });
});

const list = "npm run state -- history dev-iam lists them";
const which = `say which version is to come back: --version <version id>; ${list}`;

test.each<[string, () => StateVersion[], string | undefined, string]>([
  ["there is none", () => [], undefined, "there is no state, and there never was one"],
  [
    "none is whole",
    () => [damaged("d"), deletion("e")],
    undefined,
    `none of the 2 versions of the state is whole; ${list}`,
  ],
  ["the current one is whole", () => [whole("c", 2), whole("o", 1)], undefined, `the current state is whole; ${which}`],
  [
    "nobody may read the current one",
    () => [version("c", { damage: "not readable: AccessDenied", isUnreadable: true }), whole("o", 1)],
    undefined,
    `nobody knows whether the current state is damaged (not readable: AccessDenied); ${which}`,
  ],
  ["it is the current one", () => [whole("current", 2)], "current", "current is the current version already"],
  [
    "it is damaged",
    () => [whole("c", 2), damaged("version-1")],
    "version-1",
    `the version version-1 is not JSON; ${list}`,
  ],
  [
    "it is a deletion",
    () => [whole("c", 2), deletion("version-1")],
    "version-1",
    `the version version-1 is a deletion; ${list}`,
  ],
  ["there is no such", () => [whole("c", 2)], "version-9", `no version is called "version-9"; ${list}`],
  [
    "the beginning is too short",
    () => [whole("c", 2), whole("version-1", 1)],
    "versi",
    `no version is called "versi", expected an id or at least 6 characters of it; ${list}`,
  ],
  [
    "the beginning is that of two",
    () => [whole("version-1", 2), whole("version-2", 1)],
    "version",
    '"version" may be any of version-1, version-2',
  ],
])("refuses where %s", (_what, versions, wanted, says) => {
  expect(() => chosen(versions(), wanted)).toThrow(`dev-iam: ${says}`);
});
