import { stateAt, stateObjectAt } from "../../../../tools/terraform/state/state-position";
import { awsError, FakeS3 } from "../support/fake-s3";

const stack = { id: "dev-network", state: { bucket: "states", key: "dev/network.tfstate" } };
const document = { version: 4, terraform_version: "1.11.4", serial: 3, lineage: "a", outputs: {}, resources: [] };

const s3With = (body?: string) => {
  const s3 = new FakeS3();
  if (body !== undefined) s3.put(stack.state.key, body);
  return s3;
};

test("a state is read with its text, for a change of it", async () => {
  const text = JSON.stringify(document);
  expect(await stateAt(s3With(text).client, stack)).toMatchObject({ serial: 3 });
  expect(await stateObjectAt(s3With(text).client, stack)).toMatchObject({ text, etag: expect.any(String) as string });
});

test("there is none without an object, and without a bucket", async () => {
  expect(await stateAt(s3With().client, stack)).toBeUndefined();
  const without = s3With();
  without.before = () => {
    throw awsError("NoSuchBucket", 404);
  };
  expect(await stateAt(without.client, stack)).toBeUndefined();
});

test.each(["", "{"])("an object that is %j is damaged, and not missing", async (body) => {
  await expect(stateAt(s3With(body).client, stack)).rejects.toThrow(
    /^dev-network: its state is .*\. Run npm run state -- history dev-network\.$/,
  );
});

test("what cannot be read is an error", async () => {
  const s3 = s3With();
  s3.before = () => {
    throw awsError("AccessDenied", 403);
  };
  await expect(stateAt(s3.client, stack)).rejects.toThrow("AccessDenied");
});
