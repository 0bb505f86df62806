import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TYPESCRIPT } from "../../tools/support/project";

const ROOT = join(__dirname, "../..");

/** Shows what each internal does in a library. */
const TRACES = `
  const { App, Lazy, TerraformStack, TerraformVariable, Token, Tokenization } = require("cdktf");
  const { forgetTokens, skipCreationTraces } = require("./stacks/cdktf-internals");
  const traces = () => {
    const stack = new TerraformStack(new App({ outdir: outdir }), "stack");
    const variable = new TerraformVariable(stack, "variable", {});
    const tokens = [Lazy.anyValue({ produce: () => 1 }), Token.asAny(variable.value)];
    return tokens.map(({ creationStack }) => creationStack.length > 0);
  };
  const resolves = (text) => {
    try {
      return Tokenization.reverseString(text).tokens.length === 1;
    } catch (error) {
      return error.message.replace(/'.*/s, "");
    }
  };
  const text = Token.asString(Lazy.anyValue({ produce: () => 1 }));
  const before = traces();
  skipCreationTraces();
  const [after, known] = [traces(), resolves(text)];
  forgetTokens();
  const later = Token.asString(Lazy.anyValue({ produce: () => 1 }));
  const { version } = require("cdktf/package.json");
  return { version, before, after, known, forgotten: resolves(text), later: resolves(later) };
`;

/** The number of problems of an imported resource where no program is found. */
const VERSIONS = `
  const { App, TerraformResource, TerraformStack } = require("cdktf");
  const { skipVersionChecks } = require("./stacks/cdktf-internals");
  process.env.PATH = "";
  const stack = new TerraformStack(new App({ outdir: outdir }), "stack");
  const imported = new TerraformResource(stack, "imported", { terraformResourceType: "thing" });
  imported.importFrom("id");
  const problems = () => imported.node.validate().length;
  return [problems(), (skipVersionChecks(), problems())];
`;

const OVERRIDING = `
  const { App, TerraformStack } = require("cdktf");
  const { hasRemoteStateOverride } = require("./stacks/cdktf-internals");
  const app = new App({ outdir: outdir });
  const paths = ["data.terraform_remote_state.other.backend", "data.aws_region.other.name", "locals.other"];
  const stacks = paths.map((path, index) => {
    const stack = new TerraformStack(app, "stack-" + index);
    stack.addOverride(path, "x");
    return stack;
  });
  return [...stacks, new TerraformStack(app, "plain")].map(hasRemoteStateOverride);
`;

/**
 * Resolves any values, with and without tokens, both ways. Counts how often plain values are tested for tokens: never
 * if the replaced function is the one that cdktf calls.
 */
const RESOLVING = `
  const { App, Lazy, TerraformStack, TerraformVariable, Token, Tokenization } = require("cdktf");
  const { DefaultTokenResolver, StringConcat } = require("cdktf/lib/tokens/resolvable");
  const { TokenString } = require("cdktf/lib/tokens/private/encoding");
  const { resolvePlainValuesAtOnce } = require("./stacks/cdktf-internals");
  const fc = require("fast-check");
  const scope = new TerraformStack(new App({ outdir: outdir }), "stack");
  const value = new TerraformVariable(scope, "variable", {}).value;
  const [text, list, number] = [Token.asString(value), Token.asList(value), Token.asNumber(value)];
  const resolver = new DefaultTokenResolver(new StringConcat());
  const resolved = (given) => {
    try {
      const out = Tokenization.resolve(given, { scope, preparing: true, resolver });
      return require("node:util").inspect(out, { depth: null });
    } catch (error) {
      return error.message;
    }
  };
  let tested = 0;
  const { forString } = TokenString;
  TokenString.forString = (...args) => (tested++, forString.apply(TokenString, args));
  const plain = { a: "b", c: ["d", 1, { e: null, f: undefined, g: [] }], h: true };
  const count = () => ((tested = 0), resolved(plain), tested);

  const leaf = fc.oneof(
    fc.string(), fc.string().map((each) => text + each), fc.double(), fc.boolean(),
    fc.constantFrom(
      text, ...list, number, String(number), text + number, value, null, undefined, new Date(0), () => 1, scope,
      "1e5", "-e-", "v1.2.3", "\${aws_vpc.own.id}", "TfToken[", "#{TfToken[TOKEN.0]}", "a&{TfToken[x]}",
      Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE, Token.NUMBER_MAP_TOKEN_VALUE, Number.NaN, -0,
      new (class Other { a = text; })(), Object.create(null, { a: { value: text, enumerable: true } }),
      Lazy.anyValue({ produce: () => ({ a: [undefined, text], b: undefined }) }), Lazy.stringValue({ produce: () => "x" }),
      { _children: {}, _metadata: [] }, { resolve: 1 }, { resolve: () => text }, list, [...list, "a"], Token.asNumberList(value),
      Token.asStringMap(value), Token.asNumberMap(value), Token.asAnyMap(value), [, 1],
    ),
  );
  const key = fc.oneof(fc.string(), fc.constantFrom(text, "1e5", "TfToken[", "__proto__"));
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("any"), { maxLength: 3 }), fc.dictionary(key, tie("any"), { maxKeys: 3 })),
  }));
  const circle = { a: [] };
  circle.a.push(circle);
  const given = [circle, plain, ...fc.sample(leaf, 300), ...fc.sample(any, 3000)];
  const [before, testedBefore] = [given.map(resolved), count()];
  resolvePlainValuesAtOnce();
  const [after, testedAfter] = [given.map(resolved), count()];
  const different = before.flatMap((each, index) => (each === after[index] ? [] : [{ before: each, after: after[index] }]));
  const refused = before.filter((each) => /must|cannot|Unable|Trying|Found|Resolution/i.test(each)).length > 50;
  return { different: different.slice(0, 5), refused, testedBefore: testedBefore > 0, testedAfter };
`;

