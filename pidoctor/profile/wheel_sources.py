"""Where the options of a requirements file send pip for wheels."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from pidoctor.records import NamedTuple
from pidoctor.urls import split_address


def name_at(address: str) -> str:
    """The name of the file at an address."""
    return unquote(split_address(address).path.rpartition("/")[2])


class WheelSources(NamedTuple):
    """The options of requirements files that say where wheels come from, as pip adds them up.

    Addresses may hold passwords: they are never printed and never stored.
    """

    index_url: str = ""  # in place of all that are configured
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()  # folders by their whole path
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()  # their certificates are not looked at

    def __repr__(self) -> str:
        return f"WheelSources({', '.join(name for name in self._fields if getattr(self, name))})"

    def with_files(self, addresses: Iterable[str]) -> WheelSources:
        """The same, and single wheels by their addresses, which pip takes as a page of links."""
        return self._replace(find_links=(*self.find_links, *addresses))

    def address_of(self, filename: str) -> str | None:
        """The address of a wheel that has one of its own, without a hash."""
        named = (address for address in self.find_links if name_at(address) == filename)
        return next((address.partition("#")[0] for address in named), None)

    @property
    def lines(self) -> str:
        """The same as lines of a requirements file."""
        named: dict[str, tuple[str, ...]] = {
            "--index-url": (self.index_url,) if self.index_url else (),
            "--extra-index-url": self.extra_index_urls,
            "--find-links": self.find_links,
            "--trusted-host": self.trusted_hosts,
        }
        lines = ["--no-index\n"] if self.no_index else []
        lines += [f"{option} {value}\n" for option, values in named.items() for value in values]
        return "".join(lines)


NO_SOURCES = WheelSources()
