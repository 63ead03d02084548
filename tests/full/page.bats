#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each test is a subshell of its own: what setup and daemon_start set is its own as well.
# shellcheck disable=SC2030,SC2031
# The status page of the real daemon in a real browser. SCD_SHOTS=DIR keeps the pictures.

load ../integration/lib.bash

setup() { volume_setup; }
teardown() { volume_teardown; }

# Runs the browser without a display on one page; what it wants to say goes to "console".
browser() {
  HOME=$WORK timeout 60 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
    --disable-dev-shm-usage --no-first-run --disable-background-networking \
    --user-data-dir="$WORK/chromium" --enable-logging=stderr --virtual-time-budget=3000 "$@" 2> "$WORK/console"
}

# No script was refused, no style, no picture: nothing was tried.
nothing_refused() {
  grep -E 'CONSOLE|Refused|ERR_' "$WORK/console" && return 1
  return 0
}

is_picture() {
  [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]
  [ "$(stat -c %s "$1")" -gt 20000 ] # white paper needs 5,000
}

# Three pictures of the page that the daemon serves, and its document as the browser understood it:
# look NAME. The phone is a frame, as a window cannot be that narrow.
look() {
  browser --window-size=1280,1600 --screenshot="$WORK/$1.png" "http://127.0.0.1:$PORT/"
  nothing_refused
  browser --window-size=1280,1600 --blink-settings=preferredColorScheme=0 --screenshot="$WORK/$1-dark.png" \
    "http://127.0.0.1:$PORT/"
  nothing_refused
  browser --dump-dom "http://127.0.0.1:$PORT/" > "$WORK/dom"
  nothing_refused

  get / > "$WORK/copy.html"
  echo '<script>parent.postMessage(document.documentElement.scrollWidth, "*")</script>' >> "$WORK/copy.html"
  cat > "$WORK/phone.html" <<'HTML'
<!DOCTYPE html><title>waiting</title><body style="margin:0">
<script>onmessage = e => document.title = "needs " + e.data</script>
<iframe src="copy.html" style="border:0;width:375px;height:3200px"></iframe>
HTML
  browser --window-size=500,3200 --screenshot="$WORK/$1-phone.png" "file://$WORK/phone.html"
  browser --dump-dom "file://$WORK/phone.html" > "$WORK/phone-dom"
  grep -q '<title>needs 375</title>' "$WORK/phone-dom" # nothing is wider than the phone

  is_picture "$WORK/$1.png"
  is_picture "$WORK/$1-dark.png"
  is_picture "$WORK/$1-phone.png"
  ! cmp -s "$WORK/$1.png" "$WORK/$1-dark.png" || return 1 # the style sheet was taken
  [ -z "${SCD_SHOTS:-}" ] || cp "$WORK"/*.png "$SCD_SHOTS"
}

@test "the browser would say when something was refused" {
  cat > "$WORK/control.html" <<'HTML'
<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<style>body { color: red }</style><p>text
HTML
  browser --dump-dom "file://$WORK/control.html" > "$WORK/dom"
  run nothing_refused
  [ "$status" -eq 1 ]
}

@test "all well" {
  cp -r "$BATS_TEST_DIRNAME"/../../profiles/*/ "$SOURCE"
  NODE_NAME=worker-1 POD_NAME=seccompd-x7k2p daemon_start
  eventually is_state applications/web.json Installed
  look well
  grep -q '<title>worker-1: All is well – seccompd</title>' "$WORK/dom"
  grep -q 'profiles/applications/web.json' "$WORK/dom"
}

@test "some invalid" {
  good_profile > "$PAYLOAD/stale.json"
  good_profile > "$PAYLOAD/web.json"
  echo foreign > "$DEST/conflict.json"
  good_profile > "$PAYLOAD/conflict.json"
  good_profile > "$PAYLOAD/gone.json"
  publish
  NODE_NAME=worker-2 daemon_start --ready-policy=strict
  eventually is_state web.json Installed
  cat > "$PAYLOAD/stale.json" <<'JSON'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    {
      "names": ["read", "write", "exit_group"],
      "action": "SCMP_ACT_ALOW"
    },
    { "names": ["mknod"], "action": "SCMP_ACT_ALLOW", "arg": [] }
  ]
}
JSON
  fail_open_profile > "$PAYLOAD/open.json"
  rm "$PAYLOAD/gone.json"
  publish
  eventually is_state stale.json Stale
  eventually is_state gone.json Orphaned
  look invalid
  grep -q 'Not ready; 3 of 5 profiles need attention' "$WORK/dom"
  grep -q 'did you mean SCMP_ACT_ALLOW' "$WORK/dom"
  grep -q '<span class="caret">' "$WORK/dom"
}

@test "destination full" {
  unshare --user --map-root-user --mount true || skip_or_fail 'user namespaces are not to be had'
  good_profile > "$PAYLOAD/small.json"
  { good_profile umount2; printf '%200000s\n' ''; } > "$PAYLOAD/large.json"
  publish
  # shellcheck disable=SC2016
  NODE_NAME=worker-3 daemon_under unshare --user --map-root-user --mount sh -c \
    'mount -t tmpfs -o size=64k,mode=755 none "$DEST" && exec "$@"' sh --
  eventually is_state large.json Failed
  look full
  grep -q 'could not be written\. No space left on device\.' "$WORK/dom"
}

@test "hostile names and texts" {
  local name
  # Each would set the title, if it ran.
  for name in '<script>document.title="pwned"<&script>' '<img src=x onerror=document.title="pwned">' \
    "' onmouseover='document.title=1" '"><svg onload=document.title="pwned">' $'\e[31m\u202ered\u202c' \
    '&lt;b&gt;' "$(printf 'w%.0s' {1..240})" 'javascript:alert(1)' $'\xff\xfe' 'مرحبا'; do
    echo '{}' > "$SOURCE/$name.json"
  done
  cat > "$SOURCE/text.json" <<'JSON'
{
  "defaultAction": "</pre><script>document.title='pwned'</script>",
  "syscalls": [{ "names": ["\"><img src=x onerror=document.title='pwned'>"], "action": "SCMP_ACT_ERRNO" }],
  "<style>body{display:none}</style>": 1
}
JSON
  NODE_NAME='<script>document.title="pwned"</script>' POD_NAME='"><script src=//example.org/x.js></script>' daemon_start
  eventually is_state text.json Invalid
  look hostile
  # The browser saw text, and no element of theirs.
  grep -q '&lt;script&gt;document.title="pwned"&lt;&amp;script&gt;.json' "$WORK/dom"
  grep -q "&lt;/pre&gt;&lt;script&gt;document.title='pwned'&lt;/script&gt;" "$WORK/dom"
  [ "$(grep -ciE '<(script|img|svg)' "$WORK/dom")" = 0 ]
  [ "$(grep -c '<style' "$WORK/dom")" = 1 ]
  grep '<title>' "$WORK/dom" | grep -vq '<title>pwned'
}
