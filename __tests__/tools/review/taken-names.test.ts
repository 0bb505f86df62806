import { takenNames } from "../../../tools/review/taken-names";
import { created, replaced, resourcesOf, updated, type Planned } from "./support/plans";

const GROUP = { name: "dev-irl-galileo-web", vpc_id: "vpc-1", description: "Web servers" };
const CHANGED = { ...GROUP, description: "Web" };

/** A replacement that is created first. */
function createdFirst(address: string, before: object, after: object, after_unknown: object = {}): Planned {
  const plan = replaced(address, { ...before }, { ...after }, { replace_paths: [["description"]], after_unknown });
  const change = { ...plan.change.change, actions: ["create", "delete"] as const };
  return { ...plan, change: { ...plan.change, change } };
}

const messages = (...resources: Planned[]) => takenNames(resourcesOf(...resources)).map(({ message }) => message);

test("AWS refuses a second resource with the name of the one that it replaces", () => {
  expect(messages(createdFirst("aws_security_group.web", GROUP, CHANGED))).toEqual([
    "description: AWS cannot change it, and the replacement cannot have the name dev-irl-galileo-web while the old one exists. Restore the value, or choose another name.",
  ]);
  const unit = { name: "dev", parent_id: "r-1" };
  expect(messages(createdFirst("aws_organizations_organizational_unit.a", unit, unit))).toHaveLength(1);
  const set = { name: "Operator", instance_arn: "arn:aws:sso:::instance/ssoins-1" };
  expect(messages(createdFirst("aws_ssoadmin_permission_set.a", set, set))).toHaveLength(1);
  const group = { display_name: "leads", identity_store_id: "d-1" };
  expect(messages(createdFirst("aws_identitystore_group.a", group, group))).toHaveLength(1);
});

test("AWS refuses the replacement of a resource whose creation did not finish, and the reviewer learns how to keep it", () => {
  const { change } = createdFirst("aws_security_group.web", GROUP, GROUP);
  const tainted = {
    ...change,
    action_reason: "replace_because_tainted",
    change: { ...change.change, replace_paths: [] },
  };
  expect(messages({ change: tainted })).toEqual([
    'its creation did not finish, and AWS does not create another dev-irl-galileo-web while it exists. To keep it, run terraform untaint aws_security_group.web in the folder of the stack (docs/applying.md, "When an apply is killed", step 5), and plan again. Otherwise delete it in AWS.',
  ]);
});

test.each([
  { what: "with another name", plan: createdFirst("aws_security_group.a", GROUP, { ...CHANGED, name: "other" }) },
  { what: "in another VPC", plan: createdFirst("aws_security_group.a", GROUP, { ...CHANGED, vpc_id: "vpc-2" }) },
  {
    what: "in a VPC that is replaced too",
    plan: createdFirst("aws_security_group.a", GROUP, { ...CHANGED, vpc_id: null }, { vpc_id: true }),
  },
  {
    what: "with a suffix from the provider",
    plan: createdFirst("aws_db_parameter_group.a", { name: "a-1" }, {}, { name: true }),
  },
  { what: "whose old one is destroyed first", plan: replaced("aws_security_group.a", GROUP, CHANGED) },
  { what: "of a type with names that repeat", plan: createdFirst("aws_vpc.a", { name: "a" }, { name: "a" }) },
])("AWS accepts one $what", ({ plan }) => {
  expect(messages(plan)).toEqual([]);
});

test("AWS accepts what is created or updated", () => {
  expect(messages(created("aws_security_group.a", GROUP), updated("aws_security_group.a", GROUP, CHANGED))).toEqual([]);
});
