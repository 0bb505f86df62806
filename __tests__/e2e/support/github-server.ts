import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

interface Comment {
  readonly id: number;
  readonly pullRequest: number;
  body: string;
}

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly labels: readonly string[];
  body: string;
  state: "open" | "closed";
  readonly comments: string[];
}

/** The merge time of every pull request. */
export const MERGED_AT = "2026-01-02T03:04:05Z";
/** The branch of every pull request. */
export const BRANCH = "web";

interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  /** The hash of its commit on the main branch. */
  mergeSha?: string;
  /** Set if it came from a fork that was deleted since. @default a branch of the repository */
  readonly fork?: "gone";
}

interface Run {
  readonly id: number;
  readonly headSha: string;
  /** @default the branch of the pull requests */
  readonly branch?: string;
  /** `owner/name`. @default the repository itself */
  readonly repository?: string;
  /** The time of its last start. @default before any merge */
  readonly startedAt?: string;
}

/** A GitHub environment with its protection. What is left out protects. */
interface GithubEnvironment {
  /** Names and patterns; a tag is `tag <name>`. */
  readonly branches: readonly string[] | "protected" | "any";
  /** Whether a rule demands a review; `nobody`: the rule lists no reviewer. */
  readonly reviewers: boolean | "nobody";
  /** `unknown`: GitHub does not answer it. @default false */
  readonly adminsBypass?: boolean | "unknown";
  /** `unknown`: GitHub does not answer it. @default false */
  readonly selfReview?: boolean | "unknown";
}

/**
 * The part of GitHub's API that the workflows use, and the OIDC tokens of their jobs. Loopback only.
 */
export class GithubServer {
  public readonly comments: Comment[] = [];
  public readonly issues: Issue[] = [];
  public readonly pullRequests: PullRequest[] = [];
  /** Runs of plan.yml that succeeded. */
  public readonly planRuns: Run[] = [];
  /** GitHub environments and their protection. */
  public readonly environments = new Map<string, GithubEnvironment>();
  /** Settings that only an administrator may read, by path: `/actions/permissions/workflow`. */
  public readonly settings = new Map<string, object>();
  /** Whether the older branch protection protects main, and the types of the rules that apply to it. */
  public mainProtection: { readonly isProtected: boolean; readonly rules: readonly string[] } = {
    isProtected: true,
    rules: [],
  };
  public isPrivate = true;
  /** The commit of the main branch. */
  public main = "";
  /** The subject in the token of the current job. */
  public subject = "";
  /** The requests, e.g. `POST /repos/example-org/aws-estate/issues`. */
  public readonly requests: string[] = [];
  private server: Server | undefined;

