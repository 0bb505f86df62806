import { parseJson } from "../../../config/input";
import { NotAPolicy } from "../policy/policy";
import {
  conditionElement,
  type RenderedDocument,
  oneOrMore,
  orNone,
  principalElement,
  type RenderedStatement,
  jsonText,
  byBytes,
  descending,
  ended,
  goJson,
  hashSet,
  readDocument,
} from "./policy-document-json";
import { asList, type JsonObject, isObject } from "../../support/json";
import { messageOf } from "../../support/errors";
/*
 * The rules are those of hashicorp/aws 5.100 (internal/service/iam: policy_document_data_source.go, policy_model.go),
 * of the sets of terraform-plugin-sdk 2.36 (helper/schema: set.go, serialize.go), and of Go's encoding/json.
 */

/** The attributes of the data source. Both hold the same document. */
interface PolicyDocument {
  readonly json: string;
  readonly minified_json: string;
}

/**
 * Arguments that are not part of the document. `count`, `for_each` and `dynamic` are refused: only Terraform resolves
 * them.
 */
const META_ARGUMENTS = ["//", "provider", "depends_on", "lifecycle"];
/** Obsolete arguments, which must be empty. */
const RETIRED = ["source_json", "override_json"];
const DOCUMENT = [
  "version",
  "policy_id",
  "statement",
  "source_policy_documents",
  "override_policy_documents",
  ...RETIRED,
];
const SETS = ["actions", "not_actions", "resources", "not_resources"];
const STATEMENT = ["sid", "effect", ...SETS, "principals", "not_principals", "condition"];

/**
 * Renders the resolved arguments of an `aws_iam_policy_document` exactly like the provider.
 *
 * It refuses four rare things that Terraform accepts: dynamic blocks, a block in a list within a list, a number that
 * JavaScript does not write in digits, and a merged document that spells an element in two ways.
 *
 * @throws NotAPolicy listing everything that Terraform or the provider refuses or crashes on
 */
export function renderPolicyDocument(values: JsonObject): PolicyDocument {
  const problems: string[] = [];
  const written = Object.entries(values).filter(([name]) => !META_ARGUMENTS.includes(name));
  const block = new Block(Object.fromEntries(written), "", DOCUMENT, problems);
  for (const name of RETIRED)
    if (block.text(name)) problems.push(`${name} must be empty: the provider does not use it any more`);
  const sources = documentsIn(block, "source_policy_documents", problems);
  reportRepeated(sources.flatMap(sidsOf), "source_policy_documents", problems);
  const own = ownDocument(block);
  reportRepeated(sidsOf(own), "statement", problems);
  const merged = merge([...sources, own, ...documentsIn(block, "override_policy_documents", problems)]);
  if (problems.length > 0) throw new NotAPolicy(problems.join("; "));
  return { json: goJson(merged, 2), minified_json: goJson(merged) };
}

/** A later document sets the Id, can raise the version, and replaces statements with the same Sid in place. */
function merge(documents: readonly RenderedDocument[]): RenderedDocument {
  const statements: RenderedStatement[] = [];
  for (const statement of documents.flatMap(({ Statement = [] }) => Statement)) {
    const at = statement.Sid ? statements.findIndex(({ Sid }) => Sid === statement.Sid) : -1;
    statements[at < 0 ? statements.length : at] = statement;
  }
  const versions = documents.flatMap(({ Version = [] }) => Version);
  const ids = documents.flatMap(({ Id = [] }) => Id);
  return {
    Version: versions.sort(byBytes).at(-1),
    Id: ids.at(-1),
    Statement: statements.length > 0 ? statements : undefined,
  };
}

function sidsOf({ Statement = [] }: RenderedDocument): string[] {
  return Statement.flatMap(({ Sid = [] }) => Sid);
}

function reportRepeated(sids: readonly string[], where: string, problems: string[]): void {
  const repeated = new Set(sids.filter((sid, index) => sids.indexOf(sid) < index));
  for (const sid of repeated) problems.push(`${where} must have each Sid once, got ${sid} again`);
}

function ownDocument(block: Block): RenderedDocument {
  const version = block.oneOf("version", ["2008-10-17", "2012-10-17"], "2012-10-17");
  const Statement = block.blocks("statement", STATEMENT).map((each) => ownStatement(each, version));
  return { Version: version, Id: orNone(block.text("policy_id")), Statement };
}

/** `&{` is kept in actions and in the test and variable of a condition. Sets are sorted before `&{` is replaced. */
function ownStatement(block: Block, version: string): RenderedStatement {
  const set = (name: string) => descending([...new Set(block.texts(name))]);
  const replaced = (name: string) => block.withVariables(name, set(name), version);
  return {
    Sid: orNone(block.text("sid")),
    Effect: block.oneOf("effect", ["Allow", "Deny"], "Allow"),
    Action: oneOrMore(set("actions")),
    NotAction: oneOrMore(set("not_actions")),
    Resource: oneOrMore(replaced("resources")),
    NotResource: oneOrMore(replaced("not_resources")),
    Principal: ownPrincipals(block, "principals", version),
    NotPrincipal: ownPrincipals(block, "not_principals", version),
    Condition: ownConditions(block, version),
  };
}

