import { everyPage } from "../../terraform/aws/every-page";
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSubnetGroupsCommand,
  type DBInstance,
} from "@aws-sdk/client-rds";
import type { Declared } from "../../plans/preflight/creations";
import { listOf } from "../../support/json";
import { bestOf, type FindContext, type Finder, type Finders } from "../finder";
import { described } from "./network";

function instances({ clients, once }: FindContext): Promise<DBInstance[]> {
  return once("DB instances", async () => {
    const rds = await clients.rds();
    const all = await everyPage(async (Marker) => {
      const page = await rds.send(new DescribeDBInstancesCommand({ Marker }));
      return [page.DBInstances, page.Marker];
    });
    return all.filter(({ DBInstanceStatus }) => DBInstanceStatus !== "deleting");
  });
}

/** The VPC of the stack's database, by the group that decides who may connect. */
async function vpcOf({ siblings, resolve }: FindContext): Promise<string | undefined> {
  for (const { values } of siblings("aws_security_group")) {
    const vpcId = await resolve(values["vpc_id"]);
    if (typeof vpcId === "string") return vpcId;
  }
  return undefined;
}

/** By its identifier, else the instance of this engine in the VPC; a replica also by its source. */
const instance: Finder = async ({ values }, context) => {
  const { engine, identifier, replicate_source_db: sourceOf } = values;
  const all = await instances(context);
  const vpcId = await vpcOf(context);
  const source = sourceOf === undefined ? undefined : (await foundInstance(context))?.DBInstanceIdentifier;
  const isReplica = ({ ReadReplicaSourceDBInstanceIdentifier: of }: DBInstance) => of !== undefined && of !== "";
  return bestOf(
    sourceOf === undefined
      ? all.filter((each) => each.Engine === engine && !isReplica(each))
      : all.filter((each) => isReplica(each)),
    [
      ({ DBInstanceIdentifier }) => DBInstanceIdentifier === identifier,
      ({ DBSubnetGroup, ReadReplicaSourceDBInstanceIdentifier }) =>
        sourceOf === undefined
          ? vpcId !== undefined && DBSubnetGroup?.VpcId === vpcId
          : source !== undefined && ReadReplicaSourceDBInstanceIdentifier === source,
    ],
    ({ DBInstanceIdentifier: id = "", EngineVersion, DBInstanceClass, DBSubnetGroup }) => ({
      id,
      description: described(`PostgreSQL ${EngineVersion ?? ""}`, DBInstanceClass, DBSubnetGroup?.VpcId),
    }),
  );
};

/** The instance that was found for the stack's database. */
async function foundInstance(context: FindContext): Promise<DBInstance | undefined> {
  for (const { address, values } of context.siblings("aws_db_instance")) {
    if (values["replicate_source_db"] !== undefined) continue;
    const id = await context.idOf(address);
    const found = (await instances(context)).find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id);
    if (found) return found;
  }
  return undefined;
}

/** The ids of the security groups of the stack's database, if the code gives it the wanted group. */
export async function groupsOfInstance({ address }: Declared, context: FindContext): Promise<readonly string[]> {
  const hasGroup = context
    .siblings("aws_db_instance")
    .some(({ values }) => listOf(values["vpc_security_group_ids"]).includes(`\${${address}.id}`));
  const found = hasGroup ? await foundInstance(context) : undefined;
  return (found?.VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);
}

/** By its name, else that of the database that was found. */
const subnetGroup: Finder = async ({ values }, context) => {
  const rds = await context.clients.rds();
  const all = await context.once("DB subnet groups", () =>
    everyPage(async (Marker) => {
      const page = await rds.send(new DescribeDBSubnetGroupsCommand({ Marker }));
      return [page.DBSubnetGroups, page.Marker];
    }),
  );
  const vpcId = await vpcOf(context);
  const ofInstance = (await foundInstance(context))?.DBSubnetGroup?.DBSubnetGroupName;
  return bestOf(
    all.filter(({ DBSubnetGroupName, VpcId }) => DBSubnetGroupName === values["name"] || VpcId === vpcId),
    [
      ({ DBSubnetGroupName }) => ofInstance !== undefined && DBSubnetGroupName === ofInstance,
      ({ DBSubnetGroupName }) => DBSubnetGroupName === values["name"],
    ],
    ({ DBSubnetGroupName: id = "", DBSubnetGroupDescription, VpcId }) => ({
      id,
      description: described(DBSubnetGroupDescription, VpcId),
    }),
  );
};

/** That of the database that was found, else by its name. AWS's own groups belong to nobody. */
const parameterGroup: Finder = async ({ values }, context) => {
  const rds = await context.clients.rds();
  const all = await context.once("DB parameter groups", () =>
    everyPage(async (Marker) => {
      const page = await rds.send(new DescribeDBParameterGroupsCommand({ Marker }));
      return [page.DBParameterGroups, page.Marker];
    }),
  );
  const { name, name_prefix: prefix, family } = values;
  const used = (await foundInstance(context))?.DBParameterGroups ?? [];
  const isUsed = (group: string | undefined) => used.some(({ DBParameterGroupName }) => DBParameterGroupName === group);
  return bestOf(
    all.filter(
      (each) => each.DBParameterGroupFamily === family && each.DBParameterGroupName?.startsWith("default.") !== true,
    ),
    [
      ({ DBParameterGroupName: group }) => isUsed(group),
      ({ DBParameterGroupName: group = "" }) =>
        typeof prefix === "string" ? group.startsWith(prefix) && group !== prefix : group === name,
    ],
    ({ DBParameterGroupName: id = "", Description, DBParameterGroupFamily }) => ({
      id,
      description: described(Description, DBParameterGroupFamily),
    }),
  );
};

/** A database on RDS, and its groups. */
export const DATABASE: Finders = {
  aws_db_instance: instance,
  aws_db_subnet_group: subnetGroup,
  aws_db_parameter_group: parameterGroup,
};
