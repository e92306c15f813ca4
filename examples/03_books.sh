#!/usr/bin/env bash
# A month of a home industry's books: twelve sales through orders, five by hand, raw material on credit, a draw, a wrong entry
# taken back, the cash counted Rp2.000 short, and what all that came to against her baseline.
# Against a demo: cargo run --release -- demo, then examples/03_books.sh. Its last step needs the database file and the program:
#   DATA_DIR=./data-demo PASAR=target/release/pasar examples/03_books.sh
source "$(dirname "$0")/lib.sh"

month=$(TZ=Asia/Jakarta date +%Y-%m)
before=$(TZ=Asia/Jakarta date -d "$month-01 -1 day" +%Y-%m)

say "A home industry is approved and lists her opak at Rp15.000"
admin=$(sign_in 0812-1000-0001 pasar-demo)
buyer=$(sign_in 0812-1000-0009 pasar-demo)
get '/v1/villages?limit=100'
village=$(field '.items[] | select(.code == "32.05.20.2007") | .id')
seller=$(sign_in "$(register "Pemilik Opak Bulanan")" rahasia-desa)
post 201 /v1/enterprises "$seller" "$(jq -n --arg village "$village" '{village_id: $village, kind: "home_industry", name: "Opak Bulanan"}')"
enterprise=$(field .id)
post 200 "/v1/enterprises/$enterprise/submit" "$seller"
post 200 "/v1/enterprises/$enterprise/approve" "$admin"
post 201 "/v1/enterprises/$enterprise/products" "$seller" \
  '{"category": "keripik_kerupuk", "name": "Opak Ketan 250 g", "description": "Ketan, kelapa, garam.", "unit": "pack", "price": 15000, "stock": 200}'
product=$(field .id)
post 200 "/v1/products/$product/submit" "$seller"
post 200 "/v1/products/$product/publish" "$admin"
pack=$(field '.packs[0].id')
cart=$(jq -n --arg pack "$pack" '{lines: [{pack_id: $pack, quantity: 8}], fulfilment: "pickup", payment: "cash_at_pickup"}')

say "Her baseline: Rp1.200.000 a month"
books="/v1/enterprises/$enterprise"
post 201 "$books/baselines" "$seller" "$(jq -n --arg month "$before" '{month: $month, net: 1200000, turnover_band: 1, permits: ["pirt"], internet_uses: 9}')"
is "the baseline" 1200000 "$(field '.baselines[0].net')"

say "Twelve sales through orders: 8 packs each"
for _ in $(seq 12); do
  post 201 /v1/order-groups "$buyer" "$cart"
  order=$(field '.orders[0].id')
  for step in accept prepare ready hand-over payments/receive complete; do
    post 200 "/v1/orders/$order/$step" "$seller"
  done
done
get "$books/income" "$seller"
is "sold through orders" 1440000 "$(field '.total.revenue.system')"

say "Five cash sales by hand, one of them drafted offline and sent twice"
for amount in 45000 60000 30000 75000; do
  post 201 "$books/cash-book" "$seller" "{\"kind\": \"sale\", \"amount\": $amount}"
done
batch='{"rows": [{"client_id": "hp-1", "kind": "sale", "amount": 90000}]}'
post 200 "$books/cash-book/batch" "$seller" "$batch"
is "the draft" recorded "$(field '.results[0].outcome')"
post 200 "$books/cash-book/batch" "$seller" "$batch"
is "the draft again" already "$(field '.results[0].outcome')"

say "Raw material on credit, gas in cash, a draw, and a sale that was written down wrongly"
post 201 "$books/cash-book" "$seller" '{"kind": "purchase", "amount": 150000, "paid": "credit", "note": "Ketan 15 kg"}'
post 201 "$books/cash-book" "$seller" '{"kind": "expense", "amount": 22000, "note": "Gas"}'
post 201 "$books/cash-book" "$seller" '{"kind": "draw", "amount": 250000}'
post 201 "$books/cash-book" "$seller" '{"kind": "sale", "amount": 900000}'
wrong=$(field .id)
post 200 "/v1/cash-book/$wrong/reverse" "$seller" '{"reason": "Salah tulis, kebanyakan nol"}'
is "it was taken back" "Salah tulis, kebanyakan nol" "$(field .taken_back.reason)"
post 409 "/v1/cash-book/$wrong/reverse" "$seller" '{"reason": "Sekali lagi"}'
is "once" already_reversed "$(field .code)"

