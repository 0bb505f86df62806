import type { InAccount } from "../../../../tools/accounts/account-clients";
import type { JsonObject } from "../../../../tools/support/json";
import type { ReadingClients } from "../../../../tools/terraform/aws/reading-clients";
import { fakeOrganization } from "../../accounts/support/fake-organization";
import { awsError, FakeS3 } from "../../terraform/support/fake-s3";

/** What AWS answers, by operation. An error is thrown. Everything else answers with an empty object. */
export type Answers = Readonly<Record<string, object | Answer>>;

type Answer = (input: JsonObject, region: string) => object;

/** An account whose states are in a fake bucket, and whose services answer what a test says. */
export class FakeAccount {
  public readonly s3 = new FakeS3();
  /** `ListUsers us-east-1`, in their order. */
  public readonly requests: string[] = [];

  constructor(private readonly answers: Answers = {}) {}

  public readonly clientsOf = (region: string): ReadingClients => {
    const send = async (command: { readonly input: JsonObject }): Promise<unknown> => {
      await Promise.resolve();
      const operation = command.constructor.name.replace(/Command$/, "");
      this.requests.push(`${operation} ${region}`);
      const known = this.answers[operation];
      const answer = typeof known === "function" ? (known as Answer)(command.input, region) : known;
      if (answer instanceof Error) throw answer;
      if (answer !== undefined) return answer;
      if (operation === "HeadObject") return this.head(String(command.input["Key"]));
      return S3_OPERATIONS.includes(operation) ? this.s3.client.send(command as never) : {};
    };
    return new Proxy({}, { get: () => () => Promise.resolve({ send }) }) as ReadingClients;
  };

  private head(key: string): object {
    const [newest] = this.s3.ofKey(key);
    if (newest?.body === undefined) throw awsError("NotFound", 404);
    return { ETag: newest.VersionId };
  }

  public readonly inAccount: InAccount = (_, work) =>
    work({ organizations: fakeOrganization().calls, s3: this.s3.client, reading: this.clientsOf });
}

/** What the fake bucket answers. */
const S3_OPERATIONS: readonly string[] = ["GetObject", "ListObjectsV2"];

/** The text of a state that holds resources with these attributes. */
export const stateOf = (...attributes: readonly JsonObject[]): string =>
  JSON.stringify({
    version: 4,
    lineage: "l",
    serial: 1,
    resources: attributes.map((each) => ({
      ...{ mode: "managed", type: "aws_x", name: "x", instances: [{ attributes: each }] },
    })),
  });
