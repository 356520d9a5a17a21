"""The words of the demo's notices, in the languages of the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from locales.languages import Language


@dataclass(frozen=True)
class NoticeTexts:
    """`units` are the words of years, months, days, hours, minutes and seconds; `{}` stands for the amount."""

    title: str
    body: str
    quota: str
    working_days: str
    plain_days: str
    to_the_second: str
    working_day: str
    units: tuple[str, ...]
    separator: str = ""


_SIMPLIFIED = NoticeTexts(
    title="本地二手车过户预选机动车号牌业务须知",
    quota="本市实行小客车总量调控，买方须持有有效的小客车指标。",
    working_days="按车辆管理所工作日计算，周末和法定节假日不计入",
    plain_days="周末和节假日计入",
    to_the_second="到期时刻精确到秒",
    working_day="{}个工作日",
    units=("{}年", "{}个月", "{}天", "{}小时", "{}分钟", "{}秒"),
    body="""\
一、适用范围
本业务适用于已购买二手小型汽车、在{office}办理本地转让登记（过户）的个人或单位。新能源汽车、大型汽车和摩托车不适用。

二、办理条件
1. 买方须与《二手车销售统一发票》上的买方一致，单位业务由经办人代表单位办理。
2. 车辆没有抵押、查封、报废、被盗抢、海关监管等情形，道路交通安全违法行为和交通事故已处理完毕。{quota}
3. 买方未被列入互联网选号黑名单。

三、需要填写的信息
1. 机动车登记证书编号（12位数字，见登记证书封面右上角）。
2. 车辆识别代号（17位，见行驶证或登记证书）。
3. 卖方信息：卖方为个人的，填写姓名和公民身份号码；卖方为单位的，填写单位名称和统一社会信用代码。
4. 发送到您已验证手机号码的短信验证码。

四、选号方式和次数
1. 每辆车可以自编{composed}个号牌，每次最多提交{per_submission}个；所提交的号牌全部已被占用的，按提交个数扣减。
2. 每辆车可以随机选号{draws}次，每次{batch_size}个，在倒计时结束前可将其中一个设为备选号牌。
3. 次数按车辆计算，用完后不再恢复，须到车辆管理所现场选号。

五、有效期
预选号牌自选定次日起{validity}内有效（{counting}，含最后一日）。请在有效期内携带车辆和资料到{office}办理转让登记：
{address}

六、逾期的后果
未在有效期内办理的，预选号牌失效，买方将被列入黑名单，{blacklist}内不能在互联网上预选号牌，期满自动解除。

七、号牌效力
预选成功不代表已经核发号牌，以车辆管理所现场审核结果为准。请妥善保管短信验证码，勿告知他人。
""",
)
_TRADITIONAL = NoticeTexts(
    title="本地二手車過戶預選機動車號牌業務須知",
    quota="本市實行小客車總量調控，買方須持有有效的小客車指標。",
    working_days="按車輛管理所工作日計算，週末和法定節假日不計入",
    plain_days="週末和節假日計入",
    to_the_second="到期時刻精確到秒",
    working_day="{}個工作日",
    units=("{}年", "{}個月", "{}天", "{}小時", "{}分鐘", "{}秒"),
    body="""\
一、適用範圍
本業務適用於已購買二手小型汽車、在{office}辦理本地轉讓登記（過戶）的個人或單位。新能源汽車、大型汽車和摩托車不適用。

二、辦理條件
1. 買方須與《二手車銷售統一發票》上的買方一致，單位業務由經辦人代表單位辦理。
2. 車輛沒有抵押、查封、報廢、被盜搶、海關監管等情形，道路交通安全違法行為和交通事故已處理完畢。{quota}
3. 買方未被列入互聯網選號黑名單。

三、需要填寫的資訊
1. 機動車登記證書編號（12位數字，見登記證書封面右上角）。
2. 車輛識別代號（17位，見行駛證或登記證書）。
3. 賣方資訊：賣方為個人的，填寫姓名和公民身分號碼；賣方為單位的，填寫單位名稱和統一社會信用代碼。
4. 發送到您已驗證手機號碼的簡訊驗證碼。

四、選號方式和次數
1. 每輛車可以自編{composed}個號牌，每次最多提交{per_submission}個；所提交的號牌全部已被佔用的，按提交個數扣減。
2. 每輛車可以隨機選號{draws}次，每次{batch_size}個，在倒數結束前可將其中一個設為備選號牌。
3. 次數按車輛計算，用完後不再恢復，須到車輛管理所現場選號。

五、有效期
預選號牌自選定次日起{validity}內有效（{counting}，含最後一日）。請在有效期內攜帶車輛和資料到{office}辦理轉讓登記：
{address}

六、逾期的後果
未在有效期內辦理的，預選號牌失效，買方將被列入黑名單，{blacklist}內不能在互聯網上預選號牌，期滿自動解除。

七、號牌效力
預選成功不代表已經核發號牌，以車輛管理所現場審核結果為準。請妥善保管簡訊驗證碼，勿告知他人。
""",
)
_ENGLISH = NoticeTexts(
    title="Notice on preselecting a plate for the local transfer of a second-hand car",
    quota="The city limits the number of cars: the buyer needs a valid quota.",
    working_days="counted in working days of the office, without weekends and public holidays",
    plain_days="weekends and public holidays count",
    to_the_second="it ends to the second",
    working_day="{} working day(s)",
    units=("{} year(s)", "{} month(s)", "{} day(s)", "{} hour(s)", "{} minute(s)", "{} second(s)"),
    separator=" ",
    body="""\
1. Scope
For persons and organisations that have bought a small second-hand car and transfer it locally at the {office}. \
New-energy, large and two-wheeled vehicles are excluded.

2. Conditions
The buyer is the buyer of the invoice for second-hand car sales. An agent acts for an organisation.
The car is not mortgaged, seized, scrapped, stolen or under customs control, and all traffic offences and \
accidents are settled. {quota}
The buyer is not on the blacklist for choosing plates online.

3. What you enter
The number of the registration certificate (12 digits, top right on its cover).
The VIN (17 characters, on the vehicle licence or the certificate).
The seller: name and identity number of a person, or name and unified social credit code of an organisation.
The code sent by SMS to your verified phone.

4. Ways to choose, and chances
You can compose {composed} numbers for each car, at most {per_submission} at a time. If all numbers of a \
submission are taken, as many chances are used.
You can draw {draws} times for each car, {batch_size} numbers at a time, and put one of them aside before the \
countdown ends.
The chances belong to the car. Once used up they do not come back, and the plate is chosen at the office.

5. Validity
The plate is reserved for {validity} from the day after your choice ({counting}, the last day included). Bring \
the car and the papers to the {office} in that time. Its address is shown with your reservation.

6. If you come too late
The reservation ends, and the buyer is blacklisted and cannot preselect plates online for {blacklist}. The ban \
ends by itself.

7. Effect
A preselected plate is not yet issued: the office decides when it has checked the car and the papers. Tell \
nobody the codes that you receive.
""",
)
NOTICE_TEXTS: Mapping[Language, NoticeTexts] = {
    Language.SIMPLIFIED: _SIMPLIFIED,
    Language.TRADITIONAL: _TRADITIONAL,
    Language.ENGLISH: _ENGLISH,
}