say "She counts the cash: Rp2.000 are missing"
post 409 "$books/cash-counts" "$seller" '{"counted": 1466000}'
is "without a reason" count_reason_needed "$(field .code)"
post 201 "$books/cash-counts" "$seller" '{"counted": 1466000, "reason": "Kembalian salah"}'
is "the books said" 1468000 "$(field .expected)"

say "The month's net and its growth, to the rupiah"
get "$books/income" "$seller"
is "revenue" 1740000 "$(field .total.revenue.amount)"
is "of it by hand" 300000 "$(field .total.revenue.recorded)"
is "raw material" 150000 "$(field .total.materials.amount)"
is "other costs" 24000 "$(field .total.other_costs.amount)"
is "net" 1566000 "$(field .total.net.amount)"
get "$books/income/growth?month=$month" "$seller"
is "growth over the baseline, in basis points" 3050 "$(field .month.growth_bp)"
is "it rests on months" 1 "$(field .month.n)"
is "three months together rest on" 1 "$(field .three_months.n)"

say "The statement in three forms"
get "$books/statements/$month" "$seller"
is "net income" 1566000 "$(field '.profit_and_loss[] | select(.line == "net_income") | .amount')"
is "cash" 1466000 "$(field '.balance_sheet[] | select(.line == "cash") | .amount')"
is "owed to suppliers" 150000 "$(field '.balance_sheet[] | select(.line == "payables") | .amount')"
is "both sides" "$(field '.balance_sheet[] | select(.line == "total_assets") | .amount')" \
  "$(field '.balance_sheet[] | select(.line == "total_liabilities_and_equity") | .amount')"
get "$books/statements/$month?form=html" "$seller"
is "the page to print names the net" 1 "$(grep -c 'bersih</td><td>Rp1.566.000<' "$answer")"
get "$books/statements/$month?form=csv&separator=semicolon&bom=true" "$seller"
is "the sheet for Excel has it as a figure" 1 "$(grep -c 'bersih";1566000' "$answer")"
get "$books/statements/$month?form=xlsx" "$seller"
is "the workbook" PK "$(head -c 2 "$answer")"

if [ -n "${DATA_DIR:-}" ] && [ -n "${PASAR:-}" ]; then
  say "One byte of the database is altered in a copy, and the proof names the entry"
  get "$books/journal?limit=1" "$seller"
  entry=$(field '.items[0].id')
  reference=$(field '.items[0].reference')
  copy=$(mktemp -d)
  trap 'rm -rf "$answer" "$headers" "$copy"' EXIT
  prove() { "$PASAR" ledger verify --data-dir "$copy" --database-url "sqlite:$copy/pasar.db"; }
  # The file and what has not been written back into it yet.
  for part in "" -wal; do if [ -f "$DATA_DIR/pasar.db$part" ]; then cp "$DATA_DIR/pasar.db$part" "$copy/pasar.db$part"; fi; done
  # What still stands beside the file is written into it when the program that opened it ends; it may end sooner than that.
  for _ in $(seq 20); do
    prove >"$copy/whole"
    if [ ! -s "$copy/pasar.db-wal" ]; then break; fi
  done
  is "the copy is whole" "the books are whole" "$(tail -n 1 "$copy/whole")"
  place=$(LC_ALL=C grep -abo "${reference}cash_counted" "$copy/pasar.db" | head -n 1 | cut -d : -f 1 || true)
  [ -n "$place" ] || fail "the entry's bytes are not in the file"
  printf 'C' | dd of="$copy/pasar.db" bs=1 seek="$((place + ${#reference}))" conv=notrunc status=none
  if prove >"$copy/proof" 2>"$copy/error"; then fail "the proof did not see the altered byte"; fi
  is "the entry it names" "$entry" "$(grep -o 'WRONG: jrn_[0-9a-f]*' "$copy/proof" | head -n 1 | cut -d ' ' -f 2)"
fi

say "The month is in the books."
