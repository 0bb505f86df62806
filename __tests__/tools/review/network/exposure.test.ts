import { created, destroyed, replaced, unchanged, updated } from "../support/plans";
import { opened } from "../support/opened";

describe("exposed resources", () => {
  test.each([
    ["aws_subnet.a", { map_public_ip_on_launch: false }, { map_public_ip_on_launch: true }],
    ["aws_db_instance.a", { publicly_accessible: false }, { publicly_accessible: true }],
    ["aws_rds_cluster_instance.a", { publicly_accessible: false }, { publicly_accessible: true }],
    ["aws_lb.a", { internal: true }, { internal: false }],
    ["aws_lambda_function_url.a", { authorization_type: "AWS_IAM" }, { authorization_type: "NONE" }],
    ["aws_s3_bucket_acl.a", { acl: "private" }, { acl: "public-read" }],
    [
      "aws_eks_cluster.a",
      { vpc_config: [{ endpoint_public_access: false }] },
      { vpc_config: [{ endpoint_public_access: true }] },
    ],
    ["aws_instance.a", { vpc_security_group_ids: ["sg-1"] }, { vpc_security_group_ids: ["sg-1", "sg-2"] }],
    ["aws_s3_bucket_public_access_block.a", { block_public_acls: true }, { block_public_acls: false }],
    ["aws_s3_account_public_access_block.a", { restrict_public_buckets: true }, { restrict_public_buckets: null }],
  ])("%s", (address, closed, open) => {
    expect(opened(updated(address, closed, open))).toHaveLength(1);
    expect(opened(replaced(address, closed, open))).toHaveLength(1);
    expect(opened(updated(address, open, closed))).toEqual([]);
    expect(opened(updated(address, open, { ...open, tags: { a: "b" } }))).toEqual([]);
    expect(opened(unchanged(address, open))).toEqual([]);
  });

  test("a resource that is created exposed", () => {
    expect(opened(created("aws_db_instance.a", { publicly_accessible: true }))).toEqual(["gets a public address"]);
    expect(opened(created("aws_lb.a", { internal: false }))).toHaveLength(1);
    expect(opened(created("aws_lb.a", {}, { after_unknown: { internal: true }, written: { name: true } }))).toEqual([]);
  });

  test("an imported database that has a public address, and keeps it", () => {
    const [address, importing] = ["aws_db_instance.a", { id: "studies" }];
    const [open, closed] = [{ publicly_accessible: true }, { publicly_accessible: false }];
    const kept = ["has a public address, and keeps it"];
    expect(opened(unchanged(address, open, { importing }))).toEqual(kept);
    expect(opened(updated(address, open, { ...open, tags: {} }, { importing }))).toEqual(kept);
    expect(opened(updated(address, open, closed, { importing }))).toEqual([]);
    expect(opened(unchanged(address, closed, { importing }))).toEqual([]);
  });

  test("an unknown value that the code sets", () => {
    const wish = { after_unknown: { publicly_accessible: true }, written: { publicly_accessible: true } } as const;
    expect(opened(updated("aws_db_instance.a", { publicly_accessible: false }, {}, wish))).toEqual([
      "gets a public address, depending on publicly_accessible (known after apply)",
    ]);
  });

  test("a bucket's public access block that is removed or weaker than the AWS default", () => {
    const block = {
      bucket: "b",
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    };
    const address = "aws_s3_bucket_public_access_block.a";
    expect(opened(destroyed(address, block))).toEqual(["removes the public access block of the bucket"]);
    expect(opened(destroyed(address, block), destroyed("aws_s3_bucket.b", { bucket: "b" }))).toEqual([]);
    expect(opened(created(address, block))).toEqual([]);
    expect(opened(created(address, { ...block, block_public_policy: false }))).toHaveLength(1);
    expect(opened(created("aws_s3_account_public_access_block.a", { ...block, block_public_policy: false }))).toEqual(
      [],
    );
  });

  test("networks that are added to a prefix list", () => {
    const list = (...cidrs: string[]) => ({ id: "pl-1", entry: cidrs.map((cidr) => ({ cidr })) });
    const address = "aws_ec2_managed_prefix_list.l";
    expect(opened(updated(address, list("10.0.0.0/8"), list("10.0.0.0/9", "10.128.0.0/9", "12.0.0.0/8")))).toEqual([
      `adds 12.0.0.0/8 to the prefix list ${address}`,
    ]);
    expect(opened(unchanged(address, list("10.0.0.0/8")), created("aws_ec2_managed_prefix_list_entry.e", { prefix_list_id: "pl-1", cidr: "10.1.0.0/16" }))).toEqual([]); // prettier-ignore
  });
});
