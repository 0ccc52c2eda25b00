"""Which column holds what: headers in seven languages, and the fields they stand for."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

from lmc_cases.core.text import search_form

# Field to header words, separated by bars; the first words of each are the product's own glossary.
_HEADERS: Final[dict[str, str]] = {
    "name_original": (
        "name in original script|name|full name|legal name|original name|native name|suspect name|name of suspect|"
        "ชื่อในอักษรต้นฉบับ|ชื่อ|ชื่อ-สกุล|ชื่อ-นามสกุล|ชื่อและนามสกุล|ชื่อสกุล|ชื่อตามเอกสารราชการ|ชื่อ นามสกุล|"
        "ឈ្មោះជាអក្សរដើម|ឈ្មោះ|នាម និងគោត្តនាម|គោត្តនាម និងនាម|នាមត្រកូល និងនាមខ្លួន|ឈ្មោះក្នុងឯកសារផ្លូវការ|"
        "ຊື່ເປັນຕົວອັກສອນຕົ້ນສະບັບ|ຊື່|ຊື່ ແລະ ນາມສະກຸນ|ຊື່ແລະນາມສະກຸນ|ຊື່ຕາມເອກະສານທາງການ|"
        "မူရင်းအက္ခရာဖြင့် အမည်|အမည်|နာမည်|တရားဝင်အမည်|"
        "họ tên bằng chữ viết gốc|họ tên|họ và tên|tên|họ tên theo giấy tờ|原文姓名|姓名|证件姓名|名字"
    ),
    "family_name": "family name|surname|last name|นามสกุล|នាមត្រកូល|ນາມສະກຸນ|မျိုးရိုးအမည်|họ|姓",
    "given_name": "given name|first name|forename|ชื่อตัว|នាមខ្លួន|ကိုယ်ပိုင်အမည်|chữ đệm và tên|名",
    "name_romanised": (
        "romanised name|romanized name|name in english|english name|name in latin|latin name|name english|pinyin|"
        "name in latin letters|name latin|ชื่อเป็นอักษรโรมัน|ชื่อภาษาอังกฤษ|ชื่ออังกฤษ|ឈ្មោះជាអក្សរឡាតាំង|"
        "ឈ្មោះជាភាសាអង់គ្លេស|ຊື່ເປັນຕົວອັກສອນລາຕິນ|ຊື່ພາສາອັງກິດ|ရောမအက္ခရာဖြင့် အမည်|အင်္ဂလိပ်အမည်|"
        "họ tên bằng chữ la-tinh|tên tiếng anh|姓名拉丁字母转写|拼音|姓名拼音|英文名|英文姓名|拼音姓名"
    ),
    "aliases": (
        "alias|aliases|also known as|aka|a.k.a.|other names|nickname|นามแฝง|ชื่อเล่น|ชื่ออื่น|ឈ្មោះហៅក្រៅ|ຊື່ຫຼິ້ນ|"
        "ນາມແຝງ|အမည်ကွဲ|tên gọi khác|bí danh|别名|绰号|化名|曾用名"
    ),
    "sex": "sex|gender|m/f|เพศ|ភេទ|ເພດ|ကျား/မ|ကျား မ|လိင်|giới tính|phái|性别",
    "birth_date": (
        "date of birth|dob|birth date|birthdate|born|year of birth|birthday|วันเดือนปีเกิด|วันเกิด|ว/ด/ป เกิด|"
        "วัน เดือน ปีเกิด|ปีเกิด|ថ្ងៃខែឆ្នាំកំណើត|ថ្ងៃកំណើត|ວັນເດືອນປີເກີດ|ວັນ ເດືອນ ປີເກີດ|မွေးသက္ကရာဇ်|မွေးနေ့|"
        "ngày, tháng, năm sinh|ngày tháng năm sinh|ngày sinh|năm sinh|出生日期|出生年月|生日|出生年月日"
    ),
    "nationality": (
        "nationality|citizenship|country of nationality|country|สัญชาติ|ประเทศ|សញ្ជាតិ|ប្រទេស|ສັນຊາດ|ປະເທດ|"
        "နိုင်ငံသား|နိုင်ငံ|quốc tịch|quốc gia|国籍|国家"
    ),
    "document_kind": (
        "document kind|document type|identity document|type of document|id type|kind of document|เอกสารประจำตัว|"
        "ประเภทเอกสาร|ឯកសារអត្តសញ្ញាណ|ប្រភេទឯកសារ|ເອກະສານປະຈຳຕົວ|ປະເພດເອກະສານ|"
        "ကိုယ်ရေးအထောက်အထား စာရွက်စာတမ်း|စာရွက်စာတမ်းအမျိုးအစား|giấy tờ tùy thân|loại giấy tờ|身份证件|证件类型|证件种类"
    ),
    "document_number": (
        "document number|document no|id number|id no|passport number|passport no|national id number|passport|"
        "national id|เลขที่เอกสาร|หมายเลขเอกสาร|เลขประจำตัวประชาชน|เลขที่หนังสือเดินทาง|หนังสือเดินทาง|"
        "លេខឯកសារ|លេខអត្តសញ្ញាណប័ណ្ណ|លេខលិខិតឆ្លងដែន|លិខិតឆ្លងដែន|ເລກທີເອກະສານ|ເລກບັດປະຈຳຕົວ|ເລກໜັງສືຜ່ານແດນ|"
        "ໜັງສືຜ່ານແດນ|စာရွက်စာတမ်းအမှတ်|နိုင်ငံသားမှတ်ပုံတင်အမှတ်|မှတ်ပုံတင်အမှတ်|နိုင်ငံကူးလက်မှတ်အမှတ်|နိုင်ငံကူးလက်မှတ်|"
        "số giấy tờ|số định danh cá nhân|số hộ chiếu|hộ chiếu|số cccd|cccd|证件号码|证件号|护照号|护照号码|护照|"
        "公民身份号码|身份证号|身份证号码"
    ),
    "document_country": (
        "issuing country|document country|country of issue|issued by|ประเทศที่ออกเอกสาร|ประเทศผู้ออก|ប្រទេសចេញឯកសារ|"
        "ປະເທດທີ່ອອກ|ထုတ်ပေးသည့်နိုင်ငံ|nước cấp|nơi cấp|签发国|签发国家|发证国家"
    ),
    "document_status": (
        "document status|genuine or forged|สถานะเอกสาร|ស្ថានភាពឯកសារ|ສະຖານະເອກະສານ|စာရွက်စာတမ်းအခြေအနေ|"
        "tình trạng giấy tờ|证件状态|证件真伪"
    ),
    "role": (
        "role|role in the group|role in group|position|บทบาท|หน้าที่|ตำแหน่ง|តួនាទី|ບົດບາດ|ໜ້າທີ່|အခန်းကဏ္ဍ|ရာထူး|"
        "vai trò|角色|作用|职务|团伙角色"
    ),
    "category": (
        "category|status|person category|ประเภทบุคคล|สถานะ|ប្រភេទបុគ្គល|ស្ថានភាព|ປະເພດບຸກຄົນ|ສະຖານະ|အမျိုးအစား|"
        "အခြေအနေ|diện|phân loại|trạng thái|人员类别|类别|状态"
    ),
    "phone": (
        "phone number|phone|mobile|telephone|หมายเลขโทรศัพท์|โทรศัพท์|เบอร์โทร|លេខទូរសព្ទ|ເບີໂທລະສັບ|"
        "တယ်လီဖုန်းနံပါတ်|ဖုန်း|số điện thoại|điện thoại|电话号码|电话|手机|手机号"
    ),
    "batch": "batch|group|lot|flight|ชุด|ชุดที่|กลุ่ม|រលក|ក្រុម|ຊຸດ|ກຸ່ມ|အသုတ်|အုပ်စု|đợt|nhóm|批次|组|航班",
    "room": "room|room number|building|dormitory|ห้อง|อาคาร|បន្ទប់|ຫ້ອງ|အခန်း|phòng|房间|房号|宿舍|楼栋",
    "list_number": (
        "no|no.|number|#|s/n|row|item|ลำดับ|ลำดับที่|ที่|ល.រ|ល.រ.|លេខរៀង|ລ/ດ|ລຳດັບ|စဉ်|stt|số thứ tự|序号|编号"
    ),
    "remarks": (
        "remarks|remark|note|notes|comment|comments|หมายเหตุ|កំណត់ចំណាំ|ផ្សេងៗ|ໝາຍເຫດ|မှတ်စု|မှတ်ချက်|ghi chú|备注|说明"
    ),
}
FIELDS: Final = tuple(_HEADERS)
# Fields that several columns may fill.
REPEATABLE: Final = frozenset({"aliases", "remarks"})

_PUNCTUATION: Final = re.compile(r"[\s.,:;*'\"_\-()（）\[\]【】:：、。]+")
_PARTS: Final = re.compile(r"[/\n|()（）\[\]【】]")


def _key(text: str) -> str:
    return _PUNCTUATION.sub("", search_form(text))


@functools.cache
def _index() -> dict[str, str]:
    index: dict[str, str] = {}
    for field, words in _HEADERS.items():
        for word in (*words.split("|"), field):
            index.setdefault(_key(word), field)
    return index


def field_of(header: str) -> str | None:
    """Return the field a header stands for: the whole of it first, then each part of "姓名 / Name (ชื่อ)"."""
    index = _index()
    for part in (header, *_PARTS.split(header)):
        field = index.get(_key(part))
        if field and _key(part):
            return field
    return None


def propose_mapping(headers: Sequence[str]) -> dict[int, str]:
    """Return column index to field for the headers that are understood; each field once, except aliases, remarks.

    A proposal only: an officer confirms or changes it before anything is imported.
    """
    mapping: dict[int, str] = {}
    for column, header in enumerate(headers):
        field = field_of(header)
        if field and (field in REPEATABLE or field not in mapping.values()):
            mapping[column] = field
    return mapping
