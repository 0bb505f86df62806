import { accessOf } from "../../../support/access";
import { smallWith } from "../../../support/estates";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  apiHandler,
  applicationRoles,
  applyRole,
  asking,
  crossAccountRole,
  deployment,
  ENVIRONMENTS,
  every,
  EXTERNAL_ID,
  masterRole,
  MEMBERS,
  namedActions,
  OFFICE,
  pairs,
  person,
  planRole,
  refusedBy,
  roleArn,
  rootArn,
  SAMPLE,
  stateBucket,
  studydata,
  workflowLoopRunner,
  type EnvironmentName,
} from "./support";

describe("application roles and buckets", () => {
  const ROLES = ENVIRONMENTS.flatMap((environment) => [
    ["ApiHandler", environment, apiHandler(environment)] as const,
    ["WorkflowLoopRunner", environment, workflowLoopRunner(environment)] as const,
  ]);

  const WITH_OBJECTS = [
    ...["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts"],
    "s3:PutObject",
  ];
  const WITH_BUCKET = ["s3:ListBucket", "s3:ListBucketMultipartUploads"];

  describe("who can assume an application role", () => {
    test.each(ROLES)("%s of %s: Lambda and Step Functions", async (_, __, to) => {
      await expect(access).toAllowAssume({ from: "lambda.amazonaws.com", to });
      await expect(access).toAllowAssume({ from: "states.amazonaws.com", to });
    });

    test.each(ROLES)("%s of %s: nobody else", async (_, environment, to) => {
      const others = [
        "apigateway.amazonaws.com",
        "ec2.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "edgelambda.amazonaws.com",
        person("platform-lead"),
        rootArn(environment),
        rootArn("master"),
        roleArn(environment, "Admin"),
        roleArn(environment, "Operator"),
        applyRole(environment, environment),
        planRole(environment),
        deployment(environment),
        ...applicationRoles(environment).filter((arn) => arn !== to),
      ];
      for (const from of others)
        await expect(access).not.toAllowAssume(asking(from, to, { externalId: EXTERNAL_ID[environment] }));
    });

    test("the services that the estate file names, if it names any", async () => {
      const other = accessOf(
        smallWith(({ environments: { ci } }) => {
          if (ci) ci.application = { serviceTrust: ["ecs-tasks.amazonaws.com"] };
        }),
      );
      for (const to of applicationRoles("ci")) {
        await expect(other).toAllowAssume({ from: "ecs-tasks.amazonaws.com", to });
        await expect(other).not.toAllowAssume({ from: "lambda.amazonaws.com", to });
      }
    });
  });

  describe("which roles an application role can assume", () => {
    const assumable = (environment: EnvironmentName) => [
      masterRole(environment),
      ...MEMBERS[environment].map((member) => crossAccountRole(environment, member)),
    ];

    test.each(ROLES)("%s of %s: the environment's Master role and its members' roles", async (_, environment, from) => {
      const externalId = EXTERNAL_ID[environment];
      for (const to of assumable(environment)) await expect(access).toAllowAssume({ from, to, externalId });
    });

    test.each(ROLES)("%s of %s: its policies name only these", async (_, environment, arn) => {
      const { resources } = await access.decide(access.subject(arn).principal, "sts:AssumeRole");
      expect([...resources].sort()).toEqual(assumable(environment).sort());
    });

    test.each(pairs(ENVIRONMENTS))("of %s: no role of %s, with the ExternalId of either", async (own, other) => {
      for (const from of applicationRoles(own)) {
        for (const to of assumable(other)) {
          await expect(access).not.toAllowAssume({ from, to, externalId: EXTERNAL_ID[own] });
          await expect(access).not.toAllowAssume({ from, to, externalId: EXTERNAL_ID[other] });
          await expect(access.subject(from)).not.toBeAllowed("sts:AssumeRole", { on: to });
        }
      }
    });

    test.each(ENVIRONMENTS)("of %s: no other principal of any account", async (environment) => {
      const from = apiHandler(environment);
      const others = access.model.principals.filter(({ arn, trust }) => trust && !assumable(environment).includes(arn));
      expect(others.length).toBeGreaterThan(50);
      for (const { arn } of others) {
        await expect(access).not.toAllowAssume({
          from,
          to: arn,
          externalId: EXTERNAL_ID[environment],
          mfa: true,
          sourceIp: OFFICE,
        });
      }
    });

    test.each(ROLES)("%s of %s: has no other permission", async (_, __, arn) => {
      expect(await namedActions(access.subject(arn).principal)).toEqual(["sts:AssumeRole"]);
      expect(await allowedOf(access.subject(arn), SAMPLE)).toEqual([]);
    });
  });

  describe("what an application role may do with its buckets", () => {
    test.each(ROLES)("%s of %s reads, writes, deletes and lists objects", async (_, environment, arn) => {
      const role = access.subject(arn);
      for (const action of WITH_OBJECTS)
        await expect(role).toBeAllowed(action, { on: `${studydata(environment)}/studies/1` });
      for (const action of WITH_BUCKET) await expect(role).toBeAllowed(action, { on: studydata(environment) });
    });

    test.each(ROLES)("%s of %s does nothing else there", async (_, environment, arn) => {
      const role = access.subject(arn);
      const onObjects = await allowedPossible(role, await every(["s3:*"]), `${studydata(environment)}/studies/1`);
      const onBucket = await allowedPossible(role, await every(["s3:*"]), studydata(environment));
      expect(onObjects).toEqual(WITH_OBJECTS);
      expect(onBucket).toEqual(WITH_BUCKET);
    });

    test.each(pairs(ENVIRONMENTS))("of %s reaches no bucket of %s", async (own, other) => {
      for (const arn of applicationRoles(own)) {
        expect(await allowedOf(access.subject(arn), WITH_OBJECTS, `${studydata(other)}/x`)).toEqual([]);
        expect(await allowedOf(access.subject(arn), WITH_BUCKET, studydata(other))).toEqual([]);
      }
    });

    test.each(ROLES)("%s of %s reaches no other bucket of its account", async (_, environment, arn) => {
      const others = [
        stateBucket(environment),
        `arn:aws:s3:::${ACCOUNT[environment]}-galileo-trail`,
        `${studydata(environment)}2`,
        "arn:aws:s3:::somebody-elses",
      ];
      for (const bucket of others) {
        expect(await allowedOf(access.subject(arn), WITH_OBJECTS, `${bucket}/x`)).toEqual([]);
        expect(await allowedOf(access.subject(arn), WITH_BUCKET, bucket)).toEqual([]);
      }
    });
  });

  describe("the bucket studydata", () => {
    /** The principals of all accounts that may do it. */
    async function able(action: string, on: string): Promise<string[]> {
      const arns: string[] = [];
      // The bucket's policy names no principal of another account, so one environment suffices.
      const asked = access.model.principals.filter(
        ({ accountId }) => on.startsWith(studydata("prod")) || on.includes(`:::${accountId}-`),
      );
      for (const principal of asked) {
        if ((await allowedOf({ access, principal }, [action], on)).length > 0) arns.push(principal.arn);
      }
      return arns.sort();
    }

    test.each(ENVIRONMENTS)(
      "of %s is read, written and emptied only by its two roles and Admin",
      async (environment) => {
        const expected = [...applicationRoles(environment), roleArn(environment, "Admin")].sort();
        for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]) {
          expect(await able(action, `${studydata(environment)}/studies/1`)).toEqual(expected);
        }
      },
    );

    test.each(ENVIRONMENTS)(
      "of %s is listed by these and by pipelines, its versions by Admin and pipelines",
      async (environment) => {
        const pipelines = [
          planRole(environment),
          applyRole(environment, "account"),
          applyRole(environment, environment),
        ];
        const expected = [...applicationRoles(environment), roleArn(environment, "Admin"), ...pipelines].sort();
        expect(await able("s3:ListBucket", studydata(environment))).toEqual(expected);
        expect(await able("s3:ListBucketVersions", studydata(environment))).toEqual(
          expected.filter((arn) => !applicationRoles(environment).includes(arn)),
        );
      },
    );

    test.each(ENVIRONMENTS)(
      "of %s is managed by Admin and the apply roles, and only they change its policy",
      async (environment) => {
        const expected = [
          roleArn(environment, "Admin"),
          applyRole(environment, "account"),
          applyRole(environment, environment),
        ].sort();
        expect(await able("s3:PutBucketPolicy", studydata(environment))).toEqual(expected);
      },
    );

    test.each(ENVIRONMENTS)("of %s denies everybody else by its policy", async (environment) => {
      const roles = [
        ...["account", environment].map((deploys) => applyRole(environment, deploys)),
        roleArn(environment, "somebody"),
      ];
      for (const arn of roles) {
        const principal = { ...access.role(environment, "Admin").principal, arn };
        const stranger = { access, principal };
        const on = `${studydata(environment)}/x`;
        expect(await refusedBy(stranger, "NobodyElseReachesObjects", WITH_OBJECTS, on)).toEqual(WITH_OBJECTS);
      }
      const stranger = {
        access,
        principal: { ...access.role(environment, "Admin").principal, arn: roleArn(environment, "somebody") },
      };
      const listing = ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];
      expect(await refusedBy(stranger, "NobodyElseListsObjects", listing, studydata(environment))).toEqual(listing);
    });

    test.each(ENVIRONMENTS)("of %s is reached only by TLS, by any principal", async (environment) => {
      const context = { "aws:SecureTransport": "false" };
      for (const arn of [...applicationRoles(environment), roleArn(environment, "Admin")]) {
        const subject = access.subject(arn);
        expect(
          await refusedBy(subject, "RefuseWhateverComesWithoutTls", WITH_OBJECTS, `${studydata(environment)}/x`, {
            context,
          }),
        ).toEqual(WITH_OBJECTS);
        expect(
          await refusedBy(subject, "RefuseWhateverComesWithoutTls", WITH_BUCKET, studydata(environment), { context }),
        ).toEqual(WITH_BUCKET);
      }
    });

    test("is unreachable for members and all other accounts", async () => {
      for (const environment of ENVIRONMENTS) {
        for (const member of MEMBERS[environment]) {
          const role = access.subject(crossAccountRole(environment, member));
          expect(await allowedOf(role, WITH_OBJECTS, `${studydata(environment)}/x`)).toEqual([]);
        }
        for (const account of ACCOUNTS.filter((each) => each !== environment)) {
          expect(
            await allowedOf(access.role(account, "Admin"), [...WITH_OBJECTS], `${studydata(environment)}/x`),
          ).toEqual([]);
        }
      }
    });
  });

  /**
   * The actions that it may do, without actions that do not act on such a resource.
   */
  async function allowedPossible(
    subject: { principal: (typeof access.model.principals)[number] },
    actions: readonly string[],
    on: string,
  ) {
    const allowed: string[] = [];
    for (const action of actions) {
      const decision = await access.decide(subject.principal, action, on, { brief: true }).catch(() => undefined);
      if (decision?.allowed) allowed.push(action);
    }
    return allowed;
  }
});
