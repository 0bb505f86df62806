import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

let outdir: string;
beforeEach(() => (outdir = mkdtempSync(join(tmpdir(), "internals-"))));
afterEach(() => {
  rmSync(outdir, { recursive: true });
});

/** Uses the internals in a process of its own, and prints what they did. */
const SCRIPT = `
  const { App, Lazy, TerraformStack, TerraformVariable, Token, Tokenization } = require("cdktf");
  const { forgetTokens, skipCreationTraces } = require("./stacks/cdktf-internals");
  const traces = () => {
    const stack = new TerraformStack(new App({ outdir: process.argv[1] }), "stack");
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
  console.log(JSON.stringify({ version, before, after, known, forgotten: resolves(text), later: resolves(later) }));
`;

test.each([
  ["cdktf", "0.21.0", []],
  ["its successor", "0.24.0", ["--require", join(__dirname, "../support/as-cdktn.cjs")]],
])(
  "%s records no creation traces, and forgets older tokens but not newer ones",
  (_, version, options) => {
    const args = [...options, "--require", "tsx/cjs", "--eval", SCRIPT, outdir];
    const out = execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
    expect(JSON.parse(out)).toEqual({
      version,
      before: [true, true],
      after: [false, false],
      known: true,
      forgotten: "Unrecognized Token Key ",
      later: true,
    });
  },
  30_000,
);
