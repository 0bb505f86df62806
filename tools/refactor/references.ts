import { isObject, terraformKeys } from "../support/json";

/** What a traversal such as `aws_vpc.main.id` is replaced with. */
type Rewrite = (traversal: string) => string;

/** Names joined by dots: every reference to a block begins with one. */
const TRAVERSAL = /[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*/y;

/** Arguments of a resource whose texts are references without `${ }`. */
const BARE = new Set(["depends_on", "replace_triggered_by"]);

/**
 * A block of Terraform's JSON with every reference in its expressions rewritten. Other texts stay as they are, even if
 * they look like a reference. Leaves cdktf's notes out.
 */
export function rewriteReferences(block: unknown, rewrite: Rewrite): unknown {
  if (typeof block === "string") return new Template(block, rewrite).text();
  if (Array.isArray(block)) return block.map((item) => rewriteReferences(item, rewrite));
  if (!isObject(block)) return block;
  return Object.fromEntries(
    terraformKeys(block).map((key) => {
      const value = block[key];
      if (!BARE.has(key) || !Array.isArray(value)) return [key, rewriteReferences(value, rewrite)];
      return [
        key,
        value.map((item: unknown) => (typeof item === "string" ? new Template(item, rewrite).bare() : item)),
      ];
    }),
  );
}

/** The address in a traversal: `aws_vpc.main` of `aws_vpc.main.id`, `data.aws_region.here` of `data.aws_region.here.name`. */
export function addressIn(traversal: string): string {
  const parts = traversal.split(".");
  return parts.slice(0, parts[0] === "data" ? 3 : 2).join(".");
}

/** A string of Terraform's JSON syntax: text with expressions in `${ }`, which contain strings, which are templates. */
class Template {
  private at = 0;
  private out = "";

  constructor(
    private readonly source: string,
    private readonly rewrite: Rewrite,
  ) {}

  public text(): string {
    this.literal(false);
    return this.out;
  }

  public bare(): string {
    this.expression();
    return this.out;
  }

  /** Text up to its end, or in an expression up to the closing quote. */
  private literal(isQuoted: boolean): void {
    while (this.at < this.source.length) {
      const rest = this.source.slice(this.at, this.at + 3);
      if (rest === "$${" || rest === "%%{") this.copy(3);
      else if (rest.startsWith("${") || rest.startsWith("%{")) {
        this.copy(2);
        this.expression();
      } else if (isQuoted && rest.startsWith("\\")) this.copy(2);
      else {
        this.copy(1);
        if (isQuoted && rest.startsWith('"')) return;
      }
    }
  }

  /** An expression up to the brace that closes it. */
  private expression(): void {
    for (let depth = 0; this.at < this.source.length;) {
      TRAVERSAL.lastIndex = this.at;
      const [name] = TRAVERSAL.exec(this.source) ?? [];
      if (name !== undefined) {
        this.out += this.rewrite(name);
        this.at += name.length;
        continue;
      }
      const character = this.source.charAt(this.at);
      this.copy(1);
      if (character === '"') this.literal(true);
      else if (character === "{") depth += 1;
      else if (character === "}" && depth-- === 0) return;
    }
  }

  private copy(length: number): void {
    this.out += this.source.slice(this.at, this.at + length);
    this.at += length;
  }
}
