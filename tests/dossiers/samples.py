"""INVENTED sample facts: no person, place of crime, document or file in here exists."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta

from PIL import Image, ImageDraw

from lmc_cases.dossiers.facts import (
    Article,
    BirthDate,
    Country,
    CustodyEvent,
    Decision,
    Disclosure,
    DossierFacts,
    Exhibit,
    IdentityDocument,
    LegalBasis,
    Moment,
    Name,
    Photo,
    Safeguard,
    Subject,
    Text,
)
from tests.dossiers import sample_parts

CODES = tuple(f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
LANGUAGES = ["zh-hans", "th", "lo", "km", "my", "vi", "en"]
START = datetime(2025, 11, 23, 7, 5, tzinfo=UTC)

TITLES = {
    "th": "การหลอกลงทุนออนไลน์จากฐานปฏิบัติการริมแม่น้ำ (ตัวอย่างสมมติ)",
    "zh-hans": "河畔园区网络投资诈骗案（虚构示例）",
    "lo": "ຄະດີຫຼອກລວງລົງທຶນທາງອອນລາຍ (ຕົວຢ່າງສົມມຸດ)",
    "km": "សំណុំរឿងឆបោកវិនិយោគតាមអនឡាញ (ឧទាហរណ៍ប្រឌិត)",
    "my": "အွန်လိုင်း ရင်းနှီးမြှုပ်နှံမှု လိမ်လည်မှု (စိတ်ကူးယဉ် နမူနာ)",
    "vi": "Vụ án lừa đảo đầu tư trực tuyến từ khu ven sông (ví dụ hư cấu)",
    "en": "Online investment fraud run from a riverside compound (invented example)",
}

STATEMENTS = {
    "th": [
        "ระหว่างเดือนมกราคมถึงเดือนตุลาคม พ.ศ. 2568 กลุ่มผู้ต้องหาได้ร่วมกันใช้บัญชีสื่อสังคมออนไลน์ปลอมชักชวนผู้เสียหาย"
        "ให้ลงทุนในแพลตฟอร์มซื้อขายที่ไม่มีอยู่จริง โดยทำให้เชื่อว่าจะได้รับผลตอบแทนสูงภายในเวลาอันสั้น",
        "ผู้เสียหายจำนวน 14 รายโอนเงินเข้าบัญชีม้ารวม 3,482,000 บาท จากนั้นเงินถูกโอนต่อไปยังกระเป๋าเงินคริปโทเคอร์เรนซี"
        "ภายในไม่กี่นาที น้ำเสียงและบทสนทนาที่ใช้ทำตามคู่มือเดียวกันทุกครั้ง",
    ],
    "zh-hans": [
        "2025年1月至10月间，犯罪嫌疑人结伙使用虚假社交账号，诱骗被害人在并不存在的交易平台上投资，并使其相信短期内可以获得高额回报。",
        "14名被害人向“跑分”账户转账共计3,482,000泰铢；款项在数分钟内即被转入加密货币钱包。通话内容每次均按照同一份手册进行。",
    ],
    "lo": [
        "ລະຫວ່າງເດືອນມັງກອນ ຫາ ເດືອນຕຸລາ 2025 ກຸ່ມຜູ້ຖືກສົງໄສໄດ້ຮ່ວມກັນນຳໃຊ້ບັນຊີສື່ສັງຄົມອອນລາຍປອມເພື່ອຊັກຊວນຜູ້ເສຍຫາຍໃຫ້ລົງທຶນໃນເວທີຊື້ຂາຍທີ່ບໍ່ມີຢູ່ຈິງ "
        "ໂດຍເຮັດໃຫ້ເຊື່ອວ່າຈະໄດ້ຮັບຜົນຕອບແທນສູງພາຍໃນເວລາອັນສັ້ນ.",
        "ຜູ້ເສຍຫາຍຈຳນວນ 14 ຄົນໄດ້ໂອນເງິນເຂົ້າບັນຊີທະນາຄານທີ່ໃຊ້ເພື່ອຟອກເງິນ ແລະ ຫຼັງຈາກນັ້ນເງິນໄດ້ຖືກໂອນຕໍ່ໄປຫາກະເປົາເງິນຄຣິບໂຕພາຍໃນບໍ່ເທົ່າໃດນາທີ.",
    ],
    "km": [
        "ចន្លោះខែមករា ដល់ខែតុលា ឆ្នាំ២០២៥ ក្រុមជនសង្ស័យបានរួមគ្នាប្រើប្រាស់គណនីបណ្តាញសង្គមក្លែងក្លាយដើម្បីបញ្ចុះបញ្ចូលជនរងគ្រោះឱ្យវិនិយោគលើវេទិកាជួញដូរដែលមិនមានពិតប្រាកដ "
        "ដោយធ្វើឱ្យជឿថានឹងទទួលបានផលចំណេញខ្ពស់ក្នុងរយៈពេលដ៏ខ្លី។",
        "ជនរងគ្រោះចំនួន ១៤ នាក់បានផ្ទេរប្រាក់ទៅក្នុងគណនីធនាគារដែលប្រើសម្រាប់សម្អាតប្រាក់ ហើយបន្ទាប់មកប្រាក់ត្រូវបានផ្ទេរបន្តទៅកាបូបរូបិយប័ណ្ណគ្រីបតូក្នុងរយៈពេលប៉ុន្មាននាទី។",
    ],
    "my": [
        "၂၀၂၅ ခုနှစ် ဇန်နဝါရီလမှ အောက်တိုဘာလအတွင်း သံသယရှိသူများသည် လူမှုကွန်ရက်အကောင့်အတုများကို ပူးပေါင်းအသုံးပြု၍ အမှန်တကယ်မရှိသော အရောင်းအဝယ်ပလက်ဖောင်းတွင် ရင်းနှီးမြှုပ်နှံရန် "
        "နစ်နာသူများကို ဆွဲဆောင်ခဲ့ပြီး အချိန်တိုအတွင်း အကျိုးအမြတ်များစွာရရှိမည်ဟု ယုံကြည်စေခဲ့သည်။",
        "နစ်နာသူ ၁၄ ဦးသည် ငွေကြေးခဝါချရန်အသုံးပြုသော ဘဏ်စာရင်းများသို့ ငွေလွှဲခဲ့ပြီး ထိုငွေများကို မိနစ်အနည်းငယ်အတွင်း ခရစ်တိုငွေကြေးပိုက်ဆံအိတ်သို့ ဆက်လက်လွှဲပြောင်းခဲ့သည်။",
    ],
    "vi": [
        "Từ tháng 1 đến tháng 10 năm 2025, nhóm nghi phạm đã cùng nhau sử dụng các tài khoản mạng xã hội giả để dụ dỗ người bị hại đầu tư vào "
        "một nền tảng giao dịch không có thật, khiến họ tin rằng sẽ thu được lợi nhuận cao trong thời gian ngắn.",
        "14 người bị hại đã chuyển tổng cộng 3.482.000 baht vào các tài khoản trung gian; số tiền này sau đó được chuyển tiếp vào ví tiền mã hóa "
        "chỉ trong vài phút. Nội dung trò chuyện lần nào cũng theo cùng một kịch bản.",
    ],
    "en": [
        "Between January and October 2025 the suspects together used false social media accounts to draw victims into investing on a trading "
        "platform that does not exist, making them believe that high returns would follow within a short time.",
        "Fourteen victims transferred 3,482,000 baht in all to mule accounts; within minutes the money was moved on to a cryptocurrency wallet. "
        "The conversations followed the same written script every time.",
    ],
}


def sample_photo(tint: int = 0, size: tuple[int, int] = (600, 800)) -> bytes:
    """Draw an invented silhouette; ``tint`` tells the pictures apart."""
    image = Image.new("RGB", size, (222, 228 - tint, 234))
    draw = ImageDraw.Draw(image)
    wide, high = size
    draw.ellipse((wide * 0.3, high * 0.16, wide * 0.7, high * 0.56), fill=(128, 140, 154))
    draw.ellipse((wide * 0.1, high * 0.6, wide * 0.9, high * 1.3), fill=(112, 124, 140 - tint))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def moment(hours: float = 0, zone: str = "Asia/Bangkok") -> Moment:
    """Return an invented instant some hours after the dossier's start."""
    return Moment(START + timedelta(hours=hours), zone)


