import { Construct } from "constructs";
import { DocumentedResource } from "./documented";

/** Microsoft Graph, and its delegated permissions to sign people in ("Microsoft Graph permissions reference"). */
const GRAPH = "00000003-0000-0000-c000-000000000000";
const SIGN_IN = [
  "37f7f235-527c-4136-accd-4a02d197296e", // openid
  "14dad69e-099b-42c9-810b-d002981feec1", // profile
  "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", // email
];

interface MicrosoftApplicationProps {
  readonly displayName: string;
  readonly audience: string;
  readonly redirectUris: readonly string[];
  /** Names of claims, by the kind of token. */
  readonly optionalClaims: { readonly idToken: readonly string[]; readonly accessToken: readonly string[] };
  /** Object ids. @default owners are left alone */
  readonly owners?: readonly string[];
  readonly assignmentRequired: boolean;
  /** What tags say elsewhere: tags of applications change how Microsoft treats them. */
  readonly notes: string;
  /** Object ids of what is imported. @default nothing exists */
  readonly existing?: { readonly application: string; readonly servicePrincipal?: string };
}

/** An application that signs people in, with its service principal and without a password. It reads nothing else. */
export class MicrosoftApplication extends Construct {
  constructor(scope: Construct, id: string, props: MicrosoftApplicationProps) {
    super(scope, id);
    const { displayName, audience, redirectUris, optionalClaims, owners, assignmentRequired, existing, notes } = props;
    const claims = (names: readonly string[]) => (names.length > 0 ? names.map((name) => ({ name })) : undefined);
    const [idToken, accessToken] = [claims(optionalClaims.idToken), claims(optionalClaims.accessToken)];
    const application = new DocumentedResource(this, "application", "azuread_application", {
      display_name: displayName,
      sign_in_audience: audience,
      owners,
      notes,
      web: { redirect_uris: redirectUris },
      optional_claims: idToken || accessToken ? { id_token: idToken, access_token: accessToken } : undefined,
      required_resource_access: {
        resource_app_id: GRAPH,
        resource_access: SIGN_IN.map((scopeId) => ({ id: scopeId, type: "Scope" })),
      },
    });
    const principal = new DocumentedResource(this, "service-principal", "azuread_service_principal", {
      client_id: application.attribute("client_id"),
      app_role_assignment_required: assignmentRequired,
      owners,
      notes,
    });
    if (!existing) return;
    application.importFrom(`/applications/${existing.application}`);
    if (existing.servicePrincipal !== undefined)
      principal.importFrom(`/servicePrincipals/${existing.servicePrincipal}`);
  }
}
