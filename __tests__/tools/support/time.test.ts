import { ago, utc } from "../../../tools/support/time";

const now = new Date("2026-03-01T12:00:00Z");

test.each([
  [0, "just now"],
  [59, "59 s ago"],
  [60, "1 min ago"],
  [125, "2 min 5 s ago"],
  [3600, "1 h ago"],
  [3660, "1 h 1 min ago"],
  [86_400, "1 day ago"],
  [3 * 86_400 + 7200 + 5, "3 days 2 h ago"],
  [86_400 + 60, "1 day ago"],
  [-5, "in the future, by this machine's clock"],
])("%d seconds are %s", (seconds, says) => {
  expect(ago(new Date(now.getTime() - seconds * 1000), now)).toBe(says);
});

test("an invalid time is unknown", () => {
  expect([ago(new Date("soon"), now), utc(new Date("soon")), utc(now)]).toEqual([
    "at an unknown time",
    "an unknown time",
    "2026-03-01 12:00:00 UTC",
  ]);
});
