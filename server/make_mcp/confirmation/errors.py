"""Why the gate let a call not through."""


class NotConfirmed(Exception):
    """Raised by the gate, before anything is sent. `reason` is a word for the audit log; the text reaches the model.

    Reasons of a code: no_code, altered, foreign, before_restart, expired, used, other_tool, other_caller,
    other_arguments, store. Of a person: declined, cancelled, wrong_name, no_answer. Of the policy: person_required; of the
    sign-in: scope. Of the target: not_read, after which the code is as good as before.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
