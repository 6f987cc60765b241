#!/usr/bin/env bash
# Programs that some tests need and skip without: haproxy, promtool (package prometheus), nft, ip, Chromium. They are no
# requirement, so nothing here may fail a run or take long; where there is no root or no apt, nothing happens.
set -uo pipefail
[ "$(id -u)" = 0 ] && command -v apt-get timeout >/dev/null || exit 0

# No dialogues, and no daemons: only the programs are wanted.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
updated=

want() { # PROGRAM PACKAGE
  command -v "$1" >/dev/null && return
  if [ -z "$updated" ]; then
    timeout 60 apt-get update -qq >/dev/null 2>&1 </dev/null
    updated=yes
  fi
  timeout 120 apt-get install -y -qq --no-install-recommends "$2" >/dev/null 2>&1 </dev/null
  command -v "$1" >/dev/null && echo "tools: installed $2" || echo "tools: there is no $1, its tests are skipped"
}

want haproxy haproxy
want promtool prometheus
want nft nftables
want ip iproute2
want chromium chromium
exit 0
