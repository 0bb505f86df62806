import { makersOf } from "../../../../tools/drift/unmanaged/makers";
import { awsError } from "../../terraform/support/fake-s3";
import { FakeAccount, type Answers } from "../support/fake-account";

const user = { type: "aws_iam_user", id: "intern", region: "us-east-1" };
const arn = "arn:aws:sts::222222222222:assumed-role/Admin/lead";
const at = new Date("2026-02-03T04:05:06Z");
const creation = { EventName: "CreateUser", EventTime: at, Username: "lead" };

async function ask(LookupEvents: Answers[string], resources = [user]) {
  const account = new FakeAccount({ LookupEvents });
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return Promise.resolve();
  };
  const { makers, unknown } = await makersOf(resources, { clientsOf: account.clientsOf, pause });
  return { makers: [...makers.values()], unknown, requests: account.requests, pauses };
}

test("the oldest creation counts, with the ARN of its identity", async () => {
  const CloudTrailEvent = JSON.stringify({ userIdentity: { arn } });
  const pages = [
    { Events: [{ EventName: "PutUserPolicy", Username: "other" }, { EventName: "TagUser" }], NextToken: "2" },
    { Events: [{ ...creation, CloudTrailEvent }, { EventName: "GetUser" }] },
  ];
  const answer = ({ NextToken }: { readonly NextToken?: unknown }) => pages[NextToken === "2" ? 1 : 0] ?? {};
  const { makers, requests } = await ask(answer);
  expect(makers).toEqual([{ by: arn, at: at.toISOString() }]);
  expect(requests).toEqual(["LookupEvents us-east-1", "LookupEvents us-east-1"]);
});

test.each([
  { what: "no event", events: [] },
  { what: "no creation", events: [{ EventName: "DeleteUser", Username: "lead" }] },
  { what: "nobody in the event", events: [{ EventName: "CreateUser" }] },
])("without a maker where there is $what", async ({ events }) => {
  expect(await ask({ Events: events })).toMatchObject({ makers: [], unknown: undefined });
});

test("an error of CloudTrail ends the questions, and the rest is known", async () => {
  let asked = 0;
  const answer = () => (++asked === 1 ? { Events: [creation] } : awsError("AccessDeniedException", 400, "no"));
  const found = await ask(
    answer,
    [user, user, user].map((each, index) => ({ ...each, id: `u${index}` })),
  );
  expect(found).toMatchObject({
    makers: [{ by: "lead" }],
    unknown: "CloudTrail: AWS answers AccessDeniedException: no",
  });
  expect(found.requests).toHaveLength(2);
});

test("asks about fifty resources at most, with a pause between two questions", async () => {
  const many = Array.from({ length: 53 }, (_, index) => ({ ...user, id: `u${index}` }));
  expect(await ask({ Events: [creation] }, many)).toMatchObject({
    unknown: "CloudTrail was not asked about the last 3",
    pauses: 49,
  });
});
