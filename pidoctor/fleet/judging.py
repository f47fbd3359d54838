"""A document to a record: how the board in it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from pidoctor.decoding import DecodeError
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.fleet.asking import Asker
from pidoctor.fleet.clocks import board_time
from pidoctor.fleet.documents import Document, board_name
from pidoctor.fleet.record import JUDGED, NOTHING, TRIED, BoardStatus, Record
from pidoctor.profile import codec
from pidoctor.profile import fingerprint as prints
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.fact import Fact
from pidoctor.profile.fingerprint import Fingerprint
from pidoctor.profile.profile import Profile
from pidoctor.report.text import one_line
from pidoctor.resolve.plan import Plan, Resolution

Json = Mapping[str, Any]
Probe = Callable[[Document], Profile]


class Judged(NamedTuple):
    """A record, and the machine that it speaks of where the document holds it.

    ``profile`` makes it: only one machine of each fingerprint is wanted.
    """

    record: Record
    profile: Callable[[], Profile | None] = lambda: None


class Judge:
    """Judges documents; machines with the same fingerprint are resolved for once."""

    def __init__(self, asker: Asker, probe: Probe) -> None:
        self.asker = asker
        self._probe = probe
        self._answers: dict[Fingerprint, Record] = {}

    def judge(self, document: Document) -> Iterator[Judged]:
        """What a document says; raises UsageError where it is none of pidoctor's."""
        data = document.data
        if not isinstance(data, dict):
            raise UsageError("is no result of pidoctor")
        schema = _text(data.get("schema"))
        if schema in ("pidoctor-receipt/1", "pidoctor-proof/1"):
            yield _receipt(document, data)
        elif schema == "pidoctor-result/1":
            yield from self._result(document, data)
        elif schema == "pidoctor-capture/1":
            yield self._machine(document, self._probe(document), "capture")
        elif schema == codec.SCHEMA:
            yield self._machine(document, codec.from_json(data), "profile")
        elif {"log", "diagnosis"} <= data.keys():
            yield _case(document, data)
        else:
            said = f" ({schema})" if schema else ""
            raise UsageError(f"is no receipt, capture, result or diagnosis of pidoctor{said}")

    def _result(self, document: Document, data: Json) -> Iterator[Judged]:
        if isinstance(data.get("cases"), list):
            for case in data["cases"]:
                yield _case(document, case if isinstance(case, dict) else {})
            return
        profile = _profile(data)
        found = prints.fingerprint(profile) if profile else None
        said = _said(data)
        if said is None and profile is not None:
            yield self._machine(document, profile, "result")
            return
        if said is None:
            command = f"pidoctor {_text(data.get('command'))}".strip()
            raise UsageError(f"is a result of {command}, of no board")
        kind = "triage" if data.get("command") == "triage" else "result"
        time = board_time(_text(_dict(data.get("receipt")).get("time")), document.time)
        record = said._replace(board=document.board, time=time, kind=kind, fingerprint=found)
        yield Judged(record, lambda: profile)

    def _machine(self, document: Document, profile: Profile, kind: str) -> Judged:
        """A machine of which nothing else is known: by what can be installed on it."""
        found = prints.fingerprint(profile)
        if found not in self._answers:
            self._answers[found] = self._resolved(profile)
        said = self._answers[found]
        return Judged(
            said._replace(board=document.board, kind=kind, time=document.time, fingerprint=found),
            lambda: profile,
        )

    def _resolved(self, profile: Profile) -> Record:
        try:
            return _answered(self.asker.resolve(bare(profile)))
        except CouldNotCheckError as error:
            return _unknown(one_line(str(error), 200))._replace(cause="not-decidable")


_PROVEN = {"passed": BoardStatus.WORKS, "failed": BoardStatus.FAILS}


def bare(profile: Profile) -> Profile:
    """The machine without what differs between boards of a kind: how full it is, what is installed.

    An install on the board itself looks at both.
    """
    unsaid: Fact[int] = Fact.absent("fleet", "differs from board to board")
    storage = replace(profile.storage, target_free=unsaid, temp_free=unsaid)
    return replace(profile, storage=storage, environment=UNKNOWN)


def _answered(resolution: Resolution) -> Record:
    """What a resolution says of a board that has no name yet."""
    if isinstance(resolution, Plan):
        numpy = next((pin.version for pin in resolution.pins if pin.name == "numpy"), "")
        software = (resolution.runtime, resolution.version, numpy)
        return Record("", BoardStatus.FITS, JUDGED, "", "", *software)
    cause = resolution.nearest.reason.value if resolution.nearest else "nothing-fits"
    why = one_line(resolution.message, 200)
    return Record("", BoardStatus.CANNOT, JUDGED, "", "", cause=cause, detail=why)


