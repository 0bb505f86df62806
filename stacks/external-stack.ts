import type { Construct } from "constructs";
import type { ExternalConfig } from "../config/external-model";
import type { StackSpec } from "../config/layout";
import { tagsOf } from "../config/naming";
import { AivenProject } from "../modules/external/aiven-project";
import { DocumentedProvider } from "../modules/external/documented";
import { GoogleProject } from "../modules/external/google-project";
import { MicrosoftApplication } from "../modules/external/microsoft-application";
import { BaseStack } from "./base-stack";

/** What tags the entries of a stack outside AWS have: those of the stack, with their own environment and charge code. */
type TagsOfEntry = (entry: {
  readonly environment?: string;
  readonly chargeCode: string;
}) => Readonly<Record<string, string>>;

/** What the estate manages at one provider outside AWS. It has no AWS provider. Its state is in an account of the estate. */
export class ExternalStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, solution: string, external: ExternalConfig) {
    super(scope, spec, solution);
    const { aiven, microsoft, google } = external;
    const tags: TagsOfEntry = ({ environment, chargeCode }) =>
      tagsOf(
        { ...spec, chargeCode, environment: environment === undefined ? undefined : { name: environment } },
        solution,
      );
    if (spec.provider === "aiven" && aiven) addAiven(this, aiven, tags);
    if (spec.provider === "azuread" && microsoft) addMicrosoft(this, microsoft, tags);
    if (spec.provider === "google" && google) addGoogle(this, google, tags);
  }

  protected override addProvider(): void {
    // Each stack adds its provider with its settings.
  }
}

function addAiven(stack: ExternalStack, { projects }: NonNullable<ExternalConfig["aiven"]>, tagsOfEntry: TagsOfEntry) {
  new DocumentedProvider(stack, "aiven");
  for (const project of projects) new AivenProject(stack, project.name, { ...project, tags: tagsOfEntry(project) });
}

function addMicrosoft(
  stack: ExternalStack,
  { tenantId, applications }: NonNullable<ExternalConfig["microsoft"]>,
  tagsOfEntry: TagsOfEntry,
) {
  new DocumentedProvider(stack, "azuread", { tenant_id: tenantId });
  for (const application of applications) {
    const tags = Object.entries(tagsOfEntry(application)).map(([key, value]) => `${key}: ${value}`);
    new MicrosoftApplication(stack, application.name, { ...application, notes: tags.join("; ") });
  }
}

function addGoogle(
  stack: ExternalStack,
  { projects }: NonNullable<ExternalConfig["google"]>,
  tagsOfEntry: TagsOfEntry,
) {
  new DocumentedProvider(stack, "google");
  for (const project of projects) {
    // Labels have lower-case letters, digits, _ and -, at most 63 of them ("Labels overview").
    const labels = Object.fromEntries(
      Object.entries(tagsOfEntry(project)).map(([key, value]) => [label(key), label(value)]),
    );
    new GoogleProject(stack, project.name, { ...project, labels: { ...project.labels, ...labels } });
  }
}

const label = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);
