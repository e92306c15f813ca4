#!/usr/bin/env bash
# Consignment: 40 packs at a warung, two visits that settle them, one of them sent from a device without a signal, a dispute that
# is put right, and a restock that comes in part. Both books, the stock by owner and holder, and the pair's statement agree.
# Against a demo: cargo run --release -- demo, then examples/04_consignment.sh
source "$(dirname "$0")/lib.sh"

# The day after so many days in the village, as 2026-11-27.
day() { TZ=Asia/Jakarta date -d "+$1 days" +%Y-%m-%d; }
# This moment, as a device writes it down.
moment() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
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
# stock SITE: how many of the maker's packs stand at home, or consigned at the warung.
stock() {
  get "/v1/enterprises/$maker/stock?side=owned" "$wati"
  field "[.items[] | select(.site == \"$1\") | .on_hand] | add // 0"
}
# visit STATUS CLIENT_ID BODY: one line of one pack, as the maker's device sends it.
visit() { post "$1" "/v1/consignments/$consignment/visits" "$wati" "$(jq -n --arg id "$2" --arg pack "$pack" "$3")"; }

say "A home industry with 100 packs at Rp10.000, and a warung of the village"
admin=$(sign_in 0812-1000-0001 pasar-demo)
get '/v1/villages?limit=100'
village=$(field '.items[] | select(.code == "32.05.20.2007") | .id')
wati=$(sign_in "$(register "Pemilik Keripik")" rahasia-desa)
maker=$(enterprise home_industry "Keripik Titipan" "$wati")
neneng=$(sign_in "$(register "Pemilik Warung")" rahasia-desa)
warung=$(enterprise warung "Warung Simpang" "$neneng")
post 201 "/v1/enterprises/$maker/products" "$wati" \
  '{"category": "keripik_kerupuk", "name": "Keripik Singkong Titipan", "description": "Renyah.", "unit": "pack", "price": 10000, "stock": 100}'
product=$(field .id)
pack=$(field '.packs[0].id')
post 200 "/v1/products/$product/submit" "$wati"
post 200 "/v1/products/$product/publish" "$admin"

say "They agree: the warung keeps 20 %, what goes bad is the maker's, at most Rp100.000 on credit"
post 201 /v1/agreements "$wati" "$(jq -n --arg provider "$maker" --arg receiver "$warung" --arg today "$(day 0)" --arg until "$(day 365)" \
  '{provider_id: $provider, receiver_id: $receiver, proposal: {starts_on: $today, ends_on: $until, notice_days: 14, terms: {kind: "consignment",
    earning: {by: "share", bp: 2000}, visit_days: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    return_rule: "anytime", return_days: 0, credit_limit: 100000, spoilage_borne_by: "provider"}}}')"
agreement=$(field .id)
line=$(jq -n --arg warung "$warung" --arg pack "$pack" '{warung_id: $warung, lines: [{pack_id: $pack, quantity: 40}]}')
post 409 "/v1/enterprises/$maker/consignment-notes" "$wati" "$line"
is "nothing is left before they agree" no_consignment_agreement "$(field .code)"
post 200 "/v1/agreements/$agreement/offer" "$wati"
post 200 "/v1/agreements/$agreement/accept" "$neneng" '{"number": 1}'
is "the agreement" active "$(field .state)"

say "40 packs are offered, counted and stand there; they are the maker's still"
post 201 "/v1/enterprises/$maker/consignment-notes" "$wati" "$line"
note=$(field .id)
consignment=$(field .consignment_id)
post 200 "/v1/consignment-notes/$note/receive" "$neneng" "{\"lines\": [{\"pack_id\": \"$pack\", \"quantity\": 40}]}"
is "the note" active "$(field .state)"
is "at home" 60 "$(stock home)"
is "at the warung" 40 "$(stock consigned)"
get "/v1/enterprises/$warung/stock" "$neneng"
is "whose the goods at the warung are" "$maker" "$(field '.items[0].owner_id')"

say "Two visits are held without a signal: 13 counted, 2 back, 1 bad, 25 more; then 20 counted"
sleep 0.1
first="{client_id: \$id, follows: null, visited_at: \"$(moment)\", paid: {amount: 150000, method: \"cash\"},
  lines: [{pack_id: \$pack, counted: 13, returned: 2, spoiled: 1, topped_up: 25}]}"
sleep 0.1
second="{client_id: \$id, follows: \"kunjungan-1\", visited_at: \"$(moment)\", paid: {amount: 150000, method: \"cash\"},
  lines: [{pack_id: \$pack, counted: 20}]}"
