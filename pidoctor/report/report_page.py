"""The page of a support bundle: everything in it, to be read by a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pidoctor import units
from pidoctor.redact import LOOKED_FOR
from pidoctor.report.html import page, text

Envelope = Mapping[str, Any]

_SECTIONS = ("board", "cpu", "system", "python", "memory", "storage", "clock")
_SIZES = {"memory", "total", "available", "swap", "zram", "target_free", "temp_free"}


def report_page(
    result: Envelope, installed: Mapping[str, str] | None, logs: Mapping[str, str] | None
) -> str:
    """The page for an envelope (already redacted), the installed packages, and logs."""
    return page("pidoctor report", _body(result, installed, logs or {}))


def _body(
    result: Envelope, installed: Mapping[str, str] | None, logs: Mapping[str, str]
) -> Iterator[str]:
    profile = result.get("profile")
    model = _value(profile["board"]["model"]) if profile else None
    yield f"<h1>pidoctor report{f': {text(model)}' if model else ''}</h1>"
    yield f'<p class="soft">pidoctor {text(result.get("version", ""))}. {text(LOOKED_FOR)}</p>'
    if result.get("resolution"):
        yield from _resolution(result["resolution"])
    if result.get("proof"):
        yield from _proof(result["proof"])
    if result.get("findings"):
        yield from _findings(result["findings"])
    if result.get("diagnoses"):
        yield from _diagnoses(result["diagnoses"])
    if profile:
        yield from _profile(profile)
    if installed is not None:
        yield from _installed(installed)
    for name, log in logs.items():
        yield f"<details><summary>{text(name)}</summary>"
        yield f'<pre class="log" tabindex="0">{text(log)}</pre></details>'


def _resolution(resolution: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>Answer for {text(resolution.get('request', ''))}</h2>"
    if resolution["status"] != "plan":
        yield f'<div class="card error"><p>{text(resolution.get("message", ""))}</p></div>'
        if resolution["changes"]:
            yield "<p>What would help, cheapest first:</p><ol>"
            for change in resolution["changes"]:
                becomes = change.get("result")
                then = f"<br><small>{text(becomes)}</small>" if becomes else ""
                yield f"<li>{text(change['text'])}{then}</li>"
            yield "</ol>"
        return
    yield f'<div class="card passed"><p><code>{text(resolution["import"])}</code></p></div>'
    yield '<div class="scroll"><table class="facts"><thead><tr>'
    yield '<th scope="col">Package</th><th scope="col">Version</th><th scope="col">From</th>'
    yield "</tr></thead><tbody>"
    for package in resolution["packages"]:
        where = f"{package['source']}: {package['filename']}"
        yield f'<tr><th scope="row">{text(package["name"])}</th>'
        yield f"<td>{text(package['version'])}</td><td>{text(where)}</td></tr>"
    yield "</tbody></table></div>"


def _proof(proof: Mapping[str, Any]) -> Iterator[str]:
    death = proof.get("death") or {}
    status = "passed" if proof["status"] == "passed" else "failed"
    what = " ".join(str(proof[key]) for key in ("runtime", "version") if proof.get(key))
    yield f'<h2>Proof</h2><div class="card {status}"><p><strong>{text(what)}: {status}</strong></p>'
    for key in ("message", "evidence"):
        if death.get(key):
            yield f"<p>{text(death[key])}</p>"
    yield "</div>"


def _findings(findings: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "<h2>Findings</h2>"
    for severity in ("error", "warning", "note"):
        for finding in findings:
            if finding["severity"] == severity:
                yield f'<div class="card {severity}">'
                yield f"<p><strong>{text(finding['message'])}</strong></p>"
                yield f"<p><small>{severity}: {text(finding['id'])}</small></p>"
                if finding["evidence"]:
                    yield f"<p><small>Seen: {text(finding['evidence'])}</small></p>"
                yield from _remedy(finding.get("remedy"))
                yield "</div>"


def _remedy(remedy: Mapping[str, Any] | None) -> Iterator[str]:
    if remedy:
        yield f"<p>{text(remedy['text'])}</p>"
        if remedy["commands"]:
            yield f"<pre>{text(chr(10).join(remedy['commands']))}</pre>"


def _diagnoses(diagnoses: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "<h2>Causes found in the log</h2>"
    for diagnosis in diagnoses:
        yield f'<div class="card error"><p><strong>{text(diagnosis["cause"])}</strong></p>'
        yield f"<p>{text(diagnosis.get('explanation', ''))}</p>"
        for line in diagnosis["evidence"]:
            yield f"<p><small>line {text(line['line'])}: {text(line['text'])}</small></p>"
        yield from _remedy(diagnosis["fix"])
        yield "</div>"


def _profile(profile: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>Machine</h2><p class='soft'>{text(profile['origin'])}</p>"
    for section in _SECTIONS:
        yield from _facts(section, profile[section])
    yield from _facts("more", {key: profile[key] for key in ("accelerators", "indexes")})


def _facts(section: str, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield '<div class="scroll"><table class="facts">'
    yield f'<caption>{text(section)}</caption><thead class="sr">'
    yield '<tr><th scope="col">Fact</th><th scope="col">Value</th><th scope="col">Source</th></tr>'
    yield "</thead><tbody>"
    for name, fact in facts.items():
        yield f'<tr><th scope="row">{text(name.replace("_", " "))}</th>'
        yield f"<td>{text(_shown(name, fact))}</td><td>{text(fact['source'])}</td></tr>"
    yield "</tbody></table></div>"


def _value(fact: Mapping[str, Any]) -> Any:
    return fact["value"]


def _shown(name: str, fact: Mapping[str, Any]) -> str:
    value = _value(fact)
    if value is None:
        detail = fact.get("detail")
        return f"{fact['state']}{f': {detail}' if detail else ''}"
    if name in _SIZES and isinstance(value, int):
        return units.size(value)
    if isinstance(value, list):
        return ", ".join(
            str(item.get("name") or item.get("url")) if isinstance(item, Mapping) else str(item)
            for item in value
        )
    if isinstance(value, Mapping):
        return units.count(len(value), "entry", "entries")
    return str(value)


def _installed(installed: Mapping[str, str]) -> Iterator[str]:
    yield f"<h2>Installed</h2><details><summary>{units.count(len(installed), 'package')}</summary>"
    yield '<div class="scroll"><table class="facts"><tbody>'
    for name, version in sorted(installed.items()):
        yield f'<tr><th scope="row">{text(name)}</th><td>{text(version)}</td></tr>'
    yield "</tbody></table></div></details>"
