variable "name" { type = string }
variable "kms_key_arn" { type = string }
variable "password" { type = string }

resource "aws_db_instance" "main" {
  identifier        = var.name
  engine            = "postgres"
  instance_class    = "db.r6g.large"
  allocated_storage = 400
  storage_encrypted = true
  kms_key_id        = var.kms_key_arn
  username          = "claims"
  password          = var.password
}
