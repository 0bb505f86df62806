import { ACCOUNT_WIDE } from "../../config/naming";
import type { CostsTable } from "../costs/costs-table";
import { groupedBy } from "../support/order";
import { counted } from "../support/text";
import { Badge, Filters, linkTo, Panel, Picture, Table } from "./components";
import type { ReportedAccount, ReportedStack } from "./estate-view";
import { accountAnchor, stackAnchor } from "./map-picture";
import type { ReportedSubnet, ReportedVpc } from "./networks";
import type { ReportedResource } from "./resources";
import type { TrustBetweenAccounts } from "./trust";

interface MapProps {
  readonly accounts: readonly ReportedAccount[];
  readonly picture: string;
  readonly trust: readonly TrustBetweenAccounts[];
  readonly vpcs: readonly ReportedVpc[];
  readonly costs: CostsTable;
}

/** Accounts, their stacks and resources, the trust between them, and networks. */
export function EstateMap({ accounts, picture, trust, vpcs, costs }: MapProps) {
  const stacks = accounts.flatMap((account) => account.stacks);
  const resources = stacks.flatMap((stack) => stack.resources);
  const services = [...new Set(resources.map(({ service }) => service))].sort();
  const environments = [...new Set(stacks.flatMap(({ environment }) => environment ?? []))];
  return (
    <Panel
      id="map"
      title="Map"
      intro={`${counted(accounts.length, "account")}, ${counted(stacks.length, "stack")}, ${counted(resources.length, "resource")}. An arrow leads from an identity to a role of another account that it can assume, with the conditions. Select a stack to see its resources.`}
    >
      <Picture name="Map of accounts and stacks" svg={picture} />
      <h3 id="stacks">Stacks and resources</h3>
      <Filters
        panel="map"
        choices={{ environment: [...environments, ACCOUNT_WIDE], service: services }}
        placeholder="name, address, type, value"
      />
      {accounts.map((account) => (
        <Account account={account} />
      ))}
      <Trust accounts={accounts} trust={trust} />
      <h3 id="networks">Networks</h3>
      <p class="legend">
        Each bar is the address space of a VPC, to scale: <span class="key public">public subnet</span>{" "}
        <span class="key private">private subnet</span> <span class="key free">free</span>
      </p>
      {vpcs.map((vpc) => (
        <Vpc vpc={vpc} />
      ))}
      <Costs costs={costs} />
    </Panel>
  );
}

function Account({ account: { id, name, kind, stacks } }: { readonly account: ReportedAccount }) {
  return (
    <div class="group" id={accountAnchor(name)} data-group>
      <h4>
        {name} <small>{`${kind} account ${id}`}</small>
      </h4>
      {stacks.map((stack) => (
        <Stack stack={stack} />
      ))}
    </div>
  );
}

function Stack({ stack }: { readonly stack: ReportedStack }) {
  const { id, status, state, region, environments, resources, dependencies } = stack;
  const isPlanned = status !== undefined && status !== "no changes";
  return (
    <details class="stack" id={stackAnchor(id)} data-group data-environment={environments.join("|")}>
      <summary>
        <strong>{id}</strong> <span class="quiet">{counted(resources.length, "resource")}</span>{" "}
        {isPlanned && <Badge kind={status.replaceAll(" ", "-")}>{status}</Badge>} <code class="quiet">{state}</code>
      </summary>
      <p class="quiet">
        {`Region ${region}. `}
        {dependencies.length > 0 && (
          <>
            {"Applied after "}
            {dependencies.map((each, index) => (
              <>
                {index > 0 && ", "}
                <a href={linkTo(stackAnchor(each))}>{each}</a>
              </>
            ))}
            {". "}
          </>
        )}
        {isPlanned && <a href={linkTo(`plan-${id}`)}>What the plan changes here</a>}
      </p>
      {[...groupedBy(resources, ({ service }) => service)].map(([service, each]) => (
        <div class="service" data-group data-service={service}>
          <h5>{service}</h5>
          {each.map((resource) => (
            <Resource resource={resource} />
          ))}
        </div>
      ))}
    </details>
  );
}

