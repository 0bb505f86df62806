import { deleteLock, lockLines, readLock, type LockInfo } from "../../../../tools/terraform/state/state-lock";
import { whileLocked } from "../../../../tools/terraform/state/while-locked";
import { awsError, FakeS3 } from "../support/fake-s3";

const stack = { id: "dev-iam", state: { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" } };
const KEY = "dev/iam.tfstate.tflock";
const INFO: LockInfo = {
  ID: "05bec584-a69d-73ca-2527-c2f3f42b17ff",
  Operation: "OperationTypeApply",
  Info: "",
  Who: "alice@desk",
  Version: "1.11.4",
  Created: "2026-01-01T10:00:00.123456789Z",
  Path: "states/dev/iam.tfstate",
};
const work = {
  operation: "state restore",
  info: "version 1",
  terraformVersion: "1.11.4",
  encryption: { ServerSideEncryption: "AES256" } as const,
};

let s3: FakeS3;
beforeEach(() => {
  s3 = new FakeS3();
});

describe("a lock", () => {
  test("is read as Terraform writes it, and is none where nobody holds it or somebody gave it back", async () => {
    expect(await readLock(s3.client, stack)).toBeUndefined();
    s3.put(KEY, JSON.stringify(INFO));
    expect(await readLock(s3.client, stack)).toMatchObject({ info: INFO, etag: '"version-0001"' });
    s3.put(KEY, undefined);
    expect(await readLock(s3.client, stack)).toBeUndefined();
  });

  test("tells who holds it since when", () => {
    expect(lockLines({ info: INFO, content: "" }, new Date("2026-01-01T12:05:00Z"))).toEqual([
      "held by alice@desk",
      "for apply",
      "since 2026-01-01 10:00:00 UTC (2 h 4 min ago)",
      "Terraform 1.11.4",
      `lock id ${INFO.ID}`,
    ]);
  });

  test("does not write into a terminal what somebody put into it", () => {
    const [who] = lockLines({ info: { ...INFO, Who: "\u001b]0;evil\u0007\nalice" }, content: "" });
    expect(who).toBe("held by ?]0;evil??alice");
  });

  test.each(["", "half a l", "null", "[]", "{}", '{"ID":7}'])(
    "that holds %j is damaged, and shown as it is",
    async (content) => {
      s3.put(KEY, content);
      const lock = await readLock(s3.client, stack);
      expect(lock).toMatchObject({ content, info: undefined });
      expect(lock && lockLines(lock)).toEqual([`the lock object is damaged, it holds ${JSON.stringify(content)}`]);
    },
  );

  test("is removed only if it is the one that was read", async () => {
    s3.put(KEY, "half a l");
    const lock = (await readLock(s3.client, stack)) ?? { etag: "none" };
    s3.put(KEY, JSON.stringify(INFO));
    expect(await deleteLock(s3.client, stack, lock)).toBe("another");
    expect(s3.get(KEY)).toBe(JSON.stringify(INFO));
    const now = (await readLock(s3.client, stack)) ?? { etag: "none" };
    expect(await deleteLock(s3.client, stack, now)).toBe("deleted");
    expect(await deleteLock(s3.client, stack, now)).toBe("gone");
  });

  test("of a bucket that is not there is an error, not a lock that nobody holds", async () => {
    s3.before = () => {
      throw awsError("NoSuchBucket", 404);
    };
    await expect(readLock(s3.client, stack)).rejects.toThrow("NoSuchBucket");
  });
});

describe("work under the lock", () => {
  test("holds it as Terraform does, encrypted as the state, and gives it back", async () => {
    const answer = await whileLocked(s3.client, stack, work, async () => {
      expect((await readLock(s3.client, stack))?.info).toMatchObject({
        Operation: "state restore",
        Info: "version 1",
        Who: expect.stringContaining("@") as string,
        Version: "1.11.4",
        Path: "states/dev/iam.tfstate",
      });
      return 42;
    });
    expect(answer).toBe(42);
    expect(s3.get(KEY)).toBeUndefined();
    expect(s3.ofKey(KEY).at(-1)?.input).toMatchObject({ IfNoneMatch: "*", ServerSideEncryption: "AES256" });
  });

  test("gives it back where the work fails", async () => {
    const failing = whileLocked(s3.client, stack, work, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow(/^no$/);
    expect(s3.get(KEY)).toBeUndefined();
  });

  test("does not begin where somebody holds it, says who, and leaves it", async () => {
    s3.put(KEY, JSON.stringify(INFO));
    const never = jest.fn();
    await expect(whileLocked(s3.client, stack, work, never)).rejects.toThrow(
      /^dev-iam is locked: held by alice@desk, for apply, since .*; wait for it, or, when that run is certainly dead: npm run unlock -- dev-iam$/,
    );
    expect(never).not.toHaveBeenCalled();
    expect(s3.get(KEY)).toBe(JSON.stringify(INFO));
  });

  test("takes for its own what it wrote when the answer was lost and the client asked again", async () => {
    s3.after = (request) => {
      s3.after = () => undefined;
      if (request.startsWith("PutObject")) throw awsError("PreconditionFailed", 412);
    };
    expect(await whileLocked(s3.client, stack, work, () => Promise.resolve("done"))).toBe("done");
    expect(s3.get(KEY)).toBeUndefined();
  });

  test("leaves a lock that somebody took after removing ours", async () => {
    await whileLocked(s3.client, stack, work, () => Promise.resolve(s3.put(KEY, JSON.stringify(INFO))));
    expect(s3.get(KEY)).toBe(JSON.stringify(INFO));
  });

  test.each([
    ["the work is done", () => Promise.resolve(), "dev-iam: state restore: it is done; but the lock "],
    [
      "the work failed",
      () => Promise.reject(new Error("the work's own error")),
      "dev-iam: state restore: the work's own error; but the lock ",
    ],
  ])("says that the lock stays where it can't be given back, and that %s", async (_what, done, says) => {
    s3.before = (request) => {
      if (request.startsWith("DeleteObject")) throw awsError("ServiceUnavailable", 503);
    };
    const failing = whileLocked(s3.client, stack, work, done);
    await expect(failing).rejects.toThrow(says);
    await expect(failing).rejects.toThrow(/could not be given back \(ServiceUnavailable\): npm run unlock -- dev-iam$/);
  });
});
