import exampleFile from "../../config/example";
import { parseEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { awkwardEstate } from "./awkward-estate";
import { longestEstate } from "./longest-estate";

/** The estate that a plain object describes. */
export function estateFrom(file: EstateFile): Estate {
  return parseEstate(file, "the test's estate");
}

let shipped: Estate | undefined;

/** The estate that the project ships. */
export function example(): Estate {
  return (shipped ??= estateFrom(exampleFile));
}

/** The shipped estate with a change. */
export function exampleWith(change: (file: EstateFile) => void): Estate {
  const file = structuredClone(exampleFile);
  change(file);
  return estateFrom(file);
}

/**
 * The shipped estate reduced to the master account and the environment `ci`, with a change. It is
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

/** An estate with the features that the shipped one does not use. */
export function awkward(): Estate {
  return (uncommon ??= estateFrom(awkwardEstate));
}

let long: Estate | undefined;

/** An estate with names as long as they may be. */
export function longest(): Estate {
  return (long ??= estateFrom(longestEstate));
}

/** The value at a key that must exist. */
export function found<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`no ${key}, only ${Object.keys(record).join(", ")}`);
  return value;
}
