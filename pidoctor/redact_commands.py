r"""Secrets as programs take and print them: options, commands, files and the look of more tokens.

Rows as in ``redact_rules``; each is one kind.
"""

from __future__ import annotations

import re

from pidoctor.redact_rule import SecretRule
from pidoctor.redact_rules import NAMED, STRING, VALUE, masked
from pidoctor.urls import MASK

# Programs whose -p, -P, -w, -a or -N takes a password.
_PROGRAMS = (
    *("twine", "docker", "podman", "sshpass", "mysql", "mysqldump", "smbclient", "ldapsearch"),
    *("ftp", "mosquitto_pub", "mosquitto_sub", "unzip", "zip", "7z", "7za", "redis-cli"),
    *("ssh-keygen", "influx", "mongosh", "mongo"),
)
# Letters and digits, as chance makes them: no word, no version, no file's name.
_BY_CHANCE = r"(?=[^\s\"']*\d)(?=[^\s\"']*[A-Za-z])[A-Za-z0-9_~+/=-]{12,}(?![\w.])"

COMMANDS = (
    SecretRule(
        rf"(?P<name>(?<![\w-])(?:{'|'.join(_PROGRAMS)})\b[^\n]{{0,200}}?\s-[pwPaN]\s*)"
        rf"(?P<value>{STRING}|[^\s\"'-]\S*)",
        masked,
        words=_PROGRAMS,
    ),
    # user%password, user,password
    SecretRule(
        r"(?P<name>\b(?:smbclient|rpcclient|net|lftp)\b[^\n]{0,200}?\s-[uU]\s*[^\s%,]+[%,])"
        r"(?P<value>\S+)",
        masked,
        words=("smbclient", "rpcclient", "lftp", "net "),
    ),
    SecretRule(r"(?P<name>-pass(?:in|out)?\s+pass:)(?P<value>[^\s\"']+)", masked, words=("pass:",)),
    SecretRule(
        rf"(?P<name>\becho\s+(?:-\w+\s+)?)(?P<value>{STRING}|[^\s|\"']+)"
        r"(?=\s*\|\s*(?:sudo\b[^\n|]{0,40}\s-\w*S|(?:sudo\s+)?chpasswd|[^\n|]{0,60}--password-stdin))",
        masked,
        words=("echo",),
    ),
    # What a tool keeps for an index: poetry config http-basic.NAME USER PASSWORD
    SecretRule(
        r"(?P<name>\b(?:http-basic\.[\w.-]+\s+\S+|pypi-token\.[\w.-]+)\s+)(?P<value>[^\s=]\S*)",
        masked,
        words=("http-basic.", "pypi-token."),
    ),
    # Headers that are called by their vendor: X-JFrog-Art-Api, Ocp-Apim-Subscription-Key
    SecretRule(
        r"(?P<name>\b[A-Z]\w*(?:-[A-Z]\w*){1,6}-(?:Key|Api|Auth)\s*:\s*)(?P<value>[^\s\"',]+)",
        masked,
        words=("-key", "-api", "-auth"),
    ),
    # set -x HF_TOKEN value, #define BLYNK_AUTH_TOKEN "value", user bob password value
    SecretRule(
        rf"(?P<name>{NAMED}\s+\\*[\"']?)(?P<value>{_BY_CHANCE})",
        masked,
        re.I,
        ("token", "secret", "passw", "passphrase", "api", "credential", "key"),
    ),
    SecretRule(r"(?P<name>\blogin\s+)(?P<value>[0-9a-f]{32,})\b", masked, re.I, ("login",)),
    # - name: TOKEN
    #   value: ...
    SecretRule(
        rf"(?P<name>\bname\\*[\"']?\s*:\s*\\*[\"']?[\w.-]{{0,64}}?{NAMED}\\*[\"']?,?(?:\s|\\n)+"
        rf"\\*[\"']?value\\*[\"']?\s*:\s*){VALUE}",
        masked,
        re.I,
        ("value",),
        whole=True,
    ),
    SecretRule(rf"(?P<name>{NAMED}%3D)(?P<value>[^%\s\"'&]+)", masked, re.I, ("%3d",)),
    SecretRule(
        r"(?P<name>\"(?:key|private_key_id)\\*\"\s*:\s*\\*\")(?P<value>[0-9a-f]{20,})",
        masked,
        words=("key",),
    ),
    # Password hashes, as in /etc/shadow, userconf.txt and .htpasswd.
    SecretRule(
        r"\$(?:[1567y]|gy|2[abxy]|apr1|argon2(?:id?|d)|scrypt|pbkdf2[\w-]*)\$[\w./$,=+-]{8,}",
        MASK,
        hint=r"\$[\w-]{1,13}\$",
    ),
    SecretRule(
        r"<auth-user-pass>[\s\S]*?(?:</auth-user-pass>|\Z)",
        MASK,
        words=("<auth-user-pass>",),
        whole=True,
    ),
    SecretRule(
        r"(?P<name>\bchpasswd:\s*(?:\n|\\n))(?P<value>(?:[ \t]+[^\n]*\n?)+)",
        masked,
        words=("chpasswd",),
        whole=True,
    ),
    SecretRule(
        r"(?P<name>\bWIFI:(?:[^\s;]*;)*?[PS]:)(?P<value>(?!\*\*\*;)[^;\n]+)",
        masked,
        words=("wifi:",),
    ),
    SecretRule(
        r"(?P<name>\b(?:PIN|PUK)\s*[:=]\s*)(?P<value>\d{4,8})\b", masked, words=("pin", "puk")
    ),
    SecretRule(r"(?<![\d-])(?:\d{6}-){3,7}\d{6}(?![\d-])", MASK, hint=r"\d{6}-\d{6}-"),
    # More tokens that can be told by their look.
    SecretRule(
        r"(?P<name>maker\.ifttt\.com/[^\s\"']*?/key/)(?P<value>[^\s\"'/]+)",
        masked,
        words=("ifttt",),
    ),
    SecretRule(r"\bei_[0-9a-f]{32,}", MASK, words=("ei_",)),
    SecretRule(r"\b(?:AKCp|cmVmdGtu)\w{20,}", MASK, words=("akcp", "cmvmdgtu")),
    SecretRule(r"(?P<name>\boauth:)(?P<value>[a-z0-9]{20,})", masked, words=("oauth:",)),
    SecretRule(
        r"\b(?=[\w.-]*\d)[MNO][\w-]{17,28}\.[\w-]{6}\.[\w-]{27,}",
        MASK,
        hint=r"\.[\w-]{6}\.[\w-]{27}",
    ),
)

# Whose machine it is.
OWNERS = (
    SecretRule(
        r"(?P<name>\bUser for [\w.-]+:[ \t]*)(?P<value>[^\s\"']+)", masked, words=("user for",)
    ),
    SecretRule(
        r"(?P<name>\buser\.(?:name|email)\s*[= ]\s*)(?P<value>[^\n\"']+)", masked, words=("user.",)
    ),
    SecretRule(
        r"(?P<name>(?<![\w.-])[\w.-]+:[x*!]?:\d+:\d+:)(?P<value>[^:\n*][^:\n]*)(?=:)",
        masked,
        hint=r":\d+:\d+:[^:\n]",
    ),
    SecretRule(
        r"(?P<name>\b(?:IMEI|IMSI|ICCID|MEID)\b\W{0,4})(?P<value>\d{10,22})",
        masked,
        words=("imei", "imsi", "iccid", "meid"),
    ),
    SecretRule(
        r"(?<![\w+])\+\d{1,3}[ -]\(?\d{2,5}\)?(?:[ -]\d{2,}){1,4}(?![\w.])",
        MASK,
        hint=r"\+\d{1,3}[ -]",
    ),
)
