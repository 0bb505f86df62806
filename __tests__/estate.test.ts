import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { estateFile, EXAMPLE_ESTATE, loadEstate } from "../config/load";
import type { Estate } from "../config/model";
import { nameOf } from "../config/read-estate-file";
import { Access } from "../tools/access/decide/access";
import { accessGraphOf } from "../tools/access/graph/access-graph-of";
import { accessFiles, readBaseline } from "../tools/access/guard/access-files";
import { baselineOf, readingActions } from "../tools/access/guard/baseline";
import { accessChangeLines, compareBaselines, widens } from "../tools/access/guard/compare-baselines";
import { accessModelOf } from "../tools/access/read/model-of";
import { addressesOf, expectAddresses } from "./support/addresses";
import { LAWS } from "./support/laws";
import type { Law } from "./support/laws/law";
import { synthesize } from "./support/synthesize";

/*
 * The estate of this clone: the team's own if it has one, otherwise the example. All other tests are about the example
 * and other estates of tests, and do not depend on it.
 */

process.env["ESTATE"] = process.env["ESTATE_OF_CLONE"];
const FILE = estateFile();
let loaded: Estate | undefined;
const synthesized = () => synthesize((loaded ??= loadEstate(FILE)));

/** A law of the team's own. It holds for its estate alone, so it needs no breach. */
type OwnLaw = Pick<Law, "name" | "violations">;

/** The default exports of `custom/laws/*.ts`: each a law, or a list of laws. */
function ownLaws(): OwnLaw[] {
  const folder = join(__dirname, "../custom/laws");
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /(?<!\.test|\.d)\.ts$/.test(name)) : [];
  return files.sort().flatMap((name) => {
    // The team's files are known at run time only.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { default: laws = [] } = require(join(folder, name)) as { readonly default?: OwnLaw | readonly OwnLaw[] };
    const all: readonly OwnLaw[] = Array.isArray(laws) ? (laws as readonly OwnLaw[]) : [laws as OwnLaw];
    if (all.length === 0 || all.some((law) => typeof law.violations !== "function"))
      throw new Error(`custom/laws/${name} must export a law as default: { name, violations }. Add it.`);
    return all;
  });
}

describe(`the estate of this clone, ${nameOf(FILE)},`, () => {
  test("is valid, and every account has stacks", () => {
    const { estate, stacks } = synthesized();
    expect(stacks.length).toBeGreaterThanOrEqual(2 * estate.accounts.length);
  });

  test.each([...Object.values(LAWS).flat(), ...ownLaws()])("keeps the law: $name", ({ violations }) => {
    expect(violations(synthesized())).toEqual([]);
  });

  // An estate without these files has not accepted its access yet, or does not watch its addresses.
  const { baseline } = accessFiles(FILE, EXAMPLE_ESTATE);
  if (existsSync(baseline))
    test(`gives no more access than ${nameOf(baseline)}`, async () => {
      const access = new Access(accessModelOf(synthesized().forAccess));
      const both = [readBaseline(baseline), baselineOf(access.model, await accessGraphOf(access))] as const;
      const change = compareBaselines(...both, await readingActions(...both));
      if (widens(change))
        throw new Error(
          [...accessChangeLines(change), "Run npm run access -- --accept if that is intended."].join("\n"),
        );
    }, 60_000);

  const list = `${FILE.replace(/\.\w+$/, "")}.addresses.txt`;
  if (FILE !== EXAMPLE_ESTATE && (existsSync(list) || process.env["UPDATE_ADDRESSES"]))
    test(`has the addresses of ${nameOf(list)}`, () => {
      expectAddresses(
        list,
        addressesOf(synthesized()),
        "UPDATE_ADDRESSES=1 npm test -- --testPathPatterns __tests__/estate",
      );
    });
});
