"""Read a CASE/UCO JSON-LD bundle: :func:`read_bundle` is the one way in.

Nothing is fetched, nothing is guessed, nothing is lost: what has no place among our records stands, with its raw
JSON, in ``report.unknown``. Sources: CASE and UCO 1.x, https://caseontology.org.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from lmc_cases.exchange import case_exhibits, case_people
from lmc_cases.exchange.bundle_errors import BundleError
from lmc_cases.exchange.case_graph import Node, Ref, read_graph
from lmc_cases.exchange.case_records import (
    Account,
    Annotation,
    Device,
    File,
    Investigation,
    InvestigativeAction,
    Organization,
    ParsedBundle,
    Person,
    Place,
    ProvenanceRecord,
    Record,
    Relationship,
    Report,
    Tool,
)
from lmc_cases.exchange.case_view import View

__all__ = ["DEFAULT_MAX_BYTES", "DEFAULT_MAX_NODES", "BundleError", "ParsedBundle", "read_bundle"]

DEFAULT_MAX_BYTES: Final = 50 * 1024 * 1024
DEFAULT_MAX_NODES: Final = 100_000

Reader = Callable[[View, Node], Record]
AnyRecord = TypeVar("AnyRecord", bound=Record)


def _observable(names: str) -> frozenset[str]:
    return frozenset(f"uco-observable:{name}" for name in names.split())


# In this order: a node that is both a file and an image is a file.
_READERS: Final[tuple[tuple[frozenset[str], Reader], ...]] = (
    (frozenset({"uco-identity:Person"}), case_people.read_person),
    (frozenset({"uco-identity:Organization", "uco-identity:Identity"}), case_people.read_organization),
    (frozenset({"case-investigation:ProvenanceRecord"}), case_exhibits.read_provenance),
    (frozenset({"case-investigation:InvestigativeAction"}), case_exhibits.read_action),
    (
        frozenset({"uco-core:Relationship", "uco-observable:ObservableRelationship"}),
        case_exhibits.read_relationship,
    ),
    (frozenset({"uco-core:Annotation"}), case_exhibits.read_annotation),
    (frozenset({"uco-location:Location"}), case_exhibits.read_place),
    (
        _observable(
            "Account ApplicationAccount DigitalAccount EmailAccount MobileAccount PhoneAccount UNIXAccount"
            " UserAccount WindowsAccount WindowsActiveDirectoryAccount"
        ),
        case_people.read_account,
    ),
    (
        _observable(
            "Adaptor AndroidDevice AndroidPhone AppleDevice Appliance BlackberryPhone Computer Device DigitalCamera"
            " Drone EmbeddedDevice GamingConsole IPhone Laptop MobileDevice MobilePhone NetworkAppliance"
            " ProtocolConverter SIMCard SecurityAppliance Server SmartDevice SmartPhone StorageMedium Tablet"
            " WearableDevice WriteBlocker"
        ),
        case_exhibits.read_device,
    ),
    (
        _observable(
            "ArchiveFile File NTFSFile PDFFile RasterPicture UNIXFile WindowsPEBinaryFile ContentData"
        ),
        case_exhibits.read_file,
    ),
    (
        frozenset(f"uco-tool:{name}Tool" for name in ("Analytic", "Configured", "Defensive", "Malicious", ""))
        | _observable("Application Software ConfiguredSoftware OperatingSystem"),
        case_exhibits.read_tool,
    ),
    (
        frozenset(
            {"case-investigation:Investigation"}
            | {
                f"uco-core:{name}"
                for name in ("Bundle", "Grouping", "ContextualCompilation", "EnclosingCompilation")
            }
        ),
        case_exhibits.read_investigation,
    ),
)
# Producers often type every object "ObservableObject" and let the facets say what it is.
_BY_FACET: Final[tuple[tuple[frozenset[str], Reader], ...]] = (
    (
        _observable("AccountFacet DigitalAccountFacet PhoneAccountFacet MobileAccountFacet EmailAccountFacet")
        | _observable("ApplicationAccountFacet"),
        case_people.read_account,
    ),
    (_observable("DeviceFacet MobileDeviceFacet SIMCardFacet"), case_exhibits.read_device),
    (_observable("FileFacet ContentDataFacet"), case_exhibits.read_file),
    (_observable("ApplicationFacet SoftwareFacet OperatingSystemFacet"), case_exhibits.read_tool),
    (frozenset({"uco-identity:SimpleNameFacet"}), case_people.read_person),
)


def read_bundle(
    data: bytes, *, max_bytes: int = DEFAULT_MAX_BYTES, max_nodes: int = DEFAULT_MAX_NODES
) -> ParsedBundle:
    """Return what a CASE/UCO JSON-LD bundle says.

    Args:
        data: the file's bytes.
        max_bytes: a larger file is refused.
        max_nodes: a file with more JSON objects (nodes and references) is refused.

    Raises:
        BundleError: the file is broken; ``where`` names the line and column, the JSON pointer or the node.
    """
    graph = read_graph(data, max_bytes=max_bytes, max_nodes=max_nodes)
    if not any(name.startswith(("uco-", "case-")) for node in graph.values() for name in node.types):
        raise BundleError("NO_CASE_CONTENT")
    view = View(graph)
    records: dict[str, Record] = {}
    for node in graph.values():
        reader = _reader_for(view, node)
        if reader is not None:
            records[node.id] = reader(view, node)
    relationships = _of(records.values(), Relationship)
    _read_roles(view, records, relationships)
    _link(records, relationships)
    _mark_performers(records)
    holders = _holders(view, records)
    return _bundle(view, data, records, holders)


def _reader_for(view: View, node: Node) -> Reader | None:
    types = set(node.types)
    for names, reader in _READERS:
        if types & names:
            return reader
    facets = (
        view.graph[value.id]
        for value in node.properties.get("uco-core:hasFacet", [])
        if isinstance(value, Ref) and value.id in view.graph
    )
    facet_types = {name for facet in facets for name in facet.types}
    return next((reader for names, reader in _BY_FACET if facet_types & names), None)


def _of(records: Iterable[Record], kind: type[AnyRecord]) -> tuple[AnyRecord, ...]:
    return tuple(record for record in records if isinstance(record, kind))


def _read_roles(view: View, records: dict[str, Record], relationships: Iterable[Relationship]) -> None:
    """Give linked roles to their persons; a role that no person holds stands for a person without a name."""
    roles = {node.id: role for node in view.graph.values() if (role := case_people.role_of(node))}
    held: set[str] = set()
    for relation in relationships:
        for one, other in (
            (relation.source_ids, relation.target_ids),
            (relation.target_ids, relation.source_ids),
        ):
            for role_id in (i for i in other if i in roles and i not in records):
                for person in _of((records[i] for i in one if i in records), Person):
                    records[person.id] = replace(person, roles=_joined(person.roles, roles[role_id]))
                    held.add(role_id)
    for role_id in roles:
        node = view.graph[role_id]
        if role_id in held:
            view.basics(node)
        elif role_id not in records:
            records[role_id] = case_people.read_person(view, node)


def _link(records: dict[str, Record], relationships: Iterable[Relationship]) -> None:
    """Join persons with the accounts and devices that a relationship of any kind ties to them."""
    accounts: dict[str, dict[str, None]] = {}
    devices: dict[str, dict[str, None]] = {}
    owners: dict[str, dict[str, None]] = {}
    for account in _of(records.values(), Account):
        for owner_id in account.owner_ids:
            accounts.setdefault(owner_id, {})[account.id] = None
    for relation in relationships:
        # UCO allows one target; more sources and targets than a few would only multiply.
        ends = [i for i in (*relation.source_ids, *relation.target_ids)[:50] if i in records]
        for person in _of((records[i] for i in ends), Person):
            for end in ends:
                held = accounts if isinstance(records[end], Account) else devices
                if isinstance(records[end], Account | Device):
                    held.setdefault(person.id, {})[end] = None
                    owners.setdefault(end, {})[person.id] = None
    for node_id, record in records.items():
        if isinstance(record, Person):
            records[node_id] = replace(
                record,
                account_ids=tuple(accounts.get(node_id, ())),
                device_ids=tuple(devices.get(node_id, ())),
            )
        elif isinstance(record, Account | Device) and node_id in owners:
            records[node_id] = replace(record, owner_ids=_joined(record.owner_ids, *owners[node_id]))


def _mark_performers(records: dict[str, Record]) -> None:
    for performer_id in {action.performer_id for action in _of(records.values(), InvestigativeAction)}:
        person = records.get(performer_id)
        if isinstance(person, Person):
            records[performer_id] = replace(person, roles=_joined(person.roles, "PERFORMER"))


def _joined(values: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*values, *more)))


def _holders(view: View, records: dict[str, Record]) -> dict[str, tuple[str, ...]]:
    """Return, for each object, the exhibits that hold it; report what breaks the chain of custody."""
    holders: dict[str, list[str]] = {}
    numbers: set[str] = set()
    for exhibit in _of(records.values(), ProvenanceRecord):
        if exhibit.exhibit_number in numbers:
            view.problem(view.graph[exhibit.id], "DUPLICATE_EXHIBIT_NUMBER", exhibit.exhibit_number)
        elif exhibit.exhibit_number:
            numbers.add(exhibit.exhibit_number)
        for object_id in exhibit.object_ids:
            holders.setdefault(object_id, []).append(exhibit.id)
    for action in _of(records.values(), InvestigativeAction):
        # CASE does not force it yet (casework/CASE#146): every action should yield a provenance record.
        if not any(isinstance(records.get(i), ProvenanceRecord) for i in action.result_ids):
            view.problem(view.graph[action.id], "ACTION_WITHOUT_RECORD", action.name)
    return {object_id: tuple(ids) for object_id, ids in holders.items()}


def _bundle(
    view: View, data: bytes, records: dict[str, Record], holders: dict[str, tuple[str, ...]]
) -> ParsedBundle:
    found = records.values()
    report = Report(
        nodes=len(view.graph),
        counts=dict(Counter(type(record).__name__ for record in found)),
        unknown=tuple(view.unknown()),
        problems=tuple(view.problems),
    )
    return ParsedBundle(
        sha256=hashlib.sha256(data).hexdigest(),
        persons=_of(found, Person),
        organizations=_of(found, Organization),
        devices=_of(found, Device),
        accounts=_of(found, Account),
        files=_of(found, File),
        provenance_records=_of(found, ProvenanceRecord),
        actions=_of(found, InvestigativeAction),
        relationships=_of(found, Relationship),
        annotations=_of(found, Annotation),
        places=_of(found, Place),
        tools=_of(found, Tool),
        investigations=_of(found, Investigation),
        report=report,
        _by_id=records,
        _holders=holders,
    )
