import { runGraph, Slots } from "../../../tools/terraform/graph";

describe("runGraph", () => {
  const node = (id: string, dependencies: readonly string[] = [], seconds = 1) => ({ id, dependencies, seconds });
  const pause = (milliseconds = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test("runs each node after its dependencies, and counts a missing dependency as done", async () => {
    const order: string[] = [];
    const nodes = [node("c", ["b", "elsewhere"]), node("a"), node("b", ["a"])];
    const results = await runGraph(
      nodes,
      async ({ id }) => void order.push(id, await pause().then(() => `${id} done`)),
    );
    expect(order).toEqual(["a", "a done", "b", "b done", "c", "c done"]);
    expect([...results.values()].map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });

  test("never runs more than `parallel` at once", async () => {
    let now = 0;
    let most = 0;
    await runGraph(
      ["a", "b", "c", "d", "e"].map((id) => node(id)),
      async () => {
        most = Math.max(most, ++now);
        await pause();
        now -= 1;
      },
      { parallel: 2 },
    );
    expect(most).toBe(2);
  });

  test("starts nodes that take equally long in the given order", async () => {
    const order: string[] = [];
    const ids = ["a", "b", "c", "d", "e", "f"];
    await runGraph(
      ids.map((id) => node(id)),
      ({ id }) => Promise.resolve(void order.push(id)),
      { parallel: 1 },
    );
    expect(order).toEqual(ids);
  });

  test("starts the next node when a waiting node releases its slot", async () => {
    const events: string[] = [];
    await runGraph(
      [node("database", [], 80), node("iam")],
      async ({ id }, giveSlotBack) => {
        events.push(`${id} starts`);
        if (id === "database") {
          giveSlotBack();
          await pause(20);
        }
        events.push(`${id} ends`);
      },
      { parallel: 1, secondsOf: ({ seconds }) => seconds },
    );
    expect(events).toEqual(["database starts", "iam starts", "iam ends", "database ends"]);
  });

  test("starts the dependencies of the slowest node first", async () => {
    const order: string[] = [];
    const nodes = [
      node("quick", [], 5),
      node("network", [], 1),
      node("database", ["network"], 80),
      node("other", [], 20),
    ];
    await runGraph(nodes, ({ id }) => Promise.resolve(void order.push(id)), {
      parallel: 1,
      secondsOf: ({ seconds }) => seconds,
    });
    expect(order).toEqual(["network", "database", "other", "quick"]);
  });

  test("the node that starts the longest chain waits for no slot, and takes two until it releases them", async () => {
    const events: string[] = [];
    const nodes = [node("network"), node("database", ["network"], 80), node("a"), node("b"), node("c")];
    await runGraph(
      nodes,
      async ({ id }, releaseSlot) => {
        events.push(`${id} starts`);
        await pause(id === "database" ? 40 : 1);
        if (id === "database") releaseSlot();
        events.push(`${id} is computed`);
        if (id === "database") await pause(20);
      },
      { parallel: 2, secondsOf: ({ seconds }) => seconds },
    );
    expect(events.slice(0, 4)).toEqual([
      "network starts",
      "network is computed",
      "database starts",
      "database is computed",
    ]);
    expect(events).toHaveLength(10);
  });

  test("a node that only waits needs no slot", async () => {
    const events: string[] = [];
    const nodes = [node("busy", [], 9), { ...node("waiting"), onlyWaits: true }];
    const run = async ({ id }: { id: string }): Promise<void> => {
      await pause(id === "busy" ? 30 : 1);
      events.push(id);
    };
    await runGraph(nodes, run, { parallel: 1, secondsOf: ({ seconds }) => seconds });
    expect(events).toEqual(["waiting", "busy"]);
  });

  test.each([
    { gigabytes: 1, running: 6 }, // three for each slot
    { gigabytes: 12, running: 8 },
  ])(
    "at most $running nodes that only wait run on 2 cores with $gigabytes GiB of memory",
    async ({ gigabytes, running }) => {
      let now = 0;
      let most = 0;
      const nodes = Array.from({ length: 20 }, (_, index) => ({ ...node(`wait-${index}`), onlyWaits: true }));
      await runGraph(
        nodes,
        async () => {
          most = Math.max(most, ++now);
          await pause();
          now -= 1;
        },
        { parallel: 2, memoryBytes: gigabytes * 1024 ** 3 },
      );
      expect(most).toBe(running);
    },
  );

  test("a node of high priority does not wait for places that ready nodes hold", async () => {
    const order: string[] = [];
    const ready = Array.from({ length: 9 }, (_, i) => node(`ready ${i}`, [], 2));
    const nodes = [node("network", [], 5), node("database", ["network"], 80), ...ready];
    const run = async ({ id }: { id: string }): Promise<void> => {
      order.push(id);
      await pause(id === "network" ? 1 : 15);
    };
    await runGraph(nodes, run, { parallel: 1, secondsOf: ({ seconds }) => seconds });
    expect(order.slice(0, 2)).toEqual(["network", "database"]);
  });

  test("after a failure, running nodes end, no further node starts, and each has a reason", async () => {
    const ended: string[] = [];
    const nodes = [
      node("running", [], 90),
      node("bad", [], 8),
      node("later", [], 1),
      node("behind", ["bad"]),
      node("far behind", ["behind"]),
    ];
    const run = async ({ id }: { id: string }): Promise<void> => {
      if (id === "bad") throw new Error("no such role");
      await pause(20);
      ended.push(id);
    };
    const results = await runGraph(nodes, run, { parallel: 2, secondsOf: ({ seconds }) => seconds });
    expect(ended).toEqual(["running"]);
    expect(results.get("running")).toMatchObject({ status: "done" });
    expect(results.get("bad")).toMatchObject({ status: "failed", error: new Error("no such role") });
    expect(results.get("later")).toEqual({ status: "not started", reason: "bad failed before its turn" });
    expect(results.get("behind")).toEqual({ status: "not started", reason: "bad failed" });
    expect(results.get("far behind")).toEqual({ status: "not started", reason: "behind was not started" });
  });

  test("starts no further node after an interrupt", async () => {
    const abort = new AbortController();
    const started: string[] = [];
    const run = async ({ id }: { id: string }): Promise<void> => {
      started.push(id);
      abort.abort();
      await pause();
    };
    const results = await runGraph([node("a", [], 2), node("b")], run, {
      parallel: 1,
      signal: abort.signal,
      secondsOf: ({ seconds }) => seconds,
    });
    expect(started).toEqual(["a"]);
    expect(results.get("b")).toEqual({ status: "not started", reason: "interrupted" });
  });

  test("measures seconds, and wraps thrown values that are not errors", async () => {
    const run = async ({ id }: { id: string }): Promise<void> => {
      await pause(30);
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a library may do this
      if (id === "b") throw "text";
    };
    const results = await runGraph([node("a"), node("b")], run, { parallel: 2 });
    expect((results.get("a") as { seconds: number }).seconds).toBeGreaterThan(0.025);
    expect(results.get("b")).toMatchObject({ error: new Error("text") });
  });

  test("refuses a cycle, and a `parallel` that is not a positive integer", async () => {
    const run = (): Promise<void> => Promise.resolve();
    await expect(runGraph([node("a", ["b"]), node("b", ["a"])], run)).rejects.toThrow("cycle");
    await expect(runGraph([], run, { parallel: 0 })).rejects.toThrow("parallel must be a whole number from 1, got 0");
  });
});

describe("Slots", () => {
  /** Lets all ready promises continue. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  test("assigns slots by priority, and among equal priorities by arrival", async () => {
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

  test("counts a slot that is released twice only once", async () => {
    const slots = new Slots(1);
    const release = await slots.acquire(0);
    release();
    release();
    let admitted = 0;
    for (let i = 0; i < 2; i++) void slots.acquire(0).then(() => (admitted += 1));
    await settle();
    expect(admitted).toBe(1);
  });
});
