import { ALL, type AdministratorPicture } from "../../../tools/access/output/picture";
import { pictureParts } from "../../../tools/report/access-parts";

type Box = AdministratorPicture["boxes"][number];

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const entry = (id: string): Box => ({ id, text: id, look: "entry" });
const role = (id: string): Box => ({ id, text: id, look: "role" });
const edge = (from: string, to: string, isOnward = false) => ({ from, to, text: "", isOnward });

/** Each environment has a job that assumes a role, which administers the environment's account and the master account. */
function pictureOf(count: number): AdministratorPicture {
  const all = numbers(count).map(String);
  return {
    boxes: all.flatMap((each) => [entry(`job-${each}`), role(`apply-${each}`)]),
    accounts: ["master", ...all.map((each) => `main-${each}`)].map((name) => ({ id: name, name })),
    edges: all.flatMap((each) => [
      edge(`job-${each}`, `apply-${each}`),
      edge(`apply-${each}`, `main-${each}`),
      edge(`apply-${each}`, "master"),
    ]),
  };
}

const nodesOf = ({ boxes, accounts }: AdministratorPicture) => [...boxes, ...accounts].map(({ id }) => id);
const textsOf = (edges: AdministratorPicture["edges"]) => edges.map(({ from, to }) => `${from} ${to}`).sort();

test("a small picture stays whole", () => {
  const small = pictureOf(20);
  expect(pictureParts(small)).toEqual([small]);
});

test("a large one has parts that are short, in order, and hold every edge once with both of its ends", () => {
  const large = pictureOf(99);
  const parts = pictureParts(large);
  expect(parts).toHaveLength(4);
  for (const part of parts) {
    expect(part.accounts.length).toBeLessThanOrEqual(26);
    const nodes = new Set(nodesOf(part));
    expect(part.edges.filter(({ from, to }) => !nodes.has(from) || !nodes.has(to))).toEqual([]);
  }
  expect(textsOf(parts.flatMap(({ edges }) => edges))).toEqual(textsOf(large.edges));
  expect(parts[0]?.boxes.filter(({ look }) => look === "entry").map(({ id }) => id)).toEqual(numbers(25).map((each) => `job-${each}`)); // prettier-ignore
});

test("an entry on ways of several parts is in each of them, and accounts that are reached alike share a box", () => {
  const large = pictureOf(60);
  const boxes = [...large.boxes, entry("owner"), entry("auditor")];
  const edges = [
    ...large.edges,
    ...numbers(60).map((each) => edge("owner", `apply-${each}`)),
    ...numbers(60).map((each) => edge("auditor", `main-${each}`)),
  ];
  const parts = pictureParts({ ...large, boxes, edges });
  expect(parts.filter((part) => nodesOf(part).includes("owner")).length).toBeGreaterThan(1);
  const names = parts.flatMap(({ accounts }) => accounts.map(({ name }) => name));
  expect(names.filter((name) => name.endsWith("main-58, main-59, main-60"))).toHaveLength(1);
  expect(parts.flatMap((part) => part.edges.filter(({ from }) => from === "auditor")).length).toBeLessThan(60);
});

test("all accounts are one box, and a link between accounts is drawn once", () => {
  const large = pictureOf(60);
  const boxes = [...large.boxes, entry("owner"), role("admin")];
  const links = [edge("master", "main-1", true), edge("main-40", "master", true), edge("unreached", "main-2", true)];
  const accounts = [...large.accounts, { id: "unreached", name: "unreached" }];
  const edges = [...large.edges, edge("owner", "admin"), edge("admin", ALL), ...links];
  const parts = pictureParts({ accounts, boxes, edges });
  expect(parts.flatMap((part) => part.accounts)).toContainEqual({ id: ALL, name: "all 62 accounts" });
  expect(textsOf(parts.flatMap((part) => part.edges.filter(({ isOnward }) => isOnward)))).toEqual(textsOf(links));
});
