r"""What secrets and personal data look like: rows of (pattern, what is put in its place).

A row is one kind. Compiled on first use: only few commands need them all. Every pattern is
linear in practice: a name is bounded in length and a value ends at its quote or its line.
"""

from __future__ import annotations

import re

from pidoctor.expressions import expression
from pidoctor.redact_rule import SecretRule
from pidoctor.urls import MASK, URL, clean_url, without_login

HOST = "host"

# How secrets are called. The long words also count at the end of a longer one (accessToken,
# clientsecret); the short ones only as a word of their own (DB_PASS, _auth).
_LONG = r"token|secret|passw(?:or)?d|passphrase|api[_-]?key|cookie|credential"
_SHORT = (
    r"access[_-]?key(?:[_-]id)?|private[_-]?key|(?:pre-?)?shared[_-]?key|account[_-]?key|"
    r"(?:master|signing|encryption|license|storage)[_-]?key|wep[_-]?key|session[_-]?id|"
    r"(?:js|phpses|php|j?)sess(?:ion)?id|csrf|psk|pass|auth|authtoken|pwd|pw|netrc|otp|passcode"
)
_TAIL = r"(?:s|[_-]?(?:key|value|base|hash|string|raw|plain|\d{1,4})){0,3}"
NAMED = rf"(?:(?:{_LONG}|(?<![A-Za-z])(?:{_SHORT})){_TAIL})"
# "pass" is a word of its own, too: "pass: 3" is no password, and "--pass" rarely is.
_PROSE = expression(r"pass|auth|cookies?|tokens|otp")
# A version is no secret: google-auth is the name of a package.
VERSION = r"\d+(?:\.\d+)+"
_NO_VERSION = rf"(?!=?\\*[\"']?{VERSION}\\*[\"']?(?:[\s,;)}}\]]|\Z))"
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
# Quotes inside of a quoted text, as in JSON inside of JSON: \" or \\\".
_NESTED = r"\\+\"(?:(?!\\*\")[^\n])*\\*\"|\\+'(?:(?!\\*')[^\n])*\\*'"
STRING = rf"{_NESTED}|{_QUOTED}"
_NAME_WORDS = (
    *("token", "secret", "passw", "passphrase", "api", "cookie", "credential", "key", "sess"),
    *("csrf", "psk", "pass", "auth", "pwd", "pw", "netrc", "otp"),
)
_GITHUB_WORDS = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")
_TOKEN_WORDS = (
    *_GITHUB_WORDS,
    *("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-", "glimt-"),
    *("glffct-", "glsa_", "glc_", "pypi-ag", "hf_", "xox", "xapp-", "sk-", "sk_", "rk_", "pk_live"),
    *("whsec_", "akia", "asia", "aiza", "ya29.", "gocspx-", "1//0", "dckr_", "dop_v1_", "dor_v1_"),
    *("hvs.", "hvb.", "shpat_", "shpca_", "shppa_", "shpss_", "lin_api_", "rubygems_", "atatt3"),
    *("sg.", "dapi", "key-", "eaac", "dp.pt.", "nfp_", "sq0", "tskey-", "pmak-", "cio", "oy2"),
    *("r8_", "tvly-", "sbp_", "vercel_", "fly_", "flyv1"),
)
VALUE = rf"(?P<value>{STRING}|[^\s\"',;\\][^\s\"',;]*)"
SPACE = r"(?:\s|\\[nrt])"  # a line that ends may be written as \n, in JSON and in reprs

# Where a path may begin, also after an option's letter: -I/home/me/include.
PATH_START = r"(?:(?<![\w.])|(?<=[\s\"'=,]-[A-Za-z]))"
_USEFUL_FRAGMENT = expression(r"(?:sha256|sha384|sha512|md5)=[0-9a-f]+|egg=[\w.-]+")


def masked(found: re.Match[str]) -> str:
    """A named value with the value masked, its quotes kept."""
    name, value = found.group("name"), found.group("value")
    quote = re.match(r"\\*[\"']", value)
    return f"{name}{quote[0]}{MASK}{quote[0]}" if quote and len(value) > 1 else f"{name}{MASK}"


