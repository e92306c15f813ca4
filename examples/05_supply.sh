#!/usr/bin/env bash
# Supply: an agreement, an order that comes late and short, three who fill two sacks together, what packs cost to make, and a stall
# that two share.
# Against a demo: cargo run --release -- demo, then examples/05_supply.sh
source "$(dirname "$0")/lib.sh"

# The day after so many days in the village, as 2026-11-27.
day() { TZ=Asia/Jakarta date -d "+$1 days" +%Y-%m-%d; }
# enterprise KIND NAME TOKEN: opens an enterprise that may trade; prints its id.
enterprise() {
  post 201 /v1/enterprises "$3" "$(jq -n --arg village "$village" --arg kind "$1" --arg name "$2" '{village_id: $village, kind: $kind, name: $name}')"
  local id
  id=$(field .id)
  post 200 "/v1/enterprises/$id/submit" "$3"
  post 200 "/v1/enterprises/$id/approve" "$admin"
  printf '%s' "$id"
}
# balance ACCOUNT ENTERPRISE TOKEN: debits less credits.
balance() {
  get "/v1/enterprises/$2/trial-balance" "$3"
  field "[.accounts[] | select(.account == \"$1\") | .debit - .credit] | add // 0"
}

say "A supplier and three home industries of the village"
admin=$(sign_in 0812-1000-0001 pasar-demo)
get '/v1/villages?limit=100'
village=$(field '.items[] | select(.code == "32.05.20.2007") | .id')
seller=$(sign_in "$(register "Pemasok Bahan")" rahasia-desa)
supplier=$(enterprise supplier "Pemasok Singkong Segar" "$seller")
first=$(sign_in "$(register "Pembuat Keripik")" rahasia-desa)
maker=$(enterprise home_industry "Keripik Renyah" "$first")
second=$(sign_in "$(register "Pembuat Opak")" rahasia-desa)
opak=$(enterprise home_industry "Opak Renyah" "$second")
third=$(sign_in "$(register "Pembuat Kolak")" rahasia-desa)
kolak=$(enterprise home_industry "Kolak Manis" "$third")

say "Her price list comes out of a spreadsheet; one wrong row and nothing is imported"
csv() {
  local status
  status=$(curl --silent --show-error --output "$answer" --dump-header "$headers" --write-out '%{http_code}' --request POST --header "Authorization: Bearer $seller" \
    --header 'Accept-Language: id' --header 'Content-Type: text/csv' --header "Idempotency-Key: $(new_key)" --data-binary "$1" "$BASE_URL/v1/enterprises/$supplier/supply-items/import")
  [ "$status" = 200 ] || fail "the import answered $status"
}
csv $'bahan;satuan;isi;dasar;harga\nSingkong;kg;;g;3.000\nMinyak goreng;liter;;ml;murah\n'
is "the second row" refused "$(field '.rows[1].outcome')"
is "imported" false "$(field .imported)"
csv $'bahan;satuan;isi;dasar;harga\nSingkong;kg;;g;3.000\nMinyak goreng;liter;;ml;18.000\nSingkong;karung;50000;g;150.000\n'
is "imported" true "$(field .imported)"
get "/v1/enterprises/$supplier/supply-items" "$seller"
cassava=$(field '.items[] | select(.unit == "kg") | .id')
oil=$(field '.items[] | select(.unit == "litre") | .id')
sack=$(field '.items[] | select(.unit == "sack") | .id')

say "An agreement is offered, countered once, and accepted"
terms() {
  jq -n --arg today "$(day 0)" --arg until "$(day 365)" --argjson limit "$1" '{starts_on: $today, ends_on: $until, notice_days: 14, terms: {kind: "supply", lead_time_days: 0,
    delivery_days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], minimum: 50000, credit_limit: $limit, payment_days: 7, prices: []}}'
}
post 201 /v1/agreements "$first" "$(terms 500000 | jq --arg provider "$supplier" --arg receiver "$maker" '{provider_id: $provider, receiver_id: $receiver, proposal: .}')"
agreement=$(field .id)
post 200 "/v1/agreements/$agreement/offer" "$first"
post 200 "/v1/agreements/$agreement/counter" "$seller" "$(terms 400000)"
is "the agreement" countered "$(field .state)"
post 409 "/v1/agreements/$agreement/accept" "$seller" '{"number": 2}'
is "who proposed does not accept" not_your_turn "$(field .code)"
post 409 "/v1/agreements/$agreement/accept" "$first" '{"number": 1}'
is "the terms she read are not the ones proposed now" other_version_proposed "$(field .code)"
post 200 "/v1/agreements/$agreement/accept" "$first" '{"number": 2}'
is "the agreement" active "$(field .state)"
is "the version in force" 2 "$(field .accepted.number)"
is "its limit" 400000 "$(field .accepted.terms.credit_limit)"

