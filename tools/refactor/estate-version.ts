import { REFERENCE_PREFIX } from "../synth/upstreams";
import { isObject, objectOf, terraformKeys, type JsonObject } from "../support/json";
import { addressIn, rewriteReferences } from "./references";

/** A resource, data source or output of a stack. */
export interface Block {
  /** `dev-network:aws_vpc.main`: unique in the estate. */
  readonly key: string;
  readonly stack: string;
  /** `aws_vpc.main`, `data.aws_region.here` or `output.vpc-id`. */
  readonly address: string;
  /** `aws_vpc`, `data.aws_region` or `output`. */
  readonly type: string;
  readonly content: unknown;
}

/** The name of a block in a comparison. Undefined: its own address. */
export type NameOf = (key: string) => string | undefined;

/** cdktf names an output that another stack reads after the resource: `cross-stack-output-aws_vpcmain_1234ABCDid`. */
const CROSS_STACK = "cross-stack-output-";

const REMOTE_OUTPUT = new RegExp(
  `^data\\.terraform_remote_state\\.${REFERENCE_PREFIX}([\\w-]+)\\.outputs\\.(${CROSS_STACK}[\\w-]+)(.*)$`,
);

export const isCrossStack = ({ type, address }: Block): boolean => type === "output" && address.startsWith(`output.${CROSS_STACK}`); // prettier-ignore

/** One of two compared versions of an estate. */
export class EstateVersion {
  /** Resources and data sources, by key. */
  public readonly blocks: ReadonlyMap<string, Block>;
  /** Outputs, by key. */
  public readonly outputs: ReadonlyMap<string, Block>;

  /** @param stacks the content of each stack's `cdk.tf.json`, by the stack's id */
  constructor(public readonly stacks: ReadonlyMap<string, JsonObject>) {
    const all = [...stacks].flatMap(([id, json]) => blocksIn(id, json));
    this.blocks = byKey(all.filter(({ type }) => type !== "output"));
    this.outputs = byKey(all.filter(({ type }) => type === "output"));
  }

  /**
   * A part of a stack with the names of the blocks that it refers to. An output of another stack counts as the value
   * that this stack gives it: a rename changes the output's name.
   */
  public named(stack: string, part: unknown, nameOf: NameOf): unknown {
    return rewriteReferences(part, (traversal) => {
      const [, id = "", output = "", rest = ""] = REMOTE_OUTPUT.exec(traversal) ?? [];
      const upstream = this.outputs.get(`${id}:output.${output}`);
      if (upstream) return `${id}(${JSON.stringify(this.named(id, upstream.content, nameOf))})${rest}`;
      const address = addressIn(traversal);
      const name = nameOf(`${stack}:${address}`);
      return name === undefined ? traversal : name + traversal.slice(address.length);
    });
  }

  /** The keys of the blocks that a block refers to, also in other stacks. */
  public referencesOf({ stack, content }: Block): ReadonlySet<string> {
    const found = new Set<string>();
    this.named(stack, content, (key) => {
      if (this.blocks.has(key)) found.add(key);
      return undefined;
    });
    return found;
  }
}

function blocksIn(stack: string, json: JsonObject): Block[] {
  const labelled = (section: string, prefix: string): Block[] =>
    namedIn(json[section]).flatMap(([type, blocks]) =>
      namedIn(blocks).map(([name, content]) => blockOf(stack, `${prefix}${type}`, name, content)),
    );
  const outputs = namedIn(json["output"]).map(([name, content]) => blockOf(stack, "output", name, content));
  return [...labelled("resource", ""), ...labelled("data", "data."), ...outputs];
}

const blockOf = (stack: string, type: string, name: string, content: unknown): Block => ({
  key: `${stack}:${type}.${name}`,
  stack,
  address: `${type}.${name}`,
  type,
  content,
});

const namedIn = (section: unknown): (readonly [string, unknown])[] =>
  isObject(section) ? terraformKeys(section).map((name) => [name, objectOf(section)[name]]) : [];

const byKey = (blocks: readonly Block[]): ReadonlyMap<string, Block> => new Map(blocks.map((each) => [each.key, each]));
