"""The demo's two pages, plain HTML from the server: the choice of a user, and a user's phone with its SMS."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from demo.offices import OFFICES
from demo.page_texts import PageTexts, page_texts
from demo.world import DemoUser
from domain.durations import SHANGHAI
from locales.languages import Language
from storage.sms.outbox import ReceivedMessage

STYLE_PATH = "/demo/style.css"
FOLLOWER_PATH = "/demo/phone.js"
_FOLLOWER = Path(__file__).with_name("phone.js")

_STYLE = """
:root { color-scheme: light dark; color: light-dark(#1c2430, #e9edf4); background: light-dark(#fff, #14181f); }
:root { font: 1rem/1.6 system-ui, "Noto Sans SC", sans-serif; }
body { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.4rem; }
form, .quick { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 1rem 0; }
input, button { font: inherit; padding: .4rem .8rem; border: 1px solid #8888; border-radius: .4rem; }
input, button { min-height: 2.75rem; }
input { flex: 1 1 12rem; min-width: 0; }
button { cursor: pointer; background: #0958d9; color: #fff; border-color: #0958d9; }
.quick button { background: none; color: inherit; }
.note, time { color: light-dark(#5f6368, #b0b5bb); }
.wrong { color: light-dark(#b3261e, #ff8a80); }
ol { list-style: none; padding: 0; }
li { border: 1px solid #8888; border-radius: .8rem; padding: .8rem 1rem; margin: .8rem 0; }
a { color: light-dark(#0958d9, #8ab8f5); }
p a { display: inline-block; padding: .6rem 0; }
.code { font-size: 1.5rem; letter-spacing: .2em; }
"""
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_SAFE = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_OFFICES = {office.code: office for office in OFFICES}
_SUGGESTED = ("applicant-001", "applicant-002", "agent-001", "clerk-440300", "operator-1", "operator-2", "auditor-1")

router = APIRouter(include_in_schema=False)


@router.get(STYLE_PATH)
async def style() -> Response:
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get(FOLLOWER_PATH)
async def follower() -> Response:
    return FileResponse(_FOLLOWER, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})


def sign_in_page(
    users: Mapping[str, DemoUser], action: str, language: Language, *, unknown: bool, hint: str = ""
) -> Response:
    """The page to choose a user. The form posts `user` to `action`."""
    texts = page_texts(language)
    suggested = "".join(
        f'<button name="user" value="{escape(name)}">{_description_of(users[name], texts, language)}</button>'
        for name in _SUGGESTED
        if name in users
    )
    wrong = f'<p class="wrong" role="alert">{texts.unknown}</p>' if unknown else ""
    address = escape(action)
    body = f"""
<h1>{texts.sign_in}</h1>
<p class="note">{texts.lead}</p>
{wrong}
<form class="quick" method="post" action="{address}">{suggested}</form>
<form method="post" action="{address}">
<label for="user">{texts.others}</label>{_chooser(users, hint, texts, language)}<button>{texts.enter}</button>
</form>"""
    return _page(texts.sign_in, body, language, status=400 if unknown else 200)


def phone_page(
    users: Mapping[str, DemoUser], user: DemoUser | None, messages: Iterable[ReceivedMessage], language: Language
) -> Response:
    """A user's phone, the newest SMS first; its script adds later SMS."""
    texts = page_texts(language)
    if user is None:
        chooser = _chooser(users, "", texts, language)
        form = f'<form><label for="user">{texts.whose}</label>{chooser}<button>{texts.open}</button></form>'
        return _page(texts.phone, f"<h1>{texts.phone}</h1>{form}", language)
    items = "".join(_message(message) for message in messages) or '<li class="note">' + texts.none + "</li>"
    owner = f'<span lang="zh-CN">{escape(user.party.name)}</span>'
    heading = f'<h1>{texts.phone_of.format(name=owner)}</h1><p class="note">{escape(user.phone)}</p>'
    body = f'{heading}<ol aria-live="polite">{items}</ol><p><a href="?">{texts.another}</a></p>'
    return _page(texts.phone, body, language, followed=True)


def notice_page(name: str, language: Language, status: int) -> Response:
    """A page that only states something: `signed_out`, `refused` or `unavailable`."""
    title, text = page_texts(language).notices[name]
    return _page(title, f"<h1>{title}</h1><p>{text}</p>", language, status=status)


def _chooser(users: Mapping[str, DemoUser], value: str, texts: PageTexts, language: Language) -> str:
    described = {name: f"{_parties(user)} {_roles(user, texts, language)}" for name, user in users.items()}
    options = "".join(
        f'<option lang="zh-CN" value="{escape(name)}">{escape(text)}</option>' for name, text in described.items()
    )
    example = escape(next(iter(users), ""))
    attributes = f'list="users" value="{escape(value)}" placeholder="{example}" required autocomplete="off"'
    return f'<input id="user" name="user" {attributes}><datalist id="users">{options}</datalist>'


def _description_of(user: DemoUser, texts: PageTexts, language: Language) -> str:
    """The user's name and employer, marked as Chinese, with the roles in the reader's language."""
    return f'<span lang="zh-CN">{escape(_parties(user))}</span> {_roles(user, texts, language)}'


def _parties(user: DemoUser) -> str:
    return f"{user.party.name}（{user.organisation.name}）" if user.organisation else user.party.name


def _roles(user: DemoUser, texts: PageTexts, language: Language) -> str:
    roles = texts.separator.join(texts.roles[role] for role in user.roles)
    office = _OFFICES.get(user.office_code or "")
    return f"{roles} {office.names.get(language, office.name)}" if office else roles


def _message(message: ReceivedMessage) -> str:
    at = message.sent_at.astimezone(SHANGHAI)
    code = f'<p class="code">{escape(message.code)}</p>' if message.code else ""
    return (
        f'<li data-purpose="{escape(message.purpose)}"><time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M:%S}</time>'
        f'<p lang="zh-CN">{escape(message.text)}</p>{code}</li>'
    )


def _page(title: str, body: str, language: Language, *, status: int = 200, followed: bool = False) -> Response:
    script = f'<script src="{FOLLOWER_PATH}" defer></script>' if followed else ""
    policy = f"{_POLICY}; script-src 'self'; connect-src 'self'" if followed else _POLICY
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{STYLE_PATH}">{script}</head>'
        f"<body><main>{body}</main></body></html>",
        status,
        _SAFE | {"Content-Security-Policy": policy, "Vary": "Accept-Language"},
    )
