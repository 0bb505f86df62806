import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readingClients } from "../../../../tools/terraform/aws/reading-clients";

test("a call of S3 Control reaches an emulator: the account's id is no part of its host name", async () => {
  const requests: unknown[] = [];
  const server = createServer(({ url, headers: { host, "x-amz-account-id": account } }, response) => {
    requests.push({ url, host, account });
    response.end(
      "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { AWS_ACCESS_KEY_ID: "222222222222", AWS_SECRET_ACCESS_KEY: "emulator" };
  const state = { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" };
  try {
    const clients = readingClients({ state }, { ...keys, AWS_ENDPOINT_URL: `http://${host}` }, "eu-west-1");
    const { GetPublicAccessBlockCommand } = await import("@aws-sdk/client-s3-control");
    const client = await clients.s3control();
    expect(await client.send(new GetPublicAccessBlockCommand({ AccountId: "222222222222" }))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true },
    });
    expect(requests).toEqual([{ url: "/v20180820/configuration/publicAccessBlock", host, account: "222222222222" }]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