say "50 kg of cassava and 10 litres of oil, promised by telephone for yesterday, and 45 kg come today"
order=$(jq -n --arg supplier "$supplier" --arg cassava "$cassava" --arg oil "$oil" '{supplier_id: $supplier, payment: "credit", lines: [{item_id: $cassava, quantity: 50}, {item_id: $oil, quantity: 10}]}')
post 201 "/v1/enterprises/$maker/supplier-orders" "$first" "$order"
order=$(field .id)
post 200 "/v1/supplier-orders/$order/send" "$first"
is "the total" 330000 "$(field .total)"
post 200 "/v1/supplier-orders/$order/answer" "$seller" "{\"answer\": \"accept\", \"on\": \"$(day -1)\"}"
is "promised for" "$(day -1)" "$(field .promised_on)"
post 200 "/v1/supplier-orders/$order/receive" "$first" '{"lines": [{"position": 1, "quantity": 54}, {"position": 2, "quantity": 10}]}'
post 200 "/v1/supplier-orders/$order/recount" "$first" '{"lines": [{"position": 1, "quantity": 45}]}'
is "54 was a slip of the finger" 45 "$(field '.lines[0].received')"
is "days late" 1 "$(field .delay_days)"
is "what is owed" 315000 "$(field .owed)"
post 200 "/v1/supplier-orders/$order/bill" "$seller" '{"lines": [{"position": 1, "quantity": 45}]}'
is "ordered, billed, received" "50 45 45" "$(field '.lines[0] | "\(.ordered) \(.billed) \(.received)"')"
post 200 "/v1/supplier-orders/$order/payments" "$first" '{"amount": 157500, "method": "cash"}'
is "half of it is told" claimed "$(field '.payments[0].state')"
payment=$(field '.payments[0].id')
post 200 "/v1/supplier-payments/$payment/confirm" "$seller"
is "and confirmed" 157500 "$(field .paid)"
get "/v1/agreements/$agreement/obligations" "$first"
is "the delivery" "late 1" "$(field '.items[] | select(.kind == "delivery") | "\(.state) \(.days_late)"')"
is "the payment" open "$(field '.items[] | select(.kind == "payment") | .state')"
is "her debt" -157500 "$(balance payable:partner "$maker" "$first")"
is "the supplier's claim is its mirror" 157500 "$(balance receivable:partner "$supplier" "$seller")"
is "material in her books" 315000 "$(balance materials "$maker" "$first")"
is "sales in the supplier's" -315000 "$(balance sales:supply "$supplier" "$seller")"
get "/v1/enterprises/$supplier/on-time" "$first"
is "on time in full" "0 of 1" "$(field '.quarters[0] | "\(.on_time_in_full) of \(.n)"')"
is "days late in the mean, in tenths" 10 "$(field '.quarters[0].mean_delay_tenths')"

say "Three home industries fill two sacks of 50 kg together; Rp20.000 for the transport goes by weight"
post 201 "/v1/enterprises/$maker/joint-buys" "$first" "$(jq -n --arg supplier "$supplier" --arg opak "$opak" --arg kolak "$kolak" --arg cut "$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)" \
  '{supplier_id: $supplier, members: [$opak, $kolak], cut_off: $cut, minimum: 0, delivery_cost: 20000, split: "by_weight", extend_days: 1, extensions: 0}')"
