import type { Statement } from "./policy-document";

/** Lets AWS services assume a role. */
export function trustServices(services: readonly string[]): Statement {
  return { sid: "ServiceMayAssume", principals: { Service: services }, actions: ["sts:AssumeRole"] };
}

export interface TrustedFrom {
  /** Networks from which the role may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** Regions whose STS may be asked for the role. @default any */
  readonly regions?: readonly string[];
}

/**
 * Lets people assume a role, with MFA only.
 *
 * `Bool`, never `BoolIfExists`: a request signed with a long-lived key carries no `aws:MultiFactorAuthPresent`, and the
 * latter would let it in.
 */
export function trustPeople(principalArns: readonly string[], from: TrustedFrom = {}): Statement {
  const { sourceIps, regions } = from;
  return {
    sid: "NamedPeopleMayAssumeWithMfa",
    principals: { AWS: principalArns },
    actions: ["sts:AssumeRole"],
    conditions: {
      Bool: { "aws:MultiFactorAuthPresent": "true" },
      ...(sourceIps && { IpAddress: { "aws:SourceIp": sourceIps } }),
      ...(regions && { StringEquals: { "aws:RequestedRegion": regions } }),
    },
  };
}
