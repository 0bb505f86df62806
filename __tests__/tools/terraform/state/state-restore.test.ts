import { chooseVersion } from "../../../../tools/terraform/state/state-choice";
import { restoreState } from "../../../../tools/terraform/state/state-restore";
import { listVersions, readVersions } from "../../../../tools/terraform/state/state-versions";
import { awsError, FakeS3 } from "../support/fake-s3";
import { stateText } from "../support/states";

const stack = { id: "dev-iam", state: { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" } };
const KEY = stack.state.key;
const LOCK = `${KEY}.tflock`;
const encryption = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: "alias/state" } as const;

let s3: FakeS3;
let old: string;
beforeEach(() => {
  s3 = new FakeS3();
  s3.put(KEY, stateText({ serial: 4, roles: {} }));
  old = s3.put(KEY, stateText({ serial: 8 }));
});

const choose = async (wanted?: string) =>
  chooseVersion(stack.id, await readVersions(s3.client, stack.state, await listVersions(s3.client, stack.state)), {
    version: wanted,
  });

const restore = async (more: { wanted?: string; signal?: AbortSignal; meanwhile?: () => void } = {}) => {
  const choice = await choose(more.wanted);
  more.meanwhile?.();
  return restoreState(s3.client, stack, { choice, encryption, terraformVersion: "1.11.4", signal: more.signal });
};

test.each([
  ["damaged", "garbage"],
  ["empty", ""],
  ["deleted", undefined],
])(
  "replaces a %s state with the newest intact version, with the next serial, and keeps every version",
  async (_what, current) => {
    s3.put(KEY, current);
    const before = s3.ofKey(KEY);
    const restored = await restore();
    const [now, ...others] = s3.ofKey(KEY);
    expect(restored).toEqual({ versionId: now?.VersionId, serial: 9, lineage: "lineage-a" });
    expect(now?.body).toBe(stateText({ serial: 9 }));
    expect(now?.input).toMatchObject({ ...encryption, ContentType: "application/json" });
    expect(others).toEqual(before);
    expect(s3.get(LOCK)).toBeUndefined();
  },
);

test("uses the serial after the highest one, for every version", async () => {
  s3.put(KEY, stateText({ serial: 11 }));
  const [, , oldest] = s3.ofKey(KEY);
  expect(await restore({ wanted: oldest?.VersionId })).toMatchObject({ serial: 12 });
  expect(s3.get(KEY)).toBe(stateText({ serial: 12, roles: {} }));
});

describe("writes nothing and releases the lock if", () => {
  const nothingWritten = (count: number) => {
    expect(s3.ofKey(KEY)).toHaveLength(count);
    expect(s3.get(LOCK)).toBeUndefined();
  };

  test("another run wrote the state since the confirmation", async () => {
    s3.put(KEY, "garbage");
    const meanwhile = () => s3.put(KEY, stateText({ serial: 20 }));
    await expect(restore({ meanwhile })).rejects.toThrow(
      /^dev-iam: another run wrote the state meanwhile \(version .*\)\. Nothing was changed\. Run it again\.$/,
    );
    nothingWritten(4);
  });

  test("another run wrote a deleted state since the confirmation, and deleted it again: its serial is unknown", async () => {
    s3.put(KEY, undefined);
    const meanwhile = () => {
      s3.put(KEY, stateText({ serial: 20 }));
      s3.put(KEY, undefined);
    };
    await expect(restore({ meanwhile })).rejects.toThrow("another run wrote the state meanwhile");
    nothingWritten(5);
  });

  test.each([
    ["writes", () => stateText({ serial: 20 })],
    ["deletes", () => undefined],
  ])("another program %s it at the same moment, without a lock", async (_what, content) => {
    s3.put(KEY, "garbage");
    s3.before = (request) => {
      if (request === `PutObject ${KEY}`) s3.put(KEY, content());
    };
    await expect(restore()).rejects.toThrow("another run wrote the state meanwhile");
    nothingWritten(4);
    expect(s3.get(KEY)).toBe(content());
  });

  test("another program writes a deleted state at the same moment", async () => {
    s3.put(KEY, undefined);
    s3.before = (request) => {
      if (request === `PutObject ${KEY}`) s3.put(KEY, stateText({ serial: 20 }));
    };
    await expect(restore()).rejects.toThrow("another run wrote the state meanwhile");
    nothingWritten(4);
  });

  test.each([`PutObject ${LOCK}`, `GetObject ${KEY}`])("it is interrupted at %s", async (moment) => {
    s3.put(KEY, "garbage");
    const controller = new AbortController();
    const meanwhile = () => {
      s3.before = (request) => {
        if (request === moment) controller.abort();
      };
    };
    await expect(restore({ signal: controller.signal, meanwhile })).rejects.toThrow(
      "dev-iam: interrupted before the state was written: it is unchanged",
    );
    nothingWritten(3);
  });

  test("AWS refuses the write", async () => {
    s3.put(KEY, "garbage");
    s3.before = (request) => {
      if (request === `PutObject ${KEY}`) throw awsError("AccessDenied", 403);
    };
    await expect(restore()).rejects.toThrow("AccessDenied");
    nothingWritten(3);
  });
});

test("completes a write that has started despite an interrupt", async () => {
  s3.put(KEY, "garbage");
  const controller = new AbortController();
  s3.before = (request) => {
    if (request === `PutObject ${KEY}`) controller.abort();
  };
  expect(await restore({ signal: controller.signal })).toMatchObject({ serial: 9 });
  expect(s3.get(LOCK)).toBeUndefined();
});

test("recognizes its own write if the answer was lost and the client retried", async () => {
  s3.put(KEY, "garbage");
  s3.after = (request) => {
    if (request === `PutObject ${KEY}`) throw awsError("PreconditionFailed", 412);
  };
  expect(await restore()).toMatchObject({ serial: 9 });
  expect(s3.ofKey(KEY)).toHaveLength(4);
});

test("reports its own write if another run wrote the state before the retry", async () => {
  s3.put(KEY, "garbage");
  s3.after = (request) => {
    if (request !== `PutObject ${KEY}`) return;
    s3.put(KEY, stateText({ serial: 20 }));
    throw awsError("PreconditionFailed", 412);
  };
  const refused = restore();
  await expect(refused).rejects.toThrow(
    /^dev-iam: restored as version .*, but another run wrote the state afterwards\./,
  );
  await expect(refused).rejects.not.toThrow("Nothing was changed");
  expect(s3.ofKey(KEY)[1]?.body).toBe(stateText({ serial: 9 }));
});

test("does nothing if the state is locked", async () => {
  s3.put(KEY, "garbage");
  s3.put(LOCK, "{}");
  await expect(restore({ wanted: old })).rejects.toThrow("dev-iam is locked: the lock object is damaged");
  expect(s3.ofKey(KEY)).toHaveLength(3);
});
