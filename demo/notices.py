"""The 业务须知 of the demo's offices (R-44): what to enter, how to choose, how long the number is kept."""

from demo.offices import DemoOffice
from domain.durations import Duration
from domain.policy import Policy

TITLE = "本地二手车过户预选机动车号牌业务须知"

_BODY = """\
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
"""
_QUOTA = "本市实行小客车总量调控，买方须持有有效的小客车指标。"
_WORKING_DAYS = "按车辆管理所工作日计算，周末和法定节假日不计入"
_PLAIN_DAYS = "周末和节假日计入"
_TO_THE_SECOND = "到期时刻精确到秒"


def notice_body(office: DemoOffice, policy: Policy) -> str:
    """The text for this office, with the numbers of its policy."""
    return _BODY.format(
        office=office.name,
        address=office.address,
        quota=_QUOTA if office.demands_quota else "",
        composed=policy.composed,
        per_submission=policy.composed_per_submission,
        draws=policy.draws,
        batch_size=policy.batch_size,
        validity=_validity(policy),
        counting=_counting_rule(policy),
        blacklist=spoken_duration(policy.blacklist),
    )


def spoken_duration(duration: Duration, day: str = "天") -> str:
    """2年, 3天, 1小时30分钟, 8秒."""
    hours, rest = divmod(int(duration.time.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    units = (
        (duration.years, "年"),
        (duration.months, "个月"),
        (duration.days, day),
        (hours, "小时"),
        (minutes, "分钟"),
        (seconds, "秒"),
    )
    return "".join(f"{amount}{unit}" for amount, unit in units if amount) or "1秒"


def _validity(policy: Policy) -> str:
    counts_working_days = policy.validity_working_days and not policy.validity.has_time_part
    return spoken_duration(policy.validity, "个工作日" if counts_working_days else "天")


def _counting_rule(policy: Policy) -> str:
    if policy.validity.has_time_part:
        return _TO_THE_SECOND
    return _WORKING_DAYS if policy.validity_working_days else _PLAIN_DAYS
