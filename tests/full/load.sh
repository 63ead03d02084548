#!/bin/bash
# SPDX-License-Identifier: MIT
# load.sh NAME DIR - starts a program under its usual load, in one process tree, and ends it: what
# is recorded, and then run again under the recorded profile. DIR is writable and empty.
# `load.sh prepare-NAME DIR` builds what has to be built, into DIR/../NAME.
# Servers listen on Unix sockets below DIR, so that no container needs a network. With LIMIT, what waits longer than
# so many seconds has failed; what this started is left then.
set -eu
LIMIT=${LIMIT:-30}
cd "$2"
built=$(dirname "$PWD")/built

# Waits for a socket of the server. Sleeps at least once, so that every recording has the calls of waiting: what
# was there at once while it was recorded need not be there at once the next time.
await() {
  for _ in $(seq "${LIMIT}0"); do
    sleep 0.1
    [ -S "$1" ] && return 0
    kill -0 "$server" || return 1
  done
  echo "load.sh: $1 never came" >&2
  return 1
}

# Ends a server by its own number and waits for its end.
stop() {
  kill -"$1" "$2"
  wait "$2" || true
}

nginx_load() {
  mkdir -p www tmp
  seq 20000 > www/index.html
  cat > nginx.conf <<END
daemon off; pid $PWD/nginx.pid; error_log $PWD/error.log; worker_processes 2;
user root;
events { worker_connections 64; }
http {
  access_log $PWD/access.log; client_body_temp_path tmp/b; proxy_temp_path tmp/p;
  fastcgi_temp_path tmp/f; uwsgi_temp_path tmp/u; scgi_temp_path tmp/s; sendfile on; gzip on; gzip_types *;
  server { listen unix:$PWD/nginx.sock; root www; }
}
END
  nginx -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/error.log" &
  server=$!
  await nginx.sock
  for _ in 1 2 3 4 5 6 7 8; do
    curl -sSfm "$LIMIT" --unix-socket nginx.sock http://x/ | cmp - www/index.html
    curl -sSfm "$LIMIT" --compressed --unix-socket nginx.sock http://x/ | cmp - www/index.html
  done
  [ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket nginx.sock http://x/none)" = 404 ]
  kill -HUP "$server"
  sleep 0.3
  curl -sSf --unix-socket nginx.sock http://x/ > /dev/null
  stop QUIT "$server"
}

redis_load() {
  redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --appendonly yes --dir "$PWD" > log &
  server=$!
  await redis.sock
  redis-benchmark -s redis.sock -n 300 -c 8 -q -t set,get,lpush,lrange_100 > bench
  grep -q GET bench
  [ "$(redis-cli -s redis.sock set k v)" = OK ]
  redis-cli -s redis.sock bgsave > /dev/null
  for _ in $(seq 100); do
    redis-cli -s redis.sock info persistence | grep -q 'rdb_bgsave_in_progress:0' && break
    sleep 0.1
  done
  [ -s dump.rdb ]
  stop TERM "$server"
}

postgres_load() {
  local bin as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  bin=$(echo /usr/lib/postgresql/*/bin)
  mkdir data
  chown 65534 . data
  "${as[@]}" "$bin/initdb" -D data -A trust -U pg --no-sync > initdb.log
  "${as[@]}" "$bin/postgres" -D data -k "$PWD" -c listen_addresses= > log 2>&1 &
  server=$!
  await .s.PGSQL.5432
  for _ in $(seq 100); do
    "${as[@]}" "$bin/pg_isready" -q -h "$PWD" && break
    sleep 0.1
  done
  # A text that grows past where malloc maps: mremap(2), which otherwise comes in some runs alone.
  "${as[@]}" "$bin/psql" -h "$PWD" -U pg -qAt postgres \
    -c "SELECT length(string_agg(repeat('x', 1000), '')) FROM generate_series(1, 2000)" | grep -qx 2000000
  "${as[@]}" "$bin/pgbench" -h "$PWD" -U pg -i -q postgres > init.log 2>&1
  "${as[@]}" "$bin/pgbench" -h "$PWD" -U pg -c 3 -j 2 -t 40 postgres > bench 2>&1
  grep -q 'number of transactions actually processed: 120/120' bench
  stop INT "$server"
}

python_load() {
  /usr/bin/python3 - <<'END'
import json, os, socket, subprocess, tempfile, threading
def serve(s):
    c, _ = s.accept(); c.sendall(c.recv(99).upper()); c.close()
s = socket.socket(socket.AF_UNIX); s.bind("py.sock"); s.listen()
t = threading.Thread(target=serve, args=(s,)); t.start()
c = socket.socket(socket.AF_UNIX); c.connect("py.sock"); c.sendall(b"hello")
assert c.recv(99) == b"HELLO"; t.join()
assert subprocess.run(["echo", "x"], capture_output=True).stdout == b"x\n"
with tempfile.TemporaryDirectory(dir=".") as d:
    p = os.path.join(d, "f"); json.dump({"a": [1, 2]}, open(p, "w")); assert os.stat(p).st_size > 3
END
}

node_load() {
  node -e '
    const net = require("net"), fs = require("fs"), cp = require("child_process"), { Worker } = require("worker_threads");
    const server = net.createServer(c => c.on("data", d => c.end(d.toString().toUpperCase())));
    server.listen("node.sock", () => {
      const c = net.connect("node.sock", () => c.write("hello")); let got = "";
      c.on("data", d => got += d); c.on("end", () => {
        if (got !== "HELLO") process.exit(1);
        fs.writeFileSync("f", got); if (fs.readFileSync("f", "utf8") !== got) process.exit(1);
        if (cp.execSync("echo x").toString() !== "x\n") process.exit(1);
        new Worker("require(\"worker_threads\").parentPort.postMessage(1)", { eval: true }).on("message", () => server.close());
      });
    });'
}

prepare_go() {
  mkdir -p "$built"
  cat > main.go <<'END'
package main

import ("io"; "net"; "os"; "os/exec"; "sync")

func main() {
	l, err := net.Listen("unix", "go.sock")
	if err != nil { panic(err) }
	go func() {
		for {
			c, err := l.Accept()
			if err != nil { return }
			go func() { io.WriteString(c, "hello"); c.Close() }()
		}
	}()
	var wg sync.WaitGroup
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("unix", "go.sock")
			if err != nil { panic(err) }
			if b, _ := io.ReadAll(c); string(b) != "hello" { panic(string(b)) }
		}()
	}
	wg.Wait()
	if out, err := exec.Command("echo", "x").Output(); err != nil || string(out) != "x\n" { panic(err) }
	if err := os.WriteFile("f", []byte("x"), 0600); err != nil { panic(err) }
}
END
  HOME=$PWD GOCACHE=${GO_CACHE:-$PWD/cache} GOFLAGS="" GO111MODULE=off CGO_ENABLED=0 go build -o "$built/go-load" main.go
}
go_load() { "$built/go-load"; }

prepare_java() {
  mkdir -p "$built"
  cat > Load.java <<'END'
import java.nio.file.*; import java.util.stream.*; import java.net.*; import java.nio.*; import java.nio.channels.*;
public class Load {
  public static void main(String[] a) throws Exception {
    var at = UnixDomainSocketAddress.of("java.sock");
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(at);
    var t = new Thread(() -> { try (var c = server.accept()) { c.write(ByteBuffer.wrap("hello".getBytes())); } catch (Exception e) { System.exit(1); } });
    t.start();
    var b = ByteBuffer.allocate(9);
    try (var c = SocketChannel.open(at)) { c.read(b); }
    t.join();
    if (b.position() != 5) System.exit(1);
    if (IntStream.range(0, 100000).parallel().mapToLong(i -> i).sum() != 4999950000L) System.exit(1);
    Files.writeString(Path.of("f"), "x");
    System.gc();
    if (new ProcessBuilder("true").start().waitFor() != 0) System.exit(1);
  }
}
END
  javac -d "$built" Load.java
}
java_load() { java -Xmx64m -cp "$built" Load; }

case $1 in
prepare-*) "prepare_${1#prepare-}" ;;
*) "$1_load" ;;
esac
