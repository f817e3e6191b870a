#!/usr/bin/env bash
# Installs or upgrades Headway's agent for all users of a cluster, on its head node, as root. See docs/site-mode.md.
# Run again it changes only what differs; an agent that does not answer after an upgrade is replaced by the one before it.
set -euo pipefail
umask 022

usage() {
  cat <<'TEXT'
install.sh [--from FOLDER] [--node FILE] [--port PORT] [--origin URL] [--prefix FOLDER] [--wait SECONDS] [--no-start] [--dry-run]
install.sh --uninstall [--purge] [--prefix FOLDER] [--dry-run]

--from FOLDER    the built agent (agent.js, helper.js, assets); default: the one this script lies in
--node FILE      Node 24 or newer, copied beside the agent; default: `node` beside agent.js, else the one on PATH
--port PORT      where the agent listens, written into a new agent.yaml; default 5010
--origin URL     a web page that may call the agent, written into a new agent.yaml
--prefix FOLDER  where programs go; default /usr/lib/headway
--wait SECONDS   how long a started agent may take to answer; default 30
--no-start       puts all in place and starts nothing
--dry-run        says what would be done, and does nothing
--uninstall      removes programs, service and sudo rule; data, accounts and users' files stay
--purge          with --uninstall: the agent's data and its account go too
DESTDIR, where it is set, goes before every path that is written (staging, tests); accounts are then left alone.
TEXT
}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

readonly service=headway-agent account=headway group=headway-users
from="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
node='' port='' origin='' prefix=/usr/lib/headway wait_seconds=30 dest="${DESTDIR:-}"
start=1 dry=0 uninstall=0 purge=0
while (($# > 0)); do
  case "$1" in
    --from | --node | --port | --origin | --prefix | --wait)
      (($# > 1)) || fail "$1 needs a value"
      case "$1" in
        --from) from="$2" ;;
        --node) node="$2" ;;
        --port) port="$2" ;;
        --origin) origin="$2" ;;
        --prefix) prefix="${2%/}" ;;
        --wait) wait_seconds="$2" ;;
      esac
      shift 2
      ;;
    --no-start) start=0 && shift ;;
    --dry-run) dry=1 && shift ;;
    --uninstall) uninstall=1 && shift ;;
    --purge) purge=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
# They go into a sudoers file, a unit and YAML as they are.
[[ "$prefix" =~ ^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$ ]] || fail "--prefix must be an absolute path of letters, digits and ._-"
[[ "$port" =~ ^[0-9]{0,5}$ ]] || fail '--port must be a number'
[[ "$wait_seconds" =~ ^[0-9]{1,4}$ ]] || fail '--wait must be a number of seconds'
[[ -z "$origin" || "$origin" =~ ^https?://[A-Za-z0-9.:_-]+$ ]] || fail '--origin must be an origin such as https://portal.example.com'
((purge == 0 || uninstall == 1)) || fail '--purge goes with --uninstall'
if ((dry == 0 && EUID != 0)) && [[ -z "$dest" ]]; then fail 'must run as root (or with --dry-run)'; fi

readonly lib="$dest$prefix" data=/var/lib/headway
# As src/core/kit/node-flags.ts: what is young may not grow to 128 MiB beside large transfers.
readonly node_flags=--max-semi-space-size=16
readonly unit="$dest/etc/systemd/system/$service.service" sudoers="$dest/etc/sudoers.d/headway"
readonly pointer="$dest/etc/headway/agent.json" settings="$dest$data/agent.yaml"
real=0
if [[ -z "$dest" ]]; then real=1; fi

# Says what is done and does it, or only says it.
step() {
  local words="$1"
  shift
  say "$words"
  if ((dry == 0)); then "$@"; fi
}
has_systemd() {
  command -v systemctl >/dev/null || return 1
  case "$(systemctl is-system-running 2>/dev/null || true)" in
    running | degraded | starting | initializing | maintenance) return 0 ;;
    *) return 1 ;;
  esac
}
# Without the lock: what is started must not hold it on.
service_manager() { systemctl "$@" 9>&-; }
# What lies in the account's own folder is touched as that account: a link it laid there leads nowhere new.
as_account() {
  if ((real == 1)); then
    setpriv --reuid="$account" --regid="$account" --init-groups -- "$@"
  else
    "$@"
  fi
}
quietly() { "$@" >/dev/null 2>&1 || true; }

