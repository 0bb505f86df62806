import type { StateDocument } from "../terraform";

export type StateResource = StateDocument["resources"][number];
export type StateInstance = StateResource["instances"][number];

/** The address of one instance of a resource, as Terraform writes addresses: `module.a.aws_vpc.main[0]`. */
export function addressOf({ module, type, name }: StateResource, { index_key: key }: StateInstance): string {
  const address = [...(module === undefined ? [] : [module]), type, name].join(".");
  return key === undefined ? address : `${address}[${JSON.stringify(key)}]`;
}
