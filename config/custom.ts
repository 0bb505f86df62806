import { existsSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { EstateError, formatValue, joinPath, thrownMessage, type Problem } from "./estate-error";
import { distinctList, list, planRoleRead, region, settings, textMatching } from "./schema/values";
import { undeclaredStacks } from "./undeclared-stacks";

/*
 * The stacks that a team adds are declared in custom/index.ts. Upstream has no such folder: an update of the project
 * changes nothing in it.
 */

const ROOT = join(__dirname, "..");
const INDEX = "index.ts";

const isFunction = (expected: string) => z.custom(isAnyFunction, { error: expected });
const isAnyFunction = (value: unknown): boolean => typeof value === "function";
const names = (what: string) => distinctList(z.string({ error: what }), `a list of ${what}`).optional();

const stackSchema = settings(
  {
    name: textMatching(
      /^(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      "1 to 40 lower-case letters, digits and single hyphens, beginning with a letter",
    ),
    scope: z.enum(["environment", "account"], { error: '"environment" or "account"' }),
    environments: names("names of environments"),
    accounts: names("names of accounts"),
    regions: distinctList(region, "a list of AWS regions")
      .min(1, { error: "a list of at least one region" })
      .optional(),
    dependsOn: names("names of stacks"),
    planRoleReads: distinctList(planRoleRead, "a list of IAM actions that read").optional(),
    build: isFunction("a function that adds resources to the stack"),
  },
  "a stack: { name, scope, build }",
);

const customSchema = settings(
  {
    stacks: list(stackSchema, "a list of stacks").optional(),
    adjust: list(
      settings(
        { target: isFunction("the class of a resource"), change: isFunction("a function that changes a resource") },
        "an adjustment: adjust(Resource, (resource, where) => …)",
      ),
      "a list of adjustments",
    ).optional(),
  },
  "custom stacks: { stacks, adjust }",
);

/** A stack of custom/index.ts without its code. */
export interface DeclaredStack {
  /** The last part of the stack's id, for example `queue` for `dev-queue`. */
  readonly name: string;
  /** Whether each environment has it, in its main account, or each account. */
  readonly scope: "environment" | "account";
  /** The environments that have it. Only with the scope `environment`. @default all */
  readonly environments?: readonly string[];
  /** The accounts that have it. Only with the scope `account`. @default all */
  readonly accounts?: readonly string[];
  /**
   * Regions, with a stack for each: `dev-archive-eu-central-1`.
   * @default one stack, `dev-archive`, in the region of the environment or account
   */
  readonly regions?: readonly string[];
  /** Names of stacks of the same environment or account that are applied before. @default those whose state it reads */
  readonly dependsOn?: readonly string[];
  /** What pipelines' plan roles read for its resource types, for example `sqs:GetQueueAttributes`. @default nothing more */
  readonly planRoleReads?: readonly string[];
}

/** What a team's custom/index.ts declares. */
export interface CustomDeclarations {
  /** Relative to the project's folder. Undefined if there is none. */
  readonly file?: string;
  readonly stacks: readonly DeclaredStack[];
}

export const NO_CUSTOM: CustomDeclarations = { stacks: [] };

/**
 * The file that declares the own stacks of an estate: `custom/index.ts` of the project for an estate file in config/,
 * otherwise that next to the estate file, as examples have it. The shipped example has none. No variable of its own
 * selects it: it is part of the code.
 */
export function customFile(estateFile: string): string {
  const isOwn = dirname(estateFile) === __dirname && basename(estateFile) !== "example.ts";
  return join(isOwn ? ROOT : dirname(estateFile), "custom", INDEX);
}

/**
 * Reads what `custom/index.ts` declares.
 * @throws EstateError that lists every problem
 */
export function readCustom(file: string): CustomDeclarations {
  const name = relative(ROOT, file).split(sep).join("/");
  const exported = existsSync(file) ? loadCustom(name) : {};
  const parsed = customSchema.safeParse(exported);
  const problems = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, exported)),
    ...undeclaredStacks(dirname(file), listed(exported)),
  ];
  if (problems.length > 0) throw new EstateError(name, problems, "what custom/ adds is");
  if (!existsSync(file)) return NO_CUSTOM;
  const stacks = (parsed.data?.stacks ?? []).map(({ build: _, ...declared }) => declared);
  return { file: name, stacks };
}

/** Whatever is listed as a stack, also if another one is refused. */
function listed(exported: unknown): readonly unknown[] {
  const { stacks } = (exported ?? {}) as { readonly stacks?: unknown };
  return Array.isArray(stacks) ? stacks : [];
}

/**
 * What `custom/index.ts` exports, with its code.
 * @param file relative to the project's folder
 */
export function loadCustom(file: string): unknown {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as for an estate file
    const exported = require(join(ROOT, file)) as Record<string, unknown> | null | undefined;
    return exported?.["default"];
  } catch (error) {
    if (error instanceof EstateError) throw error;
    const got = `the error: ${thrownMessage(error)}`;
    throw new EstateError(file, [{ path: "", expected: "a module that loads", got }], "what custom/ adds is");
  }
}

function problemsOf(issue: z.core.$ZodIssue, exported: unknown): Problem[] {
  const path = issue.path.reduce<string>(joinPath, "");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: joinPath(path, key), expected: "a known key", got: formatValue(key) }));
  const at = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], exported);
  const remedy = path === "" ? "Write `export default { stacks: [ … ] }`" : undefined;
  return [{ path, expected: issue.message, got: formatValue(at), remedy }];
}

/** A folder or file of custom/, absolute. `file` is its index, relative to the project's folder. */
export const folderOfCustom = (file: string, below: string): string => join(ROOT, dirname(file), below);
