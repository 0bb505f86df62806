import { asList } from "../../../synth/synthesized";
import { shown } from "./elements";
import { isObject, type JsonObject } from "../../../support/json";

/** The arguments of one block, as Terraform's types. What does not fit is told in `problems`. */
export class Block {
  constructor(
    private readonly values: JsonObject,
    private readonly where: string,
    known: readonly string[],
    private readonly problems: string[],
  ) {
    for (const name of Object.keys(values))
      if (name !== "//" && !known.includes(name)) this.tell(`has an unknown argument ${name}`);
  }

  text(name: string): string | undefined {
    const value = this.values[name] ?? undefined;
    return value === undefined ? undefined : this.scalar(name, value);
  }

  oneOf(name: string, choices: readonly string[], otherwise: string): string {
    const value = this.text(name) ?? otherwise;
    if (!choices.includes(value)) this.tell(`${name} must be ${choices.join(" or ")}, got ${shown(value)}`);
    return value;
  }

  texts(name: string): string[] | undefined {
    const value = this.values[name] ?? undefined;
    if (value !== undefined && !Array.isArray(value)) this.tell(`${name} must be a list of texts, got ${shown(value)}`);
    return Array.isArray(value) ? value.map((each) => this.scalar(name, each)) : undefined;
  }

  blocks(name: string, known: readonly string[]): Block[] {
    return asList(this.values[name]).flatMap((each, index) => {
      const where = `${this.where}${name} ${index + 1} `;
      // Terraform takes null for a block without arguments.
      if (isObject(each ?? {})) return new Block((each ?? {}) as JsonObject, where, known, this.problems);
      this.problems.push(`${where}must be an object, got ${shown(each)}`);
      return [];
    });
  }

  required<T>(name: string, value: T): T {
    if ((this.values[name] ?? undefined) === undefined) this.tell(`must have ${name}`);
    return value;
  }

  /** `&{` written AWS's way: `${`, which is Terraform's own in a configuration. */
  withVariables(name: string, texts: readonly string[], version: string): string[] {
    const early = version === "2008-10-17" ? texts.filter((text) => text.includes("&{")) : [];
    for (const text of early) this.tell(`${name} must not have variables in version ${version}, got ${shown(text)}`);
    return texts.map((text) => text.replaceAll("&{", "${"));
  }

  /**
   * Numbers and booleans become texts: a number must be one that is written in digits, and that JavaScript holds as it
   * is written.
   */
  private scalar(name: string, value: unknown): string {
    if (typeof value === "string") return value.normalize("NFC");
    const exact =
      typeof value === "number" && /^-?\d+(\.\d+)?$/.test(String(value)) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    if (exact || typeof value === "boolean") return String(value);
    this.tell(`${name} must hold texts alone, got ${shown(value)}`);
    return "";
  }

  private tell(problem: string): void {
    this.problems.push(`${this.where}${problem}`);
  }
}
