/** Tags by their names. */
export type Tags = Readonly<Record<string, string>>;

/** The owner of a bucket with this name. Bucket names are global. */
export type FoundBucket =
  | { readonly found: "nothing" }
  /** Or a policy denies access. */
  | { readonly found: "another account's" }
  | { readonly found: "this account's"; readonly region: string };

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
  /** Whether it is a symmetric encryption key with key material from KMS. */
  readonly isSymmetric: boolean;
  /** Principals of the key policy's Allow statements, each once. */
  readonly allows: readonly string[];
  readonly tags: Tags;
}

/** The reads of a first apply in its account, besides Terraform's. They throw UserError if AWS does not answer. */
export interface FirstApplyAccount {
  /** @throws UserError if there are no credentials, they are of another account, or a region is not enabled in it */
  expectCredentials(): Promise<void>;
  findBucket(name: string): Promise<FoundBucket>;
  bucketTags(name: string): Promise<Tags>;
  /** Which of `policy`, `replication` and `lifecycle` the bucket has: a new bucket has none. */
  bucketSettings(name: string): Promise<readonly string[]>;
  /** At most three keys of objects, deleted ones included, locks excluded. */
  objectKeys(bucket: string, prefix?: string): Promise<readonly string[]>;
  isVersioned(bucket: string): Promise<boolean>;
  /** The version id of an object. Undefined if the object has none or is missing. */
  objectVersion(bucket: string, key: string): Promise<string | undefined>;
  findRole(name: string): Promise<FoundRole | undefined>;
  findOidcProvider(url: string): Promise<FoundProvider | undefined>;
  /** @param id of a key, or an alias `alias/…` */
  findKey(id: string): Promise<FoundKey | undefined>;
  /** The keys with all these tags, without those scheduled for deletion. */
  keysTagged(tags: Tags): Promise<readonly FoundKey[]>;
}

/** Whether the tags include all expected tags. */
export function hasTags(tags: Tags, expected: Tags): boolean {
  return Object.entries(expected).every(([name, value]) => tags[name] === value);
}

/** Whether the tags show that the stack created the resource. A stack without tags recognizes none. */
export function isManagedByStack(tags: Tags, stackTags: Tags): boolean {
  return Object.keys(stackTags).length > 0 && hasTags(tags, stackTags);
}

/** Tags as text: `Stack=dev-bootstrap, ManagedBy=cdktf`. */
export function tagText(tags: Tags): string {
  const texts = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return texts.length > 0 ? texts.join(", ") : "none";
}
