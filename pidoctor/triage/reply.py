"""The answer to a customer: what happened, the line that shows it, what to do, what to send."""

from __future__ import annotations

from collections.abc import Sequence

from pidoctor.triage.diagnosis import Diagnosis

SEND = (
    "If that does not help, please run `pidoctor report -o report.zip` on the board and send us "
    "that file together with the whole output of the command that failed."
)


def reply(diagnoses: Sequence[Diagnosis]) -> str:
    """A short plain message in Markdown, which reads as plain text as well."""
    first = diagnoses[0]
    if first.cause == "no-problem":
        return f"{first.explanation} {first.fix.text}\n"
    what = f"We cannot name the cause from it. {first.explanation}"
    if first.has_a_cause:
        what = f"{_BEGINNINGS[first.certainty or 'sure']}: {first.explanation}"
    lines = ["Thank you for the log.", "", what]
    if first.evidence:
        shown = first.evidence[0 if first.certainty else -1]
        lines += ["", f"The log shows it in line {shown.line}:", "", f"    {shown.text}"]
    if first.fix.text or first.fix.commands:
        lines += ["", f"What to do: {first.fix.text}".rstrip(": ")]
    if first.fix.commands:
        lines += ["", *(f"    {command}" for command in first.fix.commands)]
    others = [diagnosis.title for diagnosis in diagnoses[1:] if diagnosis.title]
    if others:
        also = "It may also be" if first.certainty == "possible" else "The log also shows"
        lines += ["", f"{also}: {'; '.join(others)}."]
    return "\n".join([*lines, "", SEND]) + "\n"


_BEGINNINGS = {
    "sure": "What happened",
    "likely": "What most likely happened",
    "possible": "What may have happened",
}
