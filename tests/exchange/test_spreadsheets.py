"""Lists of persons: any file a police office has, read as text, row by row, with errors that say what to do."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from lmc_cases.config.demo_data import DEMO_PEOPLE, DEMO_PEOPLE_WITH_ERRORS
from lmc_cases.config.demo_data.people import SHEET_TITLE, errors_csv, table
from lmc_cases.exchange.spreadsheets import (
    Limits,
    RowResult,
    SheetError,
    file_sha256,
    open_sheet,
    propose_mapping,
    read_rows,
    split_aliases,
)

SIX_TEN = datetime(2026, 3, 5, 6, 10)  # noqa: DTZ001 - a spreadsheet knows no zones


def workbook(path: Path, rows: Any, formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    book.save(path)
    return path


def text_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def people(path: Path, **options: Any) -> list[RowResult]:
    reader = open_sheet(path)
    return list(read_rows(reader, propose_mapping(reader.headers), **options))


def refusal(path: Path, limits: Limits | None = None) -> SheetError:
    with pytest.raises(SheetError) as caught:
        list(open_sheet(path, limits=limits).rows())
    assert caught.value.message
    return caught.value


def outcome(path: Path) -> str:
    """Return the code of the refusal, "" when the file could be read."""
    try:
        for _ in open_sheet(path).rows():
            pass
    except SheetError as error:
        return error.code
    return ""


# --- the demo lists -------------------------------------------------------------------------------------------


def test_the_demo_list_is_what_its_source_writes() -> None:
    sheet = openpyxl.load_workbook(DEMO_PEOPLE).worksheets[0]
    written = [
        [value.date() if isinstance(value, datetime) else value or "" for value in row]
        for row in sheet.iter_rows(values_only=True)
    ]
    assert written == table()
    assert sheet.title == SHEET_TITLE
    assert DEMO_PEOPLE_WITH_ERRORS.read_text(encoding="utf-8") == errors_csv()


def test_all_forty_demo_people_can_be_imported_and_say_they_are_invented() -> None:
    reader = open_sheet(DEMO_PEOPLE)
    mapping = propose_mapping(reader.headers)
    assert sorted(mapping) == list(range(15)), "every column of the demo list is understood"
    results = list(read_rows(reader, mapping, today=date(2026, 6, 1)))
    assert [result.number for result in results] == list(range(2, 42))
    persons = [result.person for result in results]
    assert all(person is not None and "INVENTED" in person.remarks for person in persons)
    found = [person for person in persons if person is not None]
    assert {person.nationality for person in found} == {"CN", "TH", "KH", "LA", "MM", "VN"}
    assert {p.birth_date.calendar for p in found if p.birth_date} == {"gregorian", "buddhist"}
    assert [p.name_romanised for p in found if p.category == "PRESUMED_VICTIM"] == ["Noy Sida"]
    assert sum(p.name_original == "王伟" for p in found) == 2
    assert len({result.fingerprint for result in results}) == 40
    minors = [p for p in found if p.birth_date and (p.birth_date.year or 0) > 2008]
    assert [p.name_original for p in minors] == ["ນ້ອຍ ສີດາ"]


def test_a_list_with_faults_names_row_field_and_remedy() -> None:
    errors = [error for result in people(DEMO_PEOPLE_WITH_ERRORS) for error in result.errors]
    assert [(e.row, e.column, e.field, e.code) for e in errors] == [
        (3, 1, "name_original", "NAME_MISSING"),
        (4, 4, "birth_date", "IMPOSSIBLE_DATE"),
        (5, 4, "birth_date", "TWO_DIGIT_YEAR"),
        (6, 5, "nationality", "UNKNOWN_COUNTRY"),
        (6, 3, "sex", "UNKNOWN_SEX"),
        (6, 7, "role", "UNKNOWN_ROLE"),
        (7, 6, "document_number", "DIGITS_LOST"),
        (8, 1, "name_original", "FORMULA"),
    ]
    assert all(error.message for error in errors)
    assert [result.number for result in people(DEMO_PEOPLE_WITH_ERRORS) if result.person] == [2]


# --- xlsx -----------------------------------------------------------------------------------------------------


def test_cells_of_every_type_come_as_text_as_a_person_would_write_them(tmp_path: Path) -> None:
    rows = [
        ["name", "id", "a", "b", "c", "d", "e"],
        ["王\u202e伟", "007", 1234567890123, 1e20, 0.000001, date(1990, 5, 3), SIX_TEN],
        ["B", 42, 3.0, 3.25, True, None, "=1+1"],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, {"B3": "00000"})
    first, second = open_sheet(path).rows()
    assert first.cells == (
        "王伟", "007", "1234567890123", "100000000000000000000", "0.000001", "1990-05-03", "2026-03-05 06:10:00",
    )  # fmt: skip
    assert first.problems == {3: "DIGITS_LOST"}
    assert second.cells == ("B", "00042", "3", "3.25", "TRUE", "", "=1+1")
    assert second.problems == {6: "FORMULA"}


def test_a_number_that_lost_digits_is_refused_only_where_each_digit_counts(tmp_path: Path) -> None:
    rows = [["name", "document number", "remarks"], ["A", 110101199003070000, 110101199003070000]]
    (result,) = people(workbook(tmp_path / "a.xlsx", rows))
    assert [(e.field, e.code) for e in result.errors] == [("document_number", "DIGITS_LOST")]


def test_the_header_may_stand_below_a_title_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    rows = [["รายชื่อผู้ต้องหา ชุดที่ 1"], [], ["ลำดับ", "ชื่อ-นามสกุล", "สัญชาติ"], [1, "ก", "ไทย"], [], [2, "ข", "ลาว"]]
    path = workbook(tmp_path / "a.xlsx", rows)
    reader = open_sheet(path)
    assert (reader.header_row, reader.row_count_hint) == (3, 3)
    assert [(r.number, r.person.name_original if r.person else "") for r in people(path)] == [
        (4, "ก"),
        (6, "ข"),
    ]


def test_other_sheets_with_content_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "empty"
    for title in ("first", "second"):
        book.create_sheet(title).append(["name"])
    book.create_sheet("hidden").append(["name"])
    book["hidden"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    reader = open_sheet(tmp_path / "a.xlsx")
    assert (reader.sheet_name, reader.other_sheets) == ("first", ("second",))


def rewritten(path: Path, target: Path, member: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            assert name != member or old in content
            result.writestr(name, content.replace(old, new) if name == member else content)
    return target


def test_false_dimensions_cost_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["name", "sex"], ["A", "m"]])
    lying = rewritten(
        path, tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", b'ref="A1:B2"', b'ref="A1:XFD1048576"'
    )
    assert [row.cells for row in open_sheet(lying).rows()] == [("A", "m")]


def test_what_is_no_table_is_refused_with_advice(tmp_path: Path) -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    good = workbook(tmp_path / "good.xlsx", [["name"], ["A"]])
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/sharedStrings.xml", b" " * 50_000_000)
    assert bomb.stat().st_size < 100_000
    with zipfile.ZipFile(tmp_path / "other.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    entity = rewritten(
        good,
        tmp_path / "entity.xlsx",
        "xl/workbook.xml",
        b"<workbook",
        b'<!DOCTYPE x [<!ENTITY a "b">]><workbook',
    )
    for name, content, code in (
        ("old.xls", ole, "OLD_EXCEL"),
        ("locked.xlsx", ole + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"),
        ("a.pdf", b"%PDF-1.7", "OTHER_FORMAT"),
        ("cut.xlsx", good.read_bytes()[:-200], "BROKEN"),
        ("empty.csv", b"", "EMPTY"),
        ("blank.csv", b"\n,,\n", "EMPTY"),
        ("odd.csv", b"name\n\xff\xff\x81\x20", "UNKNOWN_ENCODING"),
    ):
        (tmp_path / name).write_bytes(content)
        assert outcome(tmp_path / name) == code, name
    assert refusal(tmp_path / "other.ods").code == "OTHER_FORMAT"
    assert refusal(bomb, Limits(unpacked_bytes=10_000_000)).code == "TOO_LARGE"
    assert refusal(entity).code == "BROKEN"
    assert refusal(good, Limits(file_bytes=100)).code == "TOO_LARGE"
    assert refusal(workbook(tmp_path / "none.xlsx", [])).code == "EMPTY"


@pytest.mark.parametrize("cut", [100, 1_000, 3_000])
def test_a_damaged_workbook_is_refused_and_never_crashes(tmp_path: Path, cut: int) -> None:
    good = workbook(tmp_path / "good.xlsx", [["name"], *[[f"A{n}"] for n in range(200)]]).read_bytes()
    outcomes = set()
    for shift in range(0, 60, 7):
        broken = bytearray(good)
        broken[cut + shift] ^= 0xFF
        (tmp_path / "bad.xlsx").write_bytes(broken)
        outcomes.add(outcome(tmp_path / "bad.xlsx"))
    assert outcomes <= {"", "BROKEN", "OTHER_FORMAT", "EMPTY", "TOO_LARGE"}
    assert outcomes != {""}


def test_too_many_columns_or_rows_are_refused_at_their_place(tmp_path: Path) -> None:
    wide = workbook(tmp_path / "wide.xlsx", [["name"] + [""] * 98 + ["x"]])
    assert (refusal(wide).code, refusal(wide).where) == ("TOO_MANY_COLUMNS", "row 1")
    assert get_column_letter(100) == "CV"
    long = text_file(tmp_path / "long.csv", "name\n" + "A\n" * 12)
    assert (refusal(long, Limits(rows=10)).code, refusal(long, Limits(rows=10)).where) == (
        "TOO_MANY_ROWS",
        "row 12",
    )


# --- csv ------------------------------------------------------------------------------------------------------

THAI = "ชื่อ-นามสกุล,เพศ,สัญชาติ\nสมชาย ใจดี,ชาย,ไทย\nเกษม น้ำใส,ชาย,ไทย\n"
CHINESE = "姓名,性别,国籍\n王伟,男,中国\n欧阳静,女,中国\n"


@pytest.mark.parametrize(
    ("text", "encoding", "detected"),
    [
        (THAI + CHINESE, "utf-8", "utf-8"),
        (THAI, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        ("name,sex\nA,m\n", "utf-16-le", "utf-16-le"),
        (THAI, "tis-620", "cp874"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
    ],
)
def test_the_letters_of_a_csv_file_are_found_by_trial(
    tmp_path: Path, text: str, encoding: str, detected: str
) -> None:
    path = text_file(tmp_path / "a.csv", text, encoding)
    assert open_sheet(path).encoding == detected
    rows = [",".join(row.cells) for row in open_sheet(path).rows()]
    assert rows == text.splitlines()[1:]


def test_an_officer_can_correct_the_letters(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", CHINESE, "gb18030")
    assert open_sheet(path, encoding="gb18030").headers == ("姓名", "性别", "国籍")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_among_quotes_and_line_breaks(tmp_path: Path, delimiter: str) -> None:
    text = io.StringIO()
    rows = [["name", "remarks", "sex"], ["A; B, C", "two\nlines | and\ttab", "m"], ["D", 'a "word"', "f"]]
    csv.writer(text, delimiter=delimiter).writerows(rows)
    reader = open_sheet(text_file(tmp_path / "a.csv", text.getvalue()))
    assert reader.headers == ("name", "remarks", "sex")
    assert [list(row.cells) for row in reader.rows()] == rows[1:]


def test_text_of_a_csv_file_stays_text(tmp_path: Path) -> None:
    rows = people(
        text_file(tmp_path / "a.csv", "name,document number\nA,0012\nB,1.10101E+17\nC,=HYPERLINK(1)\n")
    )
    assert rows[0].person is not None
    assert rows[0].person.document_number == "0012"
    assert [[e.code for e in row.errors] for row in rows[1:]] == [["DIGITS_LOST"], ["FORMULA"]]


# --- columns and values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        ["Name", "Romanised name", "Alias", "Sex", "Date of birth", "Nationality", "Document number", "Role"],
        ["ชื่อ-นามสกุล", "ชื่อภาษาอังกฤษ", "นามแฝง", "เพศ", "วันเดือนปีเกิด", "สัญชาติ", "เลขที่เอกสาร", "บทบาท"],
        ["ឈ្មោះ", "ឈ្មោះជាអក្សរឡាតាំង", "ឈ្មោះហៅក្រៅ", "ភេទ", "ថ្ងៃខែឆ្នាំកំណើត", "សញ្ជាតិ", "លេខឯកសារ", "តួនាទី"],
        ["ຊື່", "ຊື່ເປັນຕົວອັກສອນລາຕິນ", "ນາມແຝງ", "ເພດ", "ວັນເດືອນປີເກີດ", "ສັນຊາດ", "ເລກທີເອກະສານ", "ບົດບາດ"],
        ["အမည်", "ရောမအက္ခရာဖြင့် အမည်", "အမည်ကွဲ", "ကျား/မ", "မွေးသက္ကရာဇ်", "နိုင်ငံသား", "စာရွက်စာတမ်းအမှတ်", "အခန်းကဏ္ဍ"],
        [
            "Họ và tên",
            "Tên tiếng Anh",
            "Tên gọi khác",
            "Giới tính",
            "Ngày sinh",
            "Quốc tịch",
            "Số giấy tờ",
            "Vai trò",
        ],
        ["姓名", "拼音", "别名", "性别", "出生日期", "国籍", "证件号码", "角色"],
        [
            "姓名 (Name)",
            "NAME IN ENGLISH",
            "a.k.a.",
            "เพศ / Sex",
            "D.O.B.",
            "Nationality:",
            "ID no.",
            "Role/角色",
        ],
    ],
)
def test_headers_of_seven_languages_and_mixed_ones_are_understood(headers: list[str]) -> None:
    fields = [
        "name_original",
        "name_romanised",
        "aliases",
        "sex",
        "birth_date",
        "nationality",
        "document_number",
        "role",
    ]
    assert propose_mapping(headers) == dict(enumerate(fields))


def test_a_field_is_proposed_once_and_unknown_columns_are_kept_beside_the_person(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", "name,name,shoe size,alias,alias,\nA,B,44,x,y,z\n")
    reader = open_sheet(path)
    mapping = propose_mapping(reader.headers)
    assert mapping == {0: "name_original", 3: "aliases", 4: "aliases"}
    (result,) = read_rows(reader, mapping)
    assert result.person is not None
    assert result.person.aliases == ("x", "y")
    assert result.extra == {"name": "B", "shoe size": "44", "#6": "z"}


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("ကိုအောင် (ခ) အောင်လေး", ["ကိုအောင်", "အောင်လေး"]),
        ("Somchai alias Chai a.k.a. Lek", ["Somchai", "Chai", "Lek"]),
        ("Bình @ Cò", ["Bình", "Cò"]),
        ("ชัย หรือ ชัยเล็ก", ["ชัย", "ชัยเล็ก"]),
        ("ហៅ ដា", ["ដា"]),
        ("老王、小王；王哥", ["老王", "小王", "王哥"]),
        ("Karaka", ["Karaka"]),
    ],
)
def test_aliases_are_told_apart_by_the_regions_marks(written: str, names: list[str]) -> None:
    assert split_aliases(written) == names


def test_names_are_put_in_their_place(tmp_path: Path) -> None:
    text = (
        "name,romanised name,surname,first name,nationality\n"
        "Somchai Jaidee,,,,TH\n"
        ",,王,伟,CN\n"
        "Nguyễn Văn A @ Tí,,,,VN\n"
        "John Smith,,,,GB\n"
    )
    found = [r.person for r in people(text_file(tmp_path / "a.csv", text))]
    assert [(p.name_original, p.name_romanised, p.aliases) for p in found if p] == [
        ("", "Somchai Jaidee", ()),
        ("王伟", "", ()),
        ("Nguyễn Văn A", "", ("Tí",)),
        ("John Smith", "", ()),
    ]


def test_countries_come_from_the_callers_names_first(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", "name,nationality\nA,ฝรั่งเศส\nB,Utopia\nC,Kenyan\n")
    first, second, third = people(path, country_names={"utopia": "XU"})
    assert [r.person.nationality for r in (first, second) if r.person] == ["FR", "XU"]
    assert [e.code for e in third.errors] == ["UNKNOWN_COUNTRY"]


def test_nothing_is_assumed_that_the_list_does_not_say(tmp_path: Path) -> None:
    (result,) = people(text_file(tmp_path / "a.csv", "name,sex,role\nA\n"))
    assert result.person is not None
    assert (result.person.sex, result.person.role, result.person.category, result.person.nationality) == (
        "",
    ) * 4
    assert result.person.birth_date is None


# --- the same file again --------------------------------------------------------------------------------------


def test_the_same_person_has_the_same_fingerprint_in_another_edition_of_the_list(tmp_path: Path) -> None:
    first = people(text_file(tmp_path / "a.csv", "name,dob,id no,room\nNguyễn Văn A,3/5/2533,E-12 34,1\n"))[0]
    again = people(
        text_file(tmp_path / "b.csv", "id no;remarks;name;dob\nＥ1234;new;NGUYỄN VĂN A;1990-05-03\n")
    )[0]
    other = people(text_file(tmp_path / "c.csv", "name,dob,id no\nNguyễn Văn A,3/5/2534,E-12 34\n"))[0]
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 64
    keyed = people(tmp_path / "a.csv", fingerprint_key=b"secret")[0].fingerprint
    assert keyed == people(tmp_path / "a.csv", fingerprint_key=b"secret")[0].fingerprint != first.fingerprint


def test_the_hash_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a", "abc")
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# --- 31,000 rows ----------------------------------------------------------------------------------------------


def long_list(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("姓名,Romanised name,เพศ,ngày sinh,สัญชาติ,证件号码,Role\n")
        for n in range(rows):
            file.write(f"王伟{n},Wang Wei {n},男,3/5/{2510 + n % 40},จีน,DEMO{n:06},member\n")
    return path


def peak_bytes(path: Path) -> int:
    reader = open_sheet(path)
    mapping = propose_mapping(reader.headers)
    for _ in read_rows(reader, mapping):
        break
    tracemalloc.start()
    try:
        assert all(result.person for result in read_rows(reader, mapping))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    small, large = (peak_bytes(long_list(tmp_path / f"{rows}.csv", rows)) for rows in (500, 8_000))
    assert large < small * 1.5, (small, large)


def test_31_000_rows_of_a_workbook_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("list")
    with long_list(tmp_path / "a.csv", 31_000).open(encoding="utf-8") as file:
        for record in csv.reader(file):
            sheet.append(record)
    book.save(tmp_path / "a.xlsx")
    reader = open_sheet(tmp_path / "a.xlsx")
    assert sum(1 for result in read_rows(reader, propose_mapping(reader.headers)) if result.person) == 31_000
