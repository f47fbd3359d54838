"""The longer pages: ``pidoctor help TOPIC`` shows them, on the terminal or as HTML."""

from __future__ import annotations

import pkgutil

TOPICS = {
    "deploy": "put your own model on a board, step by step",
    "offline": "a board without network: what to carry over, and how to install from it",
    "32-bit": "what runs on a 32-bit system, and when to change to 64-bit",
    "pythons": "which runtime has wheels for which Python, and how to get another Python",
    "coral": "Google's Coral Edge TPU: the library, the runtime and the Python that go together",
    "many-boards": "from an inventory of boards to a proven install and a report",
    "api": "the same answers from a Python program",
    "troubles": "every trouble that pidoctor knows, with what helps",
    "glossary": "what the words mean",
    "threat-model": "what pidoctor trusts, and what it does not",
    "decisions": "why pidoctor is made as it is",
}
DECISIONS = (
    "elf-headers-by-hand",
    "evidence-over-tags",
    "fetched-here-then-by-pip",
    "install-is-a-transaction",
    "layout-by-hand-motion-by-rich",
    "neutral-wheel-names",
    "no-signature-yet",
    "own-records",
    "resolvelib",
)


def page_text(topic: str) -> str:
    """The Markdown of a topic's page; empty for one that is made from tables."""
    if topic == "troubles":
        return ""
    if topic == "decisions":
        parts = (_file(f"decisions/{name}.md") for name in DECISIONS)
        return "# Why pidoctor is made as it is\n\n" + "\n".join(
            part.replace("# ", "## ", 1) for part in parts
        )
    return _file(f"{topic}.md")


def _file(name: str) -> str:
    return (pkgutil.get_data("pidoctor.help", name) or b"").decode("utf-8")
