/** Tags by their names. */
export type Tags = Readonly<Record<string, string>>;

/** Who has a bucket of this name. Names of buckets are the whole world's. */
export type FoundBucket =
  | { readonly found: "nothing" }
  /** Or its policy, or ours, keeps us out. */
  | { readonly found: "another account's" }
  | { readonly found: "ours"; readonly region: string };

export interface FoundRole {
  readonly path: string;
  readonly tags: Tags;
}

export interface FoundProvider {
  readonly audiences: readonly string[];
  readonly tags: Tags;
}

export interface FoundKey {
  readonly id: string;
  readonly description: string;
  /** `Enabled`, `PendingDeletion`. */
  readonly state: string;
  /** Whether it encrypts and decrypts, by key material of KMS's own. */
  readonly isSymmetric: boolean;
  /** Principals of the key policy's statements that allow something, each once. */
  readonly allows: readonly string[];
  readonly tags: Tags;
}

/**
 * What a birth asks its account, beside what Terraform asks. It only reads. Throws UserError where AWS gives no answer.
 */
export interface FirstApplyAccount {
  /** @throws UserError where the credentials are another account's, or nobody's */
  expectCredentials(): Promise<void>;
  findBucket(name: string): Promise<FoundBucket>;
  /** None where the bucket has none. */
  bucketTags(name: string): Promise<Tags>;
  /** What the bucket has of `policy`, `replication`, `lifecycle`: one that was made a moment ago has none. */
  bucketSettings(name: string): Promise<readonly string[]>;
  /** Keys of objects, also of those of which only older versions are left; at most three, and locks don't count. */
  objectKeys(bucket: string, prefix?: string): Promise<readonly string[]>;
  isVersioned(bucket: string): Promise<boolean>;
  /** The version id of an object, undefined where it has none or is not there. */
  objectVersion(bucket: string, key: string): Promise<string | undefined>;
  findRole(name: string): Promise<FoundRole | undefined>;
  findOidcProvider(url: string): Promise<FoundProvider | undefined>;
  /** @param id of a key, or an alias `alias/…` */
  findKey(id: string): Promise<FoundKey | undefined>;
  /** The keys that carry all these tags, but for those that are to be deleted. */
  keysTagged(tags: Tags): Promise<readonly FoundKey[]>;
}

/** Whether something carries all these tags with these values. */
export function hasTags(tags: Tags, expected: Tags): boolean {
  return Object.entries(expected).every(([name, value]) => tags[name] === value);
}

/** Whether something is known as a stack's own by its tags. Where the stack marks nothing, nothing is. */
export function isManagedByStack(tags: Tags, marks: Tags): boolean {
  return Object.keys(marks).length > 0 && hasTags(tags, marks);
}

/** Tags as people read them: `Stack=dev-bootstrap, ManagedBy=cdktf`. */
export function tagText(tags: Tags): string {
  const texts = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return texts.length > 0 ? texts.join(", ") : "none";
}
