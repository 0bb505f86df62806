import type { Statement } from "./policy-document";

/** Lets AWS services assume a role. */
export function trustServices(services: readonly string[]): Statement {
  return { sid: "ServiceMayAssume", principals: { Service: services }, actions: ["sts:AssumeRole"] };
}

/**
 * Lets people assume a role, with MFA only.
 *
 * `Bool`, never `BoolIfExists`: a request signed with a long-lived key carries no `aws:MultiFactorAuthPresent`, and the latter would let it in.
 */
export function trustPeople(principalArns: readonly string[], sourceIps?: readonly string[]): Statement {
  return {
    sid: "NamedPeopleMayAssumeWithMfa",
    principals: { AWS: principalArns },
    actions: ["sts:AssumeRole"],
    conditions: {
      Bool: { "aws:MultiFactorAuthPresent": "true" },
      ...(sourceIps && { IpAddress: { "aws:SourceIp": sourceIps } }),
    },
  };
}