remove_all() {
  if has_systemd; then step "stops $service" quietly service_manager disable --now "$service"; fi
  local path
  for path in "$unit" "$sudoers" "$pointer" "$lib"; do
    if [[ -e "$path" || -L "$path" ]]; then step "removes $path" rm -rf -- "$path"; fi
  done
  if [[ -d "$dest/etc/headway" ]]; then step "removes $dest/etc/headway where it is empty" quietly rmdir "$dest/etc/headway"; fi
  if has_systemd; then step 'tells systemd' quietly service_manager daemon-reload; fi
  if ((purge == 0)); then
    say "Left: $dest$data, the account $account and the group $group, and users' own files."
    return
  fi
  if [[ -e "$dest$data" ]]; then step "removes $dest$data" rm -rf -- "$dest$data"; fi
  if ((real == 1)); then
    if getent passwd "$account" >/dev/null; then step "removes the account $account" userdel "$account"; fi
    if getent group "$group" >/dev/null; then step "removes the group $group" groupdel "$group"; fi
  fi
}
if ((uninstall == 1)); then
  remove_all
  say 'Headway is removed.'
  exit 0
fi

[[ -f "$from/agent.js" && -f "$from/helper.js" && -d "$from/assets/site-mode" ]] || fail "$from holds no built agent (--from)"
if [[ -z "$node" ]]; then
  if [[ -x "$from/node" ]]; then node="$from/node"; else node="$(command -v node || true)"; fi
fi
[[ -n "$node" && -x "$node" ]] || fail 'there is no Node; name one by --node'
# npm puts a script or a link under this name: what runs is copied.
node="$("$node" -p process.execPath)"
major="$("$node" -p 'process.versions.node.split(".")[0]')"
((major >= 24)) || fail "$node is Node $major; the agent needs 24 (--node)"
command -v visudo >/dev/null || PATH="$PATH:/usr/sbin:/sbin"
command -v visudo >/dev/null || fail 'there is no visudo: site mode needs sudo'

# A version is named by what it holds: the same files are the same version, wherever they were built.
content="$(
  {
    sha256sum <"$node"
    cd -- "$from" && find . -type f ! -path ./node -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c1-12
)"
id="$content"
if [[ -f "$from/VERSION" ]]; then
  number="$(head -n 1 "$from/VERSION")"
  [[ "$number" =~ ^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$ ]] || fail "$from/VERSION holds no version"
  id="$number-$content"
fi
readonly id node from

work="$(mktemp -d)"
# What was replaced, to be put back: paths, each with a copy in $work or none where it was new.
replaced=()
previous='' switched=0 made_version=0 restarted=0 confirmed=0 changed=0 locked=0

