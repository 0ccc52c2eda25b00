"""The words for sex, role, category, documents and countries in seven languages, and the codes they stand for.

Words come from the product's glossary. A word that is not listed gives None: the caller reports it, nothing is
guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from babel import Locale

from lmc_cases.core.text import search_form

# Words for each code, separated by bars.
_SEX: Final[dict[str, str]] = {
    "MALE": "m|male|man|boy|ชาย|ช|ប្រុស|ຊາຍ|ကျား|nam|男|男性",
    "FEMALE": "f|female|woman|girl|หญิง|ญ|ស្រី|ຍິງ|မ|nữ|女|女性",
    "UNKNOWN": "unknown|not known|u|x|-|ไม่ทราบ|មិនស្គាល់|ບໍ່ຊາບ|မသိရှိရ|မသိရှိပါ|không rõ|chưa rõ|未知|不详",
}
_ROLE: Final[dict[str, str]] = {
    "RINGLEADER": (
        "ringleader|leader|boss|หัวหน้าขบวนการ|មេខ្លោង|ຫົວໜ້າກຸ່ມອາຊະຍາກຳ|ဂိုဏ်းခေါင်းဆောင်|người cầm đầu|首要分子|主犯"
    ),
    "ORGANISER": ("organiser|organizer|ผู้จัดการขบวนการ|អ្នករៀបចំចាត់តាំង|ຜູ້ຈັດຕັ້ງ|စီစဉ်ဆောင်ရွက်သူ|người tổ chức|组织者"),
    "KEY_MEMBER": (
        "key member|core member|สมาชิกคนสำคัญ|សមាជិកស្នូល|ສະມາຊິກຄົນສຳຄັນ|အဓိကအဖွဲ့ဝင်|thành viên cốt cán|骨干成员|骨干"
    ),
    "MEMBER": "member|worker|สมาชิก|សមាជិក|ສະມາຊິກ|အဖွဲ့ဝင်|thành viên|一般成员|成员",
    "UNKNOWN": "unknown|not known|u|x|-|ไม่ทราบ|មិនស្គាល់|ບໍ່ຊາບ|မသိရှိရ|မသိရှိပါ|không rõ|chưa rõ|未知|不详",
}
_CATEGORY: Final[dict[str, str]] = {
    "SUSPECT": "suspect|ผู้ต้องหา|ជនសង្ស័យ|ຜູ້ຖືກສົງໄສ|သံသယရှိသူ|người bị tình nghi|犯罪嫌疑人|嫌疑人",
    "PRESUMED_VICTIM": (
        "presumed trafficking victim|presumed victim|possible trafficking victim|"
        "ผู้ที่อาจเป็นผู้เสียหายจากการค้ามนุษย์|ជនដែលសន្មតថារងគ្រោះដោយអំពើជួញដូរមនុស្ស|"
        "ຜູ້ທີ່ສັນນິຖານວ່າເປັນຜູ້ຖືກເຄາະຮ້າຍຈາກການຄ້າມະນຸດ|လူကုန်ကူးခံရသူဟု ယူဆရသူ|"
        "người đang trong quá trình xác định là nạn nhân mua bán người|疑似人口贩运被害人"
    ),
    "VICTIM": (
        "victim|trafficking victim|ผู้เสียหาย|ជនរងគ្រោះ|ຜູ້ເສຍຫາຍ|နစ်နာသူ|bị hại|被害人|受害人|"
        "nạn nhân|nạn nhân mua bán người"
    ),
    "WITNESS": "witness|พยาน|សាក្សី|ພະຍານ|သက်သေ|người làm chứng|证人",
}
_DOCUMENT_KIND: Final[dict[str, str]] = {
    "PASSPORT": ("passport|ppt|หนังสือเดินทาง|พาสปอร์ต|លិខិតឆ្លងដែន|ໜັງສືຜ່ານແດນ|နိုင်ငံကူးလက်မှတ်|hộ chiếu|护照"),
    "NATIONAL_ID": (
        "national id|national id number|national id card|id card|identity card|nrc|"
        "เลขประจำตัวประชาชน|บัตรประชาชน|บัตรประจำตัวประชาชน|លេខអត្តសញ្ញាណប័ណ្ណ|អត្តសញ្ញាណប័ណ្ណ|"
        "ເລກບັດປະຈຳຕົວ|ບັດປະຈຳຕົວ|နိုင်ငံသားမှတ်ပုံတင်အမှတ်|နိုင်ငံသားစိစစ်ရေးကတ်|မှတ်ပုံတင်|"
        "số định danh cá nhân|căn cước công dân|căn cước|cccd|cmnd|公民身份号码|身份证|居民身份证"
    ),
    "BORDER_PASS": (
        "border pass|หนังสือผ่านแดน|บัตรผ่านแดน|ប័ណ្ណឆ្លងដែន|ບັດຜ່ານແດນ|"
        "နယ်စပ်ဖြတ်ကျော်ခွင့်လက်မှတ်|giấy thông hành|边境通行证|通行证"
    ),
    "OTHER": "other|อื่น ๆ|อื่นๆ|ផ្សេងទៀត|ອື່ນໆ|အခြား|khác|其他",
}
_DOCUMENT_STATUS: Final[dict[str, str]] = {
    "GENUINE": "genuine|real|ของจริง|thật|真|真实",
    "FORGED": (
        "forged|false|fake|forged document|เอกสารปลอม|ปลอม|ឯកសារក្លែង|ເອກະສານປອມ|"
        "အတုပြုလုပ်ထားသည့် စာရွက်စာတမ်း|giấy tờ giả|giả|伪造|伪造证件|假"
    ),
    "NOT_CHECKED": "not checked|unchecked|unknown|ยังไม่ตรวจสอบ|chưa kiểm tra|未核实",
}
# What people write for a nationality besides the names in CLDR.
_PEOPLES: Final[dict[str, str]] = {
    "CN": "chinese|prc|中华人民共和国|中国籍|china|จีน|ចិន|ຈີນ|တရုတ်|Trung Quốc|中国",
    "TH": "thai|siamese|thailand|ไทย|ថៃ|ໄທ|ထိုင်း|Thái Lan|泰国",
    "KH": "cambodian|khmer|ខ្មែរ|เขมร|កម្ពុជា|cambodia|กัมพูชา|ກຳປູເຈຍ|ကမ္ဘောဒီးယား|Campuchia|柬埔寨",
    "LA": "lao|laotian|lao pdr|สปป.ลาว|ສປປ ລາວ|老挝|laos|ลาว|ឡាវ|ລາວ|လာအို|Lào",
    "MM": "burmese|myanmarese|burma|พม่า|ភូមា|ພະມ້າ|缅甸|myanmar|เมียนมา|មីយ៉ាន់ម៉ា|ມຽນມາ|မြန်မာ",
    "VN": "vietnamese|viet nam|việt nam|เวียดนาม|វៀតណាម|ຫວຽດນາມ|ဗီယက်နမ်|vietnam|Việt Nam|越南",
    "SG": "singaporean|singapore|สิงคโปร์|សិង្ហបុរី|ສິງກະໂປ|စင်ကာပူ|新加坡",
    "MY": "malaysian",
    "ID": "indonesian",
    "PH": "filipino|philippine|filipina",
    "IN": "indian",
    "TW": "taiwanese",
    "KR": "korean|south korean",
    "JP": "japanese",
}
_PEOPLE_AFFIX: Final = re.compile(
    r"^(?:ชาว|สัญชาติ|ประเทศ|ជនជាតិ|ສັນຊາດ|ຄົນ|nguoi |quoc tich )|(?:籍|人|国籍|နိုင်ငံသား|လူမျိုး)$"
)


def _code(words: Mapping[str, str], written: str) -> str | None:
    return _index(tuple(words.items())).get(search_form(written).replace("_", " "))


@functools.cache
def _index(words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    index = {search_form(word): code for code, names in words for word in names.split("|")}
    return index | {search_form(code).replace("_", " "): code for code, _ in words}


def sex_code(written: str) -> str | None:
    """Return MALE, FEMALE or UNKNOWN for a word in one of the seven languages, or None."""
    return _code(_SEX, written)


def role_code(written: str) -> str | None:
    """Return RINGLEADER, ORGANISER, KEY_MEMBER, MEMBER or UNKNOWN, or None for another word."""
    return _code(_ROLE, written)


def category_code(written: str) -> str | None:
    """Return SUSPECT, PRESUMED_VICTIM, VICTIM or WITNESS, or None for another word."""
    return _code(_CATEGORY, written)


def document_kind_code(written: str) -> str | None:
    """Return PASSPORT, NATIONAL_ID, BORDER_PASS or OTHER, or None for another word."""
    return _code(_DOCUMENT_KIND, written)


def document_status_code(written: str) -> str | None:
    """Return GENUINE, FORGED or NOT_CHECKED, or None for another word."""
    return _code(_DOCUMENT_STATUS, written)


@functools.cache
def world_country_names() -> Mapping[str, str]:
    """Return country names in English and the six languages, and alpha-2 and alpha-3 codes, to alpha-2 codes.

    Keys are in :func:`search_form`. Source: CLDR, by Babel.
    """
    index: dict[str, str] = {}
    for language in ("en", "th", "km", "lo", "my", "vi", "zh"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES:
                index.setdefault(search_form(str(name)), code)
                index.setdefault(code.casefold(), code)
    for code, names in _PEOPLES.items():
        for people in names.split("|"):
            index.setdefault(search_form(people), code)
    return index | _ALPHA_3


_NOT_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ"})
_ALPHA_3: Final = {
    "chn": "CN", "tha": "TH", "khm": "KH", "lao": "LA", "mmr": "MM", "vnm": "VN", "sgp": "SG", "mys": "MY",
    "idn": "ID", "phl": "PH", "ind": "IN", "bgd": "BD", "pak": "PK", "npl": "NP", "lka": "LK", "ken": "KE",
    "uga": "UG", "eth": "ET", "twn": "TW", "hkg": "HK", "mac": "MO", "kor": "KR", "jpn": "JP", "bra": "BR",
}  # fmt: skip


def country_code(written: str, names: Mapping[str, str] | None = None) -> str | None:
    """Return the ISO 3166-1 alpha-2 code for a country or nationality as written, or None.

    Args:
        written: a code, a name in any of the seven languages, or a people's name.
        names: more names, in any spelling, to alpha-2 codes; they win over the built-in ones.
    """
    wanted = search_form(written)
    own = {search_form(name): code for name, code in (names or {}).items()}
    return find_country(wanted, own) or find_country(_PEOPLE_AFFIX.sub("", wanted).strip(), own)


def find_country(form: str, own: Mapping[str, str]) -> str | None:
    """Return the code for a name in search form, asking ``own`` (keys in search form) first."""
    return own.get(form) or world_country_names().get(form)
