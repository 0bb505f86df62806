import { carryOut, planMove, type MoveRequest } from "../../../tools/refactor/move-resources";
import { messageOf } from "../../../tools/support/errors";
import { FakeS3, awsError } from "../terraform/support/fake-s3";
import { stateText } from "../terraform/support/states";

const at = (name: string) => ({ id: `dev-${name}`, state: { bucket: "states", key: `dev/${name}.tfstate`, region: "eu-west-1" } }); // prettier-ignore
const [SOURCE, TARGET] = ["dev/iam.tfstate", "dev/application.tfstate"];
const COMMAND = "npm run move -- dev-iam:aws_iam_role.one dev-application:aws_iam_role.moved";

let s3: FakeS3;
beforeEach(() => {
  s3 = new FakeS3();
  s3.put(SOURCE, stateText({ serial: 7, roles: { one: "ONE", two: "TWO" } }));
  s3.put(TARGET, stateText({ serial: 3, lineage: "lineage-b", roles: { other: "OTHER" } }));
});

const request = (continued?: string, client = s3.client): MoveRequest => {
  const side = (name: string) => ({ s3: client, stack: at(name), encryption: { ServerSideEncryption: "AES256" } as const }); // prettier-ignore
  return {
    ...{ source: side("iam"), target: side("application"), command: COMMAND, terraformVersion: "1.11.4", continued },
    moves: [{ from: "aws_iam_role.one", to: "aws_iam_role.moved" }],
  };
};
const move = async (given = request()) => carryOut(await planMove(given), given);

const ids = (key: string) => {
  const { resources = [] } = JSON.parse(s3.get(key) ?? "{}") as {
    resources?: { instances: { attributes: { id: string } }[] }[];
  };
  return resources.map(({ instances }) => instances[0]?.attributes.id);
};
const locks = () => [SOURCE, TARGET].map((key) => s3.get(`${key}.tflock`)).filter((each) => each !== undefined);
const expectMoved = () => {
  expect([ids(SOURCE), ids(TARGET), locks()]).toEqual([["TWO"], ["OTHER", "ONE"], []]);
};

test("writes the target first, then the source, each with the next serial, and holds both locks", async () => {
  await move();
  expectMoved();
  expect(s3.requests.filter((each) => /^(Put|Delete)/.test(each))).toEqual([
    `PutObject ${SOURCE}.tflock`,
    `PutObject ${TARGET}.tflock`,
    `PutObject ${TARGET}`,
    `PutObject ${SOURCE}`,
    `DeleteObject ${TARGET}.tflock`,
    `DeleteObject ${SOURCE}.tflock`,
  ]);
  for (const [key, serial] of [
    [SOURCE, 8],
    [TARGET, 4],
  ] as const) {
    expect(s3.ofKey(key)).toHaveLength(2);
    expect(JSON.parse(s3.get(key) ?? "")).toMatchObject({ serial });
    expect(s3.ofKey(key)[0]?.input).toMatchObject({ ServerSideEncryption: "AES256" });
  }
});

test("a stack without a state gets one", async () => {
  s3.put(TARGET, undefined);
  await move();
  expect(ids(TARGET)).toEqual(["ONE"]);
});

/** The number of requests of a whole move. */
async function requestsOfMove(): Promise<number> {
  await move();
  return s3.requests.length;
}