# How sentences go on that tell what is wrong with a file: "/etc/passwd: not a .tflite model".
_TOLD = expression(
    r"(?:a|an|cannot|does|has|is|larger|no|not|permission|there|too)\Z", re.IGNORECASE
)


def _named(found: re.Match[str]) -> str:
    """As :func:`masked`; "pass: 3", "auth: ok" are prose unless set by = or in capitals, and so
    is what is said of a file whose name sounds like a secret's."""
    word = found.group("name").rstrip(" \t:")
    if found.group("name").endswith(": ") and _TOLD.match(found.group("value")):
        return found[0]
    alone = not re.search(r"[\w.-]\Z", found.string[max(0, found.start() - 1) : found.start()])
    if alone and word.islower() and _PROSE.fullmatch(word):
        return found[0]
    return masked(found)


def _address(found: re.Match[str]) -> str:
    """A URL with the names of what it asks for, and the checksum of the file that it points to."""
    url, hash_sign, fragment = without_login(found[0]).partition("#")
    url, question_mark, query = url.partition("?")
    query = re.sub(r"=[^&;]*", f"={MASK}", query) if "=" in query else (query and MASK)
    fragment = fragment if _USEFUL_FRAGMENT.fullmatch(fragment) else (fragment and MASK)
    return f"{clean_url(url)}{question_mark}{query}{hash_sign}{fragment}"


_OPERATOR_BEFORE = expression(
    r"(?:[=<>!~^]=?|[A-Za-z0-9][-_+]|\bv|\bver|\bversions?\b[^\n]*)\s*\Z", re.I
)
_PACKAGE_BEFORE = expression(r"(?:\b[A-Za-z]\w*[-_]\w[\w-]*|\b[A-Za-z]+\d\w*)\s+\(?\Z")
_PAIR_BEFORE = expression(r"[\"'](?P<name>[A-Za-z][\w. -]*)\\*[\"']\s*[:,]\s*\\*[\"']\Z")
_ADDRESS_NAME = expression(
    r"(?:^|[_. -])(?:ip|ip_?v4|addr|address|host|server|gateway|dns|nameserver|peer|remote|via)\b",
    re.IGNORECASE,
)
_LARGEST_MAJOR = 30  # no package that counts has a four-part version beyond that


def _ipv4(found: re.Match[str]) -> str:
    """An IPv4 address masked; four-part versions (opencv-python 4.8.0.74) and loopback stay."""
    numbers = [int(part) for part in found["address"].split(".")]
    if max(numbers) > 255 or numbers[0] in (0, 127):
        return found[0]
    before = found.string[max(0, found.start() - 120) : found.start()]
    if re.search(r"[=<>!~]=\s*\Z", before):
        return found[0]
    pair = _PAIR_BEFORE.search(before)
    if numbers[0] > _LARGEST_MAJOR or found["tail"]:
        return MASK
    if pair:
        return MASK if _ADDRESS_NAME.search(pair["name"]) else found[0]
    if _ADDRESS_NAME.search(before[-24:].rstrip("=:'\" ")):
        return MASK
    version = _OPERATOR_BEFORE.search(before) or _PACKAGE_BEFORE.search(before)
    return found[0] if version else MASK


def _ipv6(found: re.Match[str]) -> str:
    """An IPv6 address masked; a time, a C++ name and the loopback address stay."""
    import ipaddress

    text = found[0].partition("%")[0]
    if not any(character.isdigit() for character in text) or len(text) < 4:
        return found[0]
    try:
        return found[0] if ipaddress.IPv6Address(text).is_loopback else MASK
    except ValueError:
        return found[0]


def _listing(found: re.Match[str]) -> str:
    """A line of ``ls -l``: owner and group masked, unless they are the system's."""
    owner, group = (name if name == "root" else MASK for name in (found["owner"], found["group"]))
    return f"{found['mode']}{owner} {group}"


_KEY = r"[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?"