back() {
  local path at
  for ((at = ${#replaced[@]} - 1; at >= 0; at -= 1)); do
    path="${replaced[at]}"
    if [[ -f "$work/before/$at" ]]; then
      cp -p -- "$work/before/$at" "$path.new" && mv -f -- "$path.new" "$path"
    else
      rm -f -- "$path"
    fi
  done
  if ((switched == 1)); then
    if [[ -n "$previous" ]]; then point_to "$previous"; else rm -f -- "$lib/current"; fi
  fi
  if ((made_version == 1)); then rm -rf -- "$lib/versions/$id"; fi
  if ((restarted == 0)); then return; fi
  quietly service_manager daemon-reload
  if [[ -z "$previous" ]]; then
    quietly service_manager disable --now "$service"
    return
  fi
  quietly service_manager stop "$service"
  restore_database
  quietly service_manager restart "$service"
  if answers; then say "The version before it, $previous, runs again." >&2; else say 'The version before it does not answer either.' >&2; fi
}
finish() {
  local code=$?
  # Whatever goes wrong from here on, the rest is still put back.
  set +e
  if ((confirmed == 0 && dry == 0)) && { ((${#replaced[@]} > 0)) || ((switched == 1 || made_version == 1)); }; then
    say 'Puts back what was there before.' >&2
    back
    if ((code == 0)); then code=1; fi
  fi
  rm -rf -- "$work" "${database_copy:-$work}"
  if ((locked == 1)); then rm -rf -- "$lib/versions/.new"; fi
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# A newer agent carries the database on, and the one before it does not open it then: a copy waits until the new one answers.
database="$dest$data/headway.db" database_copy=''
keep_database() {
  local end
  if [[ ! -f "$database" ]]; then return; fi
  database_copy="$(mktemp -d "$lib/.database.XXXXXX")"
  for end in '' -wal; do
    if [[ -f "$database$end" ]]; then as_account cat -- "$database$end" >"$database_copy/db$end"; fi
  done
  : >"$database_copy/whole"
}
# SQLite's user_version, the step the agent is at, stands at offset 60 of the file; what a log beside it holds is not in it yet.
step_of() { od -An -j60 -N4 -tx1 -- "$1"; }
restore_database() {
  if [[ -z "$database_copy" || ! -f "$database_copy/whole" ]]; then return; fi
  if [[ ! -s "$database-wal" && "$(step_of "$database")" == "$(step_of "$database_copy/db")" ]]; then return; fi
  say 'Puts back the database as it was before.' >&2
  as_account rm -f -- "$database-wal" "$database-shm"
  local end
  for end in -wal ''; do
    if [[ ! -f "$database_copy/db$end" ]]; then continue; fi
    # shellcheck disable=SC2016 # The inner shell's own argument.
    as_account sh -c 'umask 077; cat >"$1.new" && mv -f -- "$1.new" "$1"' sh "$database$end" <"$database_copy/db$end"
  done
}

# put SOURCE TARGET MODE: a file of root's, replaced in one step and only where it differs.
put() {
  local source="$1" target="$2" mode="$3"
  if [[ -f "$target" && ! -L "$target" ]] && cmp -s -- "$source" "$target" && [[ "$(stat -c %a "$target")" == "$mode" ]]; then return; fi
  say "writes $target"
  changed=1
  if ((dry == 1)); then return; fi
  mkdir -p -- "$(dirname -- "$target")" "$work/before"
  if [[ -f "$target" ]]; then cp -p -- "$target" "$work/before/${#replaced[@]}"; fi
  replaced+=("$target")
  install -m "$mode" -- "$source" "$target.new"
  if ((real == 1)); then chown root:root -- "$target.new"; fi
  mv -f -- "$target.new" "$target"
}
point_to() {
  ln -sfn -- "versions/$1" "$lib/current.new"
  mv -fT -- "$lib/current.new" "$lib/current"
}

add_accounts() {
  if ((real == 0)); then return; fi
  local shell=/usr/sbin/nologin
  if [[ ! -x "$shell" ]]; then shell=/sbin/nologin; fi
  if ! getent passwd "$account" >/dev/null; then
    step "adds the account $account" useradd --system --user-group --no-create-home --home-dir "$data" --shell "$shell" "$account"
  fi
  if ! getent group "$group" >/dev/null; then step "adds the group $group" groupadd "$group"; fi
}

copy_version() {
  local new="$lib/versions/.new"
  rm -rf -- "$new"
  mkdir -p -- "$new"
  cp -R -- "$from/." "$new/"
  rm -rf -- "$new/node"
  install -m 755 -- "$node" "$new/node"
  if ((real == 1)); then chown -R root:root -- "$new"; fi
  chmod -R u=rwX,go=rX -- "$new"
  # A copy cut short never has the name of a version.
  sync -f "$new" 2>/dev/null || true
  mv -T -- "$new" "$lib/versions/$id"
  made_version=1
}

# What the administrator set in the start script before is kept: ROOT, SLURM_BIN, SLURM_CONF.
render_helper() {
  local kept="$work/kept"
  : >"$kept"
  if [[ -f "$lib/headway-helper" ]]; then grep -E '^(ROOT|SLURM_BIN|SLURM_CONF)=' "$lib/headway-helper" >"$kept" || true; fi
  sed -e "s#^NODE=.*#NODE=$prefix/current/node#" -e "s#^PROGRAM=.*#PROGRAM=$prefix/current/helper.js#" \
    -e "s#/usr/lib/headway/headway-helper#$prefix/headway-helper#" "$from/assets/site-mode/headway-helper" |
    awk -v kept="$kept" '
      BEGIN { while ((getline line < kept) > 0) if (!((name = line) in own)) { sub(/=.*/, "", name); own[name] = line } }
      /^[A-Z_]+=/ { name = $0; sub(/=.*/, "", name); if (name in own) { print own[name]; next } }
      { print }'
}
render_command() {
  cat <<TEXT
#!/bin/sh
# Headway: the agent's program for users of this machine, for example \`headway-agent bridge\`. Written by install.sh.
unset NODE_OPTIONS NODE_PATH
exec $prefix/current/node $node_flags $prefix/current/agent.js "\$@"
TEXT
}
render_unit() {
  cat <<TEXT
# Written by Headway's install.sh. Changes belong into a drop-in: systemctl edit $service
[Unit]
Description=Headway agent for the users of this cluster
After=network-online.target remote-fs.target
Wants=network-online.target

[Service]
Type=exec
User=$account
Group=$account
UMask=0077
Environment=HEADWAY_DATA=$data
ExecStart=$prefix/current/node $node_flags $prefix/current/agent.js serve
Restart=on-failure
RestartSec=2
# The agent ends in order within 15 s; helpers end when it has.
KillMode=mixed
TimeoutStopSec=20
LimitNOFILE=65536
# No NoNewPrivileges, ProtectHome, ProtectSystem, PrivateTmp, SystemCallFilter and their like: they would hold for sudo, which
# then could not become a user, and for the helpers, which work in users' homes.

[Install]
WantedBy=multi-user.target
TEXT
}
render_settings() {
  cat <<TEXT
# Settings of Headway's agent, see docs/agent-settings.md. Written once by install.sh; from then on yours.
runAs: sudo
scheduler: { kind: slurm }
env: production
host: 127.0.0.1
port: ${port:-5010}
# Web pages that may call the agent. The desktop app needs none of them.
allowedOrigins: [${origin:-http://127.0.0.1:${port:-5010}}]
siteMode: { helper: $prefix/headway-helper, maxHelpers: 64, idleSeconds: 300 }
TEXT
}
write_settings() {
  # shellcheck disable=SC2016 # The inner shell's own argument.
  as_account sh -c 'umask 077; cat >"$1"' sh "$settings" <"$work/agent.yaml"
}
add_settings() {
  local owner=()
  if ((real == 1)); then owner=(-o "$account" -g "$account"); fi
  if [[ ! -d "$dest$data" ]]; then
    step "makes $dest$data" install -d -m 700 "${owner[@]}" -- "$dest$data"
  fi
  if [[ -e "$settings" ]]; then return; fi
  render_settings >"$work/agent.yaml"
  step "writes $settings" write_settings
}
# The port that agent.yaml names; of a plain line, as this script writes it.
port_in_use() {
  local found=''
  if [[ -r "$settings" ]]; then found="$(sed -nE 's/^port:[[:space:]]*([0-9]{1,5})[[:space:]]*(#.*)?$/\1/p' "$settings" | tail -n 1)"; fi
  printf '%s' "${found:-${port:-5010}}"
}

answers() {
  local until=$((SECONDS + wait_seconds))
  local question='fetch(process.argv[1], { signal: AbortSignal.timeout(2000) }).then((a) => a.json())
    .then((h) => process.exit(h.product === "headway-agent" ? 0 : 1), () => process.exit(1))'
  while ((SECONDS < until)); do
    # Both: something else may hold the port while the service starts again and again.
    if env -u NODE_OPTIONS -u NODE_USE_ENV_PROXY "$node" -e "$question" "$url/health" && service_manager is-active --quiet "$service"; then return 0; fi
    sleep 0.5
  done
  return 1
}
say_why() {
  if ((real == 1)) && command -v journalctl >/dev/null; then journalctl -u "$service" -n 20 --no-pager >&2 || true; fi
}
prune() {
  local path name
  for path in "$lib/versions"/*; do
    name="$(basename -- "$path")"
    if [[ "$name" != "$id" && "$name" != "$previous" ]]; then step "removes $path" rm -rf -- "$path"; fi
  done
}

# Two at once would undo each other's work.
if ((dry == 0)); then
  mkdir -p -- "$lib/versions"
  exec 9<"$lib"
  if command -v flock >/dev/null; then flock -n 9 || fail 'another installation is under way'; fi
  locked=1
fi
if [[ -L "$lib/current" ]]; then previous="$(basename -- "$(readlink -- "$lib/current")")"; fi

render_helper >"$work/headway-helper"
render_command >"$work/headway-agent"
render_unit >"$work/unit"
sed "s#/usr/lib/headway#$prefix#g" "$from/assets/site-mode/headway.sudoers" >"$work/sudoers"
# A sudoers file with a fault in it can lock everybody out of sudo.
visudo -c -q -f "$work/sudoers" || fail 'the sudo rule is not accepted by visudo; nothing was changed'

add_accounts
if [[ ! -d "$lib/versions/$id" ]]; then step "copies the agent to $lib/versions/$id" copy_version; fi
put "$work/headway-helper" "$lib/headway-helper" 755
put "$work/headway-agent" "$lib/headway-agent" 755
put "$work/sudoers" "$sudoers" 440
put "$work/unit" "$unit" 644
add_settings
url="http://127.0.0.1:$(port_in_use)"
printf '{ "url": "%s", "command": "%s" }\n' "$url" "$prefix/headway-agent" >"$work/agent.json"
put "$work/agent.json" "$pointer" 644
if [[ "$previous" != "$id" ]]; then
  step "makes $id the current version" point_to "$id"
  switched=1 changed=1
fi

if ((dry == 1)); then
  say 'Nothing was changed.'
  exit 0
fi
if ((start == 0)) || ! has_systemd; then
  confirmed=1
  say "Headway's agent $id is in place and was not started. To start it without systemd:"
  say "  setpriv --reuid=$account --regid=$account --init-groups -- env HEADWAY_DATA=$data $prefix/headway-agent serve"
  exit 0
fi
quietly service_manager daemon-reload
quietly service_manager enable "$service"
if ((changed == 1)) || ! service_manager is-active --quiet "$service"; then
  say "starts $service"
  restarted=1
  if [[ -n "$previous" ]] && ((switched == 1)); then
    quietly service_manager stop "$service"
    keep_database
  fi
  service_manager restart "$service" || true
  if ! answers; then
    say_why
    fail "the agent did not answer at $url within $wait_seconds s"
  fi
fi
confirmed=1
prune
say "Headway's agent $id answers at $url."
if [[ -z "$previous" ]]; then
  say "The first account's password: journalctl -u $service | grep first-account"
  say "Who may use it: usermod -aG $group NAME"
fi