/**
 * Synthesizes two stacks, of which one reads the other, and shows how often each element was built and what became of
 * a lazy value that differs each time.
 */
const BUILDING = `
  const { App, Aspects, Lazy, TerraformOutput, TerraformResource, TerraformStack, Token, Fn, S3Backend } = require("cdktf");
  const { buildElementsOnce, resolvePlainValuesAtOnce } = require("./stacks/cdktf-internals");
  const { readFileSync } = require("node:fs");
  class Thing extends TerraformResource {
    built = 0;
    constructor(scope, id, attributes) {
      super(scope, id, { terraformResourceType: "thing", dependsOn: attributes.dependsOn });
      this.attributes = attributes;
    }
    synthesizeAttributes() {
      this.built++;
      return { ...this.attributes, dependsOn: undefined };
    }
  }
  function synthesize(folder, once, aspect) {
    const app = new App({ outdir: outdir + "/" + folder });
    const [one, other] = ["one", "other"].map((id) => new TerraformStack(app, id));
    for (const stack of [one, other]) new S3Backend(stack, { bucket: "b", key: stack.node.id });
    let produced = 0;
    const first = new Thing(one, "first", { name: "x", rules: [{ port: 1 }], none: undefined });
    const lazy = new Thing(one, "lazy", { name: Lazy.stringValue({ produce: () => "produced " + ++produced }) });
    const list = Token.asList(first.getListAttribute("list"));
    const reader = new Thing(other, "reader", {
      dependsOn: [new Thing(other, "leaf", {})],
      list, name: "a-" + first.getStringAttribute("name"), count: first.getNumberAttribute("count"), call: Fn.join("-", list),
    });
    new TerraformOutput(one, "output", { value: first.fqn, description: "first" });
    if (aspect) Aspects.of(one).add({ visit: (each) => each === first && (first.attributes.name = "of the aspect") });
    if (once) buildElementsOnce([one, other]);
    app.synth();
    const texts = [one, other].map(({ node }) => readFileSync(app.outdir + "/stacks/" + node.id + "/cdk.tf.json", "utf8"));
    return { texts, built: [first, lazy, reader].map(({ built }) => built), produced };
  }
  resolvePlainValuesAtOnce();
  const twice = synthesize("twice", false, false);
  const aspect = [synthesize("aspect-twice", false, true), synthesize("aspect-once", true, true)];
  const once = synthesize("once", true, false);
  const same = (a, b) => a.texts.every((text, index) => text === b.texts[index]);
  return {
    twice: twice.built, once: once.built, lazy: [twice.produced, once.produced], same: same(twice, once),
    withAspect: aspect[1].built, sameWithAspect: same(aspect[0], aspect[1]),
    aspectShows: aspect[1].texts[0].includes("of the aspect"), read: once.texts[1].includes("terraform_remote_state"),
  };
`;

/** The version that is installed under a name: `npm run successor` installs the successor under the name of cdktf. */
function installed(name: string): string {
  const text = readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

const LIBRARIES: readonly (readonly [string, string, readonly string[]])[] = [
  ["cdktf", installed("cdktf"), []],
  ["its successor", installed("cdktn"), ["--require", join(__dirname, "../support/as-cdktn.cjs")]],
];

describe.each(LIBRARIES)("%s", (_, version, options) => {
  let shown: Readonly<Record<"traces" | "versions" | "overriding" | "resolving" | "building", unknown>>;

  // In a process of its own: loading the library takes most of the time, and the internals stay replaced.
  beforeAll(() => {
    const outdir = mkdtempSync(join(tmpdir(), "internals-"));
    const bodies = Object.entries({
      ...{ traces: TRACES, versions: VERSIONS, overriding: OVERRIDING },
      ...{ resolving: RESOLVING, building: BUILDING },
    });
    const script = `
      const outdir = process.argv[1];
      const shown = { ${bodies.map(([name, body]) => `${name}: (() => {${body}})()`).join(",\n")} };
      console.log(JSON.stringify(shown));
    `;
    try {
      const args = [...options, "--require", TYPESCRIPT, "--eval", script, outdir];
      shown = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })) as typeof shown;
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }, 60_000);

  test("records no creation traces, and forgets older tokens but not newer ones", () => {
    expect(shown.traces).toEqual({
      version,
      before: [true, true],
      after: [false, false],
      known: true,
      forgotten: "Unrecognized Token Key ",
      later: true,
    });
  });

  test("asks no program for the version of Terraform", () => {
    expect(shown.versions).toEqual([1, 0]);
  });

  test("shows which overrides declare a remote state", () => {
    expect(shown.overriding).toEqual([true, false, false, false]);
  });

  test("resolves any value the same, and plain values at once", () => {
    expect(shown.resolving).toEqual({ different: [], refused: true, testedBefore: true, testedAfter: 0 });
  });

  test("builds an element once, unless a value is lazy or an aspect may change it, and writes the same", () => {
    const { twice, lazy, ...others } = shown.building as Record<string, unknown>;
    const [first, ofLazy, reader] = twice as readonly [number, number, number];
    expect({ first, reader, lazy }).toEqual({ first: 2, reader: 2, lazy: [ofLazy, ofLazy] });
    expect(others).toEqual({
      once: [1, ofLazy, 1],
      same: true,
      withAspect: twice,
      sameWithAspect: true,
      aspectShows: true,
      read: true,
    });
  });
});
