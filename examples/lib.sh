# What the walk-throughs have in common: calls, and assertions that stop at the first figure that differs.
# Sourced, not run. Needs bash, curl and jq.
set -euo pipefail

BASE_URL=${BASE_URL:-http://127.0.0.1:8080}
answer=$(mktemp)
headers=$(mktemp)
trap 'rm -f "$answer" "$headers"' EXIT

say() { printf '\n— %s\n' "$*"; }
fail() { printf 'WRONG: %s\n' "$*" >&2; [ -s "$answer" ] && cat "$answer" >&2; exit 1; }
new_key() { printf '%s-%s-%s' "$(date +%s%N)" "$$" "$RANDOM"; }

# call STATUS METHOD PATH [TOKEN] [BODY] [HEADER…]: the body of the answer goes to $answer; another status is the end.
call() {
  local want=$1 method=$2 path=$3 token=${4:-} body=${5:-} status
  shift $(($# < 5 ? $# : 5))
  local args=(--silent --show-error --output "$answer" --dump-header "$headers" --write-out '%{http_code}' --request "$method" --header 'Accept-Language: id')
  [ -n "$token" ] && args+=(--header "Authorization: Bearer $token")
  [ -n "$body" ] && args+=(--header 'Content-Type: application/json' --data "$body")
  local header
  for header in "$@"; do args+=(--header "$header"); done
  status=$(curl "${args[@]}" "$BASE_URL$path")
  [ "$status" = "$want" ] || fail "$method $path answered $status, not $want"
}

# post STATUS PATH TOKEN [BODY]: an act with a key of its own.
post() { call "$1" POST "$2" "$3" "${4:-"{}"}" "Idempotency-Key: $(new_key)"; }
get() { call 200 GET "$1" "${2:-}"; }
field() { jq -r "$1" "$answer"; }
header() { awk -v name="$1:" 'tolower($1) == tolower(name) { sub(/\r$/, "", $2); print $2 }' "$headers"; }

# is WHAT WANTED FOUND
is() {
  [ "$2" = "$3" ] || fail "$1 is $3, not $2"
  printf '  ok  %s = %s\n' "$1" "$3"
}

# sign_in PHONE PASSWORD: prints an access token.
sign_in() {
  call 200 POST /v1/auth/sign-in "" "$(jq -n --arg phone "$1" --arg password "$2" '{phone: $phone, password: $password, device: "walk-through"}')"
  field .access_token
}

# register NAME: opens an account with a number nobody has; prints the number.
register() {
  local phone
  phone="0813$(printf '%08d' $(((RANDOM << 15 | RANDOM) % 90000000 + 10000000)))"
  call 202 POST /v1/auth/register "" "$(jq -n --arg phone "$phone" --arg name "$1" '{phone: $phone, name: $name, password: "rahasia-desa"}')"
  printf '%s' "$phone"
}
