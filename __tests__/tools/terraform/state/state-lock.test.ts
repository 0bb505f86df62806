import { lockLines } from "../../../../tools/terraform/state/lock-info";
import { deleteLock, readLock } from "../../../../tools/terraform/state/state-lock";
import { untilUnlocked, whileLocked } from "../../../../tools/terraform/state/while-locked";
import { awsError, FakeS3, LOCK_INFO as INFO } from "../support/fake-s3";

const stack = { id: "dev-iam", state: { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" } };
const KEY = "dev/iam.tfstate.tflock";
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
  test("is read in Terraform's format, and is undefined if it was never taken or is released", async () => {
    expect(await readLock(s3.client, stack)).toBeUndefined();
    s3.put(KEY, JSON.stringify(INFO));
    expect(await readLock(s3.client, stack)).toMatchObject({ info: INFO, etag: '"version-0001"' });
    s3.put(KEY, undefined);
    expect(await readLock(s3.client, stack)).toBeUndefined();
  });

  test.each(["", "half a l", "null", "[]", "{}", '{"ID":7}'])(
    "with the content %j is damaged, and printed unchanged",
    async (content) => {
      s3.put(KEY, content);
      const lock = await readLock(s3.client, stack);
      expect(lock).toMatchObject({ content, info: undefined });
      expect(lock && lockLines(lock)).toEqual([`the lock object is damaged, it holds ${JSON.stringify(content)}`]);
    },
  );

  test("is removed only if it is the lock that was read", async () => {
    s3.put(KEY, "half a l");
    const lock = (await readLock(s3.client, stack)) ?? { etag: "none" };
    s3.put(KEY, JSON.stringify(INFO));
    expect(await deleteLock(s3.client, stack, lock)).toBe("another");
    expect(s3.get(KEY)).toBe(JSON.stringify(INFO));
    const now = (await readLock(s3.client, stack)) ?? { etag: "none" };
    expect(await deleteLock(s3.client, stack, now)).toBe("deleted");
    expect(await deleteLock(s3.client, stack, now)).toBe("missing");
  });

  test("is an error in a missing bucket, not a released lock", async () => {
    s3.before = () => {
      throw awsError("NoSuchBucket", 404);
    };
    await expect(readLock(s3.client, stack)).rejects.toThrow("NoSuchBucket");
  });
});

describe("untilUnlocked", () => {
  const young = () => JSON.stringify({ ...INFO, Created: new Date().toISOString() });

  test("prints the holder once, and resolves when the lock is released", async () => {
    s3.put(KEY, young());
    const holders: string[] = [];
    let looks = 0;
    s3.before = () => {
      looks++;
      if (looks === 2) s3.put(KEY, undefined);
    };
    await untilUnlocked(s3.client, stack, { seconds: 60, onWait: (holder) => holders.push(holder) });
    expect(holders).toEqual([expect.stringMatching(/^held by alice@desk, for apply, since .* UTC \(.*\)$/)]);
    expect(looks).toBe(2);
  });

  test.each([
    {
      when: "its time is over",
      seconds: 0,
      content: young,
      message: /Wait for that run: it ends by .* at the latest\.$/,
    },
    { when: "the lock is abandoned", seconds: 60, content: () => JSON.stringify(INFO), message: /npm run unlock/ },
  ])("fails at once if $when", async ({ seconds, content, message }) => {
    s3.put(KEY, content());
    const onWait = jest.fn();
    await expect(untilUnlocked(s3.client, stack, { seconds, onWait })).rejects.toThrow(message);
    expect(onWait).not.toHaveBeenCalled();
  });
});

describe("whileLocked", () => {
  test("takes Terraform's lock, encrypted like the state, and releases it", async () => {
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

  test("releases the lock if the work fails", async () => {
    const failing = whileLocked(s3.client, stack, work, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow(/^no$/);
    expect(s3.get(KEY)).toBeUndefined();
  });

  test("does not start if the state is locked, reports the holder, and keeps the lock", async () => {
    s3.put(KEY, JSON.stringify(INFO));
    const never = jest.fn();
    await expect(whileLocked(s3.client, stack, work, never)).rejects.toThrow(
      /^dev-iam is locked: held by alice@desk, for apply, since .*\. The lock is older than its holder's time limit\. If that run has certainly ended, run npm run unlock -- dev-iam\.$/,
    );
    expect(never).not.toHaveBeenCalled();
    expect(s3.get(KEY)).toBe(JSON.stringify(INFO));
  });

  test("recognizes its own lock if the answer was lost and the client retried", async () => {
    s3.after = (request) => {
      s3.after = () => undefined;
      if (request.startsWith("PutObject")) throw awsError("PreconditionFailed", 412);
    };
    expect(await whileLocked(s3.client, stack, work, () => Promise.resolve("done"))).toBe("done");
    expect(s3.get(KEY)).toBeUndefined();
  });

  test("keeps a lock that another run took after removing this one", async () => {
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
  ])("reports that the lock could not be released, and that %s", async (_what, done, message) => {
    s3.before = (request) => {
      if (request.startsWith("DeleteObject")) throw awsError("ServiceUnavailable", 503);
    };
    const failing = whileLocked(s3.client, stack, work, done);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(/could not be released \(ServiceUnavailable\): npm run unlock -- dev-iam$/);
  });
});
