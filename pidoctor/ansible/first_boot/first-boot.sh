#!/bin/sh
# Installs from the folder that this file is in, proves it, and leaves the receipt. Run as root, at
# the first start by cloud-init and every day by the timer; where all is installed, it proves it again.
set -eu
from=$(cd "$(dirname "$0")" && pwd)
venv=${TFLITE_VENV:-/opt/tflite}
state=${TFLITE_STATE:-/var/lib/pidoctor}
units=${TFLITE_UNITS:-/etc/systemd/system}
requirement=${TFLITE_REQUIREMENT:-auto}
cd / # what is in the current folder is no part of this
mkdir -p "$state"
code=0
python3 "$from/pidoctor.pyz" install "$requirement" --offline --wheels "$from/wheels" \
    --venv "$venv" --yes --json >"$state/result.json.new" || code=$?
mv "$state/result.json.new" "$state/result.json"
if [ "$code" -eq 0 ]; then
    cp "$venv/pidoctor-receipt.json" "$state/receipt.json.new"
    mv "$state/receipt.json.new" "$state/receipt.json"
else
    rm -f "$state/receipt.json"
fi
if [ -d "$units" ] && [ ! -e "$units/pidoctor-tflite.timer" ]; then
    cp "$from/pidoctor-tflite.service" "$from/pidoctor-tflite.timer" "$units/"
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload && systemctl enable --now pidoctor-tflite.timer
    fi
fi
exit "$code"
