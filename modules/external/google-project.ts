import { Construct } from "constructs";
import { DocumentedResource } from "./documented";

interface GoogleProjectProps {
  readonly displayName: string;
  readonly projectId: string;
  /** The number of the organization that it is in. @default that of its folder */
  readonly organization?: string;
  /** The number of the folder that it is in. @default none */
  readonly folder?: string;
  /** @default none */
  readonly billingAccount?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it exists and is imported. */
  readonly existing: boolean;
}

/**
 * A project at Google, without the default network unless it exists already. Google's provider refuses to delete it.
 */
export class GoogleProject extends Construct {
  constructor(scope: Construct, id: string, props: GoogleProjectProps) {
    super(scope, id);
    const { displayName, projectId, organization, folder, billingAccount, labels, existing } = props;
    const project = new DocumentedResource(this, "project", "google_project", {
      name: displayName,
      project_id: projectId,
      org_id: organization,
      folder_id: folder,
      billing_account: billingAccount,
      labels,
      auto_create_network: existing ? undefined : false,
      deletion_policy: "PREVENT",
    });
    if (existing) project.importFrom(projectId);
  }
}
