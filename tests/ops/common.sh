# shellcheck shell=bash
# What the scripts in this folder share: packages, the program, free ports, and the end of all that they start.
# They are sourced with `work` unset, and get a folder of their own in it.
set -euo pipefail
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1

work=$(mktemp -d)
chmod 755 "$work"
folders=() # of databases that must not run on

step() { printf '\n== %s\n' "$1"; }

# Ends what wrote a file NAME.pid into the folder, and removes the folder. KEEP=1 keeps it, with all logs.
clean_up() {
  local code=$? file folder
  trap - EXIT
  # A second signal must not stop this.
  trap '' INT TERM HUP
  if [ "$code" != 0 ]; then
    for file in "$work"/*.log; do
      [ ! -s "$file" ] || { printf -- '-- the end of %s\n' "${file##*/}"; tail -n 3 "$file" | cut -c 1-200; }
    done
  fi
  for file in "$work"/*.pid; do
    [ -e "$file" ] || continue
    kill -CONT "$(cat "$file")" 2>/dev/null || true
    kill -TERM "$(cat "$file")" 2>/dev/null || true
  done
  sleep 1
  for file in "$work"/*.pid; do [ ! -e "$file" ] || kill -KILL "$(cat "$file")" 2>/dev/null || true; done
  for folder in "${folders[@]}"; do
    as_postgres "$postgres_bin/pg_ctl" -D "$folder" -m immediate stop >/dev/null 2>&1 || true
  done
  [ "$code" = 0 ] || echo "FAILED"
  if [ -n "${KEEP:-}" ]; then echo "Logs and data are in $work"; else rm -rf "$work"; fi
  exit "$code"
}
trap clean_up EXIT

# need COMMAND PACKAGE…: installs the packages if the command is missing. What Debian starts by itself is not started.
need() {
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null && return
  [ "$(id -u)" = 0 ] || { echo "$1 is missing. Run this as root, or install: ${*:2}"; exit 1; }
  [ -n "${is_updated:-}" ] || apt-get update -qq
  is_updated=1
  local policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; local is_mine=1; }
  local code=0
  apt-get install -qq --yes --no-install-recommends "${@:2}" >"$work/apt.log" 2>&1 || code=$?
  [ -z "${is_mine:-}" ] || rm "$policy"
  return "$code"
}

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && exec setpriv --reuid postgres --regid postgres --init-groups -- "$@")
  else
    "$@"
  fi
}

# start NAME COMMAND…: runs it in the background. Its log is NAME.log, its number NAME.pid.
start() {
  local name=$1
  shift
  if [ "$1" = as_postgres ] && [ "$(id -u)" = 0 ]; then
    shift
    set -- setpriv --reuid postgres --regid postgres --init-groups -- "$@"
  elif [ "$1" = as_postgres ]; then
    shift
  fi
  (cd "$work" && exec "$@" </dev/null >>"$work/$name.log" 2>&1) &
  echo $! >"$work/$name.pid"
  disown
}

# wait_for SECONDS WHAT COMMAND…
wait_for() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) || { echo "$what did not happen in time."; exit 1; }
    sleep 0.2
  done
}

# Prints as many free ports.
free_ports() {
  python3 -c 'import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*[each.getsockname()[1] for each in held])' "$1"
}

# make_keys FOLDER: the keys that all nodes share.
make_keys() {
  openssl genpkey -algorithm ed25519 -out "$1/signing.pem" 2>/dev/null
  openssl rand -base64 32 >"$1/secret.key"
}

need setpriv util-linux
need curl curl
need openssl openssl
python3 -c 'import http.client' 2>/dev/null || need "the library of Python" python3
need envsubst gettext-base
need psql postgresql-client
newest_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1; }
[ -n "$(newest_postgres)" ] || need "a server of PostgreSQL" postgresql
postgres_bin=$(dirname "$(newest_postgres)")

# The program: TENANTRY_BIN, or what cargo builds.
if [ -z "${TENANTRY_BIN:-}" ]; then
  (cd "$sources" && cargo build --quiet)
  TENANTRY_BIN=$sources/target/debug/tenantry
fi
PROGRAM=$(realpath "$TENANTRY_BIN")
# It would warn of a variable that is no setting.
unset TENANTRY_BIN
export PROGRAM work
