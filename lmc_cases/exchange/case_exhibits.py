"""Devices, files, exhibits, actions and the rest of a CASE/UCO graph."""

from __future__ import annotations

import re
from typing import Final

from lmc_cases.exchange.case_graph import Node
from lmc_cases.exchange.case_records import (
    Annotation,
    Device,
    File,
    Investigation,
    InvestigativeAction,
    Place,
    ProvenanceRecord,
    Relationship,
    Tool,
)
from lmc_cases.exchange.case_view import View

_HASH_LENGTHS: Final = {
    "MD5": 32, "SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA512": 128,
    "SHA3224": 56, "SHA3256": 64, "SHA3384": 96, "SHA3512": 128,
}  # fmt: skip
_HEX: Final = re.compile(r"^[0-9a-f]+$")
_LARGEST_SIZE: Final = 2**63 - 1
_DEVICE_KINDS: Final = (
    ("SIM", {"SIMCard", "SIMCardFacet"}),
    ("PHONE", {"SmartPhone", "MobilePhone", "AndroidPhone", "IPhone", "BlackberryPhone"}),
    ("COMPUTER", {"Computer", "Laptop", "Server", "Tablet"}),
    ("STORAGE", {"StorageMedium"}),
    ("PHONE", {"MobileDevice", "MobileDeviceFacet", "AndroidDevice"}),
)
# A kind of custody event is read from words of the action's name; "EXAMINED" is the rest.
_ACTION_KINDS: Final = (
    ("HASH_CHECKED", re.compile(r"hash|checksum|integrity|verif", re.IGNORECASE)),
    (
        "TRANSFERRED",
        re.compile(r"custody|transfer|hand(?:ed)?[ -]?over|deliver|receiv|returned", re.IGNORECASE),
    ),
    ("COLLECTED", re.compile(r"seiz|collect|confiscat|taken", re.IGNORECASE)),
)


def read_device(view: View, node: Node) -> Device:
    """Read a device; owners by relationship are set later."""
    basics = view.basics(node)
    device = view.facets(node, "uco-observable:DeviceFacet")
    mobile = view.facets(node, "uco-observable:MobileDeviceFacet")
    sim = view.facets(node, "uco-observable:SIMCardFacet")
    makers = [view.label(i) for f in device for i in view.refs(f, "uco-observable:manufacturer")]
    makers += [view.label(i) for f in sim for i in view.refs(f, "uco-observable:carrier")]
    types = {name.rpartition(":")[2] for f in (node, *mobile, *sim) for name in f.types}
    remarks = [
        f"{label}: {text}"
        for label, facets, name in (
            ("type", device, "uco-observable:deviceType"),
            ("storage", mobile, "uco-observable:storageCapacityInBytes"),
            ("network", mobile, "uco-observable:network"),
        )
        if (text := view.facet_text(facets, name))
    ]
    basics["remarks"] += tuple(remarks)
    return Device(
        **basics,
        kind=next((kind for kind, names in _DEVICE_KINDS if types & names), "OTHER"),
        manufacturer=next(filter(None, makers), ""),
        model=view.facet_text(device, "uco-observable:model"),
        serial_number=view.facet_text(device, "uco-observable:serialNumber"),
        imei=tuple(t for f in mobile for t in view.texts(f, "uco-observable:IMEI")),
        iccid=view.facet_text(sim, "uco-observable:ICCID"),
        imsi=view.facet_text(sim, "uco-observable:IMSI"),
    )


def read_file(view: View, node: Node) -> File:
    """Read the description of a file and its hashes."""
    basics = view.basics(node)
    file = view.facets(node, "uco-observable:FileFacet")
    content = view.facets(node, "uco-observable:ContentDataFacet")
    view.facet_text(file, "uco-observable:isDirectory")
    view.facet_text(file, "uco-observable:extension")
    sizes = {text for f in (*file, *content) if (text := view.text(f, "uco-observable:sizeInBytes"))}
    size = sizes.pop() if sizes else ""
    if sizes or (
        size and not (size.isascii() and size.isdigit() and len(size) < 20 and int(size) <= _LARGEST_SIZE)
    ):
        view.problem(node, "BAD_SIZE", size)
        size = ""
    return File(
        **basics,
        file_name=view.facet_text(file, "uco-observable:fileName"),
        file_path=view.facet_text(file, "uco-observable:filePath"),
        media_type=view.facet_text(content, "uco-observable:mimeType"),
        size_bytes=int(size) if size else None,
        hashes=_hashes(view, node, [*content, *file]),
    )


def _hashes(view: View, node: Node, facets: list[Node]) -> dict[str, str]:
    hashes: dict[str, str] = {}
    for entry in (entry for facet in facets for entry in view.nodes(facet, "uco-observable:hash")):
        view.claim(entry)
        method = re.sub(r"[^A-Z0-9]", "", view.text(entry, "uco-types:hashMethod").upper())
        value = view.text(entry, "uco-types:hashValue").lower()
        if not _HEX.match(value) or len(value) != _HASH_LENGTHS.get(method, len(value)) or not method:
            view.problem(node, "BAD_HASH", f"{method} {value}")
        elif hashes.setdefault(method, value) != value:
            view.problem(node, "CONFLICTING_HASH", f"{method} {value}")
    return hashes


