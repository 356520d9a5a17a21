"""URLs of workflows in Temporal's UI."""

from dataclasses import dataclass
from urllib.parse import quote

from config.settings import Settings


@dataclass(frozen=True)
class WorkflowAddresses:
    """`base` is the URL of the UI, without a slash at its end."""

    base: str
    namespace: str

    @classmethod
    def from_settings(cls, settings: Settings) -> "WorkflowAddresses":
        base = settings.temporal_ui_url or f"http://127.0.0.1:{settings.temporal_ui_port}"
        return cls(base.rstrip("/"), settings.temporal_namespace)

    def of(self, workflow_id: str) -> str:
        """The page of a workflow's newest run."""
        return f"{self.base}/namespaces/{quote(self.namespace, safe='')}/workflows/{quote(workflow_id, safe='')}"
