import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { EstateError } from "../../config/estate-error";
import { DEFAULT_ESTATE, estateFile, loadEstate } from "../../config/load";
import { membersFile } from "../../config/members-record";
import { estateWith } from "./estate-fixture";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "estate-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** An estate file, with the record of the created member that the minimal estate has. */
function file(name: string, content: string, record = '["lab"]'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  writeFileSync(membersFile(path), record);
  return path;
}

/** The message with which a file is refused, without the line that names it. */
function refusal(path: string): string {
  try {
    loadEstate(path);
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    expect(error.message.split("\n")[0]).toBe(`the estate is not valid (${path}):`);
    return error.message.split("\n").slice(1).join("\n");
  }
  throw new Error(`${path} was accepted`);
}

describe("which file", () => {
  const { ESTATE } = process.env;
  afterEach(() => {
    if (ESTATE === undefined) delete process.env["ESTATE"];
    else process.env["ESTATE"] = ESTATE;
  });

  test("is the shipped one where ESTATE is unset or empty", () => {
    delete process.env["ESTATE"];
    expect(estateFile()).toBe(DEFAULT_ESTATE);
    process.env["ESTATE"] = "";
    expect(estateFile()).toBe(DEFAULT_ESTATE);
  });

  test("is sought where npm was called, too: npm runs scripts in the project's folder", () => {
    const path = file("elsewhere.json", JSON.stringify(estateWith()));
    const { INIT_CWD } = process.env;
    process.env["ESTATE"] = "elsewhere.json";
    process.env["INIT_CWD"] = dirname(path);
    try {
      expect(estateFile()).toBe(path);
      process.env["ESTATE"] = "package.json";
      expect(estateFile()).toBe(resolve("package.json"));
    } finally {
      if (INIT_CWD === undefined) delete process.env["INIT_CWD"];
      else process.env["INIT_CWD"] = INIT_CWD;
    }
  });

  test("is what ESTATE names, and the same estate as TypeScript and as JSON is the same", () => {
    const json = JSON.stringify(estateWith());
    process.env["ESTATE"] = file("same.ts", `const estate = ${json};\nexport default estate;\n`);
    const fromTypeScript = loadEstate();
    process.env["ESTATE"] = file("same.json", json);
    expect(loadEstate()).toEqual(fromTypeScript);
    expect(fromTypeScript.solution).toBe("demo");
  });

  test("may export its estate by name", () => {
    const path = file("named.ts", `export const estate: unknown = ${JSON.stringify(estateWith())};\n`);
    expect(loadEstate(path).solution).toBe("demo");
  });
});

describe("by whose credentials accounts are reached", () => {
  const { ESTATE_ACCESS } = process.env;
  afterEach(() => {
    if (ESTATE_ACCESS === undefined) delete process.env["ESTATE_ACCESS"];
    else process.env["ESTATE_ACCESS"] = ESTATE_ACCESS;
  });
  const lab = () =>
    loadEstate(file("access.json", JSON.stringify(estateWith({})))).accounts.find(({ name }) => name === "lab");

  test("through its access role, where a created member has one", () => {
    const account = lab();
    expect(account?.accessRoleArn).toMatch(/:role\/OrganizationAccountAccessRole$/);
    expect(account?.assumedRoleArn).toBe(account?.accessRoleArn);
  });

  test("ESTATE_ACCESS=direct: by its own, and whoever else may reach it is told the same", () => {
    process.env["ESTATE_ACCESS"] = "direct";
    expect(lab()).toMatchObject({ accessRoleArn: expect.any(String) as string, assumedRoleArn: undefined });
  });

  test("any other word is refused", () => {
    process.env["ESTATE_ACCESS"] = "Direct";
    expect(lab).toThrow('ESTATE_ACCESS  got "Direct", expected direct, or nothing');
  });
});

test("tells of a file that there is not", () => {
  expect(refusal(join(folder, "none.json"))).toBe("  there is no such file; ESTATE names a .ts or .json file");
});

test("tells of a file of another kind", () => {
  expect(refusal(file("estate.yaml", "solution: demo"))).toBe('  got ".yaml", expected a .ts or .json file');
});

test("tells of a folder in the file's place", () => {
  mkdirSync(join(folder, "folder.json"));
  expect(refusal(join(folder, "folder.json"))).toMatch(/^ {2}cannot be read: .*EISDIR/);
});

test.each([
  ["exports nothing", "const estate = {};\nvoid estate;\n"],
  ["exports something else", "export const accounts = {};\n"],
  ["exports undefined", "export default undefined;\n"],
  ["sets its exports to null", "module.exports = null;\n"],
])("tells of a file that %s", (what, source) => {
  const path = file(`${what.replaceAll(" ", "-")}.ts`, source);
  expect(refusal(path)).toBe("  does not export an estate, expected `export default { solution, accounts, … }`");
});

