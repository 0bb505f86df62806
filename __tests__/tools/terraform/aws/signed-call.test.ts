import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { statusOf } from "../../../../tools/terraform/aws/aws-problem";
import { signedCalls, type SignedCall } from "../../../../tools/terraform/aws/signed-call";

interface Asked {
  readonly line: string;
  readonly type?: string;
  readonly scope?: string;
  readonly body: string;
}

let server: Server;
let asked: Asked[];
let answer: { readonly status: number; readonly type?: string; readonly body: string };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: '{"analyzers":[]}' };
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const scope = /Credential=\d{12}\/\d{8}\/(\S+)\/aws4_request/.exec(headers.authorization ?? "")?.[1];
      asked.push({ line: `${method} ${url}`, type: headers["content-type"], scope, body });
      response.writeHead(answer.status, answer.type === undefined ? {} : { "x-amzn-errortype": answer.type });
      response.end(answer.body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => server.close());

function calls(): SignedCall {
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "222222222222",
    AWS_SECRET_ACCESS_KEY: "emulator",
  };
  return signedCalls({ state: { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" } }, env, "eu-west-2");
}

test("a call without input is a GET with a query, signed for the region", async () => {
  expect(await calls()("analyzer", { path: "/analyzer", query: { type: "ACCOUNT" } })).toEqual({ analyzers: [] });
  expect(asked).toEqual([
    { line: "GET /analyzer?type=ACCOUNT", type: undefined, scope: "eu-west-2/access-analyzer", body: "" },
  ]);
});

test("a service of the whole account is signed for its own region", async () => {
  await calls()("account", { path: "/getAlternateContact", input: { AlternateContactType: "SECURITY" } });
  expect(asked).toEqual([
    {
      line: "POST /getAlternateContact",
      type: "application/json",
      scope: "us-east-1/account",
      body: '{"AlternateContactType":"SECURITY"}',
    },
  ]);
});

test.each([
  { type: "ResourceNotFoundException:http://internal.amazon.com/", name: "ResourceNotFoundException" },
  { type: undefined, name: "status 404" },
])("an error is named by the header $type, if its answer has no name", async ({ type, name }) => {
  answer = { status: 404, type, body: "not JSON" };
  const error: unknown = await calls()("account", { path: "/getAlternateContact" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name, message: "/getAlternateContact: the answer is not of ACCOUNT" });
  expect(statusOf(error)).toBe(404);
});

test("a service of all regions has a host without one", async () => {
  const fetched = jest.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response("{}")));
  const env = { AWS_ACCESS_KEY_ID: "222222222222", AWS_SECRET_ACCESS_KEY: "emulator" };
  const stack = { state: { bucket: "states", key: "dev/iam.tfstate", region: "eu-west-1" } };
  const call = signedCalls(stack, env, "eu-west-2");
  await call("budgets", { target: "AWSBudgetServiceGateway.DescribeBudgets", input: {} });
  await call("servicequotas", { target: "ServiceQuotasV20190624.GetServiceQuota", input: {} });
  expect(fetched.mock.calls.map(([url]) => url)).toEqual([
    new URL("https://budgets.amazonaws.com/"),
    new URL("https://servicequotas.eu-west-2.amazonaws.com/"),
  ]);
  fetched.mockRestore();
});
