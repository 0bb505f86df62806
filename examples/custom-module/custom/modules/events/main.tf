variable "name" {
  type = string
}

resource "aws_sqs_queue" "events" {
  name                    = var.name
  sqs_managed_sse_enabled = true
}

output "queue_arn" {
  value = aws_sqs_queue.events.arn
}
