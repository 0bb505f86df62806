import exampleFile from "../../config/example";
import { changed, KEY_CHANGES, type KeyChange } from "../support/changed-keys";
import { SHARED_STACKS } from "./support/applied-estate";
import { startClone, type Clone, type Ended } from "./support/clone";

/*
 * What a change of each key does to an applied estate, by the real commands. Databases have a file of their own, because
 * the provider waits 80 seconds for each change of one.
 */

const WITHOUT_BOOTSTRAP = ["dev-iam", "dev-network", "dev-application", "master-organization", "prod-iam"];
const BOOTSTRAPS = ["dev-bootstrap", "master-bootstrap"];
const MEMBERS = ["dev-master-role", "dev-member-analytics", "dev-member-partner-lab"];
const STACKS = [...WITHOUT_BOOTSTRAP, ...BOOTSTRAPS, ...MEMBERS];

/** `npm run test:long` changes every stack, any other run one half of them: repeat a run with KEYS_SEED. */
const LONG = process.env["LONG_TESTS"] !== undefined;
const SEED = Number(process.env["KEYS_SEED"] ?? Date.now() % 2);
const CHANGED = LONG ? STACKS : STACKS.filter((_, index) => index % 2 === SEED);

interface Planned {
  readonly verdict: string;
  readonly stacks: readonly {
    readonly id: string;
    readonly review?: {
      readonly changes: readonly {
        readonly address: string;
        readonly type: string;
        readonly action: string;
        readonly attributes: readonly { readonly path: string; readonly forcesReplacement: boolean }[];
      }[];
    };
  }[];
}

const others = KEY_CHANGES.filter(({ key }) => !key.startsWith("environments.database"));
const rows = (is: KeyChange["expected"]["is"]) => others.filter(({ expected }) => expected.is === is);
const inPlace = changed(exampleFile, rows("in place"));

/** Resources that are what they connect: another one takes their place, and nothing is lost. */
const LINKS = new Set([
  ...["aws_vpc_security_group_egress_rule", "aws_sns_topic_subscription"],
  ...["aws_iam_user_policy_attachment", "aws_iam_role_policy_attachment"],
]);

let clone: Clone;

beforeAll(async () => {
  clone = await startClone("changed-keys", { estate: exampleFile, applied: SHARED_STACKS });
  for (const member of ["dev-analytics", "partner-lab"]) await clone.makeStateBucket(member);
  await clone.apply(...MEMBERS);
});

afterAll(() => clone.stop());

async function plan(...stacks: readonly string[]): Promise<Ended & { readonly summary: Planned }> {
  const ended = await clone.run("plan", ...stacks);
  return { ...ended, summary: JSON.parse(clone.read(`${clone.lastPlan()}/summary.json`)) as Planned };
}

const apply = () => clone.run("apply", clone.lastPlan(), "--skip-promotion", "--reason", "a test of changes");

/** The changes that destroy something, by type. */
const lost = ({ stacks }: Planned) =>
  stacks.flatMap(({ review }) => review?.changes ?? []).filter(({ action }) => ["replace", "destroy"].includes(action));

test("what AWS changes in place is planned without a loss, applied, and the plan after it is empty", async () => {
  process.stdout.write(`changed keys: KEYS_SEED=${SEED}\n`);
  clone.change(inPlace);
  const { summary, ...planned } = await plan(...CHANGED);
  expect(planned).toExitWith(2);
  expect(summary.verdict).toBe("changes");
  expect(lost(summary).filter(({ type }) => !LINKS.has(type))).toEqual([]);
  expect(await apply()).toExitWith(0);
  const again = await plan(...CHANGED);
  expect(again).toExitWith(0);
});

test("what AWS cannot change is replaced or destroyed, and the plan lists it", async () => {
  clone.change(changed(inPlace, rows("replaced")));
  const { summary, ...planned } = await plan(...STACKS.filter((id) => id !== "dev-master-role"));
  expect(planned).toExitWith(2);
  const changes = lost(summary);
  const missing = rows("replaced").filter(
    ({ expected }) =>
      expected.is === "replaced" &&
      !changes.some(
        ({ type, attributes, address }) =>
          type === expected.type &&
          (expected.forcing === undefined ||
            attributes.some(({ path, forcesReplacement }) => path === expected.forcing && forcesReplacement)) &&
          planned.output.includes(address),
      ),
  );
  expect(missing.map(({ key }) => key)).toEqual([]);
});

test("what AWS refuses blocks the plan, and apply refuses it", async () => {
  const refused = rows("refused").filter(({ key }) => key === "environments.securityGroups.description");
  clone.change(changed(inPlace, refused));
  const { summary, ...planned } = await plan("dev-network");
  expect(planned).toExitWith(2);
  expect(summary.verdict).toBe("blocked");
  for (const { expected } of refused) if (expected.is === "refused") expect(planned.output).toMatch(expected.message);
  expect(await apply()).toExitWith(1);
});
