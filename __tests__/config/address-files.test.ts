import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adoptionsFile, movesFile } from "../../config/address-files";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { estateWith } from "./estate-fixture";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "address-files-"));
  writeFileSync(join(folder, "estate.json"), JSON.stringify(estateWith()));
  writeFileSync(join(folder, "estate.members.json"), '["lab"]');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const estate = () => join(folder, "estate.json");

function loadWith(files: { readonly adopt?: unknown; readonly moves?: unknown }): Estate {
  for (const [kind, value] of Object.entries(files))
    writeFileSync(join(folder, `estate.${kind}.json`), typeof value === "string" ? value : JSON.stringify(value));
  return loadEstate(estate());
}

function refusal(files: Parameters<typeof loadWith>[0]): string {
  try {
    loadWith(files);
    return "";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

test("the files are next to the estate file", () => {
  expect(adoptionsFile("config/estate.ts")).toBe("config/estate.adopt.json");
  expect(movesFile("/some.json/my.json")).toBe("/some.json/my.moves.json");
});

test("an estate without the files has neither adoptions nor moves", () => {
  expect(Object.keys(loadEstate(estate()))).not.toEqual(expect.arrayContaining(["adoptions"]));
});

test("an estate has what the files say, frozen", () => {
  const adopt = { "dev-network": { "aws_vpc.network_vpc_1": "vpc-1", "module.own.aws_vpc.v": "vpc-2" } };
  const moves = { "dev-network": [{ from: "aws_vpc.old", to: "aws_vpc.new" }] };
  const loaded = loadWith({ adopt, moves });
  expect(loaded).toMatchObject({ adoptions: adopt, moves });
  expect(Object.isFrozen(loaded.adoptions?.["dev-network"])).toBe(true);
});

test("every problem of a file is listed", () => {
  const adopt = {
    "dev-networks": { "aws_vpc.v": "vpc-1" },
    "dev-network": { "aws_vpc.v": "vpc-1", "aws_vpc.w": "vpc-1", "aws_subnet.s": "vpc-1" },
  };
  const message = refusal({ adopt });
  expect(message).toContain("the estate is not valid (");
  expect(message).toContain("estate.adopt.json):");
  expect(message).toMatch(/dev-networks +must be a stack of the estate, got "dev-networks"\. Correct the name/);
  expect(message).toMatch(/dev-network\.aws_vpc\.w +must be another id than that of aws_vpc\.v, got "vpc-1"/);
  expect(message).not.toContain("aws_subnet.s");
});

test.each([
  { of: "text that is not JSON", adopt: "{", expected: /the file +must be JSON, got the error/ },
  { of: "a list", adopt: [], expected: /the file +must be JSON such as/ },
  { of: "a list of ids", adopt: { "dev-network": ["vpc-1"] }, expected: /dev-network +must be JSON such as/ },
  { of: "a data source", adopt: { "dev-network": { "data.aws_vpc.v": "x" } }, expected: /must be the address of a/ },
  {
    of: "an indexed resource",
    adopt: { "dev-network": { "aws_vpc.v[0]": "x" } },
    expected: /must be the address of a/,
  },
  { of: "an empty id", adopt: { "dev-network": { "aws_vpc.v": "" } }, expected: /aws_vpc\.v +must be an id .*got ""/ },
  { of: "an expression", adopt: { "dev-network": { "aws_vpc.v": "${x}" } }, expected: /must be an id .*got "\$\{x\}"/ },
  { of: "a directive", adopt: { "dev-network": { "aws_vpc.v": "%{x}" } }, expected: /must be an id/ },
  { of: "a line break", adopt: { "dev-network": { "aws_vpc.v": "a\nb" } }, expected: /must be an id/ },
])("adoptions with $of are refused", ({ adopt, expected }) => {
  expect(refusal({ adopt })).toMatch(expected);
});

const [a, b, c] = ["aws_vpc.a", "aws_vpc.b", "aws_vpc.c"];
test.each([
  {
    of: "another type",
    moves: [{ from: a, to: "aws_subnet.b" }],
    expected: /\[0\]\.to +must be another address of the type/,
  },
  {
    of: "the same address",
    moves: [{ from: a, to: a }],
    expected: /\[0\]\.to +must be another address of the type aws_vpc/,
  },
  { of: "two targets", moves: [{ from: a, to: b }, { from: a, to: c }], expected: /\[1\]\.from +must be an address that moves once/ }, // prettier-ignore
  { of: "two sources", moves: [{ from: a, to: c }, { from: b, to: c }], expected: /\[1\]\.to +must be an address to which one/ }, // prettier-ignore
  { of: "an unknown key", moves: [{ from: a, to: b, why: "" }], expected: /\[0\] +must be JSON such as/ },
  { of: "a missing key", moves: [{ from: a }], expected: /\[0\]\.to +must be the address of a resource/ },
])("moves with $of are refused", ({ moves, expected }) => {
  expect(refusal({ moves: { "dev-network": moves } })).toMatch(expected);
});

test("a chain of moves is accepted", () => {
  expect(refusal({ moves: { "dev-network": [{ from: a, to: b }, { from: b, to: c }] } })).toBe(""); // prettier-ignore
});

test("a folder in place of a file is refused", () => {
  mkdirSync(join(folder, "estate.adopt.json"));
  expect(refusal({})).toMatch(/the file +must be a file, got a directory/);
});

test.each([
  ["adopt", '{ "dev-network": { "aws_vpc.a": "vpc-1" }, "dev-network": { "aws_vpc.b": "vpc-2" } }', "dev-network"],
  ["adopt", '{ "dev-network": { "aws_vpc.a": "vpc-1", "aws_vpc.a": "vpc-2" } }', "dev-network.aws_vpc.a"],
  ["moves", '{ "dev-network": [], "dev-network": [] }', "dev-network"],
])("%s: a key that is there twice, as after a merge, is refused: %s", (kind, text, path) => {
  expect(refusal({ [kind]: text })).toContain(`${path}  must be a key that is not repeated, got a second one`);
});
