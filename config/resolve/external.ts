import { EXTERNAL_STACKS, type ExternalConfig, type ExternalStackName } from "../external-model";
import type { ParsedEstate } from "../schema";

/** What the estate manages outside AWS. Undefined: nothing. */
export function resolveExternal(settings: ParsedEstate): ExternalConfig | undefined {
  const { search, singleSignOn } = settings;
  if (!search && !singleSignOn?.microsoft && !singleSignOn?.google) return undefined;
  return {
    ...(search && { aiven: aivenOf(settings, search) }),
    ...(singleSignOn?.microsoft && { microsoft: microsoftOf(settings, singleSignOn.microsoft) }),
    ...(singleSignOn?.google && { google: googleOf(settings, singleSignOn.google) }),
  };
}

/** The stacks of providers outside AWS whose state an account stores. */
export function externalStacksOf({ search, singleSignOn }: ParsedEstate, account: string): ExternalStackName[] {
  const parts = { aiven: search, microsoft: singleSignOn?.microsoft, google: singleSignOn?.google };
  return EXTERNAL_STACKS.filter((stack) => parts[stack]?.account === account);
}

type Search = NonNullable<ParsedEstate["search"]>;
type SingleSignOn = NonNullable<ParsedEstate["singleSignOn"]>;

/** What every entry has, from the environment that uses it or else the estate. */
function entryOf(
  settings: ParsedEstate,
  account: string,
  name: string,
  own: { readonly environment?: string; readonly chargeCode?: string },
) {
  const environment = own.environment === undefined ? undefined : settings.environments[own.environment];
  return {
    name,
    environment: own.environment,
    chargeCode: own.chargeCode ?? environment?.chargeCode ?? settings.chargeCode,
    secretAccount: environment?.account ?? account,
  };
}

function aivenOf(settings: ParsedEstate, search: Search): ExternalConfig["aiven"] {
  const { account, parentId, billingGroup, technicalEmails } = search;
  const projects = Object.entries(search.projects).map(([name, values]) => {
    const environment = values.environment === undefined ? undefined : settings.environments[values.environment];
    const region = environment?.region ?? settings.defaultRegion;
    return {
      ...entryOf(settings, account, name, values),
      ...{ project: values.project, parentId, billingGroup, technicalEmails, existing: values.existing },
      cloud: values.cloud ?? `aws-${region}`,
      services: Object.entries(values.services).map(([service, each]) => ({ name: service, ...each })),
    };
  });
  return { account, projects };
}

function microsoftOf(
  settings: ParsedEstate,
  { account, tenantId, applications }: NonNullable<SingleSignOn["microsoft"]>,
): ExternalConfig["microsoft"] {
  return {
    account,
    tenantId,
    applications: Object.entries(applications).map(([name, values]) => ({
      ...values,
      ...entryOf(settings, account, name, values),
      optionalClaims: values.optionalClaims ?? { idToken: [], accessToken: [] },
    })),
  };
}

const googleOf = (
  settings: ParsedEstate,
  { account, projects }: NonNullable<SingleSignOn["google"]>,
): ExternalConfig["google"] => ({
  account,
  projects: Object.entries(projects).map(([name, values]) => ({
    ...values,
    ...entryOf(settings, account, name, values),
  })),
});
