export interface StateParts {
  readonly serial?: number;
  readonly lineage?: string;
  /** The ids of roles by name. */
  readonly roles?: Readonly<Record<string, string>>;
}

/** The text of a state in Terraform's format. */
export function stateText({ serial = 1, lineage = "lineage-a", roles = { one: "ONE" } }: StateParts = {}): string {
  const resources = Object.entries(roles).map(([name, id]) => ({
    mode: "managed",
    type: "aws_iam_role",
    name,
    instances: [{ attributes: { id, secret: "hunter2" } }],
  }));
  return JSON.stringify({ version: 4, terraform_version: "1.11.4", serial, lineage, outputs: {}, resources }, null, 2);
}
