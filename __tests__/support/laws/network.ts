import { isDeepStrictEqual } from "node:util";
import { stacksOf } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import {
  accountOf,
  addressIn,
  databasesOf,
  keptDatabase,
  textsIn,
  type Law,
  type Stacks,
  added,
  lacking,
  changed,
} from "./law";
import type { Resource, StackReader, Values } from "../stack-reader";

const EVERYWHERE = ["0.0.0.0/0", "::/0"];

/** Descriptions of the rules with an approval in the estate file, by environment. */
const approvals = ({ estate }: Stacks, stack: StackReader) =>
  (estate.environments.find(({ name }) => stack.id === `${name}-network`)?.securityGroups ?? []).flatMap(
    ({ ingress }) =>
      // A rule without an approval is described by its protocol.
      ingress.filter(
        ({ cidrBlock, description }) => cidrBlock && !/^(TCP|UDP|ICMP|everything)\b.* from /.test(description),
      ),
  );

/** The rules inside a group. Empty if the group lists none. */
const ingressOf = ({ ingress }: Values) => (ingress ?? []) as Values[];

/** The first rule inside a group, for changes. */
function ruleIn(group: Values): Values {
  const [first] = ingressOf(group);
  if (!first) throw new Error("the group has no rule to break");
  return first;
}

/** The sources that a resource allows, without the approved networks. */
function unapproved(
  { type, values: { egress: _, ...values } }: Resource,
  approved: ReturnType<typeof approvals>,
): Values {
  if (type !== "aws_security_group") return values;
  const isApproved = (rule: Values) =>
    approved.some(
      ({ cidrBlock, description }) =>
        description === rule["description"] && isDeepStrictEqual(rule["cidr_blocks"], [cidrBlock]),
    );
  return {
    ...values,
    ingress: ingressOf(values).map((rule) => (isApproved(rule) ? { ...rule, cidr_blocks: [] } : rule)),
  };
}

const NOT_INBOUND = ["aws_default_network_acl", "aws_route", "aws_route_table", "aws_vpc_security_group_egress_rule"];

const nobodyFromEverywhere: Law = {
  name: "only a rule that names an approval allows traffic from the whole internet",
  violations: (all) =>
    all.stacks.flatMap((stack) =>
      stack.resources
        // Routes and egress rules are outbound. Network ACLs are AWS's own: security groups decide.
        .filter(({ type }) => !NOT_INBOUND.includes(type))
        .filter((resource) =>
          [...textsIn(unapproved(resource, approvals(all, stack)))].some(({ text }) => EVERYWHERE.includes(text)),
        )
        .map(({ address }) => `${stack.id} ${address} is open to the internet`),
    ),
  breaches: {
    "a rule for all of IPv4": (stack) =>
      (ruleIn(stack("dev-database").first("aws_security_group"))["cidr_blocks"] = ["10.0.8.0/23", "0.0.0.0/0"]),
    "a rule for all of IPv6": (stack) =>
      (ruleIn(stack("dev-database").first("aws_security_group"))["ipv6_cidr_blocks"] = ["::/0"]),
    "a rule without its approval": (stack) =>
      (ruleIn(stack("prod-network").at("security-group/web/group"))["description"] = "TCP 443 from 0.0.0.0/0"),
    "an unapproved source in an approved rule": (stack) =>
      (ruleIn(stack("prod-network").at("security-group/web/group"))["ipv6_cidr_blocks"] = ["::/0"]),
    "a separate rule resource": added("dev-database", "aws_vpc_security_group_ingress_rule", {
      cidr_ipv4: "0.0.0.0/0",
      ip_protocol: "-1",
    }),
    "a rule of the former resource type": added("dev-database", "aws_security_group_rule", {
      type: "ingress",
      ipv6_cidr_blocks: ["::/0"],
    }),
  },
};

const SEPARATE_RULES = ["aws_vpc_security_group_ingress_rule", "aws_security_group_rule"];

const enforcedIngress: Law = {
  name: "every security group lists its ingress rules, or an empty list, so that a rule added by hand shows up in a plan",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) => [
      ...stack
        .all("aws_security_group")
        .filter(({ values }) => !Array.isArray(values["ingress"]))
        .map(({ address }) => `${stack.id} ${address} does not list its ingress rules`),
      ...stack.resources
        .filter(({ type, values }) => SEPARATE_RULES.includes(type) && values["type"] !== "egress")
        .map(({ address }) => `${stack.id} ${address} would be revoked by its group`),
    ]),
  breaches: {
    "a group without ingress": lacking("dev-network", "security-group/default/group", "ingress"),
    "a database group without ingress": lacking("ci-database", "aws_security_group", "ingress"),
    "a separate rule resource": added("dev-network", "aws_vpc_security_group_ingress_rule", {
      cidr_ipv4: "10.0.0.0/16",
      ip_protocol: "-1",
    }),
    "a rule of the former resource type": added("dev-network", "aws_security_group_rule", {
      type: "ingress",
      cidr_blocks: ["10.0.0.0/16"],
    }),
  },
};

