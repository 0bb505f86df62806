import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { awsProblem, statusOf } from "../../../../tools/terraform/aws/aws-problem";
import { destructionClients, type EcrCall } from "../../../../tools/terraform/aws/destruction-clients";

let server: Server;
let asked: { readonly headers: IncomingMessage["headers"]; readonly body: string }[];
let answer: { readonly status: number; readonly body: object | string };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: { imageIds: [{ imageTag: "v1" }] } };
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      asked.push({ headers: request.headers, body });
      response
        .writeHead(answer.status)
        .end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => server.close());

async function ecr(): Promise<EcrCall> {
  const env = {
    AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "222222222222",
    AWS_SECRET_ACCESS_KEY: "emulator",
  };
  const state = { bucket: "states", key: "dev/application.tfstate", region: "eu-west-1" };
  return (await destructionClients({ state }, env, "eu-west-2")).ecr;
}

test("calls ECR by its JSON protocol, signed for the region of the repository", async () => {
  expect(await (await ecr())("ListImages", { repositoryName: "api" })).toEqual({ imageIds: [{ imageTag: "v1" }] });
  const [request] = asked;
  expect(request?.body).toBe('{"repositoryName":"api"}');
  expect(request?.headers).toMatchObject({
    "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.ListImages",
    authorization: expect.stringMatching(/Credential=222222222222\/\d{8}\/eu-west-2\/ecr\/aws4_request/) as string,
  });
});

test("an error has AWS's name, text and status", async () => {
  answer = { status: 400, body: { __type: "com.amazonaws#RepositoryNotEmptyException", message: "it has images" } };
  const error: unknown = await (await ecr())("DeleteRepository", {}).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "RepositoryNotEmptyException", message: "it has images" });
  expect(statusOf(error)).toBe(400);
});

test.each([
  { status: 200, body: "<html>Sign in</html>" },
  { status: 502, body: "" },
])("an answer that is not of ECR is no empty list, and no bug: status $status", async (given) => {
  answer = given;
  const error: unknown = await (await ecr())("ListImages", {}).catch((thrown: unknown) => thrown);
  expect(awsProblem(error, "r")?.message).toBe(
    `r: AWS answers status ${given.status}: ListImages: the answer is not of ECR`,
  );
});

test("a connection that breaks off is no bug of this project", async () => {
  const call = await ecr();
  server.removeAllListeners("request").on("request", (request: IncomingMessage) => request.socket.end("garbage"));
  const error: unknown = await call("ListImages", {}).catch((thrown: unknown) => thrown);
  expect(awsProblem(error, "r")?.message).toMatch(/^r: HTTPParserError: /);
});

test("an endpoint that does not answer is the connection's error", async () => {
  const call = await ecr();
  server.close();
  await expect(call("ListImages", {})).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