test("tells what a file threw, without its stack", () => {
  const text = refusal(file("throws.ts", `throw new Error("no budget yet");\n`));
  expect(text).toBe("  does not load: no budget yet");
});

test("tells what a file threw that is no error", () => {
  expect(refusal(file("throws-text.ts", `throw "no budget yet";\n`))).toBe("  does not load: no budget yet");
});

test("tells of a syntax error in TypeScript, without a stack", () => {
  const text = refusal(file("syntax.ts", `export default {\n  solution: "demo",\n  accounts: {{\n};\n`));
  expect(text).toContain("does not load:");
  expect(text).not.toMatch(/^\s+at /m);
});

describe("JSON", () => {
  test.each([
    [
      "a comma is missing",
      '{\n  "solution": "demo"\n  "chargeCode": "x"\n}',
      "  line 3, column 3  JSON syntax error: comma expected",
    ],
    ["a bracket is missing", '{\n  "accounts": {\n', "  line 3, column 1  JSON syntax error: close brace expected"],
    [
      "it has a comment",
      '{\n  // the estate\n  "solution": "demo"\n}',
      "  line 2, column 3  JSON syntax error: JSON has no comments; a .ts file has",
    ],
    [
      "a comma is left over",
      '{\n  "solution": "demo",\n}',
      "  line 3, column 1  JSON syntax error: property name expected",
    ],
    ["the file is empty", "", "  line 1, column 1  JSON syntax error"],
    ["something follows the estate", "{}\n{}", "  line 2, column 1  JSON syntax error: end of file expected"],
  ])("is told where %s", (what, source, expected) => {
    expect(refusal(file(`${what.replaceAll(" ", "-")}.json`, source))).toContain(expected);
  });

  test("with a key that stands twice is refused, since the first would be lost", () => {
    const source = `{\n  "accounts": {\n    "dev": {},\n    "ci": [{ "a": 1, "a": 2 }],\n    "dev": {}\n  }\n}`;
    expect(refusal(file("twice.json", source))).toBe(
      [
        "  accounts.ci[0].a  stands twice, the second time in line 4, column 22",
        "  accounts.dev      stands twice, the second time in line 5, column 5",
      ].join("\n"),
    );
  });

  test("may use one key in several objects, and begin with a byte order mark", () => {
    expect(loadEstate(file("bom.json", `\uFEFF${JSON.stringify(estateWith())}`)).solution).toBe("demo");
  });
});

test("reports everything that is wrong with a thoroughly bad file in one message", () => {
  const estate = estateWith({
    solution: "Demo",
    chargecode: "x",
    "accounts.dev.id": "2222",
    "accounts.lab.email": "MASTER@example.com",
    "accounts.dev.operators": ["arn:aws:iam::222222222222:root"],
    "environments.dev.account": "production",
    "environments.dev.network": { cidrBlock: "10.0.0.5/20", zones: ["eu-central-1a", "eu-west-1b"] },
    "environments.dev.externalId": "x",
    promotionOrder: ["dev", "prod", "dev"],
  });
  expect(refusal(file("bad.json", JSON.stringify(estate)))).toBe(
    [
      '  solution                            got "Demo", expected lower-case letters, digits and single hyphens, beginning with a letter, 63 at most',
      '  accounts.dev.id                     got "2222", expected 12 digits, in quotes',
      '  accounts.dev.operators[0]           got "arn:aws:iam::222222222222:root", expected the ARN of an IAM user or role, for example arn:aws:iam::111111111111:user/name',
      '  environments.dev.externalId         got "x", expected an ExternalId: 2 to 1224 of letters, digits and +=,.@:/-_',
      '  environments.dev.network.cidrBlock  got "10.0.0.5/20", expected 10.0.0.0/20 (it has host bits set)',
      "  chargecode                          unknown key, did you mean chargeCode?",
      '  accounts.lab.email                  "MASTER@example.com" is also that of accounts.master, expected another: AWS wants a different one for each account',
      '  environments.dev.account            no account "production"; known: master, dev, lab',
      '  promotionOrder[1]                   no environment "prod"; known: dev',
      '  promotionOrder[2]                   got "dev" a second time, expected each environment once',
      '  environments.dev.network.zones[0]   got "eu-central-1a", expected a zone of eu-west-1: eu-west-1a, eu-west-1b, eu-west-1c',
    ].join("\n"),
  );
});