/** Runs a move that is killed once it has sent this many requests. Nothing of it runs afterwards. */
async function killedAfter(count: number): Promise<void> {
  let sent = 0;
  const client = {
    send: (command: never) =>
      sent++ < count ? s3.client.send(command) : new Promise<never>(() => undefined), // prettier-ignore
  };
  void move(request(undefined, client));
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

test("a kill after any request leaves each resource in a state, and the command that is run again in exactly one", async () => {
  const all = await requestsOfMove();
  expect(all).toBeGreaterThan(9);
  const seen = new Set<string>();
  for (let count = 0; count <= all; count++) {
    const before = s3.requests.length;
    s3 = new FakeS3();
    s3.put(SOURCE, stateText({ serial: 7, roles: { one: "ONE", two: "TWO" } }));
    s3.put(TARGET, stateText({ serial: 3, lineage: "lineage-b", roles: { other: "OTHER" } }));
    await killedAfter(count);
    const holders = [ids(SOURCE), ids(TARGET)].filter((held) => held.includes("ONE")).length;
    expect({ count, holders: holders >= 1 }).toEqual({ count, holders: true });
    if (holders === 2) expect(locks()).toHaveLength(2);
    const [lock] = locks();
    seen.add(`${locks().length} locks, ${holders} holders`);
    const { ID } = JSON.parse(lock ?? "{}") as { ID?: string };
    if (ID !== undefined && count > 0)
      await expect(move()).rejects.toThrow(`if that run has certainly ended, run ${COMMAND} --continue ${ID}`);
    await move(request(ID));
    expectMoved();
    expect(before).toBeGreaterThan(0);
  }
  expect([...seen].sort()).toEqual(["0 locks, 1 holders", "1 locks, 1 holders", "2 locks, 1 holders", "2 locks, 2 holders"]); // prettier-ignore
});

test("an error between the two writes keeps both locks, and says how to go on", async () => {
  s3.before = (sent) => {
    if (sent === `PutObject ${SOURCE}`) throw awsError("AccessDenied", 403);
  };
  const error = await move().then(() => "none", messageOf);
  const [, id = ""] = /^the move is not finished \(AccessDenied\)\. Both states stay locked until it is: .* --continue (\S+)$/.exec(error) ?? []; // prettier-ignore
  expect(locks()).toHaveLength(2);
  s3.before = () => undefined;
  await expect(move(request("another"))).rejects.toThrow("dev-iam is locked: held by");
  await move(request(id));
  expectMoved();
});

test("an answer that is lost counts if the state has the text", async () => {
  let isLost = false;
  s3.after = (sent) => {
    if (sent !== `PutObject ${TARGET}` || isLost) return;
    isLost = true;
    throw awsError("PreconditionFailed", 412); // the client's retry
  };
  await move();
  expectMoved();
});

describe("writes nothing, and leaves no lock, if", () => {
  const expectNothing = () => {
    expect([s3.ofKey(SOURCE).length, s3.ofKey(TARGET).length, locks()]).toEqual([1, 1, []]);
  };

  test("another run writes a state after it was read", async () => {
    const planned = await planMove(request());
    const text = stateText({ serial: 4, lineage: "lineage-b" });
    s3.put(TARGET, text);
    await expect(carryOut(planned, request())).rejects.toThrow(
      "dev-application: another run wrote the state meanwhile",
    );
    expect([s3.get(TARGET), locks()]).toEqual([text, []]);
  });

  test("the target is locked", async () => {
    const lock = JSON.stringify({ ID: "1", Operation: "OperationTypeApply", Who: "alice", Created: new Date().toISOString() }); // prettier-ignore
    s3.put(`${TARGET}.tflock`, lock);
    await expect(move()).rejects.toThrow("dev-application is locked: held by alice");
    expect(locks()).toEqual([lock]);
    s3.put(`${TARGET}.tflock`, undefined);
    expectNothing();
  });

  test("the resource is in neither state", async () => {
    s3.put(SOURCE, stateText({ serial: 8, roles: {} }));
    await expect(move()).rejects.toThrow("dev-iam: aws_iam_role.one must be in its state, got none.");
  });

  test("the target has another resource at the address", async () => {
    s3.put(TARGET, stateText({ serial: 4, roles: { moved: "ANOTHER" } }));
    await expect(move()).rejects.toThrow("dev-application: aws_iam_role.moved must not be in its state yet");
  });

  test("the target's copy is tainted: the next apply would replace what moves", async () => {
    const tainted = stateText({ serial: 4, roles: { moved: "ONE" } }).replace('"attributes"', '"status": "tainted", "attributes"'); // prettier-ignore
    s3.put(TARGET, tainted);
    await expect(move()).rejects.toThrow(
      'dev-application: aws_iam_role.moved must be created completely, got a tainted one. Run terraform untaint aws_iam_role.moved in the folder of dev-application (docs/applying.md, "When an apply is killed").',
    );
    expect([ids(SOURCE), locks()]).toEqual([["ONE", "TWO"], []]);
    s3.put(TARGET, tainted.replace('"status": "tainted",', ""));
    await move();
    expect([ids(SOURCE), ids(TARGET)]).toEqual([["TWO"], ["ONE"]]);
  });

  test("the source's object is tainted", async () => {
    s3.put(SOURCE, stateText({ serial: 8 }).replace('"attributes"', '"status": "tainted", "attributes"'));
    await expect(move()).rejects.toThrow(
      "dev-iam: aws_iam_role.one must be created completely, got a tainted or deposed one. Apply dev-iam first.",
    );
  });

  test("a state has another format", async () => {
    s3.put(TARGET, '{"version": 3}');
    await expect(move()).rejects.toThrow("dev-application: its state is of state format 3, expected 4.");
  });
});

test("what is in the target already proves nothing about the rest: only a target that has all was written by an earlier run", async () => {
  await move();
  const both = { ...request(), moves: [...request().moves, { from: "aws_iam_role.two", to: "aws_iam_role.second" }] };
  expect((await planMove(both)).isBegun).toBe(false);
  s3.put(SOURCE, stateText({ serial: 9, roles: { one: "ONE", two: "TWO" } }));
  expect((await planMove(request())).isBegun).toBe(true);
});

describe("a resource with keys, in a module,", () => {
  const from = 'module.m.aws_iam_role.one["a"]';
  const keyed = (key: string, more: readonly string[] = []) => {
    const text = JSON.parse(stateText({ serial: 7, roles: { one: "ONE" } })) as {
      resources: { instances: object[] }[];
    };
    const [role] = text.resources;
    const instances = [key, ...more].map((each) => ({ ...role?.instances[0], index_key: each }));
    s3.put(SOURCE, JSON.stringify({ ...text, resources: [{ ...role, module: "module.m", instances }] }));
  };
  const keyedRequest = (to = "aws_iam_role.moved") => ({ ...request(), moves: [{ from, to }] });

  test("leaves the first state if the other one has it, as after the restore of an earlier state", async () => {
    s3.put(TARGET, stateText({ serial: 3, lineage: "lineage-b", roles: { moved: "ONE" } }));
    keyed("a", ["b"]);
    await move(keyedRequest());
    expect(JSON.parse(s3.get(SOURCE) ?? "")).toMatchObject({ resources: [{ instances: [{ index_key: "b" }] }] });
    expect([ids(TARGET), locks()]).toEqual([["ONE"], []]);
  });

  test("is not copied, and no copy goes there", async () => {
    keyed("a");
    await expect(planMove(keyedRequest())).rejects.toThrow(
      `dev-iam: ${from} must be one resource, got one in a module or with count or for_each. Write it as one resource.`,
    );
    s3.put(SOURCE, stateText({ serial: 7, roles: { one: "ONE" } }));
    await expect(planMove({ ...request(), moves: [{ from: "aws_iam_role.one", to: from }] })).rejects.toThrow(
      `dev-application: ${from} must be one resource, got one in a module or with count or for_each. Write it as one resource.`,
    );
  });

  test("stays if the other state has another one", async () => {
    s3.put(TARGET, stateText({ serial: 3, lineage: "lineage-b", roles: { moved: "ANOTHER" } }));
    keyed("a");
    await expect(planMove(keyedRequest())).rejects.toThrow("must not be in its state yet, got another resource");
  });
});

describe("two states hold two things with one id:", () => {
  interface Thing {
    readonly type?: string;
    readonly attributes: object;
    readonly provider?: string;
  }
  const hold = (key: string, name: string, { type = "aws_cloudwatch_log_group", attributes, provider }: Thing) => {
    const resource = { mode: "managed", type, name, provider, instances: [{ attributes }] };
    const state = JSON.parse(stateText({ serial: 7, lineage: key })) as object;
    s3.put(key, JSON.stringify({ ...state, resources: [resource] }));
  };
  const both = async (one: Thing, other: Thing) => {
    hold(SOURCE, "one", one);
    hold(TARGET, "moved", other);
    const type = one.type ?? "aws_cloudwatch_log_group";
    const given = { ...request(), moves: [{ from: `${type}.one`, to: `${type}.moved` }] };
    const regions = { source: { ...given.source, stack: { ...at("iam"), region: "eu-west-1" } }, target: { ...given.target, stack: { ...at("application"), region: "us-east-1" } } }; // prettier-ignore
    return planMove({ ...given, ...regions }).then(({ isBegun }) => isBegun, messageOf);
  };
  const REFUSED: unknown = expect.stringContaining("must not be in its state yet, got another resource");

  test("log groups of two regions", async () => {
    const arn = (region: string) => ({ attributes: { id: "/x", arn: `arn:aws:logs:${region}:222222222222:log-group:/x` } }); // prettier-ignore
    expect(await both(arn("eu-west-1"), arn("us-east-1"))).toEqual(REFUSED);
    expect(await both(arn("eu-west-1"), arn("eu-west-1"))).toBe(true);
  });

  test("names without an ARN in two regions, or within two others", async () => {
    const type = "aws_cloudwatch_log_metric_filter";
    const filter = (group: string) => ({ type, attributes: { id: "f", log_group_name: group } });
    expect(await both(filter("/x"), filter("/x"))).toEqual(REFUSED);
    const role = (group: string) => ({ type: "aws_iam_group_membership", attributes: { id: "m", group } });
    expect(await both(role("a"), role("b"))).toEqual(REFUSED);
    expect(await both(role("a"), role("a"))).toBe(true);
  });

  test("passwords, which no other system has", async () => {
    const password = (result: string) => ({ type: "random_password", attributes: { id: "none", result } });
    expect(await both(password("a"), password("b"))).toEqual(REFUSED);
    expect(await both(password("a"), password("a"))).toBe(true);
  });
});
