import { Construct } from "constructs";
import { DocumentedResource } from "./documented";

interface OpenSearchProps {
  readonly name: string;
  readonly plan: string;
  /** @default the one that Aiven chooses */
  readonly version?: string;
  readonly terminationProtection: boolean;
  /** IPv4 networks that reach it. */
  readonly ipFilter: readonly string[];
  /** Whether it exists and is imported. */
  readonly existing: boolean;
}

interface AivenProjectProps {
  readonly project: string;
  /** @default in no organization */
  readonly parentId?: string;
  /** @default none */
  readonly billingGroup?: string;
  readonly technicalEmails: readonly string[];
  readonly cloud: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether it exists and is imported. */
  readonly existing: boolean;
  readonly services: readonly OpenSearchProps[];
}

/** A project at Aiven with its OpenSearch services. Only the listed networks reach a service. */
export class AivenProject extends Construct {
  constructor(scope: Construct, id: string, props: AivenProjectProps) {
    super(scope, id);
    const { project, parentId, billingGroup, technicalEmails, cloud, existing, services } = props;
    const tag = Object.entries(props.tags).map(([key, value]) => ({ key, value }));
    const own = new DocumentedResource(this, "project", "aiven_project", {
      project,
      parent_id: parentId,
      billing_group: billingGroup,
      technical_emails: technicalEmails,
      default_cloud: cloud,
      tag,
    });
    if (existing) own.importFrom(project);
    const scopeOfServices = new Construct(this, "service");
    for (const service of services) {
      const { name, plan, version, terminationProtection, ipFilter } = service;
      const made = new DocumentedResource(scopeOfServices, name, "aiven_opensearch", {
        project: own.attribute("project"),
        service_name: name,
        plan,
        cloud_name: cloud,
        termination_protection: terminationProtection,
        tag,
        opensearch_user_config: { opensearch_version: version, ip_filter_string: ipFilter },
      });
      if (service.existing) made.importFrom(`${project}/${name}`);
    }
  }
}
