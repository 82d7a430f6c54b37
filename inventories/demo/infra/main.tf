terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}

provider "aws" {
  region = "eu-west-3"
}

locals {
  service = "tiers-payant"
}

resource "aws_kms_key" "claims" {
  description         = "Claims at rest"
  enable_key_rotation = true
}

# Claims, with the payer's own key.
resource "aws_ebs_volume" "claims" {
  availability_zone = "eu-west-3a"
  size              = 400
  encrypted         = true
  kms_key_id        = aws_kms_key.claims.arn
  tags              = { Name = "${local.service}-claims" }
}

# Scanned invoices, left behind by the first migration.
resource "aws_ebs_volume" "invoices" {
  availability_zone = "eu-west-3a"
  size              = 1200
  encrypted         = false
  tags              = { Name = "${local.service}-invoices" }
}

module "claims" {
  source      = "./modules/claims_db"
  name        = "claims"
  kms_key_arn = aws_kms_key.claims.arn
  password    = "Soleil2019!" # planted for the demonstration
}

resource "aws_db_instance" "reporting" {
  identifier          = "reporting"
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  allocated_storage   = 50
  storage_encrypted   = var.reporting_encrypted
  username            = "reporting"
  password            = var.reporting_password
  publicly_accessible = false
}

resource "aws_s3_bucket" "claims_backup" {
  bucket = "tiers-payant-claims-backup"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "claims_backup" {
  bucket = aws_s3_bucket.claims_backup.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.claims.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "claims_backup" {
  bucket                  = aws_s3_bucket.claims_backup.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "forms" {
  bucket = "tiers-payant-forms"
}

resource "aws_s3_bucket_acl" "forms" {
  bucket = aws_s3_bucket.forms.id
  acl    = "public-read"
}

resource "aws_security_group" "database" {
  name = "${local.service}-database"

  ingress {
    description = "Reporting tool, opened for a supplier"
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "Session cache"
    from_port   = 6379
    to_port     = 6379
    protocol    = "tcp"
    cidr_blocks = ["10.20.0.0/16"]
  }
}
