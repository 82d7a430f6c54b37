variable "reporting_encrypted" {
  description = "Whether the reporting database is encrypted; set by each environment"
  type        = bool
}

variable "reporting_password" {
  type      = string
  sensitive = true
}