visit 409 kunjungan-2 "$second"
is "the second does not land before the first" visit_missing "$(field .code)"
visit 409 kunjungan-0 '{client_id: $id, follows: null, lines: [{pack_id: $pack, counted: 41}]}'
is "more than there can be is refused" counted_too_many "$(field .code)"
visit 201 kunjungan-1 "$first"
visit_id=$(field .id)
is "sold" 24 "$(field '.lines[0].sold')"
is "gross" 240000 "$(field .gross)"
is "the warung's share" 48000 "$(field .share)"
is "due" 192000 "$(field .due)"
is "paid" 150000 "$(field .paid)"
is "credit" 42000 "$(field .credit)"
is "topped up" 25 "$(field '.lines[0].topped_up')"
visit 201 kunjungan-2 "$second"
second_id=$(field .id)
is "the second opens with" 38 "$(field '.lines[0].opening')"
is "sold" 18 "$(field '.lines[0].sold')"
is "due" 144000 "$(field .due)"
is "credit" 36000 "$(field .credit)"
visit 201 kunjungan-1 "$first"
is "the first one's retry is the first" "$visit_id" "$(field .id)"
visit 201 kunjungan-2 "$second"
is "the second again is the second" "$second_id" "$(field .id)"
post 409 "/v1/consignments/$consignment/visits" "$neneng" \
  "$(jq -n --arg pack "$pack" '{client_id: "warung-1", follows: null, lines: [{pack_id: $pack, counted: 38}]}')"
is "what the warung wrote down of the first one is not another" visit_exists "$(field .code)"
get "/v1/consignments/$consignment/visits" "$neneng"
is "visits" 2 "$(field '.items | length')"

say "The warung disputes a line of the first by a link without an account: three went back, not two"
post 200 "/v1/consignment-visits/$visit_id/link" "$wati"
link=$(field .path)
call 200 POST "$link/answer" "" "{\"answer\": \"dispute\", \"lines\": [{\"pack_id\": \"$pack\", \"reason\": \"Yang kembali tiga.\", \"returned\": 3}]}"
is "the visit" disputed "$(field .state)"
is "a dispute moves nothing" -36000 "$(balance payable:partner "$warung" "$neneng")"
post 200 "/v1/consignment-visits/$visit_id/settle" "$wati" "{\"lines\": [{\"pack_id\": \"$pack\", \"counted\": 13, \"returned\": 3, \"spoiled\": 1}]}"
is "the visit" settled "$(field .state)"
is "sold after all" 23 "$(field '.lines[0].sold')"
is "due after all" 184000 "$(field .due)"
post 200 "/v1/consignment-visits/$second_id/answer" "$neneng" '{"answer": "confirm"}'
is "the second visit" confirmed "$(field .state)"

say "The warung asks for 30 more and gets 20"
post 201 "/v1/enterprises/$warung/restocks" "$neneng" \
  "$(jq -n --arg maker "$maker" --arg pack "$pack" '{maker_id: $maker, basis: "consignment", ask: "list", lines: [{pack_id: $pack, quantity: 30}]}')"
restock=$(field .id)
post 200 "/v1/restocks/$restock/answer" "$wati" "{\"answer\": \"accept\", \"lines\": [{\"pack_id\": \"$pack\", \"quantity\": 20}]}"
is "the restock" partly "$(field .state)"
post 200 "/v1/restocks/$restock/deliver" "$wati"
post 200 "/v1/restocks/$restock/confirm" "$neneng"
is "asked, accepted, received" "30 20 20" "$(field '.lines[0] | "\(.asked) \(.accepted) \(.received)"')"

say "Every pack is accounted for: 100 = 18 at home + 40 at the warung + 41 sold + 1 gone bad"
is "at home" 18 "$(stock home)"
is "at the warung" 40 "$(stock consigned)"
get "/v1/enterprises/$maker/consignments" "$wati"
is "where her goods are, in one call" "Warung Simpang 40 28000" "$(field '.items[0] | "\(.warung.name) \(.goods[0].on_hand) \(.owed)"')"

say "Both books say the same"
is "the maker's cash" 300000 "$(balance cash:seller "$maker" "$wati")"
is "her claim" 28000 "$(balance receivable:partner "$maker" "$wati")"
is "her sales" -410000 "$(balance sales:consignment "$maker" "$wati")"
is "what the warung kept of them" 82000 "$(balance cost:consignment "$maker" "$wati")"
is "the warung's cash" 110000 "$(balance cash:seller "$warung" "$neneng")"
is "its debt" -28000 "$(balance payable:partner "$warung" "$neneng")"
is "its earnings" -82000 "$(balance income:consignment "$warung" "$neneng")"

say "And so does the statement of the two"
get "/v1/consignments/$consignment/statement" "$neneng"
is "opening, in, sold, spoiled, returned, closing" "0 85 41 1 3 40" \
  "$(field '.lines[0] | "\(.opening) \(.delivered) \(.sold) \(.spoiled) \(.returned) \(.closing)"')"
is "gross, share, due" "410000 82000 328000" "$(field '.lines[0] | "\(.gross) \(.share) \(.due)"')"
is "paid and owed" "300000 28000" "$(field '"\(.paid) \(.owed)"')"
is "the books agree" true "$(field .books_agree)"
get "/v1/enterprises/$warung/partner-statements/$maker" "$neneng"
is "line by line too" -28000 "$(field .closing)"
is "and the partner's books" true "$(field .agrees)"
