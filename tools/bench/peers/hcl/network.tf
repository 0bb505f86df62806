# The stack dev-network of the example estate, as a person would write it in HCL.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  backend "s3" {
    bucket              = "222222222222-galileo-terraform-state"
    key                 = "dev/network.tfstate"
    region              = "eu-west-1"
    encrypt             = true
    use_lockfile        = true
    allowed_account_ids = ["222222222222"]
  }
}

locals {
  name = "dev-irl-galileo"

  private = {
    "eu-west-1a" = "10.0.8.0/24"
    "eu-west-1b" = "10.0.9.0/24"
  }

  public = {
    "eu-west-1a" = "10.0.0.0/24"
    "eu-west-1b" = "10.0.1.0/24"
  }
}

provider "aws" {
  region                 = "eu-west-1"
  allowed_account_ids    = ["222222222222"]
  skip_region_validation = true

  default_tags {
    tags = {
      Account     = "dev"
      ChargeCode  = "platform-0001"
      Environment = "dev"
      ManagedBy   = "cdktf"
      Solution    = "galileo"
      Stack       = "dev-network"
    }
  }
}

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/20"
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = "${local.name}-vpc" }
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id

  ingress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }

  egress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }

  tags = { Name = "${local.name}-vpc-default" }

  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_security_group" "this" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []

  tags = { Name = "${local.name}-vpc-default-unused" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.name}-vpc" }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.eu-west-1.s3"
  vpc_endpoint_type = "Gateway"

  tags = { Name = "${local.name}-vpc-s3" }
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${local.name}-vpc-private-${each.key}" }
}

resource "aws_route_table" "private" {
  for_each = local.private

  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.name}-vpc-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = local.private

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_vpc_endpoint_route_table_association" "private" {
  for_each = local.private

  route_table_id  = aws_route_table.private[each.key].id
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
}

resource "aws_subnet" "public" {
  for_each = local.public

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${local.name}-vpc-public-${each.key}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.name}-vpc-public" }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = local.public

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_vpc_endpoint_route_table_association" "public" {
  route_table_id  = aws_route_table.public.id
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
}

resource "aws_security_group" "default" {
  name        = "${local.name}-default"
  description = "Attached unless opted out of in ${local.name}"
  vpc_id      = aws_vpc.this.id
  ingress     = []

  tags = {
    ChargeCode = "platform-0001"
    Name       = "${local.name}-default"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "web" {
  name        = "${local.name}-web"
  description = "web in ${local.name}"
  vpc_id      = aws_vpc.this.id

  ingress {
    description = "TCP 443 from 10.0.0.0/20"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/20"]
  }

  tags = {
    ChargeCode = "web-0003"
    Name       = "${local.name}-web"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "web_to_database" {
  security_group_id = aws_security_group.web.id
  description       = "TCP 5432 to 10.0.8.0/23"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.0.8.0/23"
}

output "vpc_id" {
  description = "The VPC"
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "The private subnets, in the order of their zones"
  value       = [for zone in sort(keys(local.private)) : aws_subnet.private[zone].id]
}

output "public_subnet_ids" {
  description = "The public subnets, in the order of their zones"
  value       = [for zone in sort(keys(local.public)) : aws_subnet.public[zone].id]
}

output "security_group_ids" {
  description = "The security groups, by name"
  value       = { default = aws_security_group.default.id, web = aws_security_group.web.id }
}
