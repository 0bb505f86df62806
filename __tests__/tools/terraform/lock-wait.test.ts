import { whenUnlocked } from "../../../tools/terraform/lock-wait";
import { TerraformError } from "../../../tools/terraform/terraform-error";

const locked = (id: string, minutes = 0): TerraformError => {
  const created = new Date(Date.now() - minutes * 60_000).toISOString().replace("T", " ").replace("Z", " +0000 UTC");
  const output = `Error: Error acquiring the state lock\n\nLock Info:\n  ID:  ${id}\n  Operation: OperationTypePlan\n  Who: a@b\n  Created: ${created}\n`;
  return new TerraformError({ stackId: "dev", command: "plan", exitCode: 1, output, logFile: "", timeLimitSeconds: 1 });
};

/** The holder released the lock before Terraform read who it is. As Terraform 1.11 prints it. */
const released = new TerraformError({
  ...{ stackId: "dev", command: "plan", exitCode: 1, logFile: "", timeLimitSeconds: 1 },
  output: `Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error
StatusCode: 412, RequestID: 49V, HostID: 9Gj=, api error PreconditionFailed:
At least one of the pre-conditions you specified did not hold
unable to retrieve file from S3 bucket 'states' with key
'dev/network.tfstate.tflock': operation error S3: GetObject, https response
error StatusCode: 404, RequestID: 0Jk, HostID: 9Gj=, NoSuchKey:
`,
});

/** Runs a command that fails with each error in turn, and then succeeds. */
async function waiting(seconds: number, errors: readonly Error[]) {
  const [turns, holders, left]: [number[], string[], Error[]] = [[], [], [...errors]];
  const ended = await whenUnlocked({ seconds, onWait: (holder) => holders.push(holder) }, (turn) => {
    turns.push(turn);
    const error = left.shift();
    return error ? Promise.reject(error) : Promise.resolve("done");
  }).catch((error: unknown) => error);
  return { ended, turns, holders };
}

const HOLDER = /^held by a@b, for plan, since .* UTC \(.*\)$/;

test("tries at once, then waits in turns, and names each holder once", async () => {
  const { ended, turns, holders } = await waiting(30, [locked("1"), locked("1"), locked("2")]);
  expect(ended).toBe("done");
  expect(turns).toEqual([0, 20, 20, 20]);
  expect(holders).toEqual([expect.stringMatching(HOLDER), expect.stringMatching(HOLDER)]);
});

test("tries again at once where the lock was released before Terraform read it", async () => {
  const { ended, turns, holders } = await waiting(30, [released, locked("1"), released]);
  expect({ ended, turns, holders: holders.length }).toEqual({ ended: "done", turns: [0, 0, 20, 20], holders: 1 });
});

test("the last turn ends with the time", async () => {
  expect((await waiting(5, [locked("1")])).turns).toEqual([0, 5]);
});

test.each([
  { what: "without time", seconds: 0, error: locked("1") },
  { what: "without time for a lock that was released", seconds: 0, error: released },
  { what: "for a lock that is older than a plan may take", seconds: 30, error: locked("1", 12) },
  { what: "after another error", seconds: 30, error: new Error("no") },
])("does not wait $what", async ({ seconds, error }) => {
  expect(await waiting(seconds, [error])).toEqual({ ended: error, turns: [0], holders: [] });
});