SECRETS = (
    # Private keys: whole, cut at the tail, cut at the head, cut at both ends.
    SecretRule(
        rf"-{{4,5}} ?BEGIN {_KEY} ?-{{4,5}}[\s\S]*?(?:-{{4,5}} ?END {_KEY} ?-{{4,5}}|\Z)",
        MASK,
        words=("private key",),
        whole=True,
    ),
    SecretRule(
        rf"(?:(?<=\\n)|(?<![A-Za-z0-9+/\\]))(?:[A-Za-z0-9+/]{{1,76}}={{0,2}}{SPACE}+)?"
        rf"(?:(?!-----END)[^\n]){{0,60}}-{{4,5}} ?END {_KEY} ?-{{4,5}}",
        MASK,
        words=("private key",),
        whole=True,
    ),
    SecretRule(
        r"(?:(?<=\\n)|(?<![\w+/=.\\-]))(?=[a-z0-9+/]*[A-Z])(?=[A-Za-z+/]*\d)(?=[A-Fa-f0-9]*[G-Zg-z+/])"
        rf"[A-Za-z0-9+/]{{60,76}}(?:{SPACE}+[A-Za-z0-9+/]{{4,76}}={{0,2}}(?=\s*$|\\n|\"))?(?![\w+/.-])",
        MASK,
        re.M,
        hint=r"[A-Za-z0-9+/]{60}",
    ),
    SecretRule(
        r"PuTTY-User-Key-File-[\s\S]*?(?:Private-MAC:[^\n]*|\Z)", MASK, words=("putty",), whole=True
    ),
    SecretRule(r"AGE-SECRET-KEY-1[A-Z0-9]{10,}", MASK, re.I, ("age-secret",)),
    # Addresses with a secret in them; webhooks whose path is the secret.
    SecretRule(
        r"(?P<name>hooks\.slack\.com/(?:services|workflows)/)(?P<value>[^\s\"']+)",
        masked,
        words=("hooks.slack",),
    ),
    SecretRule(
        r"(?P<name>discord(?:app)?\.com/api/webhooks/)(?P<value>[^\s\"']+)",
        masked,
        words=("discord",),
    ),
    SecretRule(
        r"(?P<name>api\.telegram\.org/(?:file/)?bot)(?P<value>[^\s\"'/]+)",
        masked,
        words=("telegram",),
    ),
    SecretRule(r"(?P<name>://[^\s/\"']{1,200}/t/)(?P<value>[^\s\"'/]+)", masked, words=("/t/",)),
    SecretRule(URL.pattern, _address, words=("://",)),
    # Headers. In quotes up to the quote, else up to the end of the line: a digest has many parts.
    SecretRule(
        r"(?P<name>[\"'](?:proxy-)?(?:authorization|(?:set-)?cookie2?)\s*:\s*)"
        r"(?P<value>[^\"'\n]+)(?=[\"'\n]|\Z)",
        masked,
        re.I,
        ("authorization", "cookie"),
    ),
    SecretRule(
        r"(?P<name>\b(?:proxy-)?(?:authorization|(?:set-)?cookie2?)\\*[\"']?\s*[:=]\s*)"
        rf"(?P<value>{STRING}|[^\s\"'\\][^\n]*?)(?=\\r|\\n|'?\s*$|\n)",
        masked,
        re.I | re.M,
        ("authorization", "cookie"),
    ),
    SecretRule(
        r"(?P<name>\bbearer\s+)(?P<value>(?=\S*\d|\S{20})[\w.~+/=-]{6,})", masked, re.I, ("bearer",)
    ),
    SecretRule(
        r"(?P<name>\bbasic\s+)(?P<value>(?=\S*[0-9=]|\S*(?-i:[a-z][A-Z]))[A-Za-z0-9+/]{6,}={0,2})",
        masked,
        re.I,
        ("basic",),
    ),
    # NAME=value, "name": "value", 'name', 'value', {\"name\": \"value\"}.
    SecretRule(
        rf"(?P<name>{NAMED}(?:\\*[\"'])?(?:{SPACE}*(?:=>|[:=]){SPACE}*|\s*,\s*(?=\\*[\"'])|"
        rf"\s+(?:is|was)\s*:?\s+)){_NO_VERSION}{VALUE}",
        _named,
        re.I,
        _NAME_WORDS,
    ),
    SecretRule(
        r"(?P<name>(?<![\w.-])[A-Z][A-Z0-9_]{0,60}_(?:KEY|KEYS|PAT|CREDS?|SALT|SIGNATURE)\s*=\s*)"
        rf"{VALUE}",
        masked,
        words=("_key", "_pat", "_cred", "_salt", "_signature"),
    ),
    # <password>value</password>, key="password" value="value".
    SecretRule(
        rf"(?P<name><[\w:.-]{{0,64}}?{NAMED}[^<>\n]{{0,80}}>)(?P<value>[^<\n]+)(?=</)",
        masked,
        re.I,
        ("</",),
    ),
    SecretRule(
        rf"(?P<name>\b(?:key|name)=\\*[\"'][\w:.-]{{0,64}}?{NAMED}\\*[\"']\s+value=)(?P<value>{STRING})",
        masked,
        re.I,
        ("value=",),
    ),
    # --name value, -u user:password, and the short options of programs that take a password so.
    SecretRule(
        rf"(?P<name>(?<![\w-])-[\w-]{{0,60}}?{NAMED}\\*[\"']?,?\s+)"
        rf"(?P<value>{STRING}|[^\s\"'\\-]\S*)",
        masked,
        re.I,
        _NAME_WORDS,
    ),
    SecretRule(
        r"(?P<name>(?<![\w-])(?:-u|-U|--user|--proxy-user|--username)(?:\s*=\s*|[\"']?,?\s*))"
        r"(?P<value>(?!\d+:\d+\b)(?:\"[^\"\n:]*:[^\"\n]*\"|'[^'\n:]*:[^'\n]*'|[^\s\"':]+:[^\s\"']+))",
        masked,
        words=("-u", "-user"),
    ),
    SecretRule(
        r"(?P<name>\b(?:curl|wget|http)\b[^\n]{0,200}?\s(?:-b|--cookie)\s+)"
        rf"(?P<value>{STRING}|[^\s\"'-]\S*)",
        masked,
        words=("curl", "wget", "http"),
    ),
    SecretRule(
        r"(?P<name>\bwi-?fi\s+connect\s+(?:\"[^\"\n]*\"|\S+)\s+password\s+)"
        rf"(?P<value>{STRING}|\S+)",
        masked,
        re.I,
        ("connect",),
    ),
    # .netrc and .pgpass
    SecretRule(
        r"(?P<name>\b(?:machine\s+\S+|default)\s+(?:login\s+\S+\s+)?(?:account\s+\S+\s+)?"
        r"password\s+)(?P<value>\S+)",
        masked,
        words=("password",),
        whole=True,
    ),
    SecretRule(r"(?P<name>\blogin\s+\S+\s+password\s+)(?P<value>\S+)", masked, words=("login",)),
    SecretRule(
        r"(?m)(?P<name>^[ \t]*(?:password|account)[ \t]+)(?P<value>\S+)(?=[ \t\r]*$)",
        masked,
        words=("password", "account"),
    ),
    SecretRule(
        r"(?P<name>(?<![\w.*:-])[\w.*-]{1,253}:(?:\d{1,5}|\*):[\w*-]{1,64}:[\w*-]{1,64}:)"
        r"(?P<value>[^\s:\"']+)(?=[\"']?\s*$)",
        masked,
        re.M,
        hint=r":(?:\d{1,5}|\*):",
    ),
    # Tokens that can be told by their look.
    SecretRule(
        r"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|ffct)-|"
        r"pypi-Ag|hf_|xox[abceoprs]-|xapp-|sk-|[sr]k_(?:live|test)_|pk_live_|whsec_|AKIA|ASIA|"
        r"AIza|ya29\.|GOCSPX-|1//0|dckr_pat_|do[opr]_v1_|hvs\.|hvb\.|shp(?:at|ca|pa|ss)_|glsa_|"
        r"glc_|lin_api_|rubygems_|ATATT3|SG\.|dapi|key-|EAACEdEose0cBA|dp\.pt\.|nfp_|sq0[a-z]{3}-|"
        r"tskey-[a-z]+-|PMAK-|cio|oy2|r8_|gsk_|tvly-|sbp_|vercel_|fly_|FlyV1 fm2_)"
        r"(?=[\w.-]*\d)[\w.-]{10,}",
        MASK,
        words=_TOKEN_WORDS,
    ),
    SecretRule(
        r"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|pypi-Ag|hf_|sk-)[\w-]{10,}",
        MASK,
        words=(*_GITHUB_WORDS, "glpat-", "pypi-ag", "hf_", "sk-"),
    ),
    SecretRule(r"\bnpm_(?!config_)[A-Za-z0-9]{16,}", MASK, words=("npm_",)),
    SecretRule(r"\b(?:AC|SK)[0-9a-f]{32}\b", MASK, hint=r"[AS][CK][0-9a-f]{32}"),
    SecretRule(r"\b\d{8,10}:AA[\w-]{20,}", MASK, words=(":aa",)),
    SecretRule(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", MASK, words=("eyj",)),
    SecretRule(rf"(?P<name>{NAMED}\s+)(?P<value>[0-9a-fA-F]{{20,}})\b", masked, re.I, _NAME_WORDS),
)

PERSONAL = (
    # Wireless networks.
    SecretRule(
        rf"(?P<name>\b\w*ssid(?:\\*[\"'])?\s*[:=]?\s*)(?P<value>{STRING})", masked, re.I, ("ssid",)
    ),
    SecretRule(
        r"(?P<name>\b\w*ssid\s*[:=]\s*)(?P<value>[^\s\"'\\][^\n\"']*)", masked, re.I, ("ssid",)
    ),
    SecretRule(
        rf"(?P<name>\bwi-?fi\s+connect\s+)(?P<value>{STRING}|[^\s\"'\\]+)",
        masked,
        re.I,
        ("connect",),
    ),
    SecretRule(
        r"(?P<name>system-connections/)(?P<value>[^/\n\"']+)(?=\.nmconnection)",
        masked,
        words=("connect",),
    ),
    SecretRule(
        rf"(?P<name>\b(?:anonymous_)?identity\s*=\s*)(?P<value>{STRING})",
        masked,
        words=("identity",),
    ),
    # Hardware addresses and serial numbers.
    SecretRule(
        r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
        r"(?:(?:[:-][0-9A-Fa-f]{2}){2})?(?![0-9A-Fa-f:-])",
        MASK,
        hint=r"[:-][0-9A-Fa-f]{2}[:-]",
    ),
    SecretRule(
        r"(?<![\w.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![\w.])",
        MASK,
        hint=r"\.[0-9A-Fa-f]{4}\.",
    ),
    SecretRule(r"(?P<name>\b(?:en|wl)x)(?P<value>[0-9a-f]{12})\b", masked, words=("enx", "wlx")),
    SecretRule(
        r"(?P<name>\b(?:mac|mac_?addr(?:ess)?|hwaddr|lladdr|ether)[\"']?\s*[:= ]\s*[\"']?)"
        r"(?P<value>[0-9a-f]{12})\b",
        masked,
        re.I,
        ("mac", "addr", "ether"),
    ),
    SecretRule(
        r"(?P<name>(?:\b|_)i?serial(?:[ _-]?(?:number|no|short|num))?(?:\\*[\"'])?"
        r"(?:\s*[:=]\s*|\t+|\s+\d\s+))"
        rf"(?P<value>{STRING}|[\w.-][\w.:-]*)",
        masked,
        re.I,
        ("serial",),
    ),
    SecretRule(r"(?P<name>\bS/N\s*[:#=]?\s*)(?P<value>[\w-]{4,})", masked, words=("s/n",)),
    SecretRule(r"(?<![\w])[01]0000000[0-9a-f]{8}(?!\w)", MASK, words=("0000000",)),
    SecretRule(
        r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])",
        MASK,
        hint=r"-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-",
    ),
    SecretRule(
        r"(?P<name>\b(?:machine|boot)[ _-]?id[\"']?\s*[:=]\s*[\"']?)(?P<value>[0-9a-f]{32})",
        masked,
        re.I,
        ("id",),
    ),
    # Network addresses.
    SecretRule(
        r"(?<![\d.])(?<!\d[.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})"
        r"(?![\w.]*\.whl)(?P<tail>:\d{1,5}\b|/\d{1,2}\b)?(?!\.?\d)(?![\w-])",
        _ipv4,
        hint=r"\.\d{1,3}\.\d{1,3}\.\d",
    ),
    SecretRule(
        r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:%\w+)?(?![\w:])",
        _ipv6,
        hint=r":[0-9A-Fa-f]{0,4}:",
    ),
    # Users in paths, and users and hosts in prompts, addresses and log prefixes.
    SecretRule(
        rf"{PATH_START}(?:/(?:var|export|usr))?/(?:home|Users)/(?!~)[^/\s:;,\"'<>|()\[\]\\]+",
        "~",
        words=("/home/", "/users/"),
    ),
    SecretRule(r"(?P<name>%2F(?:home|Users)%2F)(?P<value>[^%/\s\"']+)", masked, re.I, ("%2f",)),
    SecretRule(
        rf"{PATH_START}(/(?:run/)?media)/(?!\*\*\*)[^/\s:;,\"'<>|()\[\]]+",
        rf"\1/{MASK}",
        words=("/media/",),
    ),
    SecretRule(
        r"(?i)\b([A-Z]:\\{1,4}Users\\{1,4})[^\\\s:;,\"'<>|]+", rf"\g<1>{MASK}", words=("users",)
    ),
    SecretRule(
        r"(?<![\w.+-])(?!git@)[A-Za-z0-9_][\w.+-]*@[A-Za-z0-9][\w-]*(?:\.[\w-]+)*",
        f"user@{HOST}",
        words=("@",),
    ),
    SecretRule(
        r"(?P<name>\b(?:[A-Z_]*USER(?:NAME)?|LOGNAME)=|\buser_?name\\*[\"']?\s*[:=]\s*)"
        rf"(?!root\b|pi\b|true\b|false\b|no\b|yes\b|[01]\b)"
        rf"(?P<value>{STRING}|[^\s\"',;\\][^\s\"',;]*)",
        masked,
        words=("user", "logname"),
    ),
    SecretRule(
        r"(?P<name>\b[ug]id=\d+\()(?P<value>(?!root\))[\w.-]+)(?=\))", masked, words=("id=",)
    ),
    SecretRule(
        r"(?P<name>\bsudo(?:\[\d+\])?:\s+)(?P<value>[\w.-]+)(?= : (?:TTY|PWD)=)",
        masked,
        words=("sudo",),
    ),
    SecretRule(
        r"(?P<mode>(?<!\w)[bcdlps-][rwxsStT-]{9}[+.@]?[ \t]+\d+[ \t]+)"
        r"(?P<owner>[\w.-]+)[ \t]+(?P<group>[\w.-]+)",
        _listing,
        hint=r"[bcdlps-][rwxsStT-]{9}",
    ),
    SecretRule(
        r"(?<!\w)([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) [\w.-]+(?= [\w./()@-]+(?:\[\d+\])?:)",
        rf"\1 {HOST}",
        hint=r" \d\d:\d\d:\d\d ",
    ),
    SecretRule(
        r"(?<!\w)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.:+Z-]*) [\w.-]+(?= [\w./()@-]+\[\d+\]:)",
        rf"\1 {HOST}",
        hint=r"-\d\dT\d\d:",
    ),
    SecretRule(r"\b(Linux) [\w.-]+(?= \d+\.\d+[\w.+-]* )", rf"\1 {HOST}", words=("linux",)),
    SecretRule(
        rf"(?P<name>\bhost_?name\\*[\"']?\s*[:=]\s*)(?P<value>{STRING}|[\w.-]+)",
        masked,
        re.I,
        ("name",),
    ),
    SecretRule(
        r"(?<![\w./-])(?!threading\.|_thread\.)[A-Za-z0-9][\w-]*(?:\.[\w-]+){0,4}"
        r"\.(?:local|lan|localdomain|home\.arpa|fritz\.box)(?![\w(./-])",
        HOST,
        re.I,
        (".local", ".lan", ".home.arpa", ".fritz.box"),
    ),
)
