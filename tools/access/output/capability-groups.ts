import type { Matrix } from "../decide/matrix";

type Capability = Matrix["capabilities"][number];

/** What people look for together, by the first capability of each group. */
const TITLES: Readonly<Record<string, string>> = {
  "see-machines": "look",
  "list-objects": "data",
  "launch-machines": "machines, networks and stores",
  "make-users": "users and roles",
  "stop-trails": "what watches and binds",
};

/** Capabilities in their order, in groups. */
export function capabilityGroups(
  capabilities: readonly Capability[],
): { readonly title: string; readonly capabilities: readonly Capability[] }[] {
  const groups: { title: string; capabilities: Capability[] }[] = [];
  for (const capability of capabilities) {
    const title = TITLES[capability.id] ?? (groups.length === 0 ? "may" : undefined);
    if (title !== undefined) groups.push({ title, capabilities: [] });
    groups.at(-1)?.capabilities.push(capability);
  }
  return groups;
}