/** Identifiers of a block are in descending order. Blocks of the same type follow in the order of the set. */
function ownPrincipals(block: Block, name: string, version: string): unknown {
  const blocks = block.blocks(name, ["type", "identifiers"]).map((each) => {
    const identifiers = hashSet(each.required("identifiers", each.texts("identifiers")) ?? [], ended);
    return { each, identifiers, type: each.required("type", each.text("type")) ?? "" };
  });
  const unique = hashSet(
    blocks,
    ({ type, identifiers }) => `identifiers:{${identifiers.map(ended).join("")}};type:${type};`,
  );
  const principals = new Map<string, unknown>();
  for (const { each, type, identifiers } of unique) {
    const replaced = descending(each.withVariables("identifiers", identifiers, version));
    const before = principals.get(type);
    principals.set(type, before === undefined ? (oneOrMore(replaced) ?? []) : [...asList(before), ...replaced]);
  }
  return principalElement(principals, unique.length);
}

/** Blocks with the same test and variable are joined in the order of the set. Values of a block keep their order. */
function ownConditions(block: Block, version: string): unknown {
  const blocks = block.blocks("condition", ["test", "variable", "values"]).map((each) => {
    const test = each.required("test", each.text("test")) ?? "";
    const variable = each.required("variable", each.text("variable")) ?? "";
    return { each, test, variable, values: each.required("values", each.texts("values")) ?? [] };
  });
  const hashed = hashSet(
    blocks,
    ({ test, variable, values }) => `test:${test};values:(${values.map(ended).join("")});variable:${variable};`,
  );
  return conditionElement(
    hashed.map(({ each, test, variable, values }) => [test, variable, each.withVariables("values", values, version)]),
  );
}

/** The documents in a list of texts. Empty texts are skipped. */
function documentsIn(block: Block, name: string, problems: string[]): RenderedDocument[] {
  return (block.texts(name) ?? []).flatMap((text, index) => {
    if (text === "") return [];
    let document: unknown;
    try {
      document = parseJson(text);
    } catch (error) {
      problems.push(`${name} ${index + 1} is not JSON (${messageOf(error)})`);
      return [];
    }
    return readDocument(document, (problem) => problems.push(`${name} ${index + 1} ${problem}`));
  });
}

/** The arguments of one block, converted to Terraform's types. Mismatches are added to `problems`. */
class Block {
  constructor(
    private readonly values: JsonObject,
    private readonly where: string,
    known: readonly string[],
    private readonly problems: string[],
  ) {
    for (const name of Object.keys(values))
      if (name !== "//" && !known.includes(name)) this.report(`has an unknown argument ${name}`);
  }

  text(name: string): string | undefined {
    const value = this.values[name] ?? undefined;
    return value === undefined ? undefined : this.scalar(name, value);
  }

  oneOf(name: string, choices: readonly string[], otherwise: string): string {
    const value = this.text(name) ?? otherwise;
    if (!choices.includes(value)) this.report(`${name} must be ${choices.join(" or ")}, got ${jsonText(value)}`);
    return value;
  }

  texts(name: string): string[] | undefined {
    const value = this.values[name] ?? undefined;
    if (value !== undefined && !Array.isArray(value))
      this.report(`${name} must be a list of texts, got ${jsonText(value)}`);
    return Array.isArray(value) ? value.map((each) => this.scalar(name, each)) : undefined;
  }

  blocks(name: string, known: readonly string[]): Block[] {
    return asList(this.values[name]).flatMap((each, index) => {
      const where = `${this.where}${name} ${index + 1} `;
      // Terraform takes null for a block without arguments.
      if (isObject(each ?? {})) return new Block((each ?? {}) as JsonObject, where, known, this.problems);
      this.problems.push(`${where}must be an object, got ${jsonText(each)}`);
      return [];
    });
  }

  required<T>(name: string, value: T): T {
    if ((this.values[name] ?? undefined) === undefined) this.report(`must have ${name}`);
    return value;
  }

  /** Replaces `&{` by `${`, which starts an expression in a Terraform configuration. */
  withVariables(name: string, texts: readonly string[], version: string): string[] {
    const early = version === "2008-10-17" ? texts.filter((text) => text.includes("&{")) : [];
    for (const text of early)
      this.report(`${name} must not have variables in version ${version}, got ${jsonText(text)}`);
    return texts.map((text) => text.replaceAll("&{", "${"));
  }

  /** Converts numbers and booleans to texts. A number must be exact in JavaScript and written in digits. */
  private scalar(name: string, value: unknown): string {
    if (typeof value === "string") return value.normalize("NFC");
    const exact =
      typeof value === "number" && /^-?\d+(\.\d+)?$/.test(String(value)) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    if (exact || typeof value === "boolean") return String(value);
    this.report(`${name} must hold texts alone, got ${jsonText(value)}`);
    return "";
  }

  private report(problem: string): void {
    this.problems.push(`${this.where}${problem}`);
  }
}
