import { isSame } from "../support/json";
import { Value, type ValueDifference } from "./value";

/** Parts of a statement, in the usual order. */
const PARTS = [
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
] as const;

/**
 * The differences of two policies by statement: `policy.Statement[ReadLogs].Action`. A list of one equals its element,
 * and the order of lists does not count. Undefined if the values are not policies.
 */
export function policyDifferences(
  before: Value | undefined,
  after: Value | undefined,
  path: string,
): readonly ValueDifference[] | undefined {
  if (
    ![before, after].every((each) => each === undefined || each.at("Statement").isList || each.at("Statement").isObject)
  )
    return undefined;
  const [was, will] = [statementsOf(before), statementsOf(after)];
  const names = [...new Set([...was.keys(), ...will.keys()])];
  return names.flatMap((name) => {
    const [one, other] = [was.get(name), will.get(name)];
    const at = `${path}.Statement[${name}]`;
    if (one === undefined || other === undefined) return [{ path: at, before: whole(one), after: whole(other) }];
    return PARTS.flatMap((part) => {
      const [left, right] = [plain(one.at(part)), plain(other.at(part))];
      return isSame(left.raw, right.raw) ? [] : [{ path: `${at}.${part}`, before: left, after: right }];
    });
  });
}

/** Statements by Sid, or by position. */
function statementsOf(policy: Value | undefined): ReadonlyMap<string, Value> {
  const statements = policy?.at("Statement");
  const all = statements?.isObject ? [statements] : (statements?.elements() ?? []);
  const found = new Map<string, Value>();
  all.forEach((statement, index) => {
    const name = statement.at("Sid").text === undefined ? String(index) : statement.at("Sid").display;
    found.set(found.has(name) ? `${name} ${index}` : name, statement);
  });
  return found;
}

/** A statement as a text: "Allow s3:GetObject on arn:aws:s3:::x/*". */
function whole(statement: Value | undefined): Value {
  if (statement === undefined) return new Value(undefined, undefined);
  const text = (part: string): string => {
    const value = plain(statement.at(part));
    return value.isList ? value.elements().map((each) => each.display).join(", ") : value.display; // prettier-ignore
  };
  const texts = PARTS.filter((part) => !statement.at(part).isEmpty).map((part) => {
    switch (part) {
      case "Effect":
      case "Action":
        return text(part);
      case "Principal":
        return `to ${text(part)}`;
      case "Resource":
        return `on ${text(part)}`;
      case "Condition":
        return `if ${text(part)}`;
      default:
        return `${part} ${text(part)}`;
    }
  });
  return new Value(texts.join(" "), texts.join(" "));
}

/** A list in a fixed order; a list of one becomes its element. */
function plain(value: Value): Value {
  if (!value.isList || value.isSensitive) return value;
  const all = value.elements();
  if (all.length === 1 && all[0]) return all[0];
  const sorted = [...all].sort((a, b) => (String(a.raw) < String(b.raw) ? -1 : 1));
  return new Value(
    sorted.map(({ raw }) => raw),
    sorted.map(({ display }) => display),
  );
}