  constructor(private readonly repository: string) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  public async start(): Promise<void> {
    this.server = createServer((request, response) => {
      void body(request).then((sent) => {
        const { status, answer } = this.answer(request, sent);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
  }

  public async stop(): Promise<void> {
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private answer(
    { method = "", url = "" }: IncomingMessage,
    sent: Record<string, unknown>,
  ): { status: number; answer: unknown } {
    const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
    this.requests.push(`${method} ${pathname}`);
    if (pathname === "/token")
      return { status: 200, answer: { value: this.token(searchParams.get("audience") ?? "") } };
    const path = pathname.replace(`/repos/${this.repository}`, "");
    const [, first = "", second = "", third = ""] = path.split("/");
    const user = { type: "Bot" };
    const page = Number(searchParams.get("page") ?? 1) === 1;
    if (first === "issues" && third === "comments" && method === "GET") {
      const of = this.comments.filter(({ pullRequest }) => page && pullRequest === Number(second));
      return {
        status: 200,
        answer: of.map((comment) => ({ ...comment, user, html_url: `${this.url}/comment/${comment.id}` })),
      };
    }
    if (first === "issues" && third === "comments" && method === "POST") {
      const issue = this.issues.find(({ number }) => number === Number(second));
      if (issue) issue.comments.push(String(sent["body"]));
      else
        this.comments.push({ id: this.comments.length + 1, pullRequest: Number(second), body: String(sent["body"]) });
      return { status: 201, answer: { html_url: `${this.url}/comment` } };
    }
    if (first === "issues" && second === "comments" && method === "PATCH") {
      const comment = this.comments.find(({ id }) => id === Number(third));
      if (comment) comment.body = String(sent["body"]);
      return { status: comment ? 200 : 404, answer: { html_url: `${this.url}/comment/${third}` } };
    }
    if (first === "issues" && second === "" && method === "GET") {
      const open = this.issues.filter(
        ({ state, labels }) => page && state === "open" && labels.includes(searchParams.get("labels") ?? ""),
      );
      return {
        status: 200,
        answer: open.map((issue) => ({ ...issue, user, html_url: `${this.url}/issues/${issue.number}` })),
      };
    }
    if (first === "issues" && second === "" && method === "POST") {
      const { title, body, labels } = sent as { title: string; body: string; labels: string[] };
      const issue: Issue = { number: this.issues.length + 1, title, body, labels, state: "open", comments: [] };
      this.issues.push(issue);
      return { status: 201, answer: { ...issue, html_url: `${this.url}/issues/${issue.number}` } };
    }
    if (first === "issues" && method === "PATCH") {
      const issue = this.issues.find(({ number }) => number === Number(second));
      if (issue) Object.assign(issue, sent);
      return { status: issue ? 200 : 404, answer: { html_url: `${this.url}/issues/${second}` } };
    }
    if (first === "environments") {
      const found = this.environments.get(decodeURIComponent(second));
      if (!found) return { status: 404, answer: { message: "Not Found" } };
      return { status: 200, answer: environmentAnswer(second, third, found) };
    }
    if (path === "") return { status: 200, answer: { private: this.isPrivate } };
    if (path === "/branches/main") return { status: 200, answer: { protected: this.mainProtection.isProtected } };
    if (path === "/rules/branches/main")
      return { status: 200, answer: this.mainProtection.rules.map((type) => ({ type })) };
    if (path.startsWith("/actions/permissions/")) {
      const values = this.settings.get(path);
      return values
        ? { status: 200, answer: values }
        : { status: 403, answer: { message: "Resource not accessible by integration" } };
    }
    if (first === "commits" && third === "pulls") {
      const of = this.pullRequests.filter(({ mergeSha }) => mergeSha === second);
      const repo = { full_name: this.repository };
      return {
        status: 200,
        answer: of.map(({ number, headSha, fork }) => ({
          number,
          merged_at: MERGED_AT,
          head: { sha: headSha, ref: BRANCH, repo: fork ? null : repo },
          base: { repo },
        })),
      };
    }
    if (path === "/git/ref/heads%2Fmain" || path === "/git/ref/heads/main")
      return { status: 200, answer: { object: { sha: this.main } } };
    if (path === "/actions/workflows/plan.yml/runs") {
      const runs = this.planRuns.filter(({ headSha }) => headSha === searchParams.get("head_sha"));
      // Newest first.
      const workflow_runs = runs
        .reverse()
        .map(({ id, branch = BRANCH, repository = this.repository, startedAt = "2026-01-01T00:00:00Z" }) => ({
          ...{
            id,
            head_branch: branch,
            head_repository: { full_name: repository },
            created_at: "2026-01-01T00:00:00Z",
            run_started_at: startedAt,
          },
        }));
      return { status: 200, answer: { total_count: runs.length, workflow_runs } };
    }
    return { status: 404, answer: { message: `nothing answers ${method} ${pathname}` } };
  }

  private token(audience: string): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { iss: "https://token.actions.githubusercontent.com", aud: audience, sub: this.subject };
    return [part({ alg: "none" }), part(claims), "unsigned"].join(".");
  }
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** The answer about an environment, or about its branches. */
function environmentAnswer(name: string, part: string, environment: GithubEnvironment): object {
  const { branches, reviewers, adminsBypass = false, selfReview = false } = environment;
  if (part === "deployment-branch-policies") {
    const names = typeof branches === "string" ? [] : branches;
    const policies = names.map((each) =>
      each.startsWith("tag ") ? { name: each.slice(4), type: "tag" } : { name: each, type: "branch" },
    );
    return { branch_policies: policies };
  }
  const custom = typeof branches !== "string";
  const review = {
    type: "required_reviewers",
    prevent_self_review: selfReview === "unknown" ? undefined : !selfReview,
    reviewers: reviewers === true ? [{ type: "Team", reviewer: { id: 1, slug: "approvers" } }] : [],
  };
  return {
    name,
    can_admins_bypass: adminsBypass === "unknown" ? undefined : adminsBypass,
    deployment_branch_policy:
      branches === "any" ? null : { protected_branches: !custom, custom_branch_policies: custom },
    protection_rules: reviewers === false ? [] : [review],
  };
}