joint=$(field .joint_buy.id)
want() { post 200 "/v1/joint-buys/$joint/wants" "$1" "$(jq -n --arg member "$2" --arg item "$sack" --argjson wanted "$3" --argjson tolerance "$4" '{member_id: $member, item_id: $item, wanted: $wanted, tolerance: $tolerance}')"; }
want "$first" "$maker" 40000 0
want "$second" "$opak" 30000 0
want "$third" "$kolak" 25000 5000
is "sacks" 2 "$(field '.items[0].units')"
post 200 "/v1/joint-buys/$joint/send" "$first"
is "the joint buy" sent "$(field .joint_buy.state)"
is "shares in grams" "40000 30000 30000" "$(field "[.members[] | {(.member.id): .shares[0].gets}] | add | \"\(.[\"$maker\"]) \(.[\"$opak\"]) \(.[\"$kolak\"])\"")"
is "parts of the transport" "8000 6000 6000" "$(field "[.members[] | {(.member.id): .delivery}] | add | \"\(.[\"$maker\"]) \(.[\"$opak\"]) \(.[\"$kolak\"])\"")"
get "/v1/enterprises/$kolak/supplier-orders" "$third"
own=$(field '.items[0].id')
post 200 "/v1/supplier-orders/$own/answer" "$seller" '{"answer": "accept"}'
post 200 "/v1/supplier-orders/$own/receive" "$third" '{"lines": [{"position": 1, "quantity": 30000}]}'
is "what the third owes" 96000 "$(field .owed)"
is "in her own books" -96000 "$(balance payable:partner "$kolak" "$third")"

say "100 packs are made of what is in stock, and know what they cost"
post 201 "/v1/enterprises/$maker/products" "$first" '{"category": "keripik_kerupuk", "name": "Keripik Renyah 200 g", "description": "Singkong, minyak, garam.", "unit": "pack", "net": {"quantity": 200, "unit": "g"}, "price": 12500, "stock": 0}'
pack=$(field '.packs[0].id')
call 200 PUT "/v1/packs/$pack/recipe" "$first" '{"makes": 100, "lines": [{"material": "Singkong", "base": "g", "quantity": 40000}, {"material": "Minyak goreng", "base": "ml", "quantity": 4000}]}' 'If-Match: "0"'
get "/v1/enterprises/$maker/production-plan?pack_id=$pack&quantity=200" "$first"
is "packs she can make" 112 "$(field '.packs[0].can_make')"
is "grams of cassava to order for 200" 0 "$(field '.materials[] | select(.material == "Singkong") | .to_order')"
is "because so many grams are coming" 40000 "$(field '.materials[] | select(.material == "Singkong") | .coming')"
post 201 "/v1/packs/$pack/productions" "$first" '{"quantity": 100}'
is "the batch cost" 192000 "$(field .cost)"
is "each pack" 1920 "$(field .cost_per_pack)"
get "/v1/packs/$pack/batches" "$first"
is "packs in the batch" 100 "$(field '.items[0].quantity')"
is "goods in her books" 192000 "$(balance stock "$maker" "$first")"
is "material left in them" 123000 "$(balance materials "$maker" "$first")"

say "Two of them share a stall at Rp20.000 a day: half of it each, and a tenth of what the second takes"
post 201 /v1/agreements "$first" "$(jq -n --arg today "$(day 0)" --arg until "$(day 365)" --arg provider "$maker" --arg receiver "$opak" '{provider_id: $provider, receiver_id: $receiver,
  proposal: {starts_on: $today, ends_on: $until, notice_days: 14, terms: {kind: "joint_stall", place: "Alun-alun Cisurupan", stall_cost: 20000, provider_bears: 5000, provider_share: 1000,
    days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]}}}')"
stall=$(field .id)
post 200 "/v1/agreements/$stall/offer" "$first"
post 200 "/v1/agreements/$stall/accept" "$second" '{"number": 1}'
post 201 "/v1/agreements/$stall/stall-days" "$first" "{\"day\": \"$(day 0)\", \"takings\": 1500000}"
is "what the holder says waits for her word" proposed "$(field .state)"
post 200 "/v1/stall-days/$(field .id)/refuse" "$second" '{"reason": "Satu nol kebanyakan"}'
post 201 "/v1/agreements/$stall/stall-days" "$second" "{\"day\": \"$(day 0)\", \"takings\": 150000}"
today=$(field .id)
is "her part of the cost and the holder's share" "10000 15000" "$(field '"\(.cost_part) \(.share)"')"
is "in her books" -25000 "$(balance payable:partner "$opak" "$second")"
post 200 "/v1/stall-days/$today/pay" "$second" '{"method": "cash"}'
is "she says that she paid" claimed "$(field .state)"
post 200 "/v1/stall-days/$today/pay" "$first" '{"method": "cash"}'
is "and the holder has it" paid "$(field .state)"
is "in her books" 0 "$(balance payable:partner "$opak" "$second")"
is "in the holder's" -25000 "$(balance income:other "$maker" "$first")"
get "/v1/agreements/$stall/obligations" "$first"
is "paid in time" met "$(field '.items[0].state')"

say "Supply is on time, or it is known that it is not."
