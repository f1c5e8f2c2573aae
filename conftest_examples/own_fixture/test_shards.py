"""What is tested with the team's own fixture."""

import boto3


def run_shards(count):
    """Stands for the code under test."""
    batch = boto3.client("batch", region_name="us-east-1")
    return [
        batch.submit_job(
            jobName=f"shard-{shard}",
            jobQueue="cheap",
            jobDefinition="worker",
            parameters={"shard": str(shard)},
        )["jobId"]
        for shard in range(count)
    ]


def test_command_has_the_shard(cluster):
    (job_id,) = run_shards(1)
    assert cluster.fake.batch.job(job_id).command == ["work", "0"]


def test_one_shard_is_too_big(cluster):
    cluster.out_of_memory("1")
    ids = run_shards(3)
    cluster.fake.run_until_idle()
    assert [cluster.fake.batch.job(job_id).exit_code for job_id in ids] == [0, 137, 0]
