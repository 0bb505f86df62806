import { visit } from "jsonc-parser";
import { parseJson } from "../../../config/input";
import { isObject } from "../../support/json";
import { messageOf } from "../../support/errors";
import { jsonOf, parseStatement, type ParsedStatement } from "./statement";

/** A policy as AWS receives it, with its origin. */
export interface Policy {
  /** The name of an inline policy, or the ARN of a managed one. */
  readonly name: string;
  /** Its origin: `dev-iam: aws_iam_role_policy.operator_…`, or `AWS managed policy, v45`. */
  readonly source: string;
  /** `2012-10-17`, or `2008-10-17` if the document has none. Version 2008-10-17 has no policy variables. */
  readonly version: string;
  readonly statements: readonly ParsedStatement[];
}

/** The text is not a policy. The message says why, without the location. */
export class NotAPolicy extends Error {
  override readonly name = "NotAPolicy";
}

const VERSIONS = ["2012-10-17", "2008-10-17"];

/**
 * What the policy belongs to. An identity policy has resources and no principals. A trust policy has principals and no
 * resources. A resource policy has principals.
 */
export type PolicyKind = "identity" | "trust" | "resource";

/**
 * Parses a policy document, as AWS receives it.
 *
 * @throws NotAPolicy naming every element that AWS would refuse or that is unknown here
 */
export function parsePolicy(text: string, name: string, source: string, kind?: PolicyKind): Policy {
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (error) {
    throw new NotAPolicy(`is not JSON (${messageOf(error)})`);
  }
  if (!isObject(document)) throw new NotAPolicy(`must be an object, got ${jsonOf(document)}`);
  const { Version: version = "2008-10-17", Statement: statement } = document;
  const unknown = Object.keys(document).filter((key) => !["Version", "Id", "Statement"].includes(key));
  const problems = unknown.map((key) => `must not have an unknown element, got ${key}`);
  problems.push(...repeatedKeys(text).map((key) => `must have each key once in an object, got ${key} twice`));
  if (!VERSIONS.includes(version as string))
    problems.push(`Version must be ${VERSIONS.join(" or ")}, got ${jsonOf(version)}`);
  const written = statement === undefined ? [] : [statement].flat();
  if (written.length === 0) problems.push(`Statement must hold at least one statement, got ${jsonOf(statement)}`);
  const statements = written.map((each, index) => {
    const where = `Statement ${index + 1}`;
    const parsed = parseStatement(each, problems, where);
    if (kind) problems.push(...misplacedElements(parsed, kind).map((problem) => `${where} ${problem}`));
    return parsed;
  });
  if (problems.length > 0) throw new NotAPolicy(problems.join("; "));
  return { name, source, version: version as string, statements };
}

/** Keys that an object of the text has twice, in any case. It is unknown which of them AWS would use. */
function repeatedKeys(text: string): string[] {
  const open: Set<string>[] = [];
  const repeated: string[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectProperty: (key) => {
      if (open.at(-1)?.has(key.toLowerCase())) repeated.push(key);
      open.at(-1)?.add(key.toLowerCase());
    },
    onObjectEnd: () => void open.pop(),
  });
  return repeated;
}

/** Missing and forbidden elements of a statement in a policy of this kind. */
function misplacedElements(
  { principals, notPrincipals, resources, notResources }: ParsedStatement,
  kind: PolicyKind,
): string[] {
  const hasPrincipal = (principals ?? notPrincipals) !== undefined;
  const hasResource = (resources ?? notResources) !== undefined;
  if (kind === "identity") {
    return [
      ...(hasPrincipal ? ["must not have a Principal in an identity policy"] : []),
      ...(hasResource ? [] : ["must have Resource or NotResource, got neither"]),
    ];
  }
  const noPrincipal = hasPrincipal ? [] : ["must have Principal or NotPrincipal, got neither"];
  return kind === "trust" && hasResource ? [...noPrincipal, "must not have a Resource in a trust policy"] : noPrincipal;
}

/** The policy as a document of AWS. */
export function documentOf({ version, statements }: Pick<Policy, "version" | "statements">): object {
  return {
    Version: version,
    Statement: statements.map((statement) => ({
      ...(statement.sid !== undefined && { Sid: statement.sid }),
      Effect: statement.effect,
      ...(statement.actions && { Action: statement.actions }),
      ...(statement.notActions && { NotAction: statement.notActions }),
      ...(statement.resources && { Resource: statement.resources }),
      ...(statement.notResources && { NotResource: statement.notResources }),
      ...(statement.principals && { Principal: statement.principals }),
      ...(statement.notPrincipals && { NotPrincipal: statement.notPrincipals }),
      ...(Object.keys(statement.conditions).length > 0 && { Condition: statement.conditions }),
    })),
  };
}

/** A policy of these statements, which are written as in a document. */
export function policyOf(name: string, source: string, ...statements: readonly object[]): Policy {
  return parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), name, source);
}
