"""Reading OpenMetrics 1.0 by Prometheus's own parser: https://prometheus.io/docs/specs/om/open_metrics_spec/"""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client.openmetrics.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


@dataclass
class Family:
    """
    Attributes:
        kind: "counter", "gauge", "info".
        samples: by name, and what stands in braces.
    """

    kind: str
    help: str
    unit: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)


def families_of(text: str) -> dict[str, Family]:
    """
    Raises:
        ValueError: it is no exposition.
    """
    found: dict[str, Family] = {}
    for metric in text_string_to_metric_families(text):
        assert metric.name not in found, f"{metric.name} in two places"
        its = Family(metric.type, metric.documentation, metric.unit)
        for sample in metric.samples:
            its.samples[sample.name, frozenset(sample.labels.items())] = sample.value
        found[metric.name] = its
    return found
