import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  APPLY_ROLES,
  applyRole,
  DEPLOYMENTS,
  ENVIRONMENTS,
  FOREIGN,
  iamWrites,
  identityProvider,
  planRole,
  refusedBy,
  roleArn,
  s3Actions,
  SAMPLE,
  stateBucket,
  stateKey,
  studydata,
  type AccountName,
} from "./support";

describe("an apply role", () => {
  const apply = (account: AccountName, deploys: string) => access.subject(applyRole(account, deploys));

  test.each(SAMPLE)("may %s", async (action) => {
    await expect(apply("dev", "dev")).toBeAllowed(action);
    await expect(apply("prod", "account")).toBeAllowed(action);
  });

  /**
   * The roles that it must not change: the plan role, its own, those of other environments, and those that do not
   * exist yet.
   */
  const off = (account: AccountName) => [
    planRole(account),
    ...DEPLOYMENTS[account].map((deploys) => applyRole(account, deploys)),
    ...["qa", "new"].map((deploys) => applyRole(account, deploys)),
    roleArn(account, "galileo-pipeline-other"),
  ];

  test.each([...off("dev"), identityProvider("dev")])("changes nothing of %s", async (on) => {
    const kind = on.includes(":role/") ? /Role/ : /OpenIDConnectProvider/;
    // The simulator rejects actions that do not act on it.
    const writes = (await iamWrites()).filter(
      (action) =>
        kind.test(action) && !/InstanceProfile|DelegationRequest|ServiceLinkedRole|Roles|RoleAlias/.test(action),
    );
    expect(writes.length).toBeGreaterThan(4);
    for (const deploys of DEPLOYMENTS.dev) {
      expect(await refusedBy(apply("dev", deploys), "NeverChangePipelineRolesOrTheirProvider", writes, on)).toEqual(
        writes,
      );
    }
  });

  test.each(APPLY_ROLES)(
    "in %s as %s neither passes a pipeline role nor changes its trust policy, boundary, policies or tags",
    async (account, deploys) => {
      const actions = [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PassRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        // A tag decides which states a role reaches.
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
        "sts:AssumeRole",
        "sts:TagSession",
      ];
      for (const on of off(account)) {
        expect(
          await refusedBy(apply(account, deploys), "NeverChangePipelineRolesOrTheirProvider", actions, on),
        ).toEqual(actions);
      }
    },
  );

  test.each(APPLY_ROLES)("in %s as %s does not change the identity provider", async (account, deploys) => {
    const actions = [
      ...["iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider"],
      ...["iam:DeleteOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider"],
      ...["iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider"],
      "iam:UpdateOpenIDConnectProviderThumbprint",
    ];
    const on = identityProvider(account);
    expect(await refusedBy(apply(account, deploys), "NeverChangePipelineRolesOrTheirProvider", actions, on)).toEqual(
      actions,
    );
  });

  test.each(["token.actions.githubusercontent.com.evil", "token.actions.githubusercontent.com/enterprise", "evil.com"])(
    "may create a provider for %s, through which nobody assumes a pipeline role",
    async (host) => {
      const from = identityProvider("dev", host);
      await expect(apply("dev", "dev")).toBeAllowed("iam:CreateOpenIDConnectProvider", { on: from });
      for (const [to, job] of [
        [planRole("dev"), "pull_request"],
        [applyRole("dev", "dev"), "environment:dev"],
        [applyRole("dev", "account"), "environment:account-dev"],
      ] as const) {
        const claims = { aud: "sts.amazonaws.com", sub: `repo:example-org/aws-estate:${job}` };
        await expect(access).not.toAllowAssume({ from, to, claims });
      }
    },
  );

  test.each(APPLY_ROLES)("in %s as %s assumes no role in any account", async (account, deploys) => {
    const roles = access.model.principals.filter(({ kind }) => kind === "role").map(({ arn }) => arn);
    const others = [...roles, roleArn(account, "any"), `arn:aws:iam::${FOREIGN}:role/any`, "*"];
    for (const on of others) {
      expect(await refusedBy(apply(account, deploys), "NeverBecomeAnotherRole", ["sts:AssumeRole"], on)).toEqual([
        "sts:AssumeRole",
      ]);
    }
    expect(await allowedOf(apply(account, deploys), ["sts:AssumeRole", "sts:AssumeRoot"])).toEqual([]);
  });

  test("cannot assume the role of AWS Organizations in members from the master account, unlike Admin", async () => {
    for (const member of ["dev-analytics", "prod-analytics"] as const) {
      const to = roleArn(member, "OrganizationAccountAccessRole");
      await expect(access).toAllowAssume({ from: roleArn("master", "Admin"), to });
      for (const deploys of DEPLOYMENTS.master)
        await expect(access).not.toAllowAssume({ from: applyRole("master", deploys), to });
    }
  });

  test("reads these roles and their provider", async () => {
    await expect(apply("dev", "dev")).toBeAllowed("iam:GetRole", { on: planRole("dev") });
    await expect(apply("dev", "dev")).toBeAllowed("iam:ListRolePolicies", { on: applyRole("dev", "account") });
    await expect(apply("dev", "dev")).toBeAllowed("iam:GetOpenIDConnectProvider", { on: identityProvider("dev") });
  });

  test("changes other roles and providers", async () => {
    await expect(apply("dev", "dev")).toBeAllowed("iam:PutRolePolicy", {
      on: roleArn("dev", "dev-irl-galileo-ApiHandler"),
    });
    await expect(apply("dev", "account")).toBeAllowed("iam:DeleteRole", { on: roleArn("dev", "Operator") });
    await expect(apply("dev", "dev")).toBeAllowed("iam:DeleteOpenIDConnectProvider", {
      on: identityProvider("dev", "gitlab.com"),
    });
  });

  test.each(APPLY_ROLES)(
    "in %s as %s reads the settings of the state bucket, and changes none by any action",
    async (account, deploys) => {
      const actions = await s3Actions("bucket");
      const writes = actions.filter((action) => !/^s3:(Get|List)/.test(action));
      // Actions that are easily forgotten.
      expect(writes).toEqual(
        expect.arrayContaining([
          ...["s3:CreateBucketMetadataTableConfiguration", "s3:DeleteBucketPolicy"],
          ...["s3:PutAccelerateConfiguration", "s3:PutAnalyticsConfiguration", "s3:PutBucketPolicy"],
          ...["s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutIntelligentTieringConfiguration"],
          ...["s3:PutInventoryConfiguration", "s3:PutLifecycleConfiguration", "s3:PutMetricsConfiguration"],
          ...["s3:PutReplicationConfiguration", "s3:TagResource", "s3:UntagResource"],
        ]),
      );
      const on = stateBucket(account);
      expect(await refusedBy(apply(account, deploys), "NeverChangeTheStateBucket", writes, on)).toEqual(writes);
      for (const action of ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning", "s3:GetBucketPolicy"]) {
        await expect(apply(account, deploys)).toBeAllowed(action, { on });
      }
    },
  );

  test.each(["s3:DeleteBucket", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:PutInventoryConfiguration"])(
    "may %s of another bucket",
    async (action) => {
      await expect(apply("prod", "prod")).toBeAllowed(action, { on: studydata("prod") });
    },
  );

  test.each([
    "DeleteAlias",
    "DisableKey",
    "PutKeyPolicy",
    "ScheduleKeyDeletion",
    "UpdateAlias",
    "CreateGrant",
    "TagResource",
    "Encrypt",
  ])("may not kms:%s the state key, but another key", async (name) => {
    const action = `kms:${name}`;
    const on = stateKey();
    const aliases = (...values: string[]) => ({ on, context: { "kms:ResourceAliases": values } });
    for (const deploys of DEPLOYMENTS.prod) {
      await expect(apply("prod", deploys)).not.toBeAllowed(action, aliases("alias/galileo-terraform-state"));
      await expect(apply("prod", deploys)).not.toBeAllowed(
        action,
        aliases("alias/other", "alias/galileo-terraform-state"),
      );
      await expect(apply("prod", deploys)).toBeAllowed(action, aliases("alias/other"));
    }
  });

  test("encrypts and decrypts states with the state key, and reads its description", async () => {
    const known = { on: stateKey(), context: { "kms:ResourceAliases": ["alias/galileo-terraform-state"] } };
    for (const action of ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:GetKeyPolicy"]) {
      for (const deploys of DEPLOYMENTS.prod) await expect(apply("prod", deploys)).toBeAllowed(action, known);
    }
  });

  test.each(["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"])(
    "may not %s for the alias of the state key",
    async (action) => {
      const alias = (name: string) => `arn:aws:kms:eu-west-1:${ACCOUNT.prod}:alias/${name}`;
      for (const deploys of DEPLOYMENTS.prod) {
        const role = apply("prod", deploys);
        expect(
          await refusedBy(role, "NeverMoveTheAliasOfTheStateKey", [action], alias("galileo-terraform-state")),
        ).toEqual([action]);
        await expect(role).toBeAllowed(action, { on: alias("other") });
      }
    },
  );

  test.each(ENVIRONMENTS)("manages the buckets of %s, and reaches none of their objects", async (environment) => {
    for (const deploys of DEPLOYMENTS[environment]) {
      const role = apply(environment, deploys);
      await expect(role).toBeAllowed("s3:ListBucket", { on: studydata(environment) });
      await expect(role).toBeAllowed("s3:PutBucketPolicy", { on: studydata(environment) });
      const objects = [
        ...["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject"],
        "s3:DeleteObjectVersion",
      ];
      expect(await allowedOf(role, objects, `${studydata(environment)}/x`)).toEqual([]);
    }
  });

  test("does nothing in another account", async () => {
    for (const account of ACCOUNTS.filter((each) => each !== "prod")) {
      await expect(apply("prod", "prod")).not.toBeAllowed("iam:CreateUser", {
        on: `arn:aws:iam::${ACCOUNT[account]}:user/x`,
      });
      await expect(apply("prod", "prod")).not.toBeAllowed("s3:GetObject", {
        on: `${stateBucket(account)}/prod/network.tfstate`,
      });
    }
  });

  test.each(["dev-analytics", "prod-analytics"] as const)(
    "is limited by service control policies in %s",
    async (account) => {
      for (const deploys of DEPLOYMENTS[account]) {
        expect(await refusedBy(apply(account, deploys), "NobodyTurnsOffATrail", ["cloudtrail:StopLogging"])).toEqual([
          "cloudtrail:StopLogging",
        ]);
      }
    },
  );
});
