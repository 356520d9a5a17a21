"""The texts of the demo's pages, in the languages of the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from locales.languages import Language, preferred_language


@dataclass(frozen=True)
class PageTexts:
    sign_in: str
    lead: str
    unknown: str
    others: str
    enter: str
    phone: str
    whose: str
    open: str
    none: str
    phone_of: str
    another: str
    separator: str
    roles: Mapping[str, str]
    # Title and text of the pages that only state something.
    notices: Mapping[str, tuple[str, str]]


_TEXTS = {
    Language.SIMPLIFIED: PageTexts(
        sign_in="演示登录",
        lead="这是演示身份服务，选择一个人即可登录，不需要密码。",
        unknown="没有这个演示用户。",
        others="其他人",
        enter="登录",
        phone="演示手机",
        whose="谁的手机",
        open="打开",
        none="还没有短信。",
        phone_of="{name}的手机",
        another="换一部手机",
        separator="、",
        roles={"applicant": "申请人", "clerk": "车管所工作人员", "operator": "运营人员", "auditor": "审计人员"},
        notices={
            "signed_out": ("已退出", "您已退出演示登录。"),
            "refused": ("无法登录", "请求的应用或返回地址不正确。"),
            "unavailable": ("演示手机", "暂时无法读取短信，请稍后再试。"),
        },
    ),
    Language.TRADITIONAL: PageTexts(
        sign_in="演示登入",
        lead="這是演示身分服務，選擇一個人即可登入，不需要密碼。",
        unknown="沒有這個演示使用者。",
        others="其他人",
        enter="登入",
        phone="演示手機",
        whose="誰的手機",
        open="打開",
        none="還沒有簡訊。",
        phone_of="{name}的手機",
        another="換一部手機",
        separator="、",
        roles={"applicant": "申請人", "clerk": "車管所工作人員", "operator": "營運人員", "auditor": "稽核人員"},
        notices={
            "signed_out": ("已登出", "您已登出演示登入。"),
            "refused": ("無法登入", "請求的應用程式或返回位址不正確。"),
            "unavailable": ("演示手機", "暫時無法讀取簡訊，請稍後再試。"),
        },
    ),
    Language.ENGLISH: PageTexts(
        sign_in="Demo sign-in",
        lead="This is the demo's identity provider. Choose a person to sign in; no password is needed.",
        unknown="The demo has no such user.",
        others="Somebody else",
        enter="Sign in",
        phone="Demo phone",
        whose="Whose phone",
        open="Open",
        none="No SMS yet.",
        phone_of="Phone of {name}",
        another="Another phone",
        separator=", ",
        roles={"applicant": "applicant", "clerk": "office clerk", "operator": "operator", "auditor": "auditor"},
        notices={
            "signed_out": ("Signed out", "You have signed out of the demo."),
            "refused": ("Sign-in is not possible", "The application or the return address of the request is wrong."),
            "unavailable": ("Demo phone", "SMS cannot be read at the moment. Try again later."),
        },
    ),
}


def page_texts(language: Language) -> PageTexts:
    return _TEXTS[language]


def language_of(request: Request) -> Language:
    """The language that the browser asks for."""
    return preferred_language(request.headers.get("accept-language"))
