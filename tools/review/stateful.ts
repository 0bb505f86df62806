import type { PlannedResource } from "./planned-resource";
import type { Finding } from "./review";

const DATABASE = "the database, and all data in it";
const SNAPSHOT = "the snapshot";
const USERS = "the users and their passwords";
/** The clusters and their data stay, each alone. */
const REPLICATION = "the replication to other regions: a cluster that left it cannot join again with its data";
const ADDRESSES = "the public addresses: other ones are given";
const NUMBER = "the telephone number: another one is given";
const LINE = "the connection: another one must be ordered and wired again";
const CREATED = "the stack, and everything that it created";

/**
 * Resource types whose content another apply cannot restore: data, encryption keys, ids that others store (a hosted
 * zone's name servers, an account), and audit records; with what is lost. The list follows the user guides of the
 * services: deletion is final, or only a backup restores the content. Terraform recreates all other types completely.
 *
 * A type that is missing here is destroyed without a question: add the type of each new resource that stores something.
 */
export const STATEFUL_TYPES: Readonly<Record<string, string>> = {
  // Databases
  aws_db_instance: DATABASE,
  aws_rds_cluster: DATABASE,
  aws_rds_global_cluster: REPLICATION,
  aws_docdb_global_cluster: REPLICATION,
  aws_neptune_global_cluster: REPLICATION,
  aws_rds_shard_group: DATABASE,
  aws_dsql_cluster: DATABASE,
  aws_docdb_cluster: DATABASE,
  aws_docdbelastic_cluster: DATABASE,
  aws_neptune_cluster: DATABASE,
  aws_neptunegraph_graph: DATABASE,
  aws_simpledb_domain: DATABASE,
  aws_finspace_kx_cluster: DATABASE,
  aws_finspace_kx_database: DATABASE,
  aws_finspace_kx_environment: "the environment, and all data in it",
  aws_redshift_cluster: "the warehouse, and all data in it",
  aws_redshiftserverless_namespace: "the warehouse, and all data in it",
  aws_dynamodb_table: "the table, and all its items",
  aws_dynamodb_global_table: "the table, and all its items",
  aws_keyspaces_keyspace: "the keyspace, and its tables",
  aws_keyspaces_table: "the table, and all its rows",
  aws_timestreamwrite_database: DATABASE,
  aws_timestreamwrite_table: "the table, and all its records",
  aws_timestreaminfluxdb_db_instance: DATABASE,
  aws_elasticache_cluster: "the cache, and what is in it",
  aws_elasticache_replication_group: "the cache, and what is in it",
  aws_elasticache_serverless_cache: "the cache, and what is in it",
  aws_memorydb_cluster: DATABASE,
  aws_opensearch_domain: "the search domain, and its indices",
  aws_elasticsearch_domain: "the search domain, and its indices",
  aws_opensearchserverless_collection: "the collection, and its indices",
  aws_cloudsearch_domain: "the search domain, and its indices",
  aws_kendra_index: "the index, and its documents",
  aws_location_tracker: "the tracker, and its positions",
  aws_location_geofence_collection: "the collection, and its geofences",
  aws_qldb_ledger: "the ledger, and its history",
  // Their copies
  aws_db_snapshot: SNAPSHOT,
  aws_db_snapshot_copy: SNAPSHOT,
  aws_db_cluster_snapshot: SNAPSHOT,
  aws_rds_cluster_snapshot_copy: SNAPSHOT,
  aws_docdb_cluster_snapshot: SNAPSHOT,
  aws_neptune_cluster_snapshot: SNAPSHOT,
  aws_redshift_cluster_snapshot: SNAPSHOT,
  aws_redshiftserverless_snapshot: SNAPSHOT,
  aws_memorydb_snapshot: SNAPSHOT,
  aws_ebs_snapshot: SNAPSHOT,
  aws_ebs_snapshot_copy: SNAPSHOT,
  aws_ebs_snapshot_import: SNAPSHOT,
  aws_fsx_backup: "the backup",
  aws_fsx_openzfs_snapshot: SNAPSHOT,
  aws_kinesisanalyticsv2_application_snapshot: SNAPSHOT,
  aws_ami: "the machine image",
  aws_ami_copy: "the machine image",
  aws_ami_from_instance: "the machine image",
  aws_backup_vault: "the backup vault, and its recovery points",
  aws_backup_logically_air_gapped_vault: "the backup vault, and its recovery points",
  // Files, objects, images
  aws_s3_bucket: "the bucket, and all objects in it",
  aws_s3_directory_bucket: "the bucket, and all objects in it",
  aws_s3tables_table_bucket: "the table bucket, and all tables in it",
  aws_s3tables_table: "the table, and all its rows",
  aws_s3control_bucket: "the bucket, and all objects in it",
  aws_lightsail_bucket: "the bucket, and all objects in it",
  aws_media_store_container: "the container, and all objects in it",
  aws_cloudfront_key_value_store: "the store, and its pairs",
  aws_glacier_vault: "the vault, and its archives",
  aws_ecr_repository: "the repository, and all images in it",
  aws_ecrpublic_repository: "the repository, and all images in it",
  aws_codecatalyst_source_repository: "the repository, and its history",
  aws_codecommit_repository: "the repository, and its history",
  aws_codeartifact_domain: "the domain, and its packages",
  aws_codeartifact_repository: "the repository, and its packages",
  aws_efs_file_system: "the file system, and all files in it",
  aws_fsx_lustre_file_system: "the file system, and all files in it",
  aws_fsx_ontap_file_system: "the file system, and all files in it",
  aws_fsx_ontap_volume: "the volume, and all files in it",
  aws_fsx_openzfs_file_system: "the file system, and all files in it",
  aws_fsx_openzfs_volume: "the volume, and all files in it",
  aws_fsx_windows_file_system: "the file system, and all files in it",
  aws_finspace_kx_volume: "the volume, and all data on it",
  aws_fsx_file_cache: "the cache, and the files that it has not exported",
  aws_cloud9_environment_ec2: "the environment, and its files",
  aws_codecatalyst_dev_environment: "the environment, and its files",
  aws_dataexchange_data_set: "the data set, and its revisions",
  aws_rekognition_collection: "the collection, and its faces",
  aws_storagegateway_cached_iscsi_volume: "the volume, and all data on it",
  aws_storagegateway_stored_iscsi_volume: "the volume, and all data on it",
  aws_ebs_volume: "the volume, and all data on it",
  aws_instance: "the machine, and what is on its disks",
  aws_spot_instance_request: "the machine, and what is on its disks",
  aws_lightsail_instance: "the machine, and what is on its disks",
  aws_emr_cluster: "the cluster, and what is in HDFS",
  aws_eks_cluster: "the cluster, and its Kubernetes objects",
  aws_lightsail_database: DATABASE,
  aws_lightsail_disk: "the disk, and all data on it",
  // Keys and secrets
  aws_kms_key: "the key, and all data it encrypted",
  aws_kms_external_key: "the key, and all data it encrypted",
  aws_kms_replica_key: "the key, and all data it encrypted",
  aws_kms_replica_external_key: "the key, and all data it encrypted",
  aws_paymentcryptography_key: "the key, and all data it encrypted",
  aws_cloudhsm_v2_cluster: "the key store, and its keys",
  aws_secretsmanager_secret: "the secret, and all its versions",
  aws_ssm_parameter: "the parameter, and its history",
  aws_acmpca_certificate_authority: "the certificate authority, and its private key",
  // Streams and queues
  aws_kinesis_video_stream: "the stream, and its recordings",
  aws_kinesis_stream: "the stream, and the records in it",
  aws_msk_cluster: "the cluster, and its topics",
  aws_msk_serverless_cluster: "the cluster, and its topics",
  aws_mq_broker: "the broker, and the messages in it",
  aws_sqs_queue: "the queue, and the messages in it",
  // Records
  aws_cloudwatch_log_group: "the log group, and all logs in it",
  aws_cloudtrail_event_data_store: "the event data store, and its events",
  aws_cloudwatch_event_archive: "the archive, and its events",
  aws_detective_graph: "the behavior graph, and its events",
  aws_guardduty_detector: "the detector, and its findings",
  aws_macie2_account: "the findings, jobs and settings of Macie",
  aws_ssmincidents_replication_set: "all incidents, and everything else in Incident Manager",
  aws_prometheus_workspace: "the workspace, and its metrics",
  aws_grafana_workspace: "the workspace, and its dashboards",
  aws_mwaa_environment: "the environment, its variables, and the history of its runs",
  // Who others know
  aws_organizations_organization: "the organization, and the policies of its accounts",
  aws_organizations_organizational_unit: "the unit, and the policies of its accounts",
  aws_organizations_account: "the account: it leaves the organization, or is closed with all its content",
  aws_cognito_user_pool: USERS,
  aws_cognito_user: "the user, and the password",
  aws_connect_instance: "the contact center, its users and its telephone numbers",
  aws_connect_phone_number: NUMBER,
  aws_pinpointsmsvoicev2_phone_number: NUMBER,
  aws_quicksight_account_subscription: "the subscription, and all dashboards and users in it",
  aws_quicksight_namespace: "the namespace, and its users",
  aws_customerprofiles_domain: "the domain, and its profiles",
  aws_sesv2_contact_list: "the list, and its contacts",
  aws_cognito_identity_pool: "the identities of users",
  aws_identitystore_user: "the user",
  aws_directory_service_directory: "the directory, and its users",
  aws_route53_zone: "the zone: another one has other name servers",
  aws_route53_delegation_set: "the name servers: another set has other ones",
  aws_route53domains_registered_domain: "the registration of the domain",
  aws_route53domains_domain: "the registration of the domain",
  aws_eip: "the public address: another one is given",
  aws_lightsail_static_ip: "the public address: another one is given",
  aws_globalaccelerator_accelerator: ADDRESSES,
  aws_globalaccelerator_custom_routing_accelerator: ADDRESSES,
  aws_vpn_connection: "the connection: another one has other addresses and keys",
  aws_dx_connection: LINE,
  aws_dx_hosted_connection: LINE,
  aws_dx_lag: LINE,
  // What holds resources that no plan shows
  aws_cloudformation_stack: CREATED,
  aws_cloudformation_stack_instances: CREATED,
  aws_cloudformation_stack_set_instance: CREATED,
  aws_serverlessapplicationrepository_cloudformation_stack: CREATED,
  aws_servicecatalog_provisioned_product: "the product, and everything that it created",
  aws_cloudcontrolapi_resource: "the resource, and what is in it",
  aws_elastic_beanstalk_environment: "the environment, and a database that it created",
  // Outside AWS
  aiven_project: "the project, and all its services",
  aiven_opensearch: "the service, and its indices",
  azuread_application: "the application: another one has another client id, which nobody can sign in with yet",
  azuread_service_principal: "the service principal, and who is assigned to it",
  google_project: "the project, and everything in it",
  // Data that is worked on
  aws_glue_catalog_database: "the catalog's database, and its tables",
  aws_bedrock_custom_model: "the trained model",
  aws_datazone_domain: "the domain, and its catalog",
  aws_sagemaker_feature_group: "the feature group, and its records",
  aws_sagemaker_mlflow_tracking_server: "the server, and its experiments",
  aws_sagemaker_domain: "the domain, and its users' files",
  aws_sagemaker_notebook_instance: "the notebook, and its files",
  aws_workspaces_workspace: "the workspace, and its files",
};

/** Arguments of several types that leave a resource in AWS. */
const KEPT = ["skip_destroy", "retain_stack", "retain_stacks", "retain_physical_resources"];

/** Stateful resources that are destroyed, or replaced by empty ones. */
export function dataLossFindings(resources: readonly PlannedResource[]): readonly Finding[] {
  return resources.flatMap(({ address, type, action, before }) => {
    const lost = Object.hasOwn(STATEFUL_TYPES, type) ? STATEFUL_TYPES[type] : undefined;
    if (lost === undefined || (action !== "destroy" && action !== "replace")) return [];
    // Then Terraform only removes it from the state.
    if (KEPT.some((argument) => before.at(argument).isTrue)) return [];
    return [{ address, message: action === "destroy" ? `destroys ${lost}` : `replaces, and so destroys, ${lost}` }];
  });
}
