"""The demo list of 40 invented people in six scripts, mixed in every column as the first list of a raid often is.

The people stand in ``people.tsv``; this module makes the spreadsheet of them.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from lmc_cases.config.demo_data import DEMO_DATA

HEADERS: Final = (
    "ลำดับ / No.",
    "姓名 / ชื่อ",
    "Romanised name",
    "别名 / Alias",
    "เพศ / Sex",
    "Ngày sinh / 出生日期",
    "ສັນຊາດ / Nationality",
    "ឯកសារអត្តសញ្ញាណ / Document type",
    "证件号码 / Document number",
    "Issuing country",
    "Role in the group",
    "ປະເພດບຸກຄົນ / Category",
    "Batch / 批次",
    "ห้อง / Room",
    "Remarks / မှတ်ချက်",
)
PEOPLE: Final = DEMO_DATA / "people.tsv"
SHEET_TITLE: Final = "INVENTED people"
_REMARK: Final = "INVENTED for demonstration"

# A birth date written ``cell:1985-03-09`` becomes a real date of the spreadsheet; all others are text.
_DATE_CELL: Final = "cell:"

ERRORS_HEADER: Final = (
    "序号",
    "姓名",
    "Romanised name",
    "เพศ",
    "วันเดือนปีเกิด",
    "quốc tịch",
    "证件号码",
    "Role",
    "Remarks",
)
ERROR_ROWS: Final = (
    (
        "1",
        "张三丰",
        "Zhang Sanfeng",
        "男",
        "1990年5月3日",
        "中国",
        "DEMO-ERR-0001",
        "member",
        "INVENTED; this row is right",
    ),
    ("2", "", "", "หญิง", "2533", "ไทย", "DEMO-ERR-0002", "member", "INVENTED; no name"),
    ("3", "ตัวอย่าง ผิดวัน", "", "ชาย", "31/02/2533", "ไทย", "DEMO-ERR-0003", "member", "INVENTED; no such day"),
    (
        "4",
        "Nguyễn Văn Sai",
        "",
        "nam",
        "3/5/90",
        "Việt Nam",
        "DEMO-ERR-0004",
        "member",
        "INVENTED; year of two digits",
    ),
    (
        "5",
        "李四",
        "Li Si",
        "雄",
        "1991年2月3日",
        "Atlantis",
        "DEMO-ERR-0005",
        "cook",
        "INVENTED; three unknown words",
    ),
    (
        "6",
        "王五",
        "Wang Wu",
        "男",
        "1992年3月4日",
        "中国",
        "1.10101E+17",
        "member",
        "INVENTED; number rounded",
    ),
    ("7", "=A1", "Zhao Liu", "男", "1993年4月5日", "中国", "DEMO-ERR-0007", "member", "INVENTED; formula"),
)


def table() -> list[list[str | int | date]]:
    """Return the rows of the list, header first."""
    rows: list[list[str | int | date]] = [list(HEADERS)]
    for number, line in enumerate(PEOPLE.read_text(encoding="utf-8").splitlines()[1:], start=1):
        *values, remark = line.split("\t")
        batch = f"DEMO-{1 + (number - 1) // 20}"
        room = f"B-{200 + number % 7}"
        rows.append([number, *map(_cell, values), batch, room, f"{_REMARK}; {remark}".rstrip("; ")])
    return rows


def _cell(text: str) -> str | date:
    return date.fromisoformat(text.removeprefix(_DATE_CELL)) if text.startswith(_DATE_CELL) else text


def write_workbook(path: Path) -> None:
    """Write the list as .xlsx."""
    book = Workbook()
    book.properties.title = "INVENTED people for demonstration"
    book.properties.creator = "LMC Cases"
    book.properties.created = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet = book.worksheets[0]
    sheet.title = SHEET_TITLE
    for row in table():
        sheet.append(row)
    for column in "BCDEFGHIJKLO":
        sheet.column_dimensions[column].width = 24
    sheet.freeze_panes = "A2"
    book.save(path)


def errors_csv() -> str:
    """Return the small list with one fault in almost every row, as the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([ERRORS_HEADER, *ERROR_ROWS])
    return text.getvalue()
