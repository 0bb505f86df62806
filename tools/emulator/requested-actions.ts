/** A request in the emulator's log, as IAM names it. */
export interface RequestedAction {
  readonly accountId: string;
  /** E.g. `ec2:DescribeVpcs`. */
  readonly action: string;
  /** The ARN of a bucket or object; `*` for all other services. */
  readonly resource: string;
  /** The request as the log shows it. */
  readonly request: string;
}

const LINE = /^\S+ (\d{12}) (\S+) (.+) (\d{3})$/;

/** Services whose name in a signature differs from IAM's. */
const IAM_NAMES: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };

/** API operations whose IAM action has another name. */
const IAM_ACTIONS: Readonly<Record<string, string>> = {
  "budgets:DescribeBudget": "budgets:ViewBudget",
  "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
  "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
};

/** The action that reads a setting of a bucket, by the name of the setting in the query. */
const BUCKET_SETTINGS: Readonly<Record<string, string>> = {
  accelerate: "GetAccelerateConfiguration",
  acl: "GetBucketAcl",
  cors: "GetBucketCORS",
  encryption: "GetEncryptionConfiguration",
  lifecycle: "GetLifecycleConfiguration",
  location: "GetBucketLocation",
  logging: "GetBucketLogging",
  "object-lock": "GetBucketObjectLockConfiguration",
  ownershipControls: "GetBucketOwnershipControls",
  policy: "GetBucketPolicy",
  publicAccessBlock: "GetBucketPublicAccessBlock",
  replication: "GetReplicationConfiguration",
  requestPayment: "GetBucketRequestPayment",
  tagging: "GetBucketTagging",
  versioning: "GetBucketVersioning",
  versions: "ListBucketVersions",
  website: "GetBucketWebsite",
};

/**
 * The requests in a log of the emulator. Writes with a path, such as changes of a bucket's settings, are left out.
 *
 * @throws Error for a path that it does not know: a request that is left out would look like one that was never sent
 */
export function requestedActions(log: string): RequestedAction[] {
  return log.split("\n").flatMap((line) => {
    const [, accountId = "", service = "", request = ""] = LINE.exec(line) ?? [];
    if (accountId === "" || service === "-") return [];
    const [method = "", path] = request.split(" ");
    if (path !== undefined) return ofPath(service, method, path).map((of) => ({ accountId, ...of, request }));
    const operation = `${IAM_NAMES[service] ?? service}:${request.split(".").at(-1) ?? ""}`;
    return [{ accountId, action: IAM_ACTIONS[operation] ?? operation, resource: "*", request }];
  });
}

type PathReads = readonly [collection: string, list: string, one: string];

/** Services with a path for each kind of resource. */
const READS_BY_PATH: Readonly<Record<string, PathReads>> = {
  "access-analyzer": ["/analyzer", "ListAnalyzers", "GetAnalyzer"],
  guardduty: ["/detector", "ListDetectors", "GetDetector"],
  securityhub: ["/accounts", "DescribeHub", "DescribeStandards"],
};

/** Reads with a body, by path. */
const READS_BY_POST: Readonly<Record<string, string>> = {
  "/getAlternateContact": "account:GetAlternateContact",
  "/standards/get": "securityhub:GetEnabledStandards",
};

/** Operations that change nothing. Any other counts as a change. */
const READS = /^(Describe|Get|List|View|AssumeRole)/;

/** The states and their locks, which no stack manages. */
const STATES = /\.(tfstate|tflock)(\?x-id=\w+)?$/;

/**
 * How many requests in a log of the emulator have changed an account. A request that failed counts too. Requests for
 * states and their locks do not count.
 *
 * The emulator logs a request after carrying it out. So if two counts are equal, nothing has changed the account from
 * the first to the second.
 */
export function countChanges(log: string, accountId: string): number {
  return log.split("\n").filter((line) => {
    const [, account, service, request = ""] = LINE.exec(line) ?? [];
    if (account !== accountId || service === undefined) return false;
    const [method = "", path] = request.split(" ");
    if (path === undefined) return !READS.test(request.split(".").at(-1) ?? "");
    if (method === "GET" || method === "HEAD" || READS_BY_POST[path] !== undefined) return false;
    return !(service === "s3" && STATES.test(path));
  }).length;
}

function ofPath(service: string, method: string, path: string): Pick<RequestedAction, "action" | "resource">[] {
  const readByPost = READS_BY_POST[path];
  if (readByPost !== undefined) return [{ action: readByPost, resource: "*" }];
  const { pathname, searchParams } = new URL(path, "http://emulator");
  const isObject = service === "s3" && /^\/[^/]+\/./.test(pathname) && !pathname.startsWith("/v20180820/");
  if (!["GET", "HEAD"].includes(method) && !(isObject && isWholeObject(searchParams))) return [];
  const reads = READS_BY_PATH[service];
  if (reads) return [{ action: `${service}:${readOf(pathname, reads)}`, resource: "*" }];
  if (service !== "s3") {
    const known = ["s3", ...Object.keys(READS_BY_PATH)].join(", ");
    throw new Error(`the service must be one of ${known}, got ${service} ${method} ${path}`);
  }
  if (pathname.startsWith("/v20180820/configuration/publicAccessBlock"))
    return [{ action: "s3:GetAccountPublicAccessBlock", resource: "*" }];
  if (pathname.startsWith("/v20180820/tags/")) return [{ action: "s3:ListTagsForResource", resource: "*" }];
  if (pathname === "/") return [{ action: "s3:ListAllMyBuckets", resource: "*" }];
  const resource = `arn:aws:s3:::${decodeURIComponent(pathname).replace(/^\/|\/$/g, "")}`;
  return [{ action: `s3:${isObject ? objectAction(method, searchParams) : bucketAction(searchParams)}`, resource }];
}

function readOf(pathname: string, [collection, list, one]: PathReads): string {
  if (pathname.startsWith("/tags/")) return "ListTagsForResource";
  return pathname === collection ? list : one;
}

/** Whether a write is of the object itself. The SDK names its operation in the query; other names are settings. */
const isWholeObject = (query: URLSearchParams): boolean => [...query.keys()].every((key) => key === "x-id");

function objectAction(method: string, query: URLSearchParams): string {
  if (method === "PUT") return "PutObject";
  if (method === "DELETE") return "DeleteObject";
  return query.has("versionId") ? "GetObjectVersion" : "GetObject";
}

function bucketAction(query: URLSearchParams): string {
  const setting = Object.keys(BUCKET_SETTINGS).find((name) => query.has(name));
  return setting === undefined ? "ListBucket" : (BUCKET_SETTINGS[setting] ?? "");
}
