import { trustPeople, trustServices } from "../../../modules/iam/trust";

const people = ["arn:aws:iam::111111111111:user/platform-engineer", "arn:aws:iam::111111111111:role/on-call"];

test("lets in the named people with MFA, and nobody else", () => {
  expect(trustPeople(people)).toEqual({
    sid: "NamedPeopleMayAssumeWithMfa",
    principals: { AWS: people },
    actions: ["sts:AssumeRole"],
    conditions: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  });
});

test("demands that the request says there was MFA: BoolIfExists would let in long-lived keys, which say nothing", () => {
  expect(JSON.stringify(trustPeople(people, { sourceIps: ["198.51.100.0/24"] }))).not.toContain("IfExists");
});

test("demands MFA and the network both, where networks are given", () => {
  expect(trustPeople(people, { sourceIps: ["198.51.100.0/24", "2001:db8::/32"] }).conditions).toEqual({
    Bool: { "aws:MultiFactorAuthPresent": "true" },
    IpAddress: { "aws:SourceIp": ["198.51.100.0/24", "2001:db8::/32"] },
  });
});

test("lets in services by name", () => {
  expect(trustServices(["lambda.amazonaws.com"])).toEqual({
    sid: "ServiceMayAssume",
    principals: { Service: ["lambda.amazonaws.com"] },
    actions: ["sts:AssumeRole"],
  });
});
