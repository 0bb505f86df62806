import { isObject, objectOf } from "../support/json";
import { withoutEscapes } from "../support/text";
import { stackJson, type Stack } from "../synth/stacks";

/** Reads an attribute of a resource of a stack. Undefined if it is not known. */
type AttributeOf = (stack: Stack, address: string, attribute: string) => Promise<unknown>;

const REFERENCE = /(?<!\$)\$\{([^{}]*)\}/g;
const RESOURCE = /^([a-z][a-z0-9_]*\.[A-Za-z_][\w-]*)\.([a-z0-9_]+)$/;
const OUTPUT = /^data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)$/;

/** Resolves the references in the JSON of stacks, also those to the outputs of other stacks. */
export class References {
  constructor(
    private readonly stacks: readonly Stack[],
    private readonly attributeOf: AttributeOf,
  ) {}

  /** A value of a stack's JSON. Undefined if a reference in it is not known. */
  public async resolve(stack: Stack, value: unknown): Promise<unknown> {
    if (typeof value === "string") return this.resolveText(stack, value);
    if (Array.isArray(value)) {
      const all = await Promise.all(value.map((each) => this.resolve(stack, each)));
      return all.includes(undefined) ? undefined : all;
    }
    if (!isObject(value)) return value;
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, each]) => [key, await this.resolve(stack, each)] as const),
    );
    return entries.some(([, each]) => each === undefined) ? undefined : Object.fromEntries(entries);
  }

  private async resolveText(stack: Stack, text: string): Promise<unknown> {
    const all = [...text.matchAll(REFERENCE)].map(([whole, inner = ""]) => ({ whole, inner }));
    const values = await Promise.all(all.map(({ inner }) => this.referred(stack, inner.trim())));
    if (values.includes(undefined)) return undefined;
    if (all.length === 1 && all[0]?.whole === text) return values[0];
    let index = 0;
    return withoutEscapes(text.replaceAll(REFERENCE, () => String(values[index++])));
  }

  private async referred(stack: Stack, reference: string): Promise<unknown> {
    const [, address, attribute] = RESOURCE.exec(reference) ?? [];
    if (address !== undefined && attribute !== undefined) return this.attributeOf(stack, address, attribute);
    const [, state, output] = OUTPUT.exec(reference) ?? [];
    if (state === undefined || output === undefined) return undefined;
    const json = objectOf(stackJson(stack));
    const { config } = objectOf(objectOf(objectOf(objectOf(json["data"])["terraform_remote_state"])[state]));
    const { bucket, key } = objectOf(config);
    const owner = this.stacks.find(({ state: at }) => at.bucket === bucket && at.key === key);
    if (!owner) return undefined;
    return this.resolve(owner, objectOf(objectOf(objectOf(stackJson(owner))["output"])[output])["value"]);
  }
}
