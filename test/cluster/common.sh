# Shared by the scripts of this folder. BASE holds keys, state and logs of one cluster; several may run side by side.
BASE=${BASE:-${1:-${HEADWAY_CLUSTER:-/tmp/headway-cluster}}}
ETC=$BASE/etc RUN=$BASE/run LOG=$BASE/log STATE=$BASE/state MUNGE=$BASE/munge
export SLURM_CONF=$ETC/slurm.conf
NODES=(c1 c2 c3 c4 v1 v2)

# PID 1 of a container may leave a zombie for a while: `kill -0` would still say it lives.
alive() {
  local state
  state=$(awk '{print $3}' "/proc/$1/stat" 2>/dev/null) && [ -n "$state" ] && [ "$state" != Z ]
}
# until_ok SECONDS COMMAND…
until_ok() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
pid_of() { cat "$(pid_file "$1")" 2>/dev/null; }
pid_file() {
  case $1 in
    munged) echo "$MUNGE/munged.pid" ;;
    mariadbd) echo "$RUN/mysql/mariadbd.pid" ;;
    *) echo "$RUN/$1.pid" ;;
  esac
}
is_up() { local pid; pid=$(pid_of "$1") && [ -n "$pid" ] && alive "$pid"; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
as() { setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"; }

start_daemon() {
  case $1 in
    munged)
      as munge munged --key-file="$MUNGE/munge.key" --socket="$MUNGE/socket" --pid-file="$MUNGE/munged.pid" \
        --log-file="$MUNGE/munged.log" --seed-file="$MUNGE/seed" --num-threads=4
      ;;
    mariadbd)
      setsid mariadbd --no-defaults --user=mysql --datadir="$STATE/mysql" --socket="$RUN/mysql/s.sock" \
        --pid-file="$RUN/mysql/mariadbd.pid" --skip-networking --innodb-buffer-pool-size=128M \
        --innodb-log-file-size=32M --innodb-lock-wait-timeout=900 --innodb-flush-log-at-trx-commit=0 \
        >"$LOG/mariadbd.log" 2>&1 </dev/null &
      until_ok 60 mariadb-admin --no-defaults --socket="$RUN/mysql/s.sock" ping
      ;;
    slurmdbd)
      MYSQL_UNIX_PORT=$RUN/mysql/s.sock setsid setpriv --reuid=slurm --regid=slurm --clear-groups slurmdbd \
        >"$LOG/slurmdbd.out" 2>&1 </dev/null
      until_ok 60 listens "$(sed -n 's/^DbdPort=//p' "$ETC/slurmdbd.conf")"
      ;;
    slurmctld)
      setsid setpriv --reuid=slurm --regid=slurm --clear-groups slurmctld >"$LOG/slurmctld.out" 2>&1 </dev/null
      until_ok 60 scontrol ping
      ;;
    slurmd.*)
      mkdir -p "$STATE/d.${1#slurmd.}"
      setsid slurmd -N "${1#slurmd.}" >"$LOG/$1.out" 2>&1 </dev/null
      ;;
    *) echo "cluster: no daemon is called $1" >&2; return 2 ;;
  esac
}

# stop_daemons SIGNAL NAME…: waits until they are gone, and ends what does not go.
stop_daemons() {
  local signal=$1 name pid pids=() i
  shift
  for name; do
    pid=$(pid_of "$name") && [ -n "$pid" ] && alive "$pid" && kill "-$signal" "$pid" 2>/dev/null && pids+=("$pid")
  done
  for pid in "${pids[@]}"; do
    for ((i = 0; i < 100; i++)); do alive "$pid" || break; sleep 0.05; done
    if alive "$pid"; then kill -9 "$pid" 2>/dev/null; fi
  done
  return 0
}