const chargeCodeOf = (estate: Estate, stack: string) => stacksOf(estate).find(({ id }) => id === stack)?.chargeCode;

const chargedGroups: Law = {
  name: "every security group has one charge code, or several if the estate file lists several",
  violations: ({ estate, stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_security_group").flatMap(({ address, values }) => {
        const tags = { ...stack.defaultTags, ...(values["tags"] as Record<string, string> | undefined) };
        const codes = Object.entries(tags).flatMap(([key, code]) => (key.startsWith("ChargeCode") ? [code] : []));
        const configured = estate.environments
          .filter(({ name }) => stack.id === `${name}-network`)
          .flatMap(({ securityGroups }) => securityGroups)
          .find(({ groupName }) => groupName === values["name"]);
        const expected = configured?.chargeCodes ?? [chargeCodeOf(estate, stack.id)];
        return codes.join() === expected.join()
          ? []
          : [`${stack.id} ${address} is charged to ${codes.join(", ") || "nobody"}`];
      }),
    ),
  breaches: {
    "a group with another charge code": changed("dev-network", "security-group/web/group", {
      tags: { ChargeCode: "somebody-else" },
    }),
    "a second charge code": changed("dev-network", "security-group/web/group", {
      tags: { ChargeCode: "web-0003", ChargeCode2: "another" },
    }),
    "a missing charge code": changed("prod-network", "security-group/batch/group", {
      tags: { ChargeCode: "research-0007" },
    }),
    "a database with another charge code": changed("dev-database", "aws_security_group", {
      tags: { ChargeCode: "somebody-else" },
    }),
  },
};

const groupForAll: Law = {
  name: "every environment has a default security group, and resources belong to it unless they opt out",
  violations: (all) => [
    ...all.estate.environments.flatMap(({ name, securityGroups }) => {
      const network = all.stacks.find(({ id }) => id === `${name}-network`);
      const there = network
        ?.all("aws_security_group")
        .find(({ values }) => values["name"] === securityGroups[0]?.groupName);
      return there ? [] : [`${name}-network has no default group`];
    }),
    ...databasesOf(all).flatMap(({ id, database }) => {
      const instances = all.stacks.find((each) => each.id === id)?.all("aws_db_instance") ?? [];
      return instances.flatMap(({ address, values }) => {
        const groups = (values["vpc_security_group_ids"] ?? []) as string[];
        const attached = groups.some((group) => group.includes("security-group_default"));
        return attached === database.defaultSecurityGroup
          ? []
          : [`${id} ${address} ${attached ? "belongs" : "does not belong"} to the default group`];
      });
    }),
  ],
  breaches: {
    "a database outside the default group": (stack) => {
      const instance = stack("dev-database").first("aws_db_instance");
      instance["vpc_security_group_ids"] = (instance["vpc_security_group_ids"] as unknown[]).slice(0, 1);
    },
    "no default group": changed("dev-network", "security-group/default/group", { name: "other" }),
  },
};

const isOwnStack = ({ estate }: Pick<Stacks, "estate">, id: string): boolean =>
  [...estate.environments, ...estate.accounts].some((owner) =>
    owner.ownStacks.some(({ name }) => id === `${owner.name}-${name}`),
  );

const nothingByTheHour: Law = {
  name: "no stack of the project has resources with hourly cost that its environment does not name: a NAT gateway, an interface endpoint or an idle address",
  violations: ({ estate, stacks }) =>
    stacks.flatMap(({ id, resources }) =>
      (isOwnStack({ estate }, id) ? [] : resources) // a team's own stack names what it creates
        .filter(({ type, values }) => {
          const named = estate.environments.flatMap(({ name, region, network, members }) => {
            const member = members.find((each) => id === `${name}-member-${each.name}`);
            const endpoints = id === `${name}-network` ? network.endpoints : (member?.network?.endpoints ?? []);
            return endpoints.map((each) => `com.amazonaws.${region}.${each}`);
          });
          return (
            ["aws_nat_gateway", "aws_eip", "aws_ec2_transit_gateway", "aws_vpn_gateway"].includes(type) ||
            (type === "aws_vpc_endpoint" &&
              values["vpc_endpoint_type"] !== "Gateway" &&
              !named.includes(String(values["service_name"])))
          );
        })
        .map(({ address }) => `${id} has ${address}`),
    ),
  breaches: {
    "a NAT gateway": added("dev-network", "aws_nat_gateway", {}),
    "an interface endpoint": changed("dev-network", "aws_vpc_endpoint", { vpc_endpoint_type: "Interface" }),
    "an endpoint without a type": lacking("dev-network", "aws_vpc_endpoint", "vpc_endpoint_type"),
  },
};

