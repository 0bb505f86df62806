import exampleFile from "../../config/example";
import { parseEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { awkwardEstate } from "./awkward-estate";

/** The estate that a plain object describes. */
export function estateFrom(file: EstateFile): Estate {
  return parseEstate(file, "the test's estate");
}

let shipped: Estate | undefined;

/** The estate that the project ships. */
export function example(): Estate {
  return (shipped ??= estateFrom(exampleFile));
}

/** The shipped estate with something else in it. */
export function exampleWith(change: (file: EstateFile) => void): Estate {
  const file = structuredClone(exampleFile);
  change(file);
  return estateFrom(file);
}

/**
 * The shipped estate with nothing left of it but the master account and the environment `ci`, and something else in it:
 * quick to synthesize.
 */
export function smallWith(change: (file: EstateFile) => void): Estate {
  return exampleWith((file) => {
    file.accounts = { master: found(file.accounts, "master"), ci: found(file.accounts, "ci") };
    file.environments = { ci: found(file.environments, "ci") };
    change(file);
  });
}

let uncommon: Estate | undefined;

/** An estate that uses whatever the shipped one does not. */
export function awkward(): Estate {
  return (uncommon ??= estateFrom(awkwardEstate));
}

/** The value at a key that must be there. */
export function found<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`no ${key}, only ${Object.keys(record).join(", ")}`);
  return value;
}
