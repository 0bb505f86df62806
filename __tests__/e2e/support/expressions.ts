/** What expressions may name: `github`, `needs`, `inputs` and so on. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How GitHub treats a missing value: without properties or characters. */
const MISSING: unknown = new Proxy(
  {},
  {
    get: (_, key) =>
      key === Symbol.toPrimitive ? () => "" : key === "toString" || key === "toJSON" ? () => "" : MISSING,
  },
);

function forgiving(value: unknown): unknown {
  if (value === undefined || value === null) return MISSING;
  if (typeof value !== "object") return value;
  return new Proxy(value, {
    get: (target, key, receiver) => {
      const found: unknown = Reflect.get(target, key, receiver);
      return typeof key === "symbol" || typeof found === "function" ? found : forgiving(found);
    },
  });
}

/**
 * Evaluates an expression of GitHub Actions. The workflows use only the part that is valid JavaScript. A missing value
 * is an empty text.
 */
export function evaluate(expression: string, contexts: Contexts): unknown {
  const functions = {
    fromJSON: (text: unknown): unknown => forgiving(JSON.parse(String(text))),
    toJSON: (value: unknown): string => JSON.stringify(value),
  };
  const scope = { ...functions, ...Object.fromEntries(Object.entries(contexts).map(([name, value]) => [name, typeof value === "function" ? value : forgiving(value)])) }; // prettier-ignore
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the expressions are those of our own workflows
  const compiled = new Function("scope", `with (scope) { return (${expression}); }`) as (scope: unknown) => unknown;
  return compiled(scope);
}

/** A text with every `${{ … }}` replaced; a text that is one expression keeps its type. */
export function interpolate(text: string, contexts: Contexts): unknown {
  const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(text.trim());
  if (whole) return evaluate((whole[1] ?? "").trim(), contexts);
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => String(evaluate(expression.trim(), contexts)));
}

/** Whether a condition holds. Without a status function it requires success. */
export function holds(condition: string | undefined, contexts: Contexts, succeeded: boolean): boolean {
  if (condition === undefined) return succeeded;
  const status = { success: () => succeeded, failure: () => !succeeded, always: () => true, cancelled: () => false };
  const expression = (/^\$\{\{(.*)\}\}$/s.exec(condition.trim())?.[1] ?? condition).trim();
  if (!/\b(success|failure|always|cancelled)\(\)/.test(expression) && !succeeded) return false;
  return Boolean(evaluate(expression, { ...contexts, ...status }));
}
