"""How people write boards and systems: what each spelling is read as, or what is suggested.

Many are from public threads: issues of tensorflow/tensorflow, google-ai-edge/LiteRT,
google-coral/pycoral, PINTO0309/Tensorflow-bin, rhasspy/wyoming-openwakeword and of projects for
the Jetson and Orange Pi boards.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.catalog.systems import load_systems
from pidoctor.errors import UsageError
from pidoctor.profile.named_targets import target
from pidoctor.profile.target_names import all_names, read_name

READ = """
Raspberry Pi 5 Model B Rev 1.0 8GB, Raspberry Pi OS (64-bit) bookworm, kernel 6.6  pi5-8gb/bookworm-64
малина 4                                pi4-4gb/trixie-64
ラズパイ5                               pi5-4gb/trixie-64
라즈베리파이 5                           pi5-4gb/trixie-64
beagleboard ai-64                       beaglebone-ai-64/debian-bookworm-64
malinka 4                               pi4-4gb/trixie-64
raspberry pi 4 8 go                     pi4-8gb/trixie-64
pi4 musl                                pi4-4gb/alpine-3.24-64
aarch64 musl                            aarch64/alpine-3.24-64
raspberrpi3                             pi-3b/trixie-64
Raspbery Pie 4                          pi4-4gb/trixie-64
pie 4                                   pi4-4gb/trixie-64
RPi 4B 8GB Bookworm Lite 64bit          pi4-8gb/bookworm-64
orangepi4-lts                           orange-pi-4-lts-4gb/debian-bookworm-64
Rasberry Pi 4                           pi4-4gb/trixie-64
raspbery pi 4                           pi4-4gb/trixie-64
cm4 io board 8gb                        cm4-8gb/trixie-64
py39 pi3                                pi-3b/trixie-64/py3.9
HassOS rpi4                             pi4-4gb/home-assistant-os-64
pi4                                     pi4-4gb/trixie-64
Pi 4                                    pi4-4gb/trixie-64
pi-4                                    pi4-4gb/trixie-64
pi4b                                    pi4-4gb/trixie-64
rpi4                                    pi4-4gb/trixie-64
rpi-4b                                  pi4-4gb/trixie-64
raspi4                                  pi4-4gb/trixie-64
raspberrypi4                            pi4-4gb/trixie-64
raspberry-pi-4                          pi4-4gb/trixie-64
Raspberry Pi 4                          pi4-4gb/trixie-64
Raspberry Pi 4 Model B                  pi4-4gb/trixie-64
Raspberry Pi 4 Model B Rev 1.4          pi4-4gb/trixie-64
RPi 4 (8GB)                             pi4-8gb/trixie-64
pi4 8gb                                 pi4-8gb/trixie-64
pi4-8g                                  pi4-8gb/trixie-64
pi 4 2 gb                               pi4-2gb/trixie-64
rpi5                                    pi5-4gb/trixie-64
pi 5 16GB                               pi5-16gb/trixie-64
Raspberry Pi 5 Model B Rev 1.0          pi5-4gb/trixie-64
zero2w                                  pi-zero-2w/trixie-64
zero 2 w                                pi-zero-2w/trixie-64
pi zero 2 w                             pi-zero-2w/trixie-64
pizero2w                                pi-zero-2w/trixie-64
Raspberry Pi Zero 2 W                   pi-zero-2w/trixie-64
pi zero w                               pi-zero-w/trixie-32
pi zero                                 pi-zero/trixie-32
raspberry pi zero                       pi-zero/trixie-32
pi3                                     pi-3b/trixie-64
pi3b                                    pi-3b/trixie-64
rpi3b                                   pi-3b/trixie-64
pi3b+                                   pi-3b-plus/trixie-64
Raspberry Pi 3 Model B+                 pi-3b-plus/trixie-64
pi 3 model b plus                       pi-3b-plus/trixie-64
rpi 3b plus 32bit                       pi-3b-plus/trixie-32
pi3a+                                   pi-3a-plus/trixie-64
pi2                                     pi-2b/trixie-32
raspberry pi 2                          pi-2b/trixie-32
pi 400                                  pi400/trixie-64
Raspberry Pi 500                        pi500/trixie-64
cm4                                     cm4-4gb/trixie-64
Compute Module 4                        cm4-4gb/trixie-64
Raspberry Pi Compute Module 5           cm5-4gb/trixie-64
raspberrypi4/bookworm                   pi4-4gb/bookworm-64
pi4-4gb/bookworm                        pi4-4gb/bookworm-64
pi4/trixie                              pi4-4gb/trixie-64
pi5 bookworm                            pi5-4gb/bookworm-64
pi-2b/bookworm                          pi-2b/bookworm-32
pi4/raspios-12                          pi4-4gb/bookworm-64
pi4 raspberry pi os bookworm            pi4-4gb/bookworm-64
pi4 Raspberry Pi OS Lite 64-bit         pi4-4gb/trixie-64
pi4/raspbian-12                         pi4-4gb/bookworm-32
pi4/raspbian-11                         pi4-4gb/bullseye-32
pi3/raspbian buster                     pi-3b/buster-32
pi4/debian-12                           pi4-4gb/debian-bookworm-64
pi4/debian12                            pi4-4gb/debian-bookworm-64
pi4/ubuntu-24.04                        pi4-4gb/ubuntu-24.04-64
pi4/ubuntu 22.04 server                 pi4-4gb/ubuntu-22.04-64
pi4/ubuntu2204                          pi4-4gb/ubuntu-22.04-64
pi4/jammy                               pi4-4gb/ubuntu-22.04-64
pi4/focal                               pi4-4gb/ubuntu-20.04-64
pi4/ubuntu                              pi4-4gb/ubuntu-24.04-64
pi4/fedora                              pi4-4gb/fedora-44-64
pi5/kali                                pi5-4gb/kali-2025-64
pi4/haos                                pi4-4gb/home-assistant-os-64
pi4/home assistant                      pi4-4gb/home-assistant-os-64
pi4/alpine                              pi4-4gb/alpine-3.24-64
pi4/dietpi                              pi4-4gb/dietpi-trixie-64
pi4/dietpi bookworm                     pi4-4gb/dietpi-bookworm-64
pi4/nixos                               pi4-4gb/nixos-25.05-64
pi4 armhf                               pi4-4gb/trixie-32
pi4 arm64                               pi4-4gb/trixie-64
pi4/bookworm/32                         pi4/bookworm-32
pi4/bookworm/32-bit                     pi4/bookworm-32
pi4/python:3.12-slim/armhf              pi4/python:3.12-slim/32-bit
pi4-4gb/bookworm-64/3.12                pi4-4gb/bookworm-64/py3.12
pi4-4gb/bookworm-64/python3.12          pi4-4gb/bookworm-64/py3.12
pi4 bookworm python 3.12                pi4-4gb/bookworm-64/py3.12
pi4/py3.12                              pi4-4gb/trixie-64/py3.12
pi4/3.12                                pi4-4gb/trixie-64/py3.12
pi4 8gb trixie 64-bit python 3.11.2     pi4-8gb/trixie-64/py3.11
pi5/python:3.12-slim                    pi5/python:3.12-slim
pi5-8gb docker python:3.12-slim         pi5-8gb/python:3.12-slim
pi5-8gb/debian:bookworm                 pi5-8gb/debian:bookworm
aarch64/glibc-2.36/py3.11               aarch64/glibc-2.36/py3.11
arm64/glibc 2.36/python3.11             aarch64/glibc-2.36/py3.11
arm64/debian-12                         aarch64/debian-bookworm-64
armhf/bookworm                          armv7l/debian-bookworm-32
jetson nano                             jetson-nano-4gb/jetpack-4-64
NVIDIA Jetson Nano Developer Kit        jetson-nano-4gb/jetpack-4-64
jetson nano 2gb                         jetson-nano-2gb/jetpack-4-64
jetson nano/ubuntu 18.04                jetson-nano-4gb/ubuntu-18.04-64
jetson orin nano                        jetson-orin-nano-4gb/jetpack-6-64
jetson orin nano super 8gb              jetson-orin-nano-8gb/jetpack-6-64
orin nano/jetpack 5                     jetson-orin-nano-4gb/jetpack-5-64
xavier nx                               jetson-xavier-nx-8gb/jetpack-5-64
jetson tx2                              jetson-tx2-4gb/jetpack-4-64
agx orin                                jetson-agx-orin-32gb/jetpack-6-64
orangepi5                               orange-pi-5-4gb/debian-bookworm-64
opi5                                    orange-pi-5-4gb/debian-bookworm-64
Orange Pi 5 Plus                        orange-pi-5-plus-4gb/debian-bookworm-64
orange pi zero 2w                       orange-pi-zero-2w-4gb/debian-bookworm-64
orangepi zero3                          orange-pi-zero-3-4gb/debian-bookworm-64
orangepi5/armbian                       orange-pi-5-4gb/armbian-trixie-64
rock 5b                                 rock-5b-4gb/debian-bookworm-64
radxa rock 5b                           rock-5b-4gb/debian-bookworm-64
rock5c                                  rock-5c-4gb/debian-bookworm-64
rock pi 4                               rock-4-4gb/debian-bookworm-64
radxa zero 3w                           radxa-zero-3-4gb/debian-bookworm-64
rock64                                  rock64-4gb/debian-bookworm-64
rockpro64                               rockpro64-4gb/debian-bookworm-64
le potato                               le-potato-2gb/debian-bookworm-64
odroid c4                               odroid-c4/ubuntu-24.04-64
odroid-n2+                              odroid-n2-plus-4gb/ubuntu-24.04-64
vim3                                    khadas-vim3-4gb/ubuntu-24.04-64
khadas vim4                             khadas-vim4/ubuntu-24.04-64
banana pi m5                            banana-pi-m5/armbian-bookworm-64
bpi-m2-zero                             banana-pi-m2-zero/armbian-bookworm-32
nanopi r5s                              nanopi-r5s-4gb/debian-bookworm-64
beaglebone black                        beaglebone-black/debian-bookworm-32
bbb                                     beaglebone-black/debian-bookworm-32
beagleplay                              beagleplay/debian-bookworm-64
beagley-ai                              beagley-ai/debian-bookworm-64
beaglebone ai-64                        beaglebone-ai-64/debian-bookworm-64
coral                                   coral-dev-board-4gb/mendel-5-64
coral dev board mini                    coral-dev-board-mini/mendel-5-64
tinker board                            tinker-board/debian-bookworm-32
uno q                                   uno-q-4gb/debian-trixie-64
arduino uno q                           uno-q-4gb/debian-trixie-64
graviton3                               graviton3-4gb/amazon-linux-2023-64
imx8mp                                  imx8mp-evk/debian-bookworm-64
pi4 bookworm raspios                    pi4-4gb/bookworm-64
pi4 Raspberry Pi OS 12                  pi4-4gb/bookworm-64
pi4 Ubuntu 22.04.3 LTS                  pi4-4gb/ubuntu-22.04-64
Ubuntu 24.04.1 LTS pi5                  pi5-4gb/ubuntu-24.04-64
pi5 ubuntu 24.04 noble                  pi5-4gb/ubuntu-24.04-64
pi4 Debian GNU/Linux 12 (bookworm) aarch64  pi4/debian-bookworm-64
pi4 Raspbian GNU/Linux 11 (bullseye)    pi4-4gb/bullseye-32
pi 3b raspbian buster 10                pi-3b/buster-32
pi4 debian:bookworm-slim arm64          pi4/debian:bookworm-slim
aarch64/python:3.12-slim                aarch64/python:3.12-slim
arm64v8/python:3.11                     aarch64/python:3.11
arm32v7/debian:12                       armv7l/debian:12/32-bit
linux/arm64/python:3.11-slim            aarch64/python:3.11-slim
rpi02w                                  pi-zero-2w/trixie-64
pi02w                                   pi-zero-2w/trixie-64
raspy 4                                 pi4-4gb/trixie-64
rasp pi 4                               pi4-4gb/trixie-64
raspberry 5                             pi5-4gb/trixie-64
raspberry zero 2w                       pi-zero-2w/trixie-64
raspberrypi4-64                         pi4-4gb/trixie-64
rpi4-arm64                              pi4-4gb/trixie-64
pi 500                                  pi500/trixie-64
compute module 4                        cm4-4gb/trixie-64
pi3a+                                   pi-3a-plus/trixie-64
jetson nano b01                         jetson-nano-4gb/jetpack-4-64
jetson nano jetpack 4.6                 jetson-nano-4gb/jetpack-4-64
nvidia jetson nano 2gb                  jetson-nano-2gb/jetpack-4-64
orangepi zero 2w                        orange-pi-zero-2w-4gb/debian-bookworm-64
radxa rock 5a                           rock-5a-4gb/debian-bookworm-64
pi4/bookworm/3.11                       pi4-4gb/bookworm-64/py3.11
zero                                    pi-zero/trixie-32
zero 2                                  pi-zero-2w/trixie-64
RP4                                     pi4-4gb/trixie-64
RPi0W                                   pi-zero-w/trixie-32
RPi0                                    pi-zero/trixie-32
Raspberry Pi Zero W v1.3                pi-zero-w/trixie-32
Raspberry Pi Model B Rev 2              pi-1b-512mb/trixie-32
RPi 4 running Ubuntu Server 22.04       pi4-4gb/ubuntu-22.04-64
Raspberry Pi 4B 8GB running Bookworm    pi4-8gb/bookworm-64
Raspberry Pi 5 with Bookworm            pi5-4gb/bookworm-64
Ubuntu 22.04 on Raspberry Pi 4          pi4-4gb/ubuntu-22.04-64
RPI 4B / Raspbian Buster                pi4-4gb/buster-32
Raspberry Pi 4 - Raspberry Pi OS (64 bit)  pi4-4gb/trixie-64
Raspberry Pi 4, Raspbian GNU/Linux 11 (bullseye), Python 3.9.2  pi4-4gb/bullseye-32/py3.9
Raspberry Pi 4 (arm64 v8)               pi4-4gb/trixie-64
pi4 linux/arm64                         pi4-4gb/trixie-64
Hardware : BCM2835 Revision : 9000c1    pi-zero-w/trixie-32
a03111                                  pi4-1gb/trixie-64
d04171                                  pi5-8gb/trixie-64
Jetson Nano 4GB JetPack 4.6.1           jetson-nano-4gb/jetpack-4-64
jetson nano B01 jp4.6                   jetson-nano-4gb/jetpack-4-64
jetson orin nano jp6                    jetson-orin-nano-4gb/jetpack-6-64
jetson nano l4t 32.7.1                  jetson-nano-4gb/jetpack-4-64
Nvidia Jetson Orin NX 16GB              jetson-orin-nx-16gb/jetpack-6-64
orangepi3-lts                           orange-pi-3-2gb/debian-bookworm-64
asus tinker board s                     tinker-board/debian-bookworm-32
libre computer aml-s905x-cc             le-potato-2gb/debian-bookworm-64
i.mx8m plus                             imx8mp-evk/debian-bookworm-64
arduino -q                              uno-q-4gb/debian-trixie-64
aws graviton2                           graviton2-4gb/amazon-linux-2023-64
Debian 12.5 aarch64                     aarch64/debian-bookworm-64
Ubuntu 20.04 ARM64                      aarch64/ubuntu-20.04-64
pi4/alpine/3.22                         pi4-4gb/alpine-3.22-64
pi4/ubuntu/22.04                        pi4-4gb/ubuntu-22.04-64
pi4/raspbian/11                         pi4-4gb/bullseye-32
pi4/ubuntu mate                         pi4-4gb/ubuntu-24.04-64
pi4/raspberry pi os legacy              pi4-4gb/bookworm-64
pi4/stable                              pi4-4gb/trixie-64
pi4/oldstable                           pi4-4gb/bookworm-64
arm64v8/python:3.11-slim                aarch64/python:3.11-slim
pi4/debian:latest                       pi4/debian:latest
pi4/debian:oldoldstable                 pi4/debian:oldoldstable
pi4/debian:stable-slim                  pi4/debian:stable-slim
pi4/ubuntu:jammy                        pi4/ubuntu:jammy
pi4/python:3-slim                       pi4/python:3-slim
pi4/python:latest                       pi4/python:latest
pi4/python:slim                         pi4/python:slim
pi4/python:alpine                       pi4/python:alpine
pi4/python:3.9-buster                   pi4/python:3.9-buster
RPi 3A+                                 pi-3a-plus/trixie-64
CM4 Lite                                cm4-4gb/trixie-64
CM4 2GB 32GB eMMC                       cm4-2gb/trixie-64
compute module 3+                       cm3-plus/trixie-64
Pi Zero WH                              pi-zero-w/trixie-32
4gb pi 4                                pi4-4gb/trixie-64
pi 4 model B+                           pi4-4gb/trixie-64
RPi4B+                                  pi4-4gb/trixie-64
pi5 8 gig                               pi5-8gb/trixie-64
Pi 2 v1.2                               pi-2b-1.2/trixie-64
Raspberry Pi 2 Model B Rev 1.2          pi-2b-1.2/trixie-64
Raspberry Pi 4 Model B with 8GB of RAM  pi4-8gb/trixie-64
Raspberry, Pi 4                         pi4-4gb/trixie-64
rasperry pi 4                           pi4-4gb/trixie-64
rasberry pi 5                           pi5-4gb/trixie-64
Rasperry Pi OS Lite 64 Raspberry Pi4    pi4-4gb/trixie-64
RASPERRY PI 4 ARM64 UBUNTU 18.04        pi4/ubuntu-18.04-64
Pi OS (Legacy, 64-bit) Lite Bullseye pi4  pi4/bullseye-64
Raspberry Pi OS 64-bit (Debian 12) on Pi 4  pi4/bookworm-64
Raspberry Pi 4 B running NOOBS Raspbian version 10 buster  pi4-4gb/buster-32
Raspberry Pi 4 Model B Rev 1.4 aarch64 Ubuntu 18.04.1 Python 3.7.5 [64-bit]  pi4/ubuntu-18.04-64/py3.7
Raspberry Pi 4 Model B Rev 1.4, aarch64, Ubuntu 20.04, Python 3.8.5 [64-bit]  pi4/ubuntu-20.04-64/py3.8
Raspberry Pi Zero W (ARMv6) 32-bit bookworm  pi-zero-w/bookworm-32
Raspbian 10 Raspberry Pi 3 Model B+ Python 3.7.3  pi-3b-plus/buster-32/py3.7
RPI3B+(Stretch)                         pi-3b-plus/stretch-32
Raspberry Pi 3B V1.2 bookworm           pi-3b/bookworm-64
RASPIOS 64bit Raspberry Pi Zero 2 W     pi-zero-2w/trixie-64
python3.10 on Pi 4                      pi4-4gb/trixie-64/py3.10
python 3.9 on raspberry pi 3b           pi-3b/trixie-64/py3.9
pi4 miniforge python 3.10               pi4-4gb/trixie-64/py3.10
pi4 cp311                               pi4-4gb/trixie-64/py3.11
pi4@bookworm                            pi4-4gb/bookworm-64
pi4 | bookworm | 64                     pi4/bookworm-64
pi 4 headless                           pi4-4gb/trixie-64
pi5 16k kernel                          pi5-4gb/trixie-64
pi4 64-bit kernel bullseye 32-bit       pi4/bullseye-32
pi4 BCM2711                             pi4-4gb/trixie-64
OrangePi 5 (RK3588S)                    orange-pi-5-4gb/debian-bookworm-64
Orange Pi 5 RK3588 armbian              orange-pi-5-4gb/armbian-trixie-64
jetson nano super                       jetson-orin-nano-8gb/jetpack-6-64
Jetson - Orin Nano Super                jetson-orin-nano-8gb/jetpack-6-64
nvidia jetson nano tegra x1             jetson-nano-4gb/jetpack-4-64
Khadas VIM3 Pro                         khadas-vim3-4gb/ubuntu-24.04-64
radxa rock pi 5b                        rock-5b-4gb/debian-bookworm-64
rock pi 4c                              rock-4-4gb/debian-bookworm-64
imx8m plus evk                          imx8mp-evk/debian-bookworm-64
NXP i.MX 8M Plus                        imx8mp-evk/debian-bookworm-64
m7g.large                               graviton3-8gb/amazon-linux-2023-64
aws m6g.xlarge                          graviton2-16gb/amazon-linux-2023-64
t4g.small                               graviton2-2gb/amazon-linux-2023-64
AWS t4g.micro ubuntu 22.04              graviton2-1gb/ubuntu-22.04-64
c8g.medium                              graviton4-2gb/amazon-linux-2023-64
r6g.metal                               graviton2-4gb/amazon-linux-2023-64
Oracle Cloud Ampere A1                  ampere-altra-6gb/ubuntu-22.04-64
bookworm arm64                          aarch64/debian-bookworm-64
armv8 debian 12                         aarch64/debian-bookworm-64
linux x64 ubuntu 22.04                  x86_64/ubuntu-22.04-64
github actions ubuntu-24.04-arm         aarch64/ubuntu-24.04-64
ubuntu-22.04-arm                        aarch64/ubuntu-22.04-64
cp311-cp311-linux_aarch64 bookworm      aarch64/debian-bookworm-64/py3.11
manylinux2014_aarch64 ubuntu 22.04 py3.10  aarch64/ubuntu-22.04-64/py3.10
armv7l debian 11 cp39-cp39              armv7l/debian-bullseye-32/py3.9
pi4 hassio                              pi4-4gb/home-assistant-os-64
ubuntu 22 pi4                           pi4-4gb/ubuntu-22.04-64
pi4 ubuntu 20                           pi4-4gb/ubuntu-20.04-64
24.04 pi5                               pi5-4gb/ubuntu-24.04-64
python 3.12 pi4 24.04                   pi4-4gb/ubuntu-24.04-64/py3.12
Ubuntu Server 22.04.3 LTS arm64 pi4     pi4/ubuntu-22.04-64
ubuntu 22.04.3 arm64 on a pi4           pi4/ubuntu-22.04-64
pi4-4gb/bookworm64                      pi4-4gb/bookworm-64
bookworm64 pi5                          pi5/bookworm-64
pi3 raspios32                           pi-3b/trixie-32
raspberry pie 4                         pi4-4gb/trixie-64
4b 8gb                                  pi4-8gb/trixie-64
3b+ buster                              pi-3b-plus/buster-32
rock 4b                                 rock-4-4gb/debian-bookworm-64
Compute Module 4 IO board               cm4-4gb/trixie-64
libre renegade                          renegade-4gb/debian-bookworm-64
my pi zero w2                           pi-zero-2w/trixie-64
pi zero 2 wh                            pi-zero-2w/trixie-64
Raspberry PI 4 8Gb 64 bit OS beta       pi4-8gb/trixie-64
Raspberry pi 4B with Raspbian Buster OS (32bit)  pi4/buster-32
rpi4 rasbian buster                     pi4-4gb/buster-32
raspian bullseye pi3                    pi-3b/bullseye-32
raspberry pi 4 bullseye 64 bit operating system  pi4/bullseye-64
Pi 5 Debian 13 Trixie, Python 3.13, aarch64  pi5/debian-trixie-64/py3.13
RP4 Python 3.7 64 bits                  pi4-4gb/trixie-64/py3.7
pi 1 B+                                 pi-1b-plus/trixie-32
pi 3 A+ bookworm 32 bit                 pi-3a-plus/bookworm-32
cm5 lite 8gb                            cm5-lite-8gb/trixie-64
cm4s                                    cm4s-4gb/trixie-64
pi500+                                  pi500-plus/trixie-64
revpi connect 4                         revpi-connect-4-4gb/bookworm-64
revpi core s                            cm4s-4gb/trixie-64
reterminal dm                           cm4-4gb/trixie-64
stm32mp1                                stm32mp157-dk/debian-bookworm-32
stm32mp257f-ev1                         stm32mp257f-ev1/debian-bookworm-64
Verdin iMX8M Plus                       verdin-imx8mp-4gb/debian-bookworm-64
colibri-imx7                            colibri-imx7d-1gb/debian-bookworm-32
bpi-m3                                  banana-pi-m3/armbian-bookworm-32
banana pi m7                            banana-pi-m7-8gb/armbian-bookworm-64
orange pi cm5                           orange-pi-cm5-4gb/debian-bookworm-64
orange pi 4 pro                         orange-pi-4-pro-4gb/debian-bookworm-64
radxa dragon q6a                        radxa-dragon-q6a-4gb/debian-bookworm-64
radxa orion o6                          radxa-orion-o6-8gb/debian-bookworm-64
beaglebone green                        beaglebone-green/debian-bookworm-32
reTerminal                              cm4-4gb/trixie-64
Raspberry Pi 4 (Cortex-A72)             pi4-4gb/trixie-64
Raspberry Pi 4B 8GB running Ubuntu Mate 20.04 64bit  pi4-8gb/ubuntu-20.04-64
Ubuntu 24.04.4 LTS (Noble Numbat) aarch64  aarch64/ubuntu-24.04-64
pi4 Ubuntu 22.04.3 LTS (Jammy Jellyfish)  pi4-4gb/ubuntu-22.04-64
ubuntu server 22.04.1 on raspberry pi 4  pi4-4gb/ubuntu-22.04-64
NVIDIA Jetson Nano (Developer Kit Version) - Jetpack 4.4.1 [L4T 32.4.4]  jetson-nano-4gb/jetpack-4-64
jetson nano l4t r32                     jetson-nano-4gb/jetpack-4-64
jetson xavier nx JP5 / L4T R35.4.1      jetson-xavier-nx-8gb/jetpack-5-64
orin nano r36.3                         jetson-orin-nano-4gb/jetpack-6-64
jetson agx orin 64gb                    jetson-agx-orin-64gb/jetpack-6-64
Orange Pi3 LTS + Debian                 orange-pi-3-2gb/debian-bookworm-64
opi zero2                               orange-pi-zero-2-1gb/debian-bookworm-64
Rock 5B+ Radxa                          rock-5b-plus-4gb/debian-bookworm-64
Rock 4C+                                rock-4c-plus/debian-bookworm-64
Odroid-M1                               odroid-m1-4gb/ubuntu-24.04-64
tinkerboard 2s                          tinker-board-2-4gb/debian-bullseye-64
i.MX 93                                 imx93-evk/debian-bookworm-64
Kria KV260                              kv260/ubuntu-22.04-64
pynq-z2                                 pynq-z2/debian-bookworm-32
Rocky Linux 9 arm64                     aarch64/rocky-9-64
Home Assistant OS on Pi 5               pi5-4gb/home-assistant-os-64
kali linux raspberry pi 4               pi4-4gb/kali-2025-64
arm32v7/debian:buster                   armv7l/debian:buster/32-bit
armbian 24.11 noble orange pi 5         orange-pi-5-4gb/armbian-noble-64
nVidia Jetson Orin NX, JetPack 5.1.1    jetson-orin-nx-8gb/jetpack-5-64
Radxa Rock5A                            rock-5a-4gb/debian-bookworm-64
NanoPC-T6                               nanopc-t6-4gb/debian-bookworm-64
DietPi v9 pi zero 2w                    pi-zero-2w/dietpi-trixie-64
debian 12 32 bit arm                    armv7l/debian-bookworm-32
arm-linux-gnueabihf debian 11           armv7l/debian-bullseye-32
aarch64-linux-gnu ubuntu 22.04          aarch64/ubuntu-22.04-64
ARMv8 Processor rev 3 (v8l) bookworm    aarch64/debian-bookworm-64
"""  # noqa: E501

# What means several machines or none: a part of the reason, and the names that are offered.
ASKED_BACK = """
VERSION="12 (bookworm)"  names no board  pi-zero-2w/bookworm-64 pi4-4gb/bookworm-64 pi5-4gb/bookworm-64
public.ecr.aws/docker/library/python:3.12  names no board  pi4-4gb/python:3.12
VERSION_CODENAME=bookworm  names no board  pi-zero-2w/bookworm-64 pi4-4gb/bookworm-64 pi5-4gb/bookworm-64
PRETTY_NAME="Raspbian GNU/Linux 11 (bullseye)"  names no board  pi-zero-2w/bullseye-32 pi4-4gb/bullseye-32
NAME="Ubuntu" VERSION="22.04.4 LTS (Jammy Jellyfish)"  names no board  pi4-4gb/ubuntu-22.04-64
Distributor ID: Ubuntu Description: Ubuntu 22.04.4 LTS Release: 22.04 Codename: jammy  names no board  pi4-4gb/ubuntu-22.04-64
bookworm             names no board      pi-zero-2w/bookworm-64 pi4-4gb/bookworm-64 pi5-4gb/bookworm-64
raspios-12           names no board      pi-zero-2w/bookworm-64 pi4-4gb/bookworm-64 pi5-4gb/bookworm-64
raspbian-11          names no board      pi-zero-2w/bullseye-32 pi4-4gb/bullseye-32
debian-12            names no board      pi-zero-2w/debian-bookworm-64 pi4-4gb/debian-bookworm-64
ubuntu-24.04         names no board      pi-zero-2w/ubuntu-24.04-64 pi4-4gb/ubuntu-24.04-64
3.12                 names no board      pi4-4gb/trixie-64/py3.12 pi5-4gb/trixie-64/py3.12
python:3.12-slim     names no board      pi4-4gb/python:3.12-slim pi5-4gb/python:3.12-slim
jetson               several boards      jetson-nano-4gb/jetpack-4-64 jetson-orin-nano-4gb/jetpack-6-64
raspberry pi         several boards      pi-zero-2w/trixie-64 pi4-4gb/trixie-64 pi5-4gb/trixie-64
orange pi            several boards      orange-pi-5-4gb/debian-bookworm-64
graviton             several boards      graviton2-4gb/amazon-linux-2023-64
pi-9/bookworm-64     unknown board       pi4-4gb/bookworm-64
pi4/bookwurm-64      unknown system      pi4-4gb/bookworm-64
jetson-nono          unknown board       jetson-nano-4gb/jetpack-4-64
orangpi5             unknown board       orange-pi-5-4gb/debian-bookworm-64
odriod-c4            unknown board       odroid-c4/ubuntu-24.04-64
bcm2711              several boards      pi4-4gb/trixie-64
rk3588 armbian       several boards      rock-5b-4gb/armbian-trixie-64 orange-pi-5-4gb/armbian-trixie-64
jetpack 6            names no board      jetson-orin-nano-4gb/jetpack-6-64
L4T                  names no board      jetson-nano-4gb/jetpack-4-64
Raspbian GNU/Linux 11 (bullseye)  names no board  pi-zero-2w/bullseye-32 pi4-4gb/bullseye-32
pi4 bookworm trixie  unknown word        pi4-4gb/bookworm-64
2024-11-19-raspios-bookworm-arm64.img.xz  names no board  pi4-4gb/bookworm-64 pi5-4gb/bookworm-64
raspios-bookworm-armhf-lite.img  names no board  pi-zero-2w/bookworm-32 pi4-4gb/bookworm-32
pi4/alpine/3.99      unknown release     pi4-4gb/alpine-3.24-64
pi4/ubuntu-23.11     unknown release     pi4-4gb/ubuntu-24.04-64
pi4/py3.99           is no Python        pi4-4gb/trixie-64
pi4/py2.7            is no Python        pi4-4gb/trixie-64
aarch64              needs a system      aarch64/debian-trixie-64 aarch64/ubuntu-24.04-64 aarch64/glibc-2.36/py3.11
linux/arm/v7         needs a system      armv7l/debian-trixie-32 armv7l/debian-bookworm-32
linux/arm/v6         needs a system      armv6l/glibc-2.36/py3.11
pi4/glibc-2.31/py3.9  instead of a board  aarch64/glibc-2.31/py3.9
armv7l python 3.9    needs a system      armv7l/debian-trixie-32/py3.9 armv7l/debian-bookworm-32/py3.9
rk3588s              several boards      rock-5b-4gb/debian-bookworm-64 orange-pi-5-4gb/debian-bookworm-64
amlogic s905x3       several boards      odroid-c4/ubuntu-24.04-64 khadas-vim3l/ubuntu-24.04-64
beaglebone           several boards      beaglebone-black/debian-bookworm-32
rock pi n            unknown board       rock-pi-e-2gb/debian-bookworm-64
pi4 64-bit 32-bit    both 64-bit and     pi4-4gb/trixie-64
pi4 gizmo            says nothing about the Raspberry Pi 4  pi4-4gb/trixie-64
Jetson - Jp 4.6      several boards      jetson-nano-4gb/jetpack-4-64
pi6                  unknown board       pi5-4gb/trixie-64, pi4-4gb/trixie-64
raspberry pi 6 8gb bookworm  unknown board  pi5-4gb/bookworm-64, pi4-4gb/bookworm-64
pi zero 3            unknown board 'pi zero 3'  pi-zero-2w/trixie-64
compute module 6     unknown board       cm5-4gb/trixie-64, cm4-4gb/trixie-64
rock 6               unknown board       rock-5b-4gb/debian-bookworm-64, rock-5a-4gb/debian-bookworm-64
banana pi m9         unknown board       banana-pi-m5/armbian-bookworm-64
odroid c9            unknown board       odroid-c4/ubuntu-24.04-64
pi 600               unknown board       pi500/trixie-64, pi400/trixie-64
Rasbian os           names no board      pi-zero-2w/trixie-32 pi4-4gb/trixie-32 pi5-4gb/trixie-32
l4t r32              names no board      jetson-nano-4gb/jetpack-4-64 jetson-tx2-4gb/jetpack-4-64
L4T R35.4.1          names no board      jetson-orin-nano-4gb/jetpack-5-64
cortex-a72           several boards      pi4-4gb/trixie-64, pi400/trixie-64
Cortex A76           several boards      pi5-4gb/trixie-64
ARMv6-compatible processor rev 7 (v6l)  needs a system  armv6l/glibc-2.36/py3.11
v7l                  needs a system      armv7l/debian-trixie-32
32 bit arm           needs a system      armv7l/debian-trixie-32
Rockchip RK3399      several boards      rock-4-4gb/debian-bookworm-64
bcm2837b0            unknown board       pi-zero-2w/trixie-64 pi-3b/trixie-64
Fedora 39 aarch64    unknown release     pi4-4gb/fedora-44-64
fedora iot           names no board      pi4-4gb/fedora-44-64
balena raspberrypi3-64  says nothing about  pi-3b/trixie-64
bookwrm              unknown system      pi4-4gb/bookworm-64 pi5-4gb/bookworm-64
"""  # noqa: E501


def table(text: str) -> list[list[str]]:
    return [re.split(r"\s{2,}", line) for line in text.strip().splitlines()]


@pytest.mark.parametrize(("spelling", "canonical"), table(READ))
def test_a_spelling_is_read(spelling: str, canonical: str) -> None:
    reading = read_name(spelling)
    assert reading.canonical == canonical
    assert target(spelling).origin == f"target {canonical}"
    assert read_name(canonical).canonical == canonical
    assert read_name(canonical).told == ""


@pytest.mark.parametrize(("spelling", "reason", "names"), table(ASKED_BACK))
def test_where_several_are_meant_the_nearest_are_offered(
    spelling: str, reason: str, names: str
) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        target(spelling)
    text = str(caught.value)
    for name in re.split(r"(?<!,) ", names):  # with a comma: in that order
        assert name in text
    offered = re.findall(r"[\w.-]+/[\w.:/-]+[\w]", text.partition("did you mean")[2])
    assert 1 <= len(offered) <= 3
    for name in offered:
        assert target(name).origin == f"target {name}"


# What is no machine that is answered for: a part of what is said instead.
PLAIN_NO = """
freebsd pi 4                  no runtime has wheels for a BSD
ghcr.io/astral-sh/uv:python3.12-bookworm-slim  the first line of its Dockerfile
mcr.microsoft.com/devcontainers/python:3.12  as in aarch64/python:3.12-slim
zynq ultrascale zcu104        as in aarch64/ubuntu-22.04
armel                         Raspberry Pi OS is armhf on every Raspberry Pi: pi-zero-w
localhost                     without --target: pidoctor check
colab                         x86_64/ubuntu-24.04
pico                          LiteRT for Microcontrollers
raspberry pi pico 2           zero2w
esp32-s3                      LiteRT for Microcontrollers
arduino                       the UNO Q: uno-q
arduino nano 33 ble sense     the UNO Q: uno-q
mac                           aarch64/python:3.12-slim
macbook m1                    aarch64/python:3.12-slim
windows 11                    in WSL it is Linux: x86_64/ubuntu-24.04
pi4/windows                   in WSL it is Linux: x86_64/ubuntu-24.04
wsl2                          x86_64/ubuntu-24.04
laptop                        x86_64/debian-13
android                       an Android library
risc-v                        no runtime has wheels
pi4/tensorflow/tensorflow:2.15.0  as in pi4/python:3.11-slim
nvcr.io/nvidia/l4t-base:r32.7.1   `pidoctor smoke` inside
balenalib/raspberrypi3-python:3.9  as in pi4/python:3.9-slim-bullseye
balenalib/raspberrypi4-64-debian-python:3.9-bullseye  or pi3/python:3.9-slim-bullseye/32-bit
pi4/octopi                    `cat /etc/os-release` on it says which
pi4/arch linux                as in aarch64/glibc-2.41/py3.13
pi4 + coral                   --with coral-usb
coral usb accelerator         --with coral-usb
uname -m                      tells the kernel
Linux raspberrypi 6.1.21-v8+ #1642 SMP PREEMPT aarch64 GNU/Linux  tells the kernel
pi4 conda                     name its version, as in pi4/py3.10
pi3 jessie                    as in pi3/trixie
steamdeck                     x86_64/ubuntu-24.04
Raspberry Pi 5 Debian 12      Raspberry Pi OS 12 (bookworm) does: pi5-4gb/bookworm-64
pi4/debian stretch            What it runs: pi4-4gb/trixie-64
Raspberry Pi 5 + Hailo        --with hailo-8
Coral Dev Micro               LiteRT for Microcontrollers
ChromeOS linux penguin        aarch64/debian-12
Synology DS220+               aarch64/python:3.12-slim
dustynv/l4t-ml:r36.2.0        `pidoctor smoke` inside
ubuntu xenial jetson tx2      as in aarch64/glibc-2.41/py3.13
debian testing arm64          as in aarch64/glibc-2.41/py3.13
wandboard 2x                  what `uname -m` prints
homebridge                    `cat /etc/os-release` on it says which
Home Assistant OS on VisionFive 2  no runtime has wheels
orange pi rv2                 no runtime has wheels
bpi-f3                        no runtime has wheels
beaglev-ahead                 no runtime has wheels
ppc64le/glibc-2.36/py3.11     for this architecture no runtime has wheels
Orange Pi AIpro 20T           as in aarch64/ubuntu-22.04
arduino portenta x8           name the image that runs on it
"""


@pytest.mark.parametrize(("spelling", "told"), table(PLAIN_NO))
def test_what_is_not_answered_for_is_told_with_what_to_do(spelling: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        target(spelling)
    text = str(caught.value)
    assert told in text
    assert "\n" not in text


def test_a_tag_that_is_not_known_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"did you mean alpine:3\.2[1-4]"):
        target("pi4/alpine:3.20")
    with pytest.raises(UsageError, match=r"did you mean python:3\.12-alpine3\.2[2-4]"):
        target("pi4/python:3.12-alpine3.20")


def test_what_the_texts_of_the_table_name_exists() -> None:
    texts = " ".join(row.text for row in load_systems().elsewhere)
    named = set(re.findall(r"\b[\w-]+/[\w.:/-]*[\w-]", re.sub(r"https?://\S+", "", texts)))
    named = {name for name in named if not name.startswith("etc/")}
    assert len(named) > 6
    for name in (*named, "zero2w", "uno-q", "jetson-nano", "jetson-orin-nano"):
        assert target(name)


def test_there_are_120_spellings() -> None:
    assert len(table(READ)) >= 240


def test_what_was_assumed_is_said_in_one_line() -> None:
    assert read_name("pi4").told == (
        "read as Raspberry Pi 4 Model B, 4 GB, Raspberry Pi OS 13 (trixie), 64-bit: "
        "pi4-4gb/trixie-64"
    )
    assert read_name("aarch64/musl").told == (
        "read as aarch64, Alpine Linux 3.24: aarch64/alpine-3.24-64"
    )
    assert read_name("aarch64/alpine-3.24").told == ""
    assert read_name("pi4/bookworm-64").told == ""
    assert read_name("pi4/bookworm-64").memory is None


@pytest.mark.parametrize("python", ["", "/py3.9", "/py3.13", "/py3.99", "/py3.09"])
def test_a_name_in_full_says_what_its_words_say(python: str) -> None:
    """The blank at the end makes it a name that is read word by word."""
    for name in all_names()[:: 7 if python else 1]:
        for asked in (name + python, re.sub(r"-\dgb/", "/", name) + python):
            assert _answer(asked) == _answer(f"{asked} ")


def _answer(name: str) -> object:
    try:
        return read_name(name)
    except UsageError as error:
        return str(error).replace(repr(name), "")


def test_every_target_is_read_as_itself() -> None:
    for name in all_names():
        reading = read_name(name)
        assert (reading.canonical, reading.assumed) == (name, ())


WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "pi 4 pi4 jetson nano bookworm trixie 64 32 3.12 py3.9 4gb arm64 glibc-2.31 ubuntu 24.04 "
        "rock python:3.12-slim debian zero 2w model b x rev / - + \x1b \u202e",
    )
)


@given(st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=40))
def test_anything_is_read_or_refused_in_one_line(name: str) -> None:
    text = ""
    try:
        reading = read_name(name)
    except UsageError as error:
        text = str(error)
    else:
        assert read_name(reading.canonical).canonical == reading.canonical
        target(name)
        return
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) < 400


@pytest.mark.parametrize("image", ["python:3.12-slim", "debian:bookworm"])
def test_a_container_on_an_armv6_board_is_32_bit(image: str) -> None:
    assert read_name(f"zero/{image}").bits == 32
    assert target(f"zero/{image}").python.architecture.value == "armv6l"


def test_a_container_of_a_word_size_that_the_processor_has_not() -> None:
    with pytest.raises(UsageError, match="Raspberry Pi Zero has a 32-bit processor"):
        read_name("arm64 python:3.12-slim zero")


@pytest.mark.parametrize("name", ["pi4/alpine-3.20", "pi4/alpine 3.19", "pi4-4gb/alpine3.18"])
def test_a_release_that_is_not_known_is_not_taken_for_a_python(name: str) -> None:
    with pytest.raises(UsageError, match=r"alpine-3\.24"):
        read_name(name)
    assert read_name("pi4/alpine-3.22/3.11").python == "3.11"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("jetson nano/jetpack-6", "JetPack 4 is the last for them"),
        ("jetson xavier nx jetpack 6", "JetPack 5 is the last for it"),
        ("orin nano jetpack 4", "JetPack 5 is the first for it"),
    ],
)
def test_a_jetpack_is_not_taken_for_a_board_it_does_not_support(name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_name(name)