def _receipt(document: Document, data: Json) -> Judged:
    plan, proof = _dict(data.get("plan")), _dict(data.get("proof"))
    # A proof that says neither is no failure of the board: it is not known how it does.
    verdict = _PROVEN.get(_text(proof.get("status")), BoardStatus.UNKNOWN)
    record = Record(
        document.board,
        verdict,
        NOTHING if verdict is BoardStatus.UNKNOWN else TRIED,
        "receipt",
        board_time(_text(data.get("time")), document.time),
        *_versions(plan, proof),
        *_death(proof),
        _fingerprint(data),
    )
    if verdict is BoardStatus.UNKNOWN:
        record = record._replace(
            cause="no-proof", detail="its receipt has no proof that can be read"
        )
    return Judged(record, lambda: _profile(data))


def _fingerprint(data: Json) -> Fingerprint | None:
    """As it is written down, or of the machine where an older pidoctor wrote fewer facts."""
    written = data.get("fingerprint")
    if isinstance(written, dict) and written.keys() >= set(Fingerprint._fields):
        return prints.from_json(written)
    profile = _profile(data)
    return prints.fingerprint(profile) if profile else prints.from_json(written)


def _profile(data: Json) -> Profile | None:
    """The machine beside an answer; None where there is none, or one that an older pidoctor wrote.

    How the board does is known without it.
    """
    try:
        described = data.get("profile")
        return codec.from_json(described) if isinstance(described, dict) else None
    except DecodeError:
        return None


def _said(data: Json) -> Record | None:
    """What a result says of a board; None where it shows the machine at most."""
    if error := _text(data.get("error"), 200):
        return _unknown(error)._replace(cause="no-answer")
    if data.get("diagnoses"):
        return _diagnosed(_dict(_first(data["diagnoses"])))
    proof, plan = _dict(data.get("proof")), _dict(data.get("resolution"))
    tried = bool(proof) or isinstance(data.get("install"), dict)
    if not tried and not plan:
        return None
    works = proof.get("status") == "passed" and data.get("exit_code") == 0
    fits = plan.get("status") == "plan" and data.get("exit_code") == 0
    if tried:
        verdict = BoardStatus.WORKS if works else BoardStatus.FAILS
    else:
        verdict = BoardStatus.FITS if fits else BoardStatus.CANNOT
    why = ("", "") if verdict.good else _why(data, proof, plan)
    # What was asked of the board itself says more than its capture: how full it is, for one.
    on_board = data.get("command") == "install" and not fits
    strength = TRIED if tried or on_board else JUDGED
    # An install that came to no proof left nothing of what was planned.
    there = ("", "", "") if tried and not proof else _versions(plan, proof)
    return Record("", verdict, strength, "", "", *there, *why)


def _why(data: Json, proof: Json, plan: Json) -> tuple[str, str]:
    """The id and the sentence of what went wrong."""
    errors = [
        finding
        for finding in map(_dict, _list(data.get("findings")))
        if finding.get("severity") == "error"
    ]
    if proof.get("status") == "failed":
        return _death(proof)
    if plan.get("status") == "impossible":
        nearest = _dict(plan.get("nearest_miss"))
        return _text(nearest.get("reason")) or "nothing-fits", _text(plan.get("message"), 200)
    first = errors[0] if errors else {}
    return _text(first.get("id")), _text(first.get("message"), 200)


def _death(proof: Json) -> tuple[str, str]:
    death = _dict(proof.get("death"))
    return _text(death.get("kind")), _text(death.get("message"), 200)


def _versions(plan: Json, proof: Json) -> tuple[str, str, str]:
    """Runtime, its version, numpy's: as they ran, else as they were planned."""
    packages = {
        _text(package.get("name")): _text(package.get("version"))
        for package in map(_dict, _list(plan.get("packages")))
    }
    runtime = _text(proof.get("runtime")) or _text(plan.get("runtime"))
    version = _text(proof.get("version")) or packages.get(runtime, "")
    return runtime, version, _text(proof.get("numpy")) or packages.get("numpy", "")


def _case(document: Document, data: Json) -> Judged:
    """A log and its first diagnosis, as ``pidoctor triage --jsonl`` writes them."""
    log, diagnosis = data.get("log"), data.get("diagnosis")
    board = board_name(log) if isinstance(log, str) and log not in ("", "-") else document.board
    record = _diagnosed(_dict(diagnosis)) if diagnosis else _unknown(_text(data.get("error"), 200))
    return Judged(record._replace(board=board, kind="triage", time=document.time))


def _diagnosed(diagnosis: Json) -> Record:
    cause = _text(diagnosis.get("cause"))
    if cause in ("", "unknown", "no-problem"):
        return _unknown("the log shows no problem" if cause == "no-problem" else "")
    said = _text(diagnosis.get("title"), 200) or _text(diagnosis.get("explanation"), 200)
    return Record("", BoardStatus.FAILS, TRIED, "", "", cause=cause, detail=said)


def _unknown(detail: str) -> Record:
    return Record("", BoardStatus.UNKNOWN, NOTHING, "", "", detail=detail)


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _text(value: Any, limit: int = 80) -> str:
    return one_line(value, limit) if isinstance(value, str) else ""
