import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve as resolvePath } from "node:path";
import { readAddressFiles } from "./address-files";
import { checkDraft } from "./checks";
import { ownStackProblems } from "./checks/own-stacks";
import { customFile, NO_CUSTOM, readCustom, type CustomDeclarations } from "./custom";
import { EstateError, formatValue } from "./estate-error";
import { stacksOf } from "./layout";
import type { MembersRecord } from "./members-record";
import type { CredentialMode, Estate } from "./model";
import { nameOf, readEstateFile } from "./read-estate-file";
import { deepFreeze, resolveEstate } from "./resolve/estate";
import { estateSchema } from "./schema";
import { dataOf, draftOf, issuesOf, problemsOf } from "./schema-issues";

/** The estate that the project ships. A clone uses it until it has an estate of its own. */
export const EXAMPLE_ESTATE = join(__dirname, "example.ts");

/** Where a clone has its own estate. The project ships neither, so that a new version never changes them. */
const OWN_ESTATES = ["estate.ts", "estate.json"].map((name) => join(__dirname, name));

/**
 * The estate file that commands use: `ESTATE`, relative to the working directory or else to the folder where npm was
 * called. If that is unset or empty: the clone's own, or else the example.
 *
 * @throws EstateError if the clone has two estates of its own
 */
export function estateFile(): string {
  const { ESTATE } = process.env;
  if (ESTATE === undefined || ESTATE === "") return estateOfClone();
  // npm runs scripts in the project's folder and puts the folder that it was called from in INIT_CWD.
  const [here, called] = [resolvePath(ESTATE), resolvePath(process.env["INIT_CWD"] ?? ".", ESTATE)];
  return inRealFolder(!existsSync(here) && existsSync(called) ? called : here);
}

/**
 * The path of a file by the real name of its folder, as the disk has it: other parts compare it with the project's paths.
 * On macOS, /tmp is a link, and case does not matter.
 */
const inRealFolder = (file: string): string =>
  existsSync(dirname(file)) ? join(realpathSync.native(dirname(file)), basename(file)) : file;

function estateOfClone(): string {
  const [file = EXAMPLE_ESTATE, second] = OWN_ESTATES.filter((each) => existsSync(each));
  if (second === undefined) return file;
  const remedy = "Remove one of them, or set ESTATE to the one to use";
  throw new EstateError(nameOf(second), [
    { path: "", expected: "the clone's only estate", got: `${nameOf(file)} too`, remedy },
  ]);
}

/** The first line of a command: the estate that it uses. The example is never used without saying so. */
export function estateLine(): string {
  const file = estateFile();
  const custom = customFile(file);
  const line = `estate: ${nameOf(file)}${existsSync(custom) ? ` with ${nameOf(custom)}` : ""}`;
  if (file !== EXAMPLE_ESTATE) return line;
  const [own] = OWN_ESTATES.filter((each) => existsSync(each));
  return own === undefined
    ? `${line}, the example: this clone has no estate of its own yet. Run npm run init to write one.`
    : `${line}, the example, which ESTATE names: not ${nameOf(own)}.`;
}

/**
 * Reads an estate file, the files next to it and the declarations of custom/, and runs every check on them.
 * @param file path to a `.ts` or `.json` file. A `.ts` file exports its estate as default or as `estate`. Default:
 *   `estateFile()`.
 * @returns the estate with all references resolved, frozen
 * @throws EstateError that lists every problem if the file cannot be read or holds no valid estate
 */
export function loadEstate(file: string = estateFile()): Estate {
  const { value, name, record } = readEstateFile(file);
  const custom = readCustom(customFile(resolvePath(file)));
  const estate = parseEstate(value, name, record, credentialMode(), custom);
  const { adoptions, moves } = readAddressFiles(
    realpathSync(file),
    stacksOf(estate).map(({ id }) => id),
    nameOf,
  );
  if (!adoptions && !moves) return estate;
  return deepFreeze({ ...estate, adoptions, moves });
}

/**
 * The credentials that `ESTATE_ACCESS` selects: `direct`, or access roles if it is unset or empty.
 * @throws EstateError if it has another value
 */
function credentialMode(): CredentialMode {
  const { ESTATE_ACCESS: mode = "" } = process.env;
  if (mode === "" || mode === "direct") return { direct: mode === "direct" };
  throw new EstateError("the environment", [
    { path: "ESTATE_ACCESS", expected: "direct or unset", got: formatValue(mode) },
  ]);
}

/**
 * Checks a value as an estate. Throws like `loadEstate`.
 * @param name the file's name in errors
 * @param record the members that the organization had before. Default: the check against the record is skipped, and no
 *   invited member counts as one
 * @param credentials which credentials reach the accounts
 * @param custom the stacks that the team added. Default: none
 */
export function parseEstate(
  value: unknown,
  name: string,
  record?: MembersRecord,
  credentials?: CredentialMode,
  custom: CustomDeclarations = NO_CUSTOM,
): Estate {
  const data = dataOf(value);
  const parsed = estateSchema.safeParse(data);
  const issues = issuesOf(parsed.error);
  const problems = [
    ...issues.flatMap((issue) => problemsOf(issue, data)),
    ...checkDraft(draftOf(data, issues), record),
  ];
  if (problems.length > 0 || !parsed.data) throw new EstateError(name, problems);
  const ofCustom = ownStackProblems(custom.stacks, parsed.data);
  if (ofCustom.length > 0) throw new EstateError(custom.file ?? name, ofCustom, "what custom/ adds is");
  return resolveEstate(parsed.data, credentials, record?.members, custom);
}
