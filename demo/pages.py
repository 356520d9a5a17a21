"""The demo's two pages, plain HTML from the server: the choice of a user, and a user's phone with its SMS."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from demo.world import DemoUser
from domain.durations import SHANGHAI
from storage.sms.outbox import ReceivedMessage

STYLE_PATH = "/demo/style.css"
FOLLOWER_PATH = "/demo/phone.js"
_FOLLOWER = Path(__file__).with_name("phone.js")

_STYLE = """
:root { color-scheme: light; font: 1rem/1.6 system-ui, "Noto Sans SC", sans-serif; }
body { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.4rem; }
form, .quick { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 1rem 0; }
input, button { font: inherit; padding: .4rem .8rem; border: 1px solid #8888; border-radius: .4rem; }
input, button { min-height: 2.75rem; }
button { cursor: pointer; background: #0958d9; color: #fff; border-color: #0958d9; }
.quick button { background: none; color: inherit; }
.note, time { color: light-dark(#5f6368, #b0b5bb); }
.wrong { color: light-dark(#b3261e, #ff8a80); }
ol { list-style: none; padding: 0; }
li { border: 1px solid #8888; border-radius: .8rem; padding: .8rem 1rem; margin: .8rem 0; }
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
_ROLES = {"applicant": "申请人", "clerk": "车管所工作人员", "operator": "运营人员", "auditor": "审计人员"}
_SUGGESTED = ("applicant-001", "applicant-002", "agent-001", "clerk-440300", "operator-1", "operator-2", "auditor-1")

router = APIRouter(include_in_schema=False)


@router.get(STYLE_PATH)
async def style() -> Response:
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get(FOLLOWER_PATH)
async def follower() -> Response:
    return FileResponse(_FOLLOWER, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})


def sign_in_page(users: Mapping[str, DemoUser], action: str, *, unknown: bool, hint: str = "") -> Response:
    """The page to choose a user. The form posts `user` to `action`."""
    suggested = "".join(
        f'<button name="user" value="{escape(name)}">{escape(_description(users[name]))}</button>'
        for name in _SUGGESTED
        if name in users
    )
    wrong = '<p class="wrong" role="alert">没有这个演示用户。</p>' if unknown else ""
    address = escape(action)
    body = f"""
<h1>演示登录</h1>
<p class="note">这是演示身份服务，选择一个人即可登录，不需要密码。</p>
{wrong}
<form class="quick" method="post" action="{address}">{suggested}</form>
<form method="post" action="{address}">
<label for="user">其他人</label>{_chooser(users, hint)}<button>登录</button>
</form>"""
    return _page("演示登录", body, status=400 if unknown else 200)


def phone_page(users: Mapping[str, DemoUser], user: DemoUser | None, messages: Iterable[ReceivedMessage]) -> Response:
    """A user's phone, the newest SMS first; its script adds later SMS."""
    if user is None:
        form = f'<form><label for="user">谁的手机</label>{_chooser(users, "")}<button>打开</button></form>'
        return _page("演示手机", f"<h1>演示手机</h1>{form}")
    items = "".join(_message(message) for message in messages) or '<li class="note">还没有短信。</li>'
    heading = f'<h1>{escape(user.party.name)}的手机</h1><p class="note">{escape(user.phone)}</p>'
    body = f'{heading}<ol aria-live="polite">{items}</ol><p><a href="?">换一部手机</a></p>'
    return _page("演示手机", body, followed=True)


def notice_page(title: str, text: str, status: int) -> Response:
    return _page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>", status=status)


def _chooser(users: Mapping[str, DemoUser], value: str) -> str:
    options = "".join(f'<option value="{escape(u.user)}">{escape(_description(u))}</option>' for u in users.values())
    typed = f'<input id="user" name="user" list="users" value="{escape(value)}" required autocomplete="off">'
    return f'{typed}<datalist id="users">{options}</datalist>'


def _description(user: DemoUser) -> str:
    roles = "、".join(_ROLES[role] for role in user.roles)
    place = f"（{user.organisation.name}）" if user.organisation else f" {user.office_code or ''}".rstrip()
    return f"{user.party.name} {roles}{place}"


def _message(message: ReceivedMessage) -> str:
    at = message.sent_at.astimezone(SHANGHAI)
    code = f'<p class="code">{escape(message.code)}</p>' if message.code else ""
    return (
        f'<li data-purpose="{escape(message.purpose)}"><time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M:%S}</time>'
        f"<p>{escape(message.text)}</p>{code}</li>"
    )


def _page(title: str, body: str, *, status: int = 200, followed: bool = False) -> Response:
    script = f'<script src="{FOLLOWER_PATH}" defer></script>' if followed else ""
    policy = f"{_POLICY}; script-src 'self'; connect-src 'self'" if followed else _POLICY
    return HTMLResponse(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{STYLE_PATH}">{script}</head>'
        f"<body><main>{body}</main></body></html>",
        status,
        _SAFE | {"Content-Security-Policy": policy},
    )
