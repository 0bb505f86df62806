import type { Tags } from "./account";

/** Whether something carries all these tags with these values. */
export function carries(tags: Tags, expected: Tags): boolean {
  return Object.entries(expected).every(([name, value]) => tags[name] === value);
}

/** Whether something is known as a stack's own by its tags. Where the stack marks nothing, nothing is. */
export function isMarked(tags: Tags, marks: Tags): boolean {
  return Object.keys(marks).length > 0 && carries(tags, marks);
}

/** Tags as people read them: `Stack=dev-bootstrap, ManagedBy=cdktf`. */
export function tagText(tags: Tags): string {
  const texts = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return texts.length > 0 ? texts.join(", ") : "none";
}