const emptyDefaultGroup: Law = {
  name: "Terraform manages every VPC's default security group, without rules",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_vpc").flatMap(({ address }) => {
        const group = stack
          .all("aws_default_security_group")
          .find(({ values }) => addressIn(values["vpc_id"]) === address);
        if (!group) return [`${stack.id} ${address} has an unmanaged default security group`];
        return ["ingress", "egress"]
          .filter((direction) => !isDeepStrictEqual(group.values[direction], []))
          .map((direction) => `${stack.id} ${group.address} does not list its rules for ${direction}`);
      }),
    ),
  breaches: {
    "an unmanaged default group": (stack) => {
      stack("dev-member-analytics").remove("aws_default_security_group");
    },
    "a default group without rule lists": lacking("dev-network", "aws_default_security_group", "egress"),
    "a default group with rules": changed("dev-network", "aws_default_security_group", {
      ingress: [{ protocol: "-1", self: true, from_port: 0, to_port: 0 }],
    }),
  },
};

/** The subnets of a stack whose route table has a route out of the VPC. */
function openSubnets(stack: StackReader): Set<string | undefined> {
  const leading = stack.all("aws_route").map(({ values }) => addressIn(values["route_table_id"]));
  const tables = new Set([
    ...leading,
    ...stack
      .all("aws_route_table")
      .filter(({ values }) => values["route"])
      .map(({ address }) => address),
  ]);
  const associations = stack
    .all("aws_route_table_association")
    .filter(({ values }) => tables.has(addressIn(values["route_table_id"])));
  return new Set(associations.map(({ values }) => addressIn(values["subnet_id"])));
}

/** The subnet that a database stack reads from its network's state. */
function subnetBehind(
  reference: string,
  consumer: StackReader,
  { stacks }: Stacks,
): [StackReader, string | undefined] | undefined {
  const [, name = "", output = ""] = /terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)/.exec(reference) ?? [];
  const config = consumer.json.data?.["terraform_remote_state"]?.[name]?.["config"] as
    Record<string, unknown> | undefined;
  const producer = stacks.find(
    ({ backend }) => backend["bucket"] === config?.["bucket"] && backend["key"] === config?.["key"],
  );
  return producer && [producer, addressIn(producer.json.output?.[output]?.value)];
}

const databasesCannotReachOut: Law = {
  name: "no database is in a subnet with a route to the internet, unless it exists there",
  violations: (all) =>
    all.stacks
      .filter(({ id }) => !keptDatabase(all, id)?.publicSubnets)
      .flatMap((stack) =>
        stack.all("aws_db_subnet_group").flatMap(({ address, values }) =>
          (values["subnet_ids"] as string[]).flatMap((reference) => {
            const [producer, subnet] = subnetBehind(reference, stack, all) ?? [];
            if (!producer || !subnet) return [`${stack.id} ${address} is in ${reference}, which is unknown`];
            return openSubnets(producer).has(subnet)
              ? [`${stack.id} ${address} is in ${subnet}, which has a route to the internet`]
              : [];
          }),
        ),
      ),
  breaches: {
    "a private route table with a route to the internet": (stack) => {
      const network = stack("dev-network");
      const { route_table_id } = network.at("network/private/eu-west-1a/association");
      network.add("aws_route", { route_table_id, destination_cidr_block: "0.0.0.0/0" });
    },
    "a database in the public tier": (stack) => {
      const subnet = stack("dev-network").at("network/public/eu-west-1a/association")["subnet_id"];
      for (const output of Object.values(stack("dev-network").json.output ?? {})) output.value = subnet;
    },
    "an unmanaged subnet": changed("dev-database", "aws_db_subnet_group", { subnet_ids: ["subnet-12345678"] }),
  },
};

const privateTiers: Law = {
  name: "only the subnets of the public tier have a route to the internet",
  violations: ({ estate, stacks }) =>
    estate.environments.flatMap(({ name, network }) => {
      const stack = stacks.find(({ id }) => id === `${name}-network`);
      const open = stack && openSubnets(stack);
      const publicBlocks = network.publicSubnets.map(({ cidrBlock }) => cidrBlock);
      return (stack?.all("aws_subnet") ?? [])
        .filter(({ address, values }) => open?.has(address) && !publicBlocks.includes(String(values["cidr_block"])))
        .map(({ address }) => `${name}-network ${address} has a route to the internet`);
    }),
  breaches: {
    "a private subnet with the public route table": (stack) => {
      const { route_table_id } = stack("dev-network").at("network/public/eu-west-1a/association");
      stack("dev-network").at("network/private/eu-west-1a/association")["route_table_id"] = route_table_id;
    },
  },
};

const oneRegion: Law = {
  name: "every subnet is in a zone of its stack's region",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      stack
        .all("aws_subnet")
        .filter(({ values }) => String(values["availability_zone"]).slice(0, -1) !== stack.provider["region"])
        .map(({ address }) => `${stack.id} ${address} is outside the region of ${accountOf(stack)}`),
    ),
  breaches: { "a zone of another region": changed("dev-network", "aws_subnet", { availability_zone: "eu-west-2a" }) },
};

export const NETWORK_LAWS = [
  nobodyFromEverywhere,
  enforcedIngress,
  chargedGroups,
  groupForAll,
  nothingByTheHour,
  emptyDefaultGroup,
  databasesCannotReachOut,
  privateTiers,
  oneRegion,
];
