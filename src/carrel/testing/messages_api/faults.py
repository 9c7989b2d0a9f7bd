"""The directives that make an answer go wrong."""

from __future__ import annotations

from carrel.testing.messages_api.model import Break, Failure, Fault, Hang

FAR_FUTURE = 4_102_444_800
ERROR_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def fault(word: str, numbers: list[int]) -> Fault | None:
    """Read one fault directive; None if `word` is not one or its numbers do not fit."""
    match word, numbers:
        case "HANG", [] | [_]:
            return Hang(*numbers)
        case "CUT", [] | [_]:
            return Break("cut", *numbers)
        case "STALL", [] | [_]:
            return Break("stall", *numbers)
        case "SSEERR", [] | [_]:
            return Break("error", *(numbers or [1]))
        case "ERR", [status] | [status, _] | [status, _, _] if status in range(400, 600):
            return _error(*numbers)
        case "RATELIMIT", [] | [_]:
            return rate_limited(*numbers)
        case _:
            return None


def rate_limited(reset: int = FAR_FUTURE) -> Failure:
    """The 429 of a used-up subscription window; `reset` is in seconds since 1970."""
    unified = "anthropic-ratelimit-unified"
    headers = {
        f"{unified}-status": "rejected",
        f"{unified}-reset": str(reset),
        f"{unified}-representative-claim": "five_hour",
        f"{unified}-5h-status": "rejected",
        f"{unified}-5h-reset": str(reset),
        f"{unified}-5h-utilization": "1.0",
        f"{unified}-overage-status": "rejected",
        f"{unified}-overage-disabled-reason": "org_level_disabled",
    }
    message = "This request would exceed your rate limit."
    return Failure(429, "rate_limit_error", message, headers=tuple(headers.items()))


def _error(status: int, times: int = 0, wait_s: int | None = None) -> Failure:
    headers = () if wait_s is None else (("retry-after", str(wait_s)),)
    kind = ERROR_KINDS.get(status, "api_error")
    return Failure(status, kind, f"ERR {status}", times, headers)