def read_provenance(view: View, node: Node) -> ProvenanceRecord:
    """Read an exhibit."""
    record = ProvenanceRecord(
        **view.basics(node),
        exhibit_number=view.text(node, "case-investigation:exhibitNumber"),
        root_exhibit_numbers=view.texts(node, "case-investigation:rootExhibitNumber"),
        object_ids=view.refs(node, "uco-core:object"),
        created=view.moment(node, "uco-core:objectCreatedTime"),
    )
    if not record.exhibit_number:
        view.problem(node, "EXHIBIT_WITHOUT_NUMBER")
    return record


def read_action(view: View, node: Node) -> InvestigativeAction:
    """Read an investigative action."""
    basics = view.basics(node)
    performers = view.refs(node, "uco-action:performer")
    places = view.refs(node, "uco-action:location")
    instruments = view.refs(node, "uco-action:instrument")
    tools = (" ".join(filter(None, (view.label(i), _version(view, i)))) for i in instruments)
    if len(performers) > 1:
        view.problem(node, "UNKNOWN_WORD", "performer")
    return InvestigativeAction(
        **basics,
        kind=next((kind for kind, words in _ACTION_KINDS if words.search(basics["name"])), "EXAMINED"),
        started=view.moment(node, "uco-action:startTime"),
        ended=view.moment(node, "uco-action:endTime"),
        performer_id=performers[0] if performers else "",
        performer=view.label(performers[0]) if performers else "",
        participants=tuple(filter(None, map(view.label, view.refs(node, "uco-action:participant")))),
        location_id=places[0] if places else "",
        location=next(filter(None, map(view.label, places)), ""),
        environment_id=next(iter(view.refs(node, "uco-action:environment")), ""),
        instrument_ids=instruments,
        tools=tuple(filter(None, tools)),
        object_ids=view.refs(node, "uco-action:object"),
        result_ids=view.refs(node, "uco-action:result"),
        informed_by_ids=view.refs(node, "case-investigation:wasInformedBy"),
        status=view.text(node, "uco-action:actionStatus"),
    )


def _version(view: View, node_id: str) -> str:
    node = view.graph.get(node_id)
    return (
        view.text(node, "uco-tool:version")
        if node is not None and "uco-tool:version" in node.properties
        else ""
    )


def read_relationship(view: View, node: Node) -> Relationship:
    """Read a relationship."""
    return Relationship(
        **view.basics(node),
        kind=view.text(node, "uco-core:kindOfRelationship"),
        source_ids=view.refs(node, "uco-core:source"),
        target_ids=view.refs(node, "uco-core:target"),
        is_directional=view.text(node, "uco-core:isDirectional") != "false",
        started=view.moment(node, "uco-core:startTime"),
        ended=view.moment(node, "uco-core:endTime"),
    )


def read_annotation(view: View, node: Node) -> Annotation:
    """Read a note about objects."""
    return Annotation(**view.basics(node), object_ids=view.refs(node, "uco-core:object"))


def read_place(view: View, node: Node) -> Place:
    """Read a place: address in one line, coordinates as written."""
    basics = view.basics(node)
    address = view.facets(node, "uco-location:SimpleAddressFacet")
    point = view.facets(node, "uco-location:LatLongCoordinatesFacet")
    parts = (
        view.facet_text(address, f"uco-location:{part}")
        for part in ("street", "locality", "region", "postalCode", "country")
    )
    return Place(
        **basics,
        address=", ".join(filter(None, parts)),
        latitude=view.facet_text(point, "uco-location:latitude"),
        longitude=view.facet_text(point, "uco-location:longitude"),
    )


def read_tool(view: View, node: Node) -> Tool:
    """Read a forensic tool, a program or an app."""
    basics = view.basics(node)
    app = view.facets(node, "uco-observable:ApplicationFacet")
    software = view.facets(node, "uco-observable:SoftwareFacet", "uco-observable:OperatingSystemFacet")
    makers = [view.label(i) for i in view.refs(node, "uco-tool:creator")]
    makers += [view.label(i) for f in software for i in view.refs(f, "uco-observable:manufacturer")]
    for facet in app:
        view.refs(facet, "uco-observable:operatingSystem")
    basics["name"] = basics["name"] or view.facet_text(app, "uco-core:name")
    kind = view.text(node, "uco-tool:toolType")
    basics["remarks"] += (kind,) if kind else ()
    return Tool(
        **basics,
        version=view.text(node, "uco-tool:version")
        or view.facet_text([*app, *software], "uco-observable:version"),
        maker=next(filter(None, makers), ""),
        identifier=view.facet_text(app, "uco-observable:applicationIdentifier"),
    )


def read_investigation(view: View, node: Node) -> Investigation:
    """Read an investigation, or a bundle that only gathers objects."""
    times = "uco-action" if "uco-action:startTime" in node.properties else "uco-core"
    return Investigation(
        **view.basics(node),
        focus=view.texts(node, "case-investigation:focus"),
        object_ids=view.refs(node, "uco-core:object"),
        started=view.moment(node, f"{times}:startTime"),
        ended=view.moment(node, f"{times}:endTime"),
    )
