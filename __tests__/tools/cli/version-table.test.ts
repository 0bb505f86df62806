import { shortId, versionTable } from "../../../tools/cli/version-table";

const listed = (versionId: string, minute: number) => ({
  ...{ versionId, time: new Date(Date.UTC(2026, 0, 1, 9, minute)) },
  ...{ isCurrent: false, isDeletion: false, bytes: 7, etag: "e" },
});

test("lists the contents of each version, or why there are none", () => {
  const summary = { serial: 41, lineage: "a", terraformVersion: "1.11.4", resources: 43 };
  const table = versionTable([
    { ...listed("aaaaaaaaaaaaaaaa", 4), isCurrent: true, isDeletion: true, bytes: 0 },
    { ...listed("bbbbbbbbbbbbbbbb", 3), damage: "not JSON" },
    { ...listed("cccccccccccccccc", 2), bytes: 48164, summary },
  ]);
  expect(table.split("\n")).toEqual([
    "version   written                  bytes  serial  terraform  resources",
    "aaaaaaaa  2026-01-01 09:04:00 UTC      -       -  -                  -  current, deleted",
    "bbbbbbbb  2026-01-01 09:03:00 UTC      7       -  -                  -  damaged: not JSON",
    "cccccccc  2026-01-01 09:02:00 UTC  48164      41  1.11.4            43",
  ]);
});

test("shortens an id to its shortest unique beginning", () => {
  const ids = ["abcdefgh-1", "abcdefgh-2", "xyz-xyz-xyz-xyz", "null", "abcdefgh"];
  expect(ids.map((id) => shortId(id, ids))).toEqual(["abcdefgh-1", "abcdefgh-2", "xyz-xyz-", "null", "abcdefgh"]);
});
