import { isObject } from "../../support/json";

/** A piece of a Terraform string template: text as it is, or an expression between `${` and `}`. */
type Piece = { readonly text: string } | { readonly expression: string };

/** A template that cannot be parsed. The message has the reason. */
export class BadTemplate extends Error {
  override readonly name = "BadTemplate";
}

/**
 * Splits a string of Terraform's JSON syntax, in which every string is a template. `$${` and `%%{` are escapes of `${`
 * and `%{`.
 *
 * @throws BadTemplate on a directive (`%{ if … }`), and on a brace that is never closed
 */
export function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let text = "";
  let at = 0;
  while (at < template.length) {
    const rest = template.slice(at, at + 3);
    if (rest === "$${" || rest === "%%{") {
      text += rest.slice(1);
      at += 3;
    } else if (rest.startsWith("${")) {
      const end = closingBrace(template, at + 2);
      if (text !== "") pieces.push({ text });
      text = "";
      pieces.push({ expression: template.slice(at + 2, end).trim() });
      at = end + 1;
    } else if (rest.startsWith("%{")) {
      throw new BadTemplate("has a template directive %{ … }, which cannot be resolved without Terraform");
    } else {
      text += template.charAt(at);
      at += 1;
    }
  }
  if (text !== "" || pieces.length === 0) pieces.push({ text });
  return pieces;
}

/** The index of the brace that closes an expression. Strings in it, and templates in those, may have braces too. */
function closingBrace(template: string, from: number): number {
  let depth = 0;
  for (let at = from; at < template.length; at++) {
    const character = template.charAt(at);
    if (character === '"') at = closingQuote(template, at + 1);
    else if (character === "{") depth += 1;
    else if (character === "}" && depth-- === 0) return at;
  }
  throw new BadTemplate("has a ${ that is never closed");
}

function closingQuote(template: string, from: number): number {
  for (let at = from; at < template.length; at++) {
    const character = template.charAt(at);
    if (character === "\\") at += 1;
    else if (character === '"') return at;
    else if (template.startsWith("$${", at)) at += 2;
    else if (template.startsWith("${", at)) at = closingBrace(template, at + 2);
  }
  throw new BadTemplate('has a " that is never closed');
}

/**
 * The parts of a reference such as `aws_iam_role.operator.arn`, `data.x.y.json`,
 * `aws_organizations_organization.o.roots[0].id` or `data.terraform_remote_state.network.outputs["vpc-id"]`; undefined
 * for any other expression.
 */
export function referenceOf(expression: string): string[] | undefined {
  const parts: string[] = [];
  const part = /^(?:\.?([A-Za-z_][\w-]*)|\.(\d+)|\[(\d+)\]|\["([^"\\$]*)"\])/;
  for (let rest = expression; rest !== "";) {
    const match = part.exec(rest);
    const name = match?.slice(1).find(Boolean);
    if (!match || name === undefined || (parts.length > 0 && /^[A-Za-z_]/.test(rest))) return undefined;
    parts.push(name);
    rest = rest.slice(match[0].length);
  }
  return parts.length > 1 ? parts : undefined;
}

/** The value, if there is one. */
export function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}

/** The value at a reference's path in another value. */
export function within(value: unknown, path: readonly string[]): unknown {
  return path.reduce((outer, part) => {
    const inner = Array.isArray(outer) ? (outer[Number(part)] as unknown) : isObject(outer) ? outer[part] : undefined;
    return present(inner, `there is nothing at ${path.join(".")}`);
  }, value);
}