/** The script gives it an id, and the style finds it by its place: there are thousands of them on a large page. */
function Resource({ resource: { address, path, attributes } }: { readonly resource: ReportedResource }) {
  return (
    <details>
      <summary>{address}</summary>
      <dl>
        <dt>construct</dt>
        <dd>{path}</dd>
        {attributes.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function Trust({ accounts, trust }: Pick<MapProps, "accounts" | "trust">) {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const nameOf = (id: string) => names.get(id) ?? id;
  return (
    <>
      <h3 id="trust">Trust between accounts</h3>
      <Table
        name="Trust between accounts"
        head={["from account", "identities", "can assume", "in account", "conditions"]}
        rows={trust.map(({ fromAccount, from, role, toAccount, conditions }) => [
          nameOf(fromAccount),
          from.join(", "),
          role,
          nameOf(toAccount),
          conditions.join(", ") || "none",
        ])}
      />
    </>
  );
}

function Costs({ costs: { head, rows, total, byUse, unknown } }: Pick<MapProps, "costs">) {
  const linked = rows.map(([environment, stack = "", ...rest]) => [
    environment,
    environment === "" ? <a href={linkTo(stackAnchor(stack))}>{stack}</a> : stack,
    ...rest,
  ]);
  const besides = [
    ["By use, not in the sum:", byUse],
    ["Unknown, not in the sum:", unknown],
  ] as const;
  return (
    <>
      <h3 id="costs">Costs</h3>
      <p>{total}</p>
      <Table name="Costs" head={head} rows={linked} />
      {besides.map(
        ([title, lines]) =>
          lines.length > 0 && (
            <>
              <p>{title}</p>
              <ul>
                {lines.map((line) => (
                  <li>{line}</li>
                ))}
              </ul>
            </>
          ),
      )}
    </>
  );
}

function Vpc({ vpc }: { readonly vpc: ReportedVpc }) {
  const { stack, name, cidr, subnets, overlapsWith } = vpc;
  const zones = [...new Set(subnets.map(({ zone }) => zone))].sort();
  const tiers = [true, false].filter((isPublic) => subnets.some((subnet) => subnet.isPublic === isPublic));
  return (
    <figure class="vpc">
      <figcaption>
        <a href={linkTo(stackAnchor(stack))}>{name}</a> <code>{cidr}</code> <span class="quiet">{stack}</span>
      </figcaption>
      <svg class="bar" width="100%" height="44" role="img" aria-label={`${name}: ${barText(vpc)}`}>
        <rect class="free" width="100%" height="44" />
        {subnets.map((subnet) => (
          <Subnet subnet={subnet} />
        ))}
      </svg>
      <Table
        name={`Subnets of ${name}`}
        head={["tier", ...zones]}
        rows={tiers.map((isPublic) => [
          isPublic ? "public" : "private",
          ...zones.map((zone) => {
            const found = subnets.filter((subnet) => subnet.zone === zone && subnet.isPublic === isPublic);
            return found.map((subnet) => subnet.cidr).join(", ") || <Badge kind="warn">no subnet</Badge>;
          }),
        ])}
      />
      {overlapsWith.length > 0 && (
        <p class="quiet">{`Same addresses as ${overlapsWith.join(", ")}: these VPCs cannot be connected to each other.`}</p>
      )}
    </figure>
  );
}

/** Widths are shares, so that the bar is to scale at any width, and texts keep their size. */
function Subnet({ subnet: { cidr, zone, isPublic, start, size } }: { readonly subnet: ReportedSubnet }) {
  const [x, width] = [`${(start * 100).toFixed(4)}%`, `${(size * 100).toFixed(4)}%`];
  return (
    <svg x={x} width={width} height="44">
      <title>{`${isPublic ? "public" : "private"} ${cidr} ${zone}`}</title>
      <rect class={isPublic ? "public" : "private"} width="100%" height="44" />
      <text x="50%" y="27" text-anchor="middle">
        {size > 0.2 ? cidr : size > 0.03 ? zone.slice(-1) : ""}
      </text>
    </svg>
  );
}

function barText({ subnets }: ReportedVpc): string {
  const used = subnets.reduce((sum, { size }) => sum + size, 0);
  const count = (isPublic: boolean) => subnets.filter((subnet) => subnet.isPublic === isPublic).length;
  return `${counted(count(true), "public subnet")}, ${counted(count(false), "private subnet")}, ${String(Math.round((1 - used) * 100))} % free`;
}
