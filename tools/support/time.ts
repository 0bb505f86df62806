const UNITS = [
  ["day", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** How long ago something was, in the largest unit that fits and the next: `2 h 5 min ago`, `1 day ago`. */
export function ago(then: Date, now: Date = new Date()): string {
  const seconds = Math.floor((now.getTime() - then.getTime()) / 1000);
  if (Number.isNaN(seconds)) return "at an unknown time";
  if (seconds < 0) return "in the future, by this machine's clock";
  const largest = UNITS.findIndex(([, length]) => seconds >= length);
  if (largest < 0) return "just now";
  let rest = seconds;
  const parts = UNITS.slice(largest, largest + 2).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? "" : `${count} ${unit === "day" && count > 1 ? "days" : unit}`;
  });
  return `${parts.filter((part) => part !== "").join(" ")} ago`;
}

/** A time to the second, as in logs: `2026-03-01 09:30:00 UTC`. */
export function utc(time: Date): string {
  return Number.isNaN(time.getTime()) ? "an unknown time" : `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
