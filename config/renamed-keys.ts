/** Where the value of a renamed key is now: in the key `inside` of the object at `key`. */
interface Renamed {
  readonly key: string;
  readonly inside: string;
}

/** Keys of former versions. A name is a key of nothing else, but of the object that holds it now. `npm run init -- --migrate` rewrites them. */
export const RENAMED_KEYS: ReadonlyMap<string, Renamed> = new Map([
  ["securityContact", { key: "contacts", inside: "security" }],
  ["gitlab", { key: "repository", inside: "gitlab" }],
]);

/** What is written in place of a former key. Undefined if there was no such key. */
export function renamedHint(key: string): string | undefined {
  const renamed = RENAMED_KEYS.get(key);
  if (!renamed) return undefined;
  return `renamed: write ${renamed.key}: { ${renamed.inside}: … }, or run npm run init -- --migrate`;
}
