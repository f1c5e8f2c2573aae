"""Scheduling policies: create, describe, update, delete, list."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fakebatch.batch import fair_share
from fakebatch.batch.describing import select
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_queues as queue_errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.errors import scheduling_policies as errors
from fakebatch.batch.state import SchedulingPolicy
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ARN = re.compile(r"arn:[^:]+:batch:[^:]+:[^:]+:scheduling-policy/.+")
# The reference's sources disagree on hyphen and underscore (its appendix C): both are taken.
_SHARE = re.compile(r"[A-Za-z0-9_-]{1,255}\*?")
_MAX_SHARES = 500
_MAX_DECAY_S = 604_800
_MAX_RESERVATION = 99
_LEAST_WEIGHT, _MOST_WEIGHT = 0.0001, 999.9999
_MAX_DESCRIBED = 100


def create_scheduling_policy(service: Service, request: Structure) -> Structure:
    """Make a policy; with neither kind given it is one of fair share. It is there at once.

    Raises:
        ClientException: a rule of reference §12.2 or §12.4 is broken; the order of the rules is assumed.
    """
    name = request["name"]
    refuse_if(not _NAME.fullmatch(name), errors.POLICY_NAME)
    _check_policy(request)
    check_tags(request.get("tags", {}))
    refuse_if(name in service.scheduling_policies, shared.OBJECT_EXISTS)
    quota_share = request.get("quotaSharePolicy")
    policy = SchedulingPolicy(
        name=name,
        arn=service.arn(f"scheduling-policy/{name}"),
        tags=request.get("tags", {}),
        fairshare=_completed(request.get("fairsharePolicy", {})) if quota_share is None else None,
        quota_share=quota_share,
    )
    service.scheduling_policies[name] = policy
    return {"name": name, "arn": policy.arn}


def describe_scheduling_policies(service: Service, request: Structure) -> Structure:
    """Up to 100 policies by ARN, in the order of the request (assumed); unknown ones are left out.

    An empty list finds nothing: assumed, since the list is required.
    """
    arns = request["arns"]
    refuse_if(len(arns) > _MAX_DESCRIBED, shared.too_many_names("arns"))
    found = (find_scheduling_policy(service, arn) for arn in dict.fromkeys(arns))
    return {"schedulingPolicies": [_describe(policy) for policy in found if policy is not None]}


def update_scheduling_policy(service: Service, request: Structure) -> Structure:
    """Replace what a policy says, for all of its queues and from now on.

    What isn't given becomes the default: assumed. A request without either kind changes nothing: assumed.

    Raises:
        ClientException: no such policy, one of the other kind, or a rule of reference §12.2 or §12.4.
    """
    policy = _get(service, request["arn"])
    _check_policy(request)
    other = "quotaSharePolicy" if policy.quota_share is None else "fairsharePolicy"
    refuse_if(other in request, errors.POLICY_KIND)
    if "quotaSharePolicy" in request:
        policy.quota_share = request["quotaSharePolicy"]
    elif "fairsharePolicy" in request:
        for queue in service.job_queues.values():
            if queue.scheduling_policy is policy:
                fair_share.settle_queue(queue, service.sim.now_ns)
        policy.fairshare = _completed(request["fairsharePolicy"])
    return {}


def delete_scheduling_policy(service: Service, request: Structure) -> Structure:
    """Delete a policy that no queue has; one that is DELETING still counts (assumed).

    Raises:
        ClientException: no such policy (assumed), or one in use.
    """
    policy = _get(service, request["arn"])
    in_use = any(queue.scheduling_policy is policy for queue in service.job_queues.values())
    refuse_if(in_use, errors.POLICY_IN_USE)
    del service.scheduling_policies[policy.name]
    return {}


def list_scheduling_policies(service: Service, request: Structure) -> Structure:
    """ARNs of all policies in pages of up to 100, in the order of creation (assumed).

    Raises:
        ClientException: maxResults out of 1..100, or a token that this operation has not given out.
    """
    policies, token = select(
        "ListSchedulingPolicies",
        "arns",
        request,
        service.scheduling_policies,
        lambda arn: find_scheduling_policy(service, arn),
    )
    listed: Structure = {"schedulingPolicies": [{"arn": policy.arn} for policy in policies]}
    return {**listed, "nextToken": token} if token else listed


def find_scheduling_policy(service: Service, arn: str) -> SchedulingPolicy | None:
    """The policy of a full ARN of this place, or None."""
    policy = service.scheduling_policies.get(arn.rpartition("/")[2])
    return policy if policy and policy.arn == arn else None


def check_arn(arn: str) -> None:
    """Hold the schedulingPolicyArn of a queue against its form.

    Raises:
        ClientException: it is no ARN of a scheduling policy, such as the empty one that would remove it.
    """
    refuse_if(not _ARN.fullmatch(arn), queue_errors.JQ_POLICY_ARN)


def policy_for(service: Service, arn: str, queue_type: str) -> SchedulingPolicy:
    """The policy that a queue of a type is to have.

    Raises:
        ClientException: no such policy, or one of quota shares on a queue that can't have them.
    """
    check_arn(arn)
    policy = _get(service, arn)
    quotas = policy.quota_share is not None
    refuse_if(quotas and queue_type != "SAGEMAKER_TRAINING", queue_errors.JQ_QUOTA_POLICY)
    return policy


def check_share_identifier(identifier: str) -> None:
    """Hold the share of a job, or an entry of a policy, against the pattern.

    Raises:
        ClientException: it is broken.
    """
    refuse_if(not _SHARE.fullmatch(identifier), errors.SHARE_NAME)


def _get(service: Service, arn: str) -> SchedulingPolicy:
    policy = find_scheduling_policy(service, arn)
    if policy is None:
        raise ClientException(errors.policy_not_found(arn))
    return policy


def _describe(policy: SchedulingPolicy) -> Structure:
    """A SchedulingPolicyDetail. Source: model."""
    described: Structure = {"name": policy.name, "arn": policy.arn, "tags": policy.tags}
    if policy.quota_share is None:
        return {**described, "fairsharePolicy": policy.fairshare}
    return {**described, "quotaSharePolicy": policy.quota_share}


def _completed(fairshare: Structure) -> Structure:
    """With the defaults filled in, but for weights (assumed; the defaults: API reference)."""
    distribution = [_as_float(entry) for entry in fairshare.get("shareDistribution", [])]
    return {"shareDecaySeconds": 0, "computeReservation": 0, **fairshare, "shareDistribution": distribution}


def _as_float(entry: Structure) -> Structure:
    """A weight given as 1 is shown as 1.0."""
    return {**entry, "weightFactor": float(entry["weightFactor"])} if "weightFactor" in entry else entry


def _check_policy(request: Structure) -> None:
    refuse_if("fairsharePolicy" in request and "quotaSharePolicy" in request, errors.POLICY_BOTH)
    strategy = request.get("quotaSharePolicy", {}).get("idleResourceAssignmentStrategy", "FIFO")
    refuse_if(strategy != "FIFO", errors.IDLE_STRATEGY)
    fairshare = request.get("fairsharePolicy", {})
    refuse_if(not 0 <= fairshare.get("shareDecaySeconds", 0) <= _MAX_DECAY_S, errors.SHARE_DECAY)
    refuse_if(not 0 <= fairshare.get("computeReservation", 0) <= _MAX_RESERVATION, errors.COMPUTE_RESERVATION)
    _check_distribution(fairshare.get("shareDistribution", []))


def _check_distribution(distribution: list[Structure]) -> None:
    refuse_if(len(distribution) > _MAX_SHARES, errors.SHARES_MAX)
    for entry in distribution:
        check_share_identifier(entry["shareIdentifier"])
        weight = entry.get("weightFactor", fair_share.DEFAULT_WEIGHT)
        refuse_if(not _LEAST_WEIGHT <= weight <= _MOST_WEIGHT, errors.WEIGHT)
    names = [entry["shareIdentifier"] for entry in distribution]
    refuse_if(len(set(names)) < len(names), errors.SHARE_TWICE)
    # A prefix sorts right before what it fits.
    for first, second in pairwise(sorted(names, key=lambda name: (name.rstrip("*"), "*" not in name))):
        if first.endswith("*") and second.startswith(first[:-1]):
            raise ClientException(errors.overlapping_shares(second, first))