def texts(by_language: dict[str, list[str] | str]) -> tuple[Text, ...]:
    """Return Thai originals with translations by an invented translator."""
    return tuple(
        Text(
            language=language,
            text=text if isinstance(text, str) else "\n".join(text),
            is_original=language == "th",
            translator="" if language == "th" else "Sample Translator (invented)",
        )
        for language, text in by_language.items()
    )


def exhibit(number: int) -> Exhibit:
    """Return an invented exhibit with two custody events."""
    digest = hashlib.sha256(f"invented exhibit {number}".encode()).hexdigest()
    return Exhibit(
        number=f"E-{number:04d}",
        kind="PHONE" if number % 2 else "FILE",
        description=texts(
            {
                "th": f"โทรศัพท์เคลื่อนที่พร้อมซิมการ์ด หมายเลข {number} (สมมติ)",
                "zh-hans": f"手机及SIM卡，编号{number}（虚构）",
                "en": f"Mobile phone with SIM card, number {number} (invented)",
            }
        ),
        collected_place="แม่สอด จังหวัดตาก (สมมติ)",
        collected_at=moment(number - 200),
        collected_by="Pol. Lt. Sample Officer (invented)",
        file_name=f"phone-extraction-{number:04d}.zip",
        size_bytes=1_482_113 * number,
        sha256=digest,
        scan_status="NOT_SCANNED",
        custody=(
            CustodyEvent(
                moment(number - 200),
                "Scene",
                "Evidence room, Mae Sot",
                "Mae Sot",
                "Storage",
                "Sealed",
                "MATCH",
                "COLLECTED",
            ),
            CustodyEvent(
                moment(number - 150),
                "Evidence room, Mae Sot",
                "Digital laboratory",
                "Bangkok",
                "Imaging",
                "Seal intact",
                "MATCH",
            ),
        ),
    )


