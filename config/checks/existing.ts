import { formatValue, type Problem } from "../estate-error";
import { draftEnvironments, given, isDraftValues, leftOut, type Draft, type DraftValues } from "./draft";

/** What exists can only be kept by a stack that the environment has. */
export function* existing(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    const kept = environment["existing"];
    if (isDraftValues(kept)) yield* existingDatabase(`environments.${name}`, environment, kept);
  }
}

function* existingDatabase(path: string, environment: DraftValues, kept: DraftValues): Iterable<Problem> {
  const existing = kept["database"];
  if (!isDraftValues(existing)) return;
  const at = `${path}.existing.database`;
  if (!("database" in environment))
    yield* leftOut(`${path}.existing`, kept, "left out in an environment without a database", "database");
  const database = given(environment, "database", {});
  if (existing["encrypted"] === false && isDraftValues(database) && database["customerManagedKey"] === true)
    yield { path: `${at}.encrypted`, expected: "left out with customerManagedKey: true", got: "false" };
  const network = given(environment, "network", {});
  if (existing["publicSubnets"] === true && isDraftValues(network) && network["publicSubnets"] === false)
    yield {
      path: `${at}.publicSubnets`,
      expected: "left out in a network without public subnets",
      got: formatValue(true),
    };
}
