"""The demo CASE bundle: a raid on an invented scam compound, from seizure to hash check."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any, Final

from lmc_cases.config.demo_data import DEMO_FILES

Json = dict[str, Any]

_CONTEXT: Final = {
    "kb": "http://example.org/kb/",
    "lmc": "https://lmc-cases.invalid/ns#",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    **{
        f"uco-{part}": f"https://ontology.unifiedcyberontology.org/uco/{part}/"
        for part in (
            "action",
            "core",
            "identity",
            "location",
            "observable",
            "role",
            "tool",
            "types",
            "victim",
        )
    },
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_NAMESPACE: Final = uuid.UUID("6f0f3e57-9a51-4c0e-8d0d-2b6f5f0d7c11")
_INVENTED: Final = "Invented for demonstration."


def _id(key: str) -> str:
    kind = key.partition("/")[0]
    return f"kb:{kind}-{uuid.uuid5(_NAMESPACE, key)}"


def _ref(key: str) -> Json:
    return {"@id": _id(key)}


def _refs(*keys: str) -> list[Json]:
    return [_ref(key) for key in keys]


def _typed(kind: str, value: str) -> Json:
    return {"@type": f"xsd:{kind}", "@value": value}


def _facet(key: str, types: str | list[str], properties: Json) -> Json:
    return {"@id": _id(f"facet/{key}"), "@type": types, **properties}


def _thing(key: str, types: str | list[str], facets: list[Json], *, name: str = "", text: str = "") -> Json:
    node: Json = {"@id": _id(key), "@type": types}
    if name:
        node["uco-core:name"] = name
    node["uco-core:description"] = f"{_INVENTED} {text}".strip()
    if facets:
        node["uco-core:hasFacet"] = facets
    return node


def _name(key: str, given: str, family: str) -> Json:
    return _facet(
        f"name/{key}",
        "uco-identity:SimpleNameFacet",
        {"uco-identity:givenName": given, "uco-identity:familyName": family},
    )


def _person(
    key: str,
    names: list[tuple[str, str]],
    *,
    birth: tuple[str, str],
    country: str,
    sex: str,
    document: tuple[str, str, str],
    standing: tuple[str, str],
    aliases: list[str],
    text: str,
) -> Json:
    kind, number, status = document
    facets = [_name(f"{key}/{n}", given, family) for n, (given, family) in enumerate(names)]
    facets += [
        _facet(
            f"birth/{key}",
            "uco-identity:BirthInformationFacet",
            {"uco-identity:birthdate": _typed("dateTime", birth[0]), "lmc:birthDateAsWritten": birth[1]},
        ),
        _facet(f"country/{key}", "uco-identity:NationalityFacet", {"lmc:nationality": country}),
        _facet(f"personal/{key}", "uco-identity:PersonalDetailsFacet", {"lmc:sex": sex}),
        _facet(
            f"document/{key}",
            ["lmc:IdentityDocumentFacet", "uco-identity:IdentifierFacet"],
            {
                "lmc:documentKind": kind,
                "lmc:documentNumber": number,
                "lmc:issuingCountry": country,
                "lmc:documentStatus": status,
            },
        ),
        _facet(
            f"standing/{key}",
            ["lmc:CaseRoleFacet", "uco-core:Facet"],
            {"lmc:roleInGroup": standing[0], "lmc:category": standing[1]},
        ),
    ]
    if aliases:
        facets.append(_facet(f"alias/{key}", ["lmc:AliasFacet", "uco-core:Facet"], {"lmc:alias": aliases}))
    return _thing(f"person/{key}", "uco-identity:Person", facets, text=f"{text} No such person exists.")


def _persons() -> list[Json]:
    return [
        _person(
            "wang", [("建明", "王"), ("Jianming", "Wang")],
            birth=("1979-08-12T00:00:00+08:00", "1979年8月12日"), country="CN", sex="male",
            document=("passport", "E00000011", "not checked"), standing=("RINGLEADER", "SUSPECT"),
            aliases=["老王", "Lao Wang"], text="Said to lead the compound.",
        ),
        _person(
            "li", [("晓燕", "李"), ("Xiaoyan", "Li")],
            birth=("1991-02-27T00:00:00+08:00", "1991年2月27日"), country="CN", sex="female",
            document=("passport", "E00000029", "forged"), standing=("KEY_MEMBER", "SUSPECT"),
            aliases=["小燕"], text="Said to keep the workers' passports.",
        ),
        _person(
            "somsak", [("สมศักดิ์", "แก้วเดโม"), ("Somsak", "Kaeodemo")],
            birth=("1986-05-03T00:00:00+07:00", "3 พ.ค. 2529"), country="TH", sex="male",
            document=("national ID", "0-0000-00000-01-1", "genuine"), standing=("MEMBER", "SUSPECT"),
            aliases=[], text="Said to open bank accounts.",
        ),
        _person(
            "binh", [("Văn Bình Mẫu", "Nguyễn")],
            birth=("2004-11-19T00:00:00+07:00", "19/11/2004"), country="VN", sex="male",
            document=("passport", "P0000037", "not checked"), standing=("UNKNOWN", "PRESUMED_VICTIM"),
            aliases=[], text="Asked for the passport back; screening is open.",
        ),
    ]  # fmt: skip


def _officials() -> list[Json]:
    officers = [
        ("seizing", "ร้อยตำรวจเอกตัวอย่าง หนึ่ง", "Demo officer one, Thailand."),
        ("custodian", "ดาบตำรวจตัวอย่าง สอง", "Demo evidence custodian, Thailand."),
        ("examiner", "ร้อยตำรวจโทหญิงตัวอย่าง สาม", "Demo digital examiner, Thailand."),
    ]
    people = [_thing(f"person/{key}", "uco-identity:Person", [], name=n, text=t) for key, n, t in officers]
    roles = [
        {"@id": _id(f"role/{key}"), "@type": kind, "uco-core:name": name}
        for key, kind, name in (
            ("subject", "case-investigation:Subject", "Subject"),
            ("victim", "uco-victim:Victim", "Presumed trafficking victim"),
            ("investigator", "case-investigation:Investigator", "Investigator"),
            ("examiner", "case-investigation:Examiner", "Examiner"),
        )
    ]
    makers = [
        _thing(f"organization/{key}", "uco-identity:Organization", [], name=name)
        for key, name in (
            ("maker", "Demo Devices"),
            ("carrier", "Demo Mobile"),
            ("bank-th", "Demo Bank Thailand"),
            ("bank-cn", "Demo Bank China"),
            ("tools", "Demo Forensics"),
        )
    ]
    return [*people, *roles, *makers]


def _devices() -> list[Json]:
    def device(key: str, model: str, serial: str, maker: str = "maker") -> Json:
        return _facet(
            f"device/{key}",
            "uco-observable:DeviceFacet",
            {
                "uco-observable:manufacturer": _ref(f"organization/{maker}"),
                "uco-observable:model": model,
                "uco-observable:serialNumber": serial,
            },
        )

    mobile = _facet(
        "mobile/phone",
        "uco-observable:MobileDeviceFacet",
        {"uco-observable:IMEI": ["000000000000018", "000000000000026"]},
    )
    sim = _facet(
        "sim/sim",
        "uco-observable:SIMCardFacet",
        {
            "uco-observable:ICCID": "8966000000000000001",
            "uco-observable:IMSI": "520000000000001",
            "uco-observable:carrier": _ref("organization/carrier"),
        },
    )
    return [
        _thing("device/phone", "uco-observable:AndroidPhone", [device("phone", "Phone D1", "DEMO-P-0001"), mobile],
               name="Phone", text="Black phone, found switched on and locked."),
        _thing("device/sim", "uco-observable:SIMCard", [sim], name="SIM card", text="SIM card in the phone."),
        _thing("device/laptop", "uco-observable:Laptop", [device("laptop", "Laptop D2", "DEMO-L-0002")],
               name="Laptop", text="Grey laptop, found in room B-204."),
    ]  # fmt: skip


def _accounts() -> list[Json]:
    def account(key: str, identifier: str, issuer: str = "") -> Json:
        values: Json = {"uco-observable:accountIdentifier": identifier}
        if issuer:
            values["uco-observable:accountIssuer"] = _ref(f"organization/{issuer}")
        return _facet(f"account/{key}", "uco-observable:AccountFacet", values)

    def bank(key: str, holder: str, currency: str) -> Json:
        return _facet(
            f"bank/{key}",
            ["lmc:BankAccountFacet", "uco-core:Facet"],
            {"lmc:accountHolderName": holder, "lmc:currency": currency},
        )

    def chat(key: str, login: str, shown: str) -> Json:
        facets = [
            account(key, login),
            _facet(
                f"digital/{key}",
                "uco-observable:DigitalAccountFacet",
                {"uco-observable:accountLogin": login, "uco-observable:displayName": shown},
            ),
            _facet(
                f"app/{key}",
                "uco-observable:ApplicationAccountFacet",
                {"uco-observable:application": _ref("application/chat")},
            ),
        ]
        return _thing(f"account/{key}", "uco-observable:ApplicationAccount", facets, name=shown)

    wallet = _facet(
        "wallet/wallet",
        ["lmc:WalletFacet", "uco-core:Facet"],
        {"lmc:network": "TRON", "lmc:currency": "USDT"},
    )
    number = _facet(
        "phone/sim", "uco-observable:PhoneAccountFacet", {"uco-observable:phoneNumber": "+66000000001"}
    )
    return [
        _thing("application/chat", ["uco-observable:Application", "uco-observable:Software"], [], name="DemoChat"),
        _thing("account/phone", "uco-observable:PhoneAccount", [number], name="Phone number of the SIM card"),
        _thing("account/bank-th", "uco-observable:Account",
               [account("bank-th", "000-0-00001-1", issuer="bank-th"), bank("bank-th", "สมศักดิ์ แก้วเดโม", "THB")],
               name="Bank account in Thailand", text="Said to be a mule account."),
        _thing("account/bank-cn", "uco-observable:Account",
               [account("bank-cn", "6200 0000 0000 0001", issuer="bank-cn"), bank("bank-cn", "李晓燕", "CNY")],
               name="Bank account in China"),
        _thing("account/wallet", "uco-observable:DigitalAccount",
               [account("wallet", "TDEMOxINVENTEDxWALLETx000000000001"), wallet], name="Cryptocurrency wallet"),
        chat("chat-wang", "demo_lao_wang", "老王"),
        chat("chat-li", "demo_xiaoyan", "小燕"),
        chat("chat-somsak", "demo_somsak", "สมศักดิ์"),
    ]  # fmt: skip


_FILES: Final = (
    ("chat", "chat_export.txt", "text/plain", "Chat messages extracted from the phone."),
    ("contacts", "sim_contacts.csv", "text/csv", "Contacts read from the SIM card."),
    ("ledger", "ledger.csv", "text/csv", "Ledger of payments copied from the laptop."),
)


def _files() -> list[Json]:
    nodes = []
    for key, name, media_type, text in _FILES:
        content = (DEMO_FILES / name).read_bytes()
        size = _typed("integer", str(len(content)))
        file_hash = {
            "@id": _id(f"hash/{key}"),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": _typed("hexBinary", hashlib.sha256(content).hexdigest()),
        }
        facets = [
            _facet(
                f"file/{key}",
                "uco-observable:FileFacet",
                {
                    "uco-observable:fileName": name,
                    "uco-observable:filePath": f"files/{name}",
                    "uco-observable:sizeInBytes": size,
                },
            ),
            _facet(
                f"content/{key}",
                "uco-observable:ContentDataFacet",
                {
                    "uco-observable:mimeType": media_type,
                    "uco-observable:sizeInBytes": size,
                    "uco-observable:hash": [file_hash],
                },
            ),
        ]
        nodes.append(_thing(f"file/{key}", "uco-observable:File", facets, name=name, text=text))
    image = _thing(
        "file/image", "uco-observable:File", [], name="Image of the phone", text="Not part of the demo."
    )
    return [*nodes, image]


def _exhibits() -> list[Json]:
    exhibits = (
        ("phone", "TH-DEMO-001", "", ["device/phone"], "Phone, seal DEMO-S-101."),
        ("sim", "TH-DEMO-001A", "TH-DEMO-001", ["device/sim"], "SIM card taken from the phone."),
        ("image", "TH-DEMO-001B", "TH-DEMO-001", ["file/image"], "Forensic image of the phone."),
        ("chat", "TH-DEMO-001C", "TH-DEMO-001", ["file/chat"], "Chat messages from the phone."),
        ("contacts", "TH-DEMO-001D", "TH-DEMO-001A", ["file/contacts"], "Contacts from the SIM card."),
        ("laptop", "TH-DEMO-002", "", ["device/laptop"], "Laptop, seal DEMO-S-102."),
        ("ledger", "TH-DEMO-002A", "TH-DEMO-002", ["file/ledger"], "Ledger from the laptop."),
    )
    nodes = []
    for key, number, root, objects, text in exhibits:
        node = _thing(f"provenance/{key}", "case-investigation:ProvenanceRecord", [], text=text)
        node["case-investigation:exhibitNumber"] = number
        if root:
            node["case-investigation:rootExhibitNumber"] = root
        node["uco-core:object"] = _refs(*objects)
        nodes.append(node)
    return nodes


def _actions() -> list[Json]:
    def records(*keys: str) -> tuple[str, ...]:
        return tuple(f"provenance/{key}" for key in keys)

    acts: tuple[tuple[str, str, str, str, str, str, str, tuple[str, ...], tuple[str, ...], str], ...] = (
        ("seizure", "Seizure", "2026-03-05T06:10:00+07:00", "2026-03-05T07:45:00+07:00", "seizing", "compound", "",
         ("device/phone", "device/sim", "device/laptop"), records("phone", "sim", "laptop"),
         "Phone and laptop seized in room B-204, photographed and sealed."),
        ("transfer", "Custody transfer", "2026-03-05T13:20:00+07:00", "2026-03-05T13:40:00+07:00", "custodian",
         "store", "", records("phone", "sim", "laptop"), records("phone", "sim", "laptop"),
         "Sealed exhibits received into the evidence store; seals unbroken."),
        ("imaging", "Imaging", "2026-03-06T09:00:00+07:00", "2026-03-06T11:30:00+07:00", "examiner", "lab", "imager",
         records("phone"), records("image"), "Physical image of the phone with a write blocker."),
        ("extraction", "Extraction", "2026-03-06T13:00:00+07:00", "2026-03-06T15:10:00+07:00", "examiner", "lab",
         "parser", records("image", "sim", "laptop"), records("chat", "contacts", "ledger"),
         "Chat messages, contacts and the ledger extracted."),
        ("hash", "Hash check", "2026-03-07T08:30:00+07:00", "2026-03-07T08:35:00+07:00", "custodian", "store",
         "hasher", records("chat", "contacts", "ledger"), records("chat", "contacts", "ledger"),
         "SHA-256 of the three files computed again; all agree."),
    )  # fmt: skip
    nodes = []
    for key, name, start, end, performer, place, tool, objects, results, text in acts:
        node = _thing(f"action/{key}", "case-investigation:InvestigativeAction", [], name=name, text=text)
        node["uco-action:startTime"] = _typed("dateTime", start)
        node["uco-action:endTime"] = _typed("dateTime", end)
        node["uco-action:performer"] = _ref(f"person/{performer}")
        if tool:
            node["uco-action:instrument"] = _refs(f"tool/{tool}")
        node["uco-action:location"] = _refs(f"location/{place}")
        node["uco-action:object"] = _refs(*objects)
        node["uco-action:result"] = _refs(*results)
        nodes.append(node)
    return nodes


def _places_and_tools() -> list[Json]:
    places = (
        ("compound", "Demo compound, building B", "Mae Sot", "Tak", ("16.69", "98.52")),
        ("store", "Demo evidence store", "Mae Sot", "Tak", None),
        ("lab", "Demo digital laboratory", "Bangkok", "Bangkok", None),
    )
    nodes = []
    for key, name, town, province, point in places:
        address = {
            "uco-location:locality": town,
            "uco-location:region": province,
            "uco-location:country": "TH",
        }
        facets = [_facet(f"address/{key}", "uco-location:SimpleAddressFacet", address)]
        if point:
            coordinates = {
                "uco-location:latitude": _typed("decimal", point[0]),
                "uco-location:longitude": _typed("decimal", point[1]),
            }
            facets.append(_facet(f"point/{key}", "uco-location:LatLongCoordinatesFacet", coordinates))
        nodes.append(_thing(f"location/{key}", "uco-location:Location", facets, name=name))
    tools = (("imager", "DemoImager", "4.2"), ("parser", "DemoParser", "7.0"), ("hasher", "DemoHash", "1.1"))
    for key, name, version in tools:
        tool = _thing(f"tool/{key}", "uco-tool:Tool", [], name=name)
        tool["uco-tool:version"] = version
        tool["uco-tool:creator"] = _ref("organization/tools")
        nodes.append(tool)
    return nodes


def _relationships() -> list[Json]:
    links = (
        ("person/wang", "Has_Role", "role/subject"),
        ("person/li", "Has_Role", "role/subject"),
        ("person/somsak", "Has_Role", "role/subject"),
        ("person/binh", "Has_Role", "role/victim"),
        ("person/seizing", "Has_Role", "role/investigator"),
        ("person/custodian", "Has_Role", "role/investigator"),
        ("person/examiner", "Has_Role", "role/examiner"),
        ("person/somsak", "Has_Account", "account/phone"),
        ("person/somsak", "Has_Account", "account/bank-th"),
        ("person/li", "Has_Account", "account/bank-cn"),
        ("person/wang", "Has_Account", "account/wallet"),
        ("person/wang", "Has_Account", "account/chat-wang"),
        ("person/li", "Has_Account", "account/chat-li"),
        ("person/somsak", "Has_Account", "account/chat-somsak"),
        ("person/somsak", "Has_Device", "device/phone"),
        ("person/li", "Has_Device", "device/laptop"),
        ("device/sim", "Contained_Within", "device/phone"),
        ("file/chat", "Extracted_From", "device/phone"),
        ("file/contacts", "Extracted_From", "device/sim"),
        ("file/ledger", "Extracted_From", "device/laptop"),
    )
    nodes = []
    for source, kind, target in links:
        observable = not source.startswith("person")
        name = "uco-observable:ObservableRelationship" if observable else "uco-core:Relationship"
        node: Json = {"@id": _id(f"relationship/{source}/{kind}/{target}"), "@type": name}
        node["uco-core:source"] = _ref(source)
        node["uco-core:target"] = _ref(target)
        node["uco-core:kindOfRelationship"] = kind
        node["uco-core:isDirectional"] = True
        nodes.append(node)
    return nodes


def bundle_text() -> str:
    """Return the bundle as the text of a JSON-LD file; always the same text."""
    nodes = [
        *_persons(), *_officials(), *_devices(), *_accounts(), *_files(), *_places_and_tools(), *_exhibits(),
        *_actions(), *_relationships(),
    ]  # fmt: skip
    investigation = _thing(
        "investigation/demo",
        "case-investigation:Investigation",
        [],
        name="INVENTED: demo compound, Mae Sot, March 2026",
        text="Persons, numbers, accounts and events in this bundle do not exist.",
    )
    investigation["case-investigation:focus"] = ["Telecom fraud", "Human trafficking"]
    investigation["uco-core:object"] = [{"@id": node["@id"]} for node in nodes]
    document = {"@context": _CONTEXT, "@graph": [investigation, *nodes]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