def sample_facts(*, exhibits: int = 6, **changes: object) -> DossierFacts:
    """Return invented facts for three persons, asked of Thailand by China, in seven languages."""
    china, thailand, myanmar = Country("CN"), Country("TH"), Country("MM")
    subjects = (
        Subject(
            name=Name("王样例", "zh-hans"),
            romanised_name="WANG Yangli",
            aliases=(Name("老王", "zh-hans"), Name("เฮียหวัง", "th")),
            documents=(
                IdentityDocument("PASSPORT", "E0000000X", china, "FORGED"),
                IdentityDocument("NATIONAL_ID", "110101199003070000", china, "REAL"),
            ),
            birth_date=BirthDate("1990年3月7日", 1990, 3, 7, "GREGORIAN"),
            sex="MALE",
            nationality=china,
            role="RINGLEADER",
            category="SUSPECT",
            photo=Photo(sample_photo(0)),
            code=CODES[0],
            safeguards=(
                Safeguard("MINOR", "NO", "Sample Doctor (invented)", moment(-40)),
                Safeguard("FIT_TO_TRAVEL", "YES", "Sample Doctor (invented)", moment(-40)),
                Safeguard(
                    "TRAFFICKING_SCREENING", "ไม่พบข้อบ่งชี้ (สมมติ)", "Sample Screener (invented)", moment(-38)
                ),
            ),
            counts=sample_parts.counts(moment(-30)),
            hands=sample_parts.hands(moment(-100)),
        ),
        Subject(
            name=Name("အောင်နမူနာ", "my"),
            romanised_name="Aung Namuna",
            documents=(IdentityDocument("BORDER_PASS", "000000", myanmar),),
            birth_date=BirthDate("พ.ศ. 2538", 1995, None, None, "BUDDHIST"),
            sex="MALE",
            nationality=myanmar,
            role="MEMBER",
            category="PRESUMED_VICTIM",
            photo=Photo(sample_photo(20)),
            checks=sample_parts.checks(moment(-20)),
            belongings=sample_parts.belongings(),
            code=CODES[1],
        ),
        Subject(
            name=Name("Nguyễn Thị Ví Dụ", "vi"),
            romanised_name="NGUYEN Thi Vi Du",
            aliases=(Name("សុខ ឧទាហរណ៍", "km"), Name("ນາງ ຕົວຢ່າງ", "lo")),
            nationality=Country("VN"),
            sex="FEMALE",
            category="WITNESS",
            code=CODES[2],
        ),
    )
    values: dict[str, object] = {
        "reference": "HR-CN-TH-2025-000042",
        "case_reference": "TH-2025-000123",
        "version": 2,
        "supersedes": 1,
        "supersedes_reason": "Birth date of person 1 corrected",
        "created_at": moment(),
        "requesting_country": china,
        "requested_country": thailand,
        "requesting_agency": "公安部（演示单位）",
        "requested_agency": "สำนักงานตำรวจแห่งชาติ (หน่วยงานสาธิต)",
        "operation": "Operation Sample River (invented)",
        "purpose": "Prosecution",
        "handling_code": "H2 · SAMPLE",
        "languages": ("zh-hans", "th"),
        "case_title": texts(dict(TITLES)),
        "case_summary": texts(
            {"th": "เครือข่ายหลอกลวงออนไลน์ข้ามชาติ (สมมติ)", "zh-hans": "跨国网络诈骗团伙（虚构）"}
        ),
        "statement_of_facts": texts(dict(STATEMENTS)),
        "legal_basis": LegalBasis(
            instrument="Treaty on Extradition between the People's Republic of China and the Kingdom of Thailand",
            source="Sample of the reference data",
            confidence="verified",
            articles=(
                Article(
                    china,
                    "中华人民共和国刑法",
                    "266",
                    "诈骗罪",
                    "（示例文字，不是法律原文）诈骗公私财物的条文在此引用。",
                    "zh-hans",
                    "0-3 / life",
                    True,
                    "Sample (invented quotation)",
                    "verified",
                ),
                Article(
                    thailand,
                    "ประมวลกฎหมายอาญา",
                    "343",
                    "ฉ้อโกงประชาชน",
                    "ห้ามพิมพ์",
                    "th",
                    "",
                    False,
                    "",
                    "general-knowledge",
                ),
            ),
        ),
        "decisions": (
            Decision("SUBMITTED", "Sample Prosecutor (invented)", moment(-60, "Asia/Shanghai"), china),
            Decision("APPROVED", "Sample Supervisor (invented)", moment(-2), thailand, "เห็นชอบ (สมมติ)"),
        ),
        "subjects": subjects,
        "exhibits": tuple(exhibit(number) for number in range(1, exhibits + 1)),
        "disclosure": Disclosure(
            china,
            "公安部（演示单位）",
            "FULL",
            "Prosecution",
            "Joint investigation (invented)",
            moment(24 * 90),
            ("E-0099: H1",),
        ),
        "is_demo": True,
        **sample_parts.of_dossier(moment(30)),
    }
    return DossierFacts(**(values | changes))  # type: ignore[arg-type]
