"""The operations of Batch: name, function, and the request members that it understands."""

from __future__ import annotations

from fakebatch.aws.operations import Operation, operation
from fakebatch.batch import (
    compute_environments,
    consumable_resource_listing,
    consumable_resources,
    job_definitions,
    job_queues,
    jobs,
    listing,
    queue_snapshots,
    quota_shares,
    scheduling_policies,
    service_environments,
    service_jobs,
    service_listing,
    tags,
)

OPERATIONS: dict[str, Operation] = {
    "CreateComputeEnvironment": operation(
        compute_environments.create_compute_environment,
        "computeEnvironmentName type state unmanagedvCpus computeResources serviceRole tags eksConfiguration"
        " context ecsSettings",
        wraps=True,
    ),
    "DescribeComputeEnvironments": operation(
        compute_environments.describe_compute_environments,
        "computeEnvironments maxResults nextToken",
        wraps=True,
    ),
    "UpdateComputeEnvironment": operation(
        compute_environments.update_compute_environment,
        "computeEnvironment state unmanagedvCpus computeResources serviceRole updatePolicy context"
        " ecsSettings eksConfiguration",
    ),
    "DeleteComputeEnvironment": operation(
        compute_environments.delete_compute_environment, "computeEnvironment"
    ),
    "CreateJobQueue": operation(
        job_queues.create_job_queue,
        "jobQueueName state schedulingPolicyArn priority computeEnvironmentOrder serviceEnvironmentOrder"
        " jobQueueType tags jobStateTimeLimitActions",
        wraps=True,
    ),
    "DescribeJobQueues": operation(
        job_queues.describe_job_queues, "jobQueues maxResults nextToken", wraps=True
    ),
    "UpdateJobQueue": operation(
        job_queues.update_job_queue,
        "jobQueue state schedulingPolicyArn priority computeEnvironmentOrder serviceEnvironmentOrder"
        " jobStateTimeLimitActions",
    ),
    "DeleteJobQueue": operation(job_queues.delete_job_queue, "jobQueue"),
    "CreateServiceEnvironment": operation(
        service_environments.create_service_environment,
        "serviceEnvironmentName serviceEnvironmentType state capacityLimits tags",
        wraps=True,
    ),
    "DescribeServiceEnvironments": operation(
        service_environments.describe_service_environments,
        "serviceEnvironments maxResults nextToken",
        wraps=True,
    ),
    "UpdateServiceEnvironment": operation(
        service_environments.update_service_environment, "serviceEnvironment state capacityLimits"
    ),
    "DeleteServiceEnvironment": operation(
        service_environments.delete_service_environment, "serviceEnvironment"
    ),
    "GetJobQueueSnapshot": operation(queue_snapshots.get_job_queue_snapshot, "jobQueue"),
    "CreateSchedulingPolicy": operation(
        scheduling_policies.create_scheduling_policy,
        "name quotaSharePolicy fairsharePolicy tags",
        wraps=True,
    ),
    "DescribeSchedulingPolicies": operation(
        scheduling_policies.describe_scheduling_policies, "arns", wraps=True
    ),
    "UpdateSchedulingPolicy": operation(
        scheduling_policies.update_scheduling_policy, "arn quotaSharePolicy fairsharePolicy"
    ),
    "DeleteSchedulingPolicy": operation(scheduling_policies.delete_scheduling_policy, "arn"),
    "ListSchedulingPolicies": operation(
        scheduling_policies.list_scheduling_policies, "maxResults nextToken", wraps=True
    ),
    "CreateQuotaShare": operation(
        quota_shares.create_quota_share,
        "quotaShareName jobQueue capacityLimits resourceSharingConfiguration preemptionConfiguration state"
        " tags",
        wraps=True,
    ),
    "DescribeQuotaShare": operation(quota_shares.describe_quota_share, "quotaShareArn", wraps=True),
    "UpdateQuotaShare": operation(
        quota_shares.update_quota_share,
        "quotaShareArn capacityLimits resourceSharingConfiguration preemptionConfiguration state",
    ),
    "DeleteQuotaShare": operation(quota_shares.delete_quota_share, "quotaShareArn"),
    "ListQuotaShares": operation(quota_shares.list_quota_shares, "jobQueue maxResults nextToken"),
    "CreateConsumableResource": operation(
        consumable_resources.create_consumable_resource,
        "consumableResourceName totalQuantity resourceType tags",
        wraps=True,
    ),
    "DescribeConsumableResource": operation(
        consumable_resources.describe_consumable_resource, "consumableResource", wraps=True
    ),
    "UpdateConsumableResource": operation(
        consumable_resources.update_consumable_resource, "consumableResource operation quantity clientToken"
    ),
    "DeleteConsumableResource": operation(
        consumable_resources.delete_consumable_resource, "consumableResource"
    ),
    "ListConsumableResources": operation(
        consumable_resource_listing.list_consumable_resources, "filters maxResults nextToken"
    ),
    "ListJobsByConsumableResource": operation(
        consumable_resource_listing.list_jobs_by_consumable_resource,
        "consumableResource filters maxResults nextToken",
    ),
    "TagResource": operation(tags.tag_resource, "resourceArn tags"),
    "UntagResource": operation(tags.untag_resource, "resourceArn tagKeys"),
    "ListTagsForResource": operation(tags.list_tags_for_resource, "resourceArn"),
    "RegisterJobDefinition": operation(
        job_definitions.register_job_definition,
        "jobDefinitionName type parameters schedulingPriority containerProperties nodeProperties"
        " retryStrategy propagateTags timeout tags platformCapabilities eksProperties ecsProperties"
        " consumableResourceProperties",
        wraps=True,
    ),
    "DescribeJobDefinitions": operation(
        job_definitions.describe_job_definitions,
        "jobDefinitions maxResults jobDefinitionName status nextToken",
        wraps=True,
    ),
    "DeregisterJobDefinition": operation(job_definitions.deregister_job_definition, "jobDefinition"),
    "CancelJob": operation(jobs.cancel_job, "jobId reason"),
    "CancelJobs": operation(jobs.cancel_jobs, "jobs reason"),
    "DescribeJobs": operation(jobs.describe_jobs, "jobs", wraps=True),
    "ListJobs": operation(
        listing.list_jobs, "jobQueue arrayJobId multiNodeJobId jobStatus maxResults nextToken filters"
    ),
    "SubmitJob": operation(
        jobs.submit_job,
        "jobName jobQueue jobDefinition shareIdentifier schedulingPriorityOverride arrayProperties dependsOn"
        " parameters containerOverrides ecsPropertiesOverride eksPropertiesOverride nodeOverrides"
        " retryStrategy propagateTags timeout tags consumableResourcePropertiesOverride",
    ),
    "SubmitServiceJob": operation(
        service_jobs.submit_service_job,
        "jobName jobQueue retryStrategy schedulingPriority serviceRequestPayload serviceJobType"
        " shareIdentifier quotaShareName preemptionConfiguration timeoutConfig tags clientToken",
    ),
    "DescribeServiceJob": operation(service_jobs.describe_service_job, "jobId"),
    "ListServiceJobs": operation(
        service_listing.list_service_jobs, "jobQueue jobStatus maxResults nextToken filters"
    ),
    "UpdateServiceJob": operation(service_jobs.update_service_job, "jobId schedulingPriority"),
    "TerminateServiceJob": operation(service_jobs.terminate_service_job, "jobId reason"),
    "TerminateServiceJobs": operation(service_jobs.terminate_service_jobs, "jobs reason"),
    "TerminateJob": operation(jobs.terminate_job, "jobId reason"),
    "TerminateJobs": operation(jobs.terminate_jobs, "jobs reason"),
}
