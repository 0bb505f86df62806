/** The settings of an organization that need AWS services. */
interface Needs {
  readonly trail: boolean;
  readonly centralRootAccess?: boolean;
  readonly identityCenter?: boolean;
  readonly delegations?: readonly { readonly service: string }[];
}

/** The services that the settings need to be trusted. */
export function neededServices({ trail, centralRootAccess, identityCenter, delegations = [] }: Needs): string[] {
  const services = [
    ...(trail ? ["cloudtrail.amazonaws.com"] : []),
    ...(centralRootAccess ? ["iam.amazonaws.com"] : []),
    ...(identityCenter ? ["sso.amazonaws.com"] : []),
    ...delegations.map(({ service }) => service),
  ];
  return [...new Set(services)];
}

/** What needs the trust of the organization in a service, as the beginning of an error. */
const REQUIREMENTS: Readonly<Record<string, string>> = {
  "cloudtrail.amazonaws.com": "CloudTrail must be trusted by the organization, or it takes no organization trail",
  "iam.amazonaws.com": "IAM must be trusted by the organization, or AWS does not manage the root users of its members",
  "access-analyzer.amazonaws.com": "IAM Access Analyzer must be trusted by the organization, or no account analyzes it",
  "sso.amazonaws.com": "IAM Identity Center must be trusted by the organization, as enabling it in the console does",
};

/** A check of an organization that is only read, where nothing is turned on. */
export const trusted = (service: string) => ({
  condition: enabled("aws_service_access_principals", service),
  errorMessage: `${REQUIREMENTS[service] ?? `${service} must be trusted by the organization`}. In the master account: aws organizations enable-aws-service-access --service-principal ${service}`,
});

/** Whether a list of the organization has a value. */
export const enabled = (list: string, value: string) => `\${contains(self.${list}, "${value}")}`;
