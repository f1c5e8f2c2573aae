"""Labels, annotations and namespace of a pod.

Source: API reference, EksMetadata; the texts were measured.
"""

from __future__ import annotations

import re

from fakebatch.batch.errors import eks as errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.errors.compute_environments import CE_NAMESPACE, CE_NAMESPACE_LENGTH
from fakebatch.batch.state import Structure

MAX_NAMESPACE = 63
MAX_ANNOTATION = 255

_RESERVED = ("kubernetes.io", "k8s.io", "batch.amazonaws.com")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MAX_SUBDOMAIN = 253


def check_metadata(metadata: Structure) -> None:
    """Refuse keys, values and namespaces that Batch would not take.

    Raises:
        ClientException: with Batch's text.
    """
    for key, value in metadata.get("labels", {}).items():
        _check_key("label", key)
        # Kubernetes takes an empty one; that Batch does is assumed.
        refuse_if(value and not _NAME.fullmatch(value), errors.label_value(value))
    for key, value in metadata.get("annotations", {}).items():
        _check_key("annotation", key)
        refuse_if(len(value) > MAX_ANNOTATION, errors.annotation_value(value))
    if "namespace" in metadata:
        _check_namespace(metadata["namespace"])


def is_subdomain(name: str) -> bool:
    """Whether Kubernetes takes it as a DNS subdomain name."""
    return len(name) <= _MAX_SUBDOMAIN and _SUBDOMAIN.fullmatch(name) is not None


def _check_key(kind: str, key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    if slash:
        # Measured for one of the terms; that a prefix which contains one is refused, the text says.
        refuse_if(any(term in prefix for term in _RESERVED), errors.reserved_prefix(kind, prefix))
        refuse_if(not is_subdomain(prefix), errors.key_prefix(kind, prefix))
    refuse_if(not _NAME.fullmatch(name), errors.key_name(kind, name))


def _check_namespace(namespace: str) -> None:
    """The texts for length and pattern are those of compute environments: assumed."""
    refuse_if(len(namespace) > MAX_NAMESPACE, CE_NAMESPACE_LENGTH)
    refuse_if(not _NAMESPACE.fullmatch(namespace), CE_NAMESPACE)
    refuse_if(namespace == "default", errors.NAMESPACE_DEFAULT)
    refuse_if(namespace.startswith("kube"), errors.NAMESPACE_RESERVED)
