/** Where the value of a renamed key is now: in the key `inside` of the object at `key`. */
interface Renamed {
  readonly key: string;
  readonly inside: string;
}

/** Keys of former versions. Each name was used for nothing else. `npm run init -- --migrate` rewrites them. */
export const RENAMED_KEYS: ReadonlyMap<string, Renamed> = new Map([
  ["securityContact", { key: "contacts", inside: "security" }],
]);

/** What is written in place of a former key. Undefined if there was no such key. */
export function renamedHint(key: string): string | undefined {
  const renamed = RENAMED_KEYS.get(key);
  if (!renamed) return undefined;
  return `renamed: write ${renamed.key}: { ${renamed.inside}: … }, or run npm run init -- --migrate`;
}
