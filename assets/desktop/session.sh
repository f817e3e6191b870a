#!/bin/bash
# A desktop: an X server that speaks RFB and, inside it, the template's script. The agent puts variables (HEADWAY_…) and the
# script (.headway/desktop/script) before this text and submits the whole as a job. It counts on bash 4.2, coreutils, grep, sed
# and an Xvnc; whatever else a node lacks is done without. No secret is an argument or in the environment of a process.
umask 077
book=$PWD/.headway/desktop
host=$(uname -n)
runtime='' server='' kind='' help='' server_pid='' session_pid='' watcher='' display='' certificate='' port='' args=()

have() { command -v "$1" >/dev/null 2>&1; }

# Standard input becomes the file $1 at once: nobody reads half of it.
put() { cat >"$1.new" && mv -f "$1.new" "$1"; }

# Sets `began`: when process $1 began, in ticks since the machine did. With its pid that names one process for ever.
begin_of() {
  local stat=''
  began=''
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # After the name, which may hold anything; what has ended and waits for its parent counts as gone.
  read -ra stat <<<"${stat##*) }"
  began=${stat[19]}
  [[ ${stat[0]} != [ZX] ]]
}

# The processes of the session in folder $1, wherever they have put themselves: the folder stands in their environment. It also
# does in a job that was submitted from inside, so what says the job ($2, `SLURM_JOB_ID=7`) must stand there as well.
processes_of() {
  local file pid
  while read -r file; do
    pid=${file#/proc/} pid=${pid%/environ}
    if [ -n "$2" ] && ! grep -qszxF -- "$2" "$file"; then continue; fi
    if [ -O "/proc/$pid" ] && begin_of "$pid"; then echo "$pid"; fi
  done < <(grep -lszxF -- "HEADWAY_DESKTOP=$1" /proc/[0-9]*/environ)
}

# signal_all SIGNAL SPARED TENTHS FOLDER JOB: sends it and waits until only SPARED is left, or for so many tenths of a second.
signal_all() {
  local signal=$1 spared=$2 tenths=$3 pid left
  for (( ; ; tenths--)); do
    left=()
    for pid in $(processes_of "$4" "$5"); do [ "$pid" = "$spared" ] || left+=("$pid"); done
    [ ${#left[@]} -gt 0 ] && [ "$tenths" -gt 0 ] || return 0
    # What appears meanwhile is told as well; what was told may be about to end in order.
    if [ "$signal" != TERM ] || [ "$tenths" = "$3" ] || [ "$tenths" = $(($3 / 2)) ]; then
      kill -"$signal" "${left[@]}" 2>/dev/null
    fi
    sleep 0.1
  done
}

# What tells a file from another one that has its name later.
identity_of() { stat -c '%i %Y' "$1" 2>/dev/null; }

# Ends all of the session in folder $1 (of job $2) and removes what it leaves: passwords, sockets, locks, that folder.
clear_up() {
  local folder=$1 pid='' number='' identity='' lock='' path mount
  [[ $folder =~ ^/tmp/headway-[A-Za-z0-9]{8}$ ]] || return 0
  { read -r pid <"$folder/server"; } 2>/dev/null
  # The server last: its clients can still put themselves away.
  signal_all TERM "$pid" 10 "$@"
  signal_all TERM '' 10 "$@"
  signal_all KILL '' 30 "$@"
  if { read -r number identity <"$folder/display"; } 2>/dev/null; then
    # A server that was killed leaves its socket. Another one may have the number by now: then it is another file.
    path=/tmp/.X11-unix/X$number
    if [ -O "$path" ] && [ "$(identity_of "$path")" = "$identity" ]; then rm -f "$path"; fi
    { read -r lock <"/tmp/.X$number-lock"; } 2>/dev/null
    if [ -n "$pid" ] && [ "${lock:-none}" = "$pid" ] && [ -O "/tmp/.X$number-lock" ]; then rm -f "/tmp/.X$number-lock"; fi
  fi
  # In the folder of a job that was put back into the queue there may be the next run's.
  if { read -r identity && read -r path; } 2>/dev/null <"$folder/password" && [ "$(identity_of "$path/password")" = "$identity" ]; then
    rm -f "$path/password" "$path/passwd"
  fi
  # File systems that a desktop has mounted there are not the session's to empty.
  while read -r _ mount _; do
    case $mount in "$folder"/*) fusermount3 -uz "$mount" || fusermount -uz "$mount" ;; esac
  done </proc/self/mounts 2>/dev/null
  rm -rf --one-file-system "$folder"
}

# Sessions of this user whose scripts were killed together with their watchers, as by a machine that lost its power.
sweep() {
  local folder where boot space pid start job
  for folder in /tmp/headway-????????; do
    if [ -L "$folder" ] || [ ! -O "$folder" ] || [ -L "$folder/desktop" ] || [ ! -f "$folder/desktop" ]; then continue; fi
    { read -r where boot space pid start && read -r job; } <"$folder/desktop"
    [ "$where" = "$host" ] || continue
    if [ "$boot" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then
      # The processes of another container are not to be seen from here.
      [ "$space" = "$(readlink /proc/self/ns/pid)" ] || continue
      begin_of "$pid" && [ "$began" = "$start" ] && continue
    fi
    clear_up "$folder" "$job"
  done
}

# The job's GPUs, as nvidia-smi is told them; empty where there are none.
own_gpus() {
  local gpus=${CUDA_VISIBLE_DEVICES:-${SLURM_JOB_GPUS:-}}
  if [[ $gpus =~ ^[A-Za-z0-9][A-Za-z0-9,/-]*$ ]] && [ "$gpus" != NoDevFiles ]; then echo "$gpus"; fi
}

ask_gpus() {
  timeout -s KILL 4 nvidia-smi -i "$2" --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits >"$1/gpu.new" 2>/dev/null &&
    mv -f "$1/gpu.new" "$1/gpu"
}

# watch FOLDER JOB BOOK: a process of its own that says who looks on, and clears up where the script is killed: then the pipe
# that only the script holds open comes to its end.
watch() {
  local folder=$1 job=$2 book=$3 viewers=0 told='' asked=0 now line part='' gpus gpu percent memory
  # Whoever ends the job's processes in order tells the script as well.
  trap '' TERM INT HUP
  gpus=$(own_gpus)
  have nvidia-smi || gpus=''
  exec 8<"$folder/life"
  while read -r -t 1 -u 8 line || [ $? -gt 128 ]; do
    [ -e "$book/session.json" ] || continue
    [ -e /dev/fd/7 ] || exec 7<"$book/Xvnc.log"
    # As TigerVNC says it, and TurboVNC.
    while IFS= read -r -u 7 line; do
      case $part$line in
        *'Connections: accepted:'* | *'Got connection from '*) viewers=$((viewers + 1)) ;;
        *'Connections: closed:'* | *'Client gone' | *'Client '*' gone') viewers=$((viewers - 1)) ;;
      esac
      part=''
    done
    part+=$line
    printf -v now '%(%s)T' -1
    if [ "$viewers" = "$told" ] && [ $((now - asked)) -lt 5 ]; then continue; fi
    told=$viewers gpu=''
    if [ -n "$gpus" ] && [ $((now - asked)) -ge 5 ]; then ask_gpus "$folder" "$gpus" 7<&- 8<&- & fi
    asked=$now
    if [ -r "$folder/gpu" ]; then
      while IFS=', ' read -r percent memory; do
        if [[ $percent =~ ^[0-9]+$ && $memory =~ ^[0-9]+$ ]]; then gpu+=",{\"percent\":$percent,\"memoryMb\":$memory}"; fi
      done <"$folder/gpu"
    fi
    printf '{"at":%s,"viewers":%s%s}\n' "$now" "$((viewers < 0 ? 0 : viewers))" "${gpu:+,\"gpu\":[${gpu#,}]}" | put "$book/stats.json"
  done
  clear_up "$folder" "$job"
}

# With job control, what is started in the background is a process group of its own: signals to the job's do not reach it.
start_watcher() {
  set -m
  watch "$runtime" "$job" "$book" </dev/null 9>&- &
  watcher=$!
  set +m
  disown "$watcher"
}

# What ends the script, in this order: nobody is left who could not be killed at any point of it.
leave() {
  trap '' TERM INT HUP
  trap - EXIT
  [ -z "$runtime" ] || clear_up "$runtime" "$job"
  rm -f "$book/password" "$book/passwd"
  [ -z "$watcher" ] || kill -KILL "$watcher" 2>/dev/null
  exit "$1"
}

# Standard input's end as the inside of a JSON string.
json_text() {
  tail -c 1500 |
    if have iconv; then iconv -c -f UTF-8 -t UTF-8 2>/dev/null; else LC_ALL=C tr -cd '\11\12\40-\176'; fi |
    LC_ALL=C tr -d '\000-\010\013-\037\177' | tr '\t' ' ' |
    LC_ALL=C sed -e 's/[\\"]/\\&/g' | LC_ALL=C sed -e ':a' -e '$!N' -e '$!ba' -e 's/\n/\\n/g'
}

# end KIND DETAIL: says why it is over, and leaves.
end() {
  local detail
  detail=$(printf '%s' "$2" | json_text)
  printf '{"kind":"%s","detail":"%s"}\n' "$1" "$detail" | put "$book/ended.json"
  [ "$1" != logged-out ] || leave 0
  printf '%s\n' "$2" >&2
  if [ -n "${HEADWAY_REASON:-}" ] && [ ! -s "$HEADWAY_REASON" ]; then
    printf '%s\n' "$2" | head -n 1 >"$HEADWAY_REASON"
  fi
  leave 1
}

last_lines() { grep -v -e '^ *$' -e 'mieq: warning' "$1" 2>/dev/null | tail -n 12; }

find_server() {
  local each
  for each in /opt/TurboVNC/bin/Xvnc "$(command -v Xvnc)" "$(command -v Xtigervnc)" /usr/bin/Xvnc; do
    [ -x "$each" ] || continue
    help=$("$each" -help 2>&1 </dev/null) server=$each
    # Others go by this name as well.
    case $help in
      *-noclipboardsend*) kind=turbo && return ;;
      *AcceptCutText*displayfd* | *displayfd*AcceptCutText*) kind=tiger && return ;;
    esac
  done
  end no-server "There is no Xvnc on $host: TigerVNC or TurboVNC must be installed there."
}

write_password() {
  local password tool
  password=$(head -c 1024 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c 8)
  printf '%s\n' "$password" | put "$book/password"
  [ "$(wc -c <"$book/password")" = 9 ] || end server-failed "No password could be written in $book."
  printf '%s\n%s\n' "$(identity_of "$book/password")" "$book" >"$runtime/password"
  for tool in vncpasswd tigervncpasswd /opt/TurboVNC/bin/vncpasswd; do
    have "$tool" || continue
    printf '%s\n' "$password" | "$tool" -f 2>/dev/null | head -c 8 | put "$book/passwd"
    [ "$(wc -c <"$book/passwd")" = 8 ] && return
  done
  # DES with a key that all of VNC shares; thrice the same key makes triple DES the single one, which OpenSSL 3 has no more.
  local key=e84ad660c4721ae0
  printf '%s' "$password" | openssl enc -des-ede3 -nopad -K $key$key$key 2>/dev/null | put "$book/passwd"
  [ "$(wc -c <"$book/passwd")" = 8 ] || end no-server "Neither vncpasswd nor openssl on $host can make the password's file."
}

counted() { # A text with its length in two bytes before it.
  printf '%b%s' "$(printf '\\x%02x\\x%02x' $((${#1} / 256)) $((${#1} % 256)))" "$1"
}

# One entry of an Xauthority file, as xauth(1) would write it: FAMILY (two bytes), address, display number.
auth_entry() {
  printf '%b' "$1"
  counted "$2"
  counted "$3"
  counted MIT-MAGIC-COOKIE-1
  printf '%b' "\\x00\\x10${cookie//../}$cookie"
}

make_certificate() {
  local config=$runtime/openssl.cnf
  have openssl || end no-server "There is no openssl on $host, and the way over the network needs a certificate."
  printf '[req]\ndistinguished_name=name\n[name]\n' >"$config"
  certificate=$(
    export OPENSSL_CONF=$config
    cd "$runtime" && openssl ecparam -name prime256v1 -genkey -noout -out key.pem &&
      openssl req -new -x509 -key key.pem -out cert.pem -days 3650 -subj /CN=headway -sha256 &&
      openssl x509 -in cert.pem -outform DER | sha256sum
  ) 2>"$runtime/openssl.log"
  certificate=${certificate%% *}
  [[ $certificate =~ ^[0-9a-f]{64}$ ]] || end server-failed "No certificate could be made: $(last_lines "$runtime/openssl.log")"
}

# Decides how the server listens; all that it is told but the port.
set_arguments() {
  local way=${HEADWAY_WAY:-socket} dpi=${HEADWAY_DPI:-} geometry=${HEADWAY_GEOMETRY:-} security=VncAuth
  [[ $geometry =~ ^[1-9][0-9]{2,4}x[1-9][0-9]{2,4}$ ]] || geometry=1600x1000
  [ "$way" != near ] || { [ "$host" = "${HEADWAY_HEAD:-}" ] && way=socket || way=network; }
  # A server that began anew whenever its last client ends would forget the resolution and the background.
  args=(-displayfd 3 -noreset -auth "$runtime/cookie" -nolisten tcp -geometry "$geometry" -depth 24 -desktop "${HEADWAY_TITLE:-Headway}")
  [[ ! $dpi =~ ^[1-9][0-9]{1,2}$ ]] || args+=(-dpi "$dpi")
  case $way-$help in
    socket-*rfbunixpath*)
      args+=(-rfbunixpath "$runtime/rfb" -rfbunixmode 0600)
      [ $kind = turbo ] || args+=(-rfbport=-1)
      ;;
    network-*[Xx]509*)
      make_certificate
      security=X509Vnc port=network
      args+=(-X509Cert "$runtime/cert.pem" -X509Key "$runtime/key.pem")
      ;;
    network-*) end no-server "The Xvnc on $host knows no TLS, and the way over the network needs it." ;;
    *) port=loopback && args+=(-localhost) ;;
  esac
  # Behind SSH everybody comes from one address: one user's wrong passwords must not lock out the others.
  if [ $kind = turbo ]; then
    args+=(-alwaysshared -rfbauth "$book/passwd" -securitytypes "${security/#VncAuth/VNC}")
    case $help in *-maxauthfails*) args+=(-maxauthfails 0) ;; esac
    [ "${HEADWAY_CLIPBOARD:-1}" = 1 ] || args+=(-noclipboardrecv -noclipboardsend)
    return
  fi
  args+=(-AlwaysShared=1 -PasswordFile "$book/passwd" -SecurityTypes "$security" -AcceptSetDesktopSize=1)
  args+=(-BlacklistThreshold=2147483647 -BlacklistTimeout=0 -Log '*:stderr:30,EncodeManager:stderr:0,ComparingUpdateTracker:stderr:0')
  [ "${HEADWAY_CLIPBOARD:-1}" = 1 ] || {
    args+=(-SendCutText=0 -AcceptCutText=0)
    case $help in *SetPrimary*) args+=(-SendPrimary=0 -SetPrimary=0) ;; esac
    # Else a program inside could switch it on again.
    case $help in *AllowOverride*) args+=(-AllowOverride=desktop) ;; esac
  }
}

# Starts the server with these arguments besides; false where it ends before it has a display.
start_server() {
  local tenths
  : >"$book/Xvnc.log"
  : >"$runtime/number"
  set -m
  HEADWAY_DESKTOP=$runtime "$server" "${args[@]}" "$@" 3>"$runtime/number" >>"$book/Xvnc.log" 2>&1 </dev/null 9>&- &
  server_pid=$!
  set +m
  disown "$server_pid"
  echo "$server_pid" >"$runtime/server"
  for ((tenths = 600; tenths > 0; tenths--)); do
    # The number is written when it is ready for connections.
    if read -r display <"$runtime/number"; then
      printf '%s %s\n' "$display" "$(identity_of "/tmp/.X11-unix/X$display")" >"$runtime/display"
      return 0
    fi
    kill -0 "$server_pid" 2>/dev/null || return 1
    read -r -t 0.1 -u 9 _
  done
  kill -KILL "$server_pid" 2>/dev/null
  return 1
}

# Whether an RFB server (or, with `anybody`, any) answers at this port of this machine.
answers() {
  local greeting
  { exec 5<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  [ "${2:-}" = anybody ] || IFS= read -r -t 5 -u 5 greeting
  exec 5>&-
  [[ ${greeting:-} == RFB* || ${2:-} = anybody ]]
}

start_listening() {
  local tries tenths failed
  if [ -z "$port" ]; then
    start_server && [ -S "$runtime/rfb" ] && return
    end server-failed "Xvnc did not start: $(last_lines "$book/Xvnc.log")"
  fi
  # Its own choice is 5900 and the display's number. Where somebody has that port, another one.
  if start_server; then port=$((5900 + display)); else
    port=''
    for ((tries = 0; tries < 99; tries++)); do
      failed=$(last_lines "$book/Xvnc.log")
      [[ $failed == *[Ii]'n use'* || $failed == *[Bb]ind* || $failed == *[Ll]isten* ]] || break
      port=$((5901 + (tries * 37 + server_pid) % 99))
      (answers $port anybody) && continue
      start_server -rfbport "$port" && break
      port=''
    done
  fi
  for ((tenths = 100; tenths > 0; tenths--)); do
    if [ -z "$port" ] || ! kill -0 "$server_pid" 2>/dev/null; then break; fi
    (answers "$port") && return
    sleep 0.1
  done
  end server-failed "Xvnc did not start: $(last_lines "$book/Xvnc.log")"
}

tell_where() {
  local where="\"socket\":\"$runtime/rfb\""
  [ -z "$port" ] || where="\"port\":$port"
  [ -z "$certificate" ] || where+=",\"certificate\":\"$certificate\""
  printf '{"host":"%s","display":%s,%s}\n' "$host" "$display" "$where" | put "$book/session.json"
}

# Text in X clients needs a UTF-8 locale; all but the characters stays as it is set.
set_locale() {
  local each
  [ "$(locale charmap 2>/dev/null)" != UTF-8 ] || return 0
  for each in C.UTF-8 C.utf8 en_US.UTF-8 ko_KR.UTF-8; do
    [ "$(LC_ALL=$each locale charmap 2>/dev/null)" = UTF-8 ] || continue
    [ -z "${LC_ALL:-}" ] || { export LANG=$LC_ALL && unset LC_ALL; }
    export LC_CTYPE=$each
    return
  done
}

set_gl() {
  local vglrun
  export HEADWAY_GL=''
  vglrun=$(PATH=$PATH:/opt/VirtualGL/bin command -v vglrun) || return 0
  [ "${HEADWAY_OPENGL:-}" = virtualgl ] && [ -n "$(own_gpus)" ] || return 0
  HEADWAY_GL=$vglrun
  # Since VirtualGL 3 without an X server of the GPU's.
  case $("$vglrun" -h 2>&1) in *[Ee][Gg][Ll]*) HEADWAY_GL+=' -d egl' ;; esac
}

run_session() {
  local run=()
  exec 9>&-
  export HEADWAY_DESKTOP=$runtime DISPLAY=:$display XAUTHORITY=$runtime/Xauthority XDG_RUNTIME_DIR=$runtime/run XDG_SESSION_TYPE=x11
  unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS SESSION_MANAGER XDG_SESSION_ID DESKTOP_STARTUP_ID
  set_locale
  set_gl
  have xsetroot && xsetroot -cursor_name left_ptr -solid '#3b4252'
  if [ -n "${HEADWAY_DPI:-}" ] && have xrdb; then printf 'Xft.dpi: %s\n' "$HEADWAY_DPI" | xrdb -nocpp -merge; fi
  have dbus-run-session && dbus-run-session -- true >/dev/null 2>&1 && run+=(dbus-run-session --)
  chmod 700 "$book/script"
  # Not to be executed: no first line that says by what, or a file system that executes nothing.
  if [ "$(head -c 2 "$book/script")" = '#!' ] && [ -x "$book/script" ]; then exec ${run[@]+"${run[@]}"} "$book/script"; fi
  exec ${run[@]+"${run[@]}"} bash "$book/script"
}

# Waits for the end of the session, or of the server under it, and says which it was.
attend() {
  local code=0 turns=0 said=''
  while kill -0 "$server_pid" 2>/dev/null && kill -0 "$session_pid" 2>/dev/null; do
    read -r -t 0.5 -u 9 _
    turns=$((turns + 1))
    if [ $((turns % 20)) = 0 ] && ! kill -0 "$watcher" 2>/dev/null; then start_watcher; fi
  done
  # A job that is ended by its scheduler may lose its processes before this script is told: then the trap leaves from here.
  read -r -t 0.8 -u 9 _
  kill -0 "$server_pid" 2>/dev/null || end server-failed "Xvnc ended: $(last_lines "$book/Xvnc.log")"
  wait "$session_pid"
  code=$?
  [ $code != 0 ] || end logged-out ''
  # A sentence that the script has left is better than what it printed last.
  [ -z "${HEADWAY_REASON:-}" ] || said=$(head -n 1 "$HEADWAY_REASON" 2>/dev/null)
  end session-failed "${said:-The session ended with exit code $code. $(last_lines "$book/session.log")}"
}

main() {
  local cookie began=''
  # A job that was put back into the queue begins anew in the same folder.
  rm -f "$book"/{session,stats,ended}.json "$book"/{password,passwd,Xvnc.log,session.log}
  job=${SLURM_JOB_ID:+SLURM_JOB_ID=$SLURM_JOB_ID} job=${job:-${HEADWAY_JOB_ID:+HEADWAY_JOB_ID=$HEADWAY_JOB_ID}}
  trap 'leave 1' TERM INT HUP EXIT
  find_server
  runtime=$(mktemp -d /tmp/headway-XXXXXXXX) || end server-failed "No folder could be made in /tmp of $host."
  begin_of $$
  printf '%s %s %s %s %s\n%s\n' "$host" "$(cat /proc/sys/kernel/random/boot_id)" "$(readlink /proc/self/ns/pid)" $$ "$began" "$job" |
    put "$runtime/desktop"
  mkdir "$runtime/run" && mkfifo "$runtime/life" && exec 9<>"$runtime/life"
  start_watcher
  write_password
  cookie=$(head -c 16 /dev/urandom | od -An -vtx1 | tr -d '\n' | sed 's/ /\\x/g')
  auth_entry '\xff\xff' '' '' >"$runtime/cookie"
  set_arguments
  start_listening
  # `ssh -X` looks for the display by name.
  { auth_entry '\x01\x00' "$host" "$display" && cat "$runtime/cookie"; } >"$runtime/Xauthority"
  tell_where
  : >"$book/session.log"
  set -m
  run_session >>"$book/session.log" 2>&1 </dev/null &
  session_pid=$!
  set +m
  (exec 9>&- && sweep) </dev/null &
  attend
}

main
