"""Values whose JSON is what their fields say: each is described where it is defined.

No type here is imported: ``report/schema.py`` looks it up by its name.
"""

from __future__ import annotations

from typing import Annotated

from pidoctor.value_rules import TypeOf

ArmLevels = Annotated[object, TypeOf("pidoctor.catalog.wheels:ArmLevels")]
BenchComparison = Annotated[object, TypeOf("pidoctor.bench.comparison:Comparison")]
BenchFigures = Annotated[object, TypeOf("pidoctor.bench.figures:Figures")]
Case = Annotated[object, TypeOf("pidoctor.triage.cases:LogCase")]
Cell = Annotated[object, TypeOf("pidoctor.envelope:Cell")]
Death = Annotated[object, TypeOf("pidoctor.proof.proof:Death")]
Explanation = Annotated[object, TypeOf("pidoctor.resolve.explanation:Explanation")]
Finding = Annotated[object, TypeOf("pidoctor.result:Finding")]
Fleet = Annotated[object, TypeOf("pidoctor.fleet.report:Fleet")]
Installed = Annotated[object, TypeOf("pidoctor.install.outcome:Outcome")]
IndexStatus = Annotated[object, TypeOf("pidoctor.indexing.status:IndexStatus")]
LogLine = Annotated[object, TypeOf("pidoctor.triage.diagnosis:LogLine")]
ModelAdvice = Annotated[object, TypeOf("pidoctor.model.advice:ModelAdvice")]
ModelDifference = Annotated[object, TypeOf("pidoctor.model.answer:Difference")]
NumpyUse = Annotated[object, TypeOf("pidoctor.evidence.numpy_api:NumpyUse")]
Profile = Annotated[object, TypeOf("pidoctor.profile.profile:Profile")]
Proof = Annotated[object, TypeOf("pidoctor.proof.proof:Proof")]
Remedy = Annotated[object, TypeOf("pidoctor.result:Remedy")]
Step = Annotated[object, TypeOf("pidoctor.envelope:Step")]
Updated = Annotated[object, TypeOf("pidoctor.indexing.update:Updated")]
Verification = Annotated[object, TypeOf("pidoctor.indexing.verify:Verification")]
VersionNeed = Annotated[object, TypeOf("pidoctor.evidence.elf:VersionNeed")]
WheelAudit = Annotated[object, TypeOf("pidoctor.evidence.audit:WheelAudit")]
