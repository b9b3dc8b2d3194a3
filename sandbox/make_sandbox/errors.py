"""Make's errors: `{"message", "code", "detail"?, "suberrors"?, "metadata"?, "status"?}`.

Statuses, codes and texts are those that Make documents or that were seen on real accounts. Where only the text is
known, the function says so.
"""

from __future__ import annotations

from typing import Any, cast


class MakeError(Exception):
    """Make refuses a request. Raised anywhere below a handler; the door turns it into the answer."""

    def __init__(self, status: int, code: str | None, message: str, /, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        known = {"message": message} if code is None else {"message": message, "code": code}
        self.body: dict[str, Any] = {key: value for key, value in more.items() if value is not None} | known


def invalid_parameters(problems: list[str]) -> MakeError:
    """400: a field of the path, the query or the body is missing or of the wrong type."""
    detail = [f"Validation failed for {len(problems)} parameter(s).", *problems]
    return MakeError(400, "SC400", "Invalid input parameters", detail=detail)


def invalid_parameter(name: str, why: str = "Invalid value in parameter") -> MakeError:
    return invalid_parameters([f"{why} '{name}'."])


def missing_parameter(name: str) -> MakeError:
    return invalid_parameter(name, "Missing value of required parameter")


def not_logged_in() -> MakeError:
    """401. Make uses IM015 for a request without a valid token; the text is not documented."""
    return MakeError(401, "IM015", "Unauthorized", detail="Access denied.")


def permission_denied() -> MakeError:
    """403: not yours, or not there.

    Make checks the rights before it looks for the thing, and rights hang on the team. So a number of which no team
    of yours knows anything gets this answer, whether the thing exists elsewhere or nowhere.
    """
    return MakeError(403, "SC403", "Permission denied", detail="Access denied.")


def administrators_only() -> MakeError:
    """403 for every path below `/admin` (measured)."""
    return MakeError(403, "IM121", "VPN access only", detail="Access denied.")


def insufficient_rights(detail: str) -> MakeError:
    return MakeError(403, "IM002", "Insufficient rights", detail=detail)


def not_found(detail: str = "Not found.") -> MakeError:
    """404: a path that does not exist, or a thing that hangs on no team (notification, incomplete execution)."""
    return MakeError(404, "SC404", "Not Found", detail=detail)


def connection_not_found(kind: str, connection_id: object) -> MakeError:
    """404 while a blueprint is stored. Nothing is created then (measured on a real account)."""
    return MakeError(404, "IM304", "Account doesn't exist", detail=f"Connection not found '{kind}:{connection_id}'.")


def module_not_found(module: str, version: object) -> MakeError:
    return MakeError(400, "IM007", "Invalid blueprint", detail=f"Module not found '{module}' version '{version}'.")


def invalid_input(message: str, detail: str | None = None) -> MakeError:
    return MakeError(400, "IM005", message, detail=detail)


def invalid_inputs_of_run(problems: list[str]) -> MakeError:
    """400: the `data` of a run does not fit the scenario's inputs. Each problem is a suberror."""
    suberrors = [{"message": problem} for problem in problems]
    return MakeError(400, "IM005", f"Validation failed for {len(problems)} parameter(s).", suberrors=suberrors)


def invalid_record(problems: list[str]) -> MakeError:
    """400: a record does not fit the structure of its data store. Neither code nor form is documented."""
    return invalid_inputs_of_run(problems)


def invalid_interval() -> MakeError:
    return MakeError(400, "IM008", "Invalid interval")


def storage_full() -> MakeError:
    return MakeError(400, "IM003", "Not enough space in storage.")


def confirmation_required(metadata: list[dict[str, Any]]) -> MakeError:
    return MakeError(406, "IM004", "Confirmation required.", status=406, metadata=metadata)


def inputs_need_on_demand() -> MakeError:
    return MakeError(422, "IM016", "Scenario inputs can be used only with on-demand scheduling.")


def not_activated() -> MakeError:
    return MakeError(422, "IM325", "Scenario is not activated")


def wrong_state(message: str) -> MakeError:
    """422. The texts of these refusals are known from Make's own telemetry, their status and code are not."""
    return MakeError(422, "SC422", message)


def not_in_the_plan() -> MakeError:
    """402: the organization's plan has no such thing (measured for audit logs). The texts are not documented."""
    return MakeError(402, "SC402", "Payment required", detail="The organization's plan does not include this feature.")


def refused_by_third_party(message: str) -> MakeError:
    """424: the service behind a connection refused (measured)."""
    suberrors = [{"message": message, "name": "RuntimeError"}]
    text = "The request failed due to failure of a previous request."
    return MakeError(424, "SC424", text, suberrors=suberrors)


def too_many_requests() -> MakeError:
    """429: waiting until the minute is over helps. Make's text, without a code."""
    return MakeError(429, None, "Requests limit for organization exceeded, please try again later.")


def answer_too_large() -> MakeError:
    """413: more than the request's `maxBytes`. Its text is not documented."""
    return MakeError(413, "SC413", "Payload Too Large", detail="The response is larger than the parameter 'maxBytes'.")


def paused() -> MakeError:
    """429, but waiting does not help: somebody paused the organization."""
    return MakeError(429, "IM310", "Organization is paused.")


def too_large() -> MakeError:
    return MakeError(400, "SC400", "request entity too large")


def unexplained() -> MakeError:
    """500, bare: what Make answers to a blueprint without a name (measured)."""
    return MakeError(500, None, "Internal Server Error")


def maton(status: int, message: str) -> MakeError:
    """A refusal of the gateway itself. Its statuses are documented, the form of its bodies is not."""
    return MakeError(status, None, message)


def as_maton(refusal: MakeError) -> MakeError:
    """A refusal in the form of the gateway's own: what Make says in a list stands in one sentence."""
    detail = refusal.body.get("detail")
    if not isinstance(detail, list):
        return refusal
    return maton(refusal.status, " ".join(cast("list[str]", detail)[1:]))
