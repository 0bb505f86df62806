import { Slots } from "../../../tools/terraform/graph";

/** Lets everything that can go on go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("admits by priority, and by arrival among equals", async () => {
  const slots = new Slots(1);
  const admitted: string[] = [];
  const release = await slots.acquire(0);
  for (const [name, priority] of [
    ["low", 1],
    ["high", 9],
    ["low too", 1],
  ] as const) {
    // prettier-ignore
    void slots.acquire(priority).then((free) => {
      admitted.push(name);
      free();
    });
  }
  await settle();
  expect(admitted).toEqual([]);
  release();
  await settle();
  expect(admitted).toEqual(["high", "low", "low too"]);
});

test("counts a slot that is given back twice once", async () => {
  const slots = new Slots(1);
  const release = await slots.acquire(0);
  release();
  release();
  let admitted = 0;
  for (let i = 0; i < 2; i++) void slots.acquire(0).then(() => (admitted += 1));
  await settle();
  expect(admitted).toBe(1);
});
