import { exampleWithUsers } from "../../../support/estates";
import type { Principal } from "../../../../tools/access/read/model";
import { stacksOf } from "../../../../config/layout";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  APPLY_ROLES,
  applyRole,
  crossAccountRole,
  defined,
  DEPLOYMENTS,
  ENVIRONMENTS,
  planRole,
  refusedBy,
  roleArn,
  s3Actions,
  stateBucket,
  studydata,
  type AccountName,
} from "./support";

describe("state buckets", () => {
  interface State {
    readonly account: AccountName;
    readonly on: string;
    /** The applied record of its stack. */
    readonly record: string;
    /** The last part of the stack's id. */
    readonly name: string;
    /** The end of the name of its apply role; none if a person applies it. */
    readonly deploys?: string;
  }

  /** Every state of the estate. */
  const STATES: readonly State[] = stacksOf(exampleWithUsers()).map(
    ({ account, name, environment, state: { bucket, key } }) => ({
      account: account.name as AccountName,
      on: `arn:aws:s3:::${bucket}/${key}`,
      record: `arn:aws:s3:::${bucket}/${key.replace(/tfstate$/, "applied.json")}`,
      name,
      deploys: environment?.name ?? (name === "bootstrap" ? undefined : "account"),
    }),
  );

  /** The documented profile's `s3:*`, which reaches every bucket of the member's account. */
  const DOCUMENTED = [crossAccountRole("dev", "dev-analytics"), crossAccountRole("dev", "partner-lab")];

  const OBJECT_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];

  const apply = (account: AccountName, deploys: string) => access.subject(applyRole(account, deploys));
  const statesOf = (account: AccountName) => STATES.filter((state) => state.account === account);
  /**
   * The last state of every other account, and those under the account's own prefix. The others differ only in their
   * names.
   */
  const telling = (account: AccountName) =>
    ACCOUNTS.filter((other) => other !== account).flatMap((other) => {
      const states = statesOf(other);
      return states.filter((state, index) => index === states.length - 1 || state.deploys === account);
    });
  const isOf = (deploys: string) => (state: State) => state.deploys === deploys;
  const isNotOf = (deploys: string) => (state: State) => state.deploys !== deploys;

  test("every state is in the bucket of its account", () => {
    expect(STATES.length).toBeGreaterThan(30);
    for (const { account, on } of STATES) expect(on.startsWith(`${stateBucket(account)}/`)).toBe(true);
  });

  describe("an apply role", () => {
    test.each(APPLY_ROLES)(
      "in %s as %s reads, writes and deletes its own states, and their locks",
      async (account, deploys) => {
        const own = statesOf(account).filter(isOf(deploys));
        expect(own.length).toBeGreaterThan(0);
        for (const { on } of own) {
          for (const action of OBJECT_ACTIONS) {
            await expect(apply(account, deploys)).toBeAllowed(action, { on });
            await expect(apply(account, deploys)).toBeAllowed(action, { on: `${on}.tflock` });
          }
        }
      },
    );

    test.each(APPLY_ROLES)(
      "in %s as %s reaches no other state of its account, nor a lock of one",
      async (account, deploys) => {
        const others = statesOf(account).filter(isNotOf(deploys));
        expect(others.length).toBeGreaterThan(0);
        for (const { on } of others) {
          expect(await allowedOf(apply(account, deploys), OBJECT_ACTIONS, on)).toEqual([]);
          expect(await allowedOf(apply(account, deploys), ["s3:PutObject"], `${on}.tflock`)).toEqual([]);
        }
      },
    );

    test.each(APPLY_ROLES)("in %s as %s reaches no state of another account", async (account, deploys) => {
      for (const { on } of telling(account))
        expect(await allowedOf(apply(account, deploys), ["s3:GetObject", "s3:PutObject"], on)).toEqual([]);
    });

    test.each(ENVIRONMENTS)("of %s may create a state of its environment, and no other", async (environment) => {
      const role = apply(environment, environment);
      const bucket = stateBucket(environment);
      await expect(role).toBeAllowed("s3:PutObject", { on: `${bucket}/${environment}/new.tfstate` });
      for (const key of [
        "new.tfstate",
        `${environment}2/new.tfstate`,
        `x/${environment}/new.tfstate`,
        "qa/network.tfstate",
      ]) {
        await expect(role).not.toBeAllowed("s3:PutObject", { on: `${bucket}/${key}` });
        await expect(role).not.toBeAllowed("s3:GetObject", { on: `${bucket}/${key}` });
      }
    });

    test.each(ACCOUNTS)("of the account-wide stacks of %s creates no state", async (account) => {
      for (const key of [`${account}/new.tfstate`, `${account}2/iam.tfstate`, "dev/new.tfstate"]) {
        await expect(apply(account, "account")).not.toBeAllowed("s3:PutObject", {
          on: `${stateBucket(account)}/${key}`,
        });
      }
    });

    describe.each([
      ["dev", "prod"],
      ["staging", "prod"],
      ["prod", "dev"],
      ["dev", "account"],
      ["account", "dev"],
    ] as const)("of %s does not reach the states of %s in the master account", (own, other) => {
      const on = defined(statesOf("master").find(isOf(other))).on;

      test("by any action on objects", async () => {
        const actions = await s3Actions("object");
        expect(actions).toEqual(
          expect.arrayContaining(["s3:AbortMultipartUpload", "s3:ReplicateTags", "s3:UpdateObjectEncryption"]),
        );
        for (const object of [on, `${on}.tflock`])
          expect(await allowedOf(apply("master", own), actions, object)).toEqual([]);
      });

      test("by this statement", async () => {
        const sid =
          own === "account"
            ? "ConfineTheAccountRoleToItsStates"
            : other === "account"
              ? "KeepEnvironmentsOffAccountWideStates"
              : "ConfineApplyRolesToTheirPrefix";
        const actions = ["s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion"];
        expect(await refusedBy(apply("master", own), sid, actions, on)).toEqual(actions);
      });
    });

    test.each([
      ["dev", "dev"],
      ["dev", "account"],
      ["master", "prod"],
    ] as const)(
      "in %s as %s takes no version away, and does nothing but read, write and delete",
      async (account, deploys) => {
        const actions = await s3Actions("object");
        for (const { on } of statesOf(account).filter(isOf(deploys))) {
          const beyond = (await allowedOf(apply(account, deploys), actions, on)).filter(
            (action) => !action.startsWith("s3:GetObject"),
          );
          expect(beyond).toEqual([
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
          ]);
        }
      },
    );

    test.each(APPLY_ROLES)("in %s as %s deletes no version, not even of its own states", async (account, deploys) => {
      const actions = [
        ...["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion", "s3:DeleteObjectVersionTagging"],
        "s3:PutObjectRetention",
      ];
      const { on } = defined(statesOf(account).find(isOf(deploys)));
      expect(await refusedBy(apply(account, deploys), "ApplyRolesReadWriteAndDeleteAlone", actions, on)).toEqual(
        actions,
      );
    });

    test.each(APPLY_ROLES)("in %s as %s carries the prefix of its states as a tag", (account, deploys) => {
      expect(apply(account, deploys).principal.tags["StatePrefix"]).toBe(deploys === "account" ? account : deploys);
    });

    test("without such a tag reaches no state", async () => {
      const { principal } = apply("dev", "dev");
      const untagged = {
        access,
        principal: { ...principal, arn: roleArn("dev", "galileo-pipeline-apply-new"), tags: {} },
      };
      for (const { on } of statesOf("dev")) {
        for (const action of OBJECT_ACTIONS) {
          await expect(untagged).not.toBeAllowed(action, { on, absent: ["aws:PrincipalTag/StatePrefix"] });
        }
      }
      const reasons = await refusedBy(
        untagged,
        "RefuseApplyRolesWithoutAPrefix",
        OBJECT_ACTIONS,
        statesOf("dev")[0]?.on,
        { absent: ["aws:PrincipalTag/StatePrefix"] },
      );
      expect(reasons).toEqual(OBJECT_ACTIONS);
      const onRecord = { absent: ["aws:PrincipalTag/StatePrefix"] };
      for (const { record } of statesOf("dev"))
        await expect(untagged).not.toBeAllowed("s3:GetObject", { on: record, ...onRecord });
    });

    test("would reach the states of another environment with its tag: hence nobody may tag these roles or their sessions", async () => {
      const { principal } = apply("master", "dev");
      const on = defined(statesOf("master").find(isOf("prod"))).on;
      const tagged = { access, principal: { ...principal, tags: { StatePrefix: "prod" } } };
      await expect(tagged).toBeAllowed("s3:PutObject", { on });
    });

    test("of an environment with the name of its account does not reach the account-wide states under the same prefix", async () => {
      for (const stack of ["bootstrap", "iam"]) {
        for (const key of [`dev/${stack}.tfstate`, `dev/${stack}.tfstate.tflock`, `dev/${stack}.applied.json`]) {
          const on = `${stateBucket("dev")}/${key}`;
          expect(
            await refusedBy(apply("dev", "dev"), "KeepEnvironmentsOffAccountWideStates", OBJECT_ACTIONS, on),
          ).toEqual(OBJECT_ACTIONS);
        }
      }
    });

    test.each(ACCOUNTS)("never applies the bootstrap stack of %s", async (account) => {
      const on = `${stateBucket(account)}/${account}/bootstrap.tfstate`;
      for (const deploys of DEPLOYMENTS[account]) {
        for (const action of OBJECT_ACTIONS) await expect(apply(account, deploys)).not.toBeAllowed(action, { on });
      }
    });
  });

  describe("the applied record of a stack", () => {
    /**
     * The roles that apply the next environment, and the ends of the keys that they read, by the account that is
     * applied first.
     */
    const NEXT: Readonly<Partial<Record<AccountName, Readonly<Record<string, RegExp>>>>> = {
      dev: { [roleArn("ci", "Admin")]: /./, [applyRole("ci", "ci")]: /./, [applyRole("ci", "account")]: /./ },
      ci: {
        [roleArn("staging", "Admin")]: /./,
        [applyRole("staging", "staging")]: /./,
        [applyRole("staging", "account")]: /./,
      },
      staging: {
        ...{ [roleArn("prod", "Admin")]: /./, [applyRole("prod", "prod")]: /./, [applyRole("prod", "account")]: /./ },
        ...{ [roleArn("prod-analytics", "Admin")]: /iam/, [applyRole("prod-analytics", "account")]: /iam/ },
      },
      "dev-analytics": {
        [roleArn("prod-analytics", "Admin")]: /member-/,
        [applyRole("prod-analytics", "prod")]: /member-/,
      },
    };

    test.each(ACCOUNTS)("in %s is read and written only by these", async (account) => {
      const known = new Set(access.model.principals.map(({ arn }) => arn));
      const admins = ["Admin", "OrganizationAccountAccessRole"].map((name) => roleArn(account, name));
      const full = [...admins, ...DOCUMENTED.filter((arn) => arn.includes(ACCOUNT[account]))].filter((arn) =>
        known.has(arn),
      );
      for (const { record, deploys, name } of statesOf(account)) {
        const able = new Map<string, string[]>();
        // A principal of another account that the bucket's policy does not name is denied every record: one suffices.
        const isAsked = ({ accountId, arn }: Principal) =>
          accountId === ACCOUNT[account] ||
          arn in (NEXT[account] ?? {}) ||
          record.endsWith("/dev/network.applied.json");
        for (const principal of access.model.principals.filter(isAsked)) {
          const allowed = await allowedOf({ access, principal }, OBJECT_ACTIONS, record);
          if (allowed.length > 0) able.set(principal.arn, allowed);
        }
        // No environment reads what a person applies, or what is account-wide.
        const isOfEnvironment = deploys !== undefined && deploys !== "account";
        const environments = DEPLOYMENTS[account].filter((each) => each !== "account" && each !== deploys);
        const readers = [
          planRole(account),
          ...(isOfEnvironment ? environments.map((each) => applyRole(account, each)) : []),
          ...Object.entries(NEXT[account] ?? {}).flatMap(([arn, names]) =>
            name !== "bootstrap" && names.test(name) ? [arn] : [],
          ),
        ];
        expect(able).toEqual(
          new Map([
            ...[...full, ...(deploys ? [applyRole(account, deploys)] : [])].map((arn): [string, string[]] => [
              arn,
              OBJECT_ACTIONS,
            ]),
            ...readers.map((arn): [string, string[]] => [arn, ["s3:GetObject"]]),
          ]),
        );
      }
    });

    test("is the only object read in another account: no state, lock, earlier version or list", async () => {
      const readers = Object.entries(NEXT).flatMap(([account, roles]) =>
        Object.keys(roles).map((arn) => [account as AccountName, arn] as const),
      );
      expect(readers.length).toBeGreaterThan(10);
      for (const [account, arn] of readers) {
        const reader = access.subject(arn);
        const bucket = stateBucket(account);
        expect(
          await allowedOf(reader, ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketPolicy"], bucket),
        ).toEqual([]);
        for (const { on, record } of statesOf(account)) {
          for (const object of [on, `${on}.tflock`])
            expect(await allowedOf(reader, ["s3:GetObject"], object)).toEqual([]);
          expect(await allowedOf(reader, ["s3:GetObjectVersion"], record)).toEqual([]);
        }
      }
    });
  });

  describe("a plan role", () => {
    test.each(ACCOUNTS)("reads every state of %s and writes none", async (account) => {
      const plan = access.subject(planRole(account));
      for (const { on } of statesOf(account))
        expect(await allowedOf(plan, OBJECT_ACTIONS, on)).toEqual(["s3:GetObject"]);
    });

    test.each(ACCOUNTS)("reads and writes no state of an account other than %s", async (account) => {
      const plan = access.subject(planRole(account));
      for (const { on } of telling(account)) {
        expect(await allowedOf(plan, OBJECT_ACTIONS, on)).toEqual([]);
        expect(await allowedOf(plan, ["s3:PutObject"], `${on}.tflock`)).toEqual([]);
      }
    });
  });

  describe("a state", () => {
    test.each(ACCOUNTS)("of %s is read, written and deleted only by these", async (account) => {
      const [state] = statesOf(account).filter(isOf("account"));
      const able: Record<string, string[]> = {};
      // The bucket's policy names no principal of another account, so one account suffices.
      const asked = access.model.principals.filter(
        ({ accountId }) => account === "prod" || accountId === ACCOUNT[account],
      );
      for (const principal of asked) {
        const allowed = await allowedOf({ access, principal }, OBJECT_ACTIONS, state?.on);
        if (allowed.length > 0) able[principal.arn] = allowed;
      }
      const admins = ["Admin", "OrganizationAccountAccessRole"].map((name) => roleArn(account, name));
      const known = new Set(access.model.principals.map(({ arn }) => arn));
      expect(able).toEqual(
        Object.fromEntries([
          ...[...admins, applyRole(account, "account"), ...DOCUMENTED.filter((arn) => arn.includes(ACCOUNT[account]))]
            .filter((arn) => known.has(arn))
            .map((arn) => [arn, OBJECT_ACTIONS]),
          [planRole(account), ["s3:GetObject"]],
        ]),
      );
    });

    test.each(ACCOUNTS)("of %s is transferred only by TLS", async (account) => {
      const [state] = statesOf(account).filter(isOf("account"));
      const context = { "aws:SecureTransport": "false" };
      for (const arn of [roleArn(account, "Admin"), applyRole(account, "account"), planRole(account)]) {
        const refused = await refusedBy(
          access.subject(arn),
          "RefuseWhateverComesWithoutTls",
          ["s3:GetObject"],
          state?.on,
          { context },
        );
        expect(refused).toEqual(["s3:GetObject"]);
      }
    });

    test("is unreachable for the hardened cross-account role", async () => {
      const role = access.subject(crossAccountRole("prod", "prod-analytics"));
      for (const { on } of [...statesOf("prod-analytics"), ...statesOf("prod")])
        expect(await allowedOf(role, OBJECT_ACTIONS, on)).toEqual([]);
      expect(await allowedOf(role, ["s3:ListBucket"], stateBucket("prod-analytics"))).toEqual([]);
      expect(await allowedOf(role, ["s3:PutBucketPolicy"], stateBucket("prod-analytics"))).toEqual([]);
    });

    test("is not in a bucket of the application", async () => {
      for (const environment of ENVIRONMENTS) {
        expect(
          await allowedOf(
            access.subject(planRole(environment)),
            ["s3:GetObject"],
            `${studydata(environment)}/x.tfstate`,
          ),
        ).toEqual([]);
      }
    });
  });
});
