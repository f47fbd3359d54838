"""The resolver, asked for many boards: once for machines that are the same to it."""

from __future__ import annotations

from packaging.requirements import InvalidRequirement, Requirement

from pidoctor.catalog.catalog import Catalog
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.fleet.record import ANY, Software
from pidoctor.profile.profile import Profile
from pidoctor.resolve.changes import roomy
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.resolve.request import Request, parse_request
from pidoctor.resolve.resolver import resolve


class Asker:
    """Answers for a machine: about ``request``, or about what was installed on it exactly."""

    def __init__(self, request: Request, catalog: Catalog) -> None:
        self._request = request
        self._catalog = catalog
        self._requests = {ANY: request}
        self._answers: dict[tuple[Machine, str | None, Software], Resolution] = {}

    def resolve(self, profile: Profile, software: Software = ANY) -> Resolution:
        """The resolver's answer; raises CouldNotCheckError where none can be given."""
        key = machine_of(profile), profile.rights.value, software
        if key not in self._answers:
            self._answers[key] = resolve(profile, self._wanted(software), self._catalog)
        return self._answers[key]

    def plan(self, profile: Profile, software: Software = ANY) -> Plan | None:
        """The plan for which the memory suffices too; None where nothing fits.

        Raises CouldNotCheckError where too little is known of the machine or of the software.
        """
        found = self.resolve(profile, software)
        if isinstance(found, Plan):
            if found.unchecked:
                raise CouldNotCheckError("nothing is known of what it needs")
            return roomy(profile, found, self._catalog)
        if not found.is_known:
            raise CouldNotCheckError(found.message)
        return None

    def _wanted(self, software: Software) -> Request:
        if software not in self._requests:
            self._requests[software] = self._exactly(software)
        return self._requests[software]

    def _exactly(self, software: Software) -> Request:
        """Just that runtime and NumPy. What somebody else wrote may name none of either."""
        runtime, version, numpy = software
        try:
            wanted = parse_request(f"{runtime}=={version}", self._catalog)
            beside = (Requirement(f"numpy=={numpy}"),) if numpy else ()
        except (UsageError, InvalidRequirement) as error:
            raise CouldNotCheckError(f"{runtime} {version} is not known") from error
        return wanted._replace(together=beside)
