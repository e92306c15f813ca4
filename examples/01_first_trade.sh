#!/usr/bin/env bash
# The first trade: a home industry of Balewangi lists her chips, the village admin looks at them, a buyer in
# Bandung finds them though she misspells them, and the income stands in the books.
# Against a demo: cargo run --release -- demo, then examples/01_first_trade.sh
source "$(dirname "$0")/lib.sh"

say "The village office signs in"
admin=$(sign_in 0812-1000-0001 pasar-demo)
get '/v1/villages?limit=100'
village=$(field '.items[] | select(.code == "32.05.20.2007") | .id')
get "/v1/villages/$village"
is "the village" "Balewangi, Cisurupan, Garut" "$(field '.name + ", " + .district + ", " + .regency')"

say "A new home industry registers with nothing but a telephone number"
seller_phone=$(register "Pemilik Keripik Balado")
seller=$(sign_in "$seller_phone" rahasia-desa)
post 201 /v1/enterprises "$seller" "$(jq -n --arg village "$village" '{village_id: $village, kind: "home_industry", name: "Keripik Balado Balewangi", about: "Keripik singkong balado dari dapur sendiri."}')"
enterprise=$(field .id)
is "her enterprise" onboarding "$(field .state)"
call 404 GET "/v1/sellers/$enterprise"
post 200 "/v1/enterprises/$enterprise/submit" "$seller"
is "her enterprise" ready_for_review "$(field .state)"
post 403 "/v1/enterprises/$enterprise/approve" "$seller"
is "she may not approve herself" forbidden "$(field .code)"

say "The admin approves her"
get "/v1/villages/$village/enterprises?state=ready_for_review&limit=100" "$admin"
is "she stands in the queue" 1 "$(field "[.items[] | select(.id == \"$enterprise\")] | length")"
post 200 "/v1/enterprises/$enterprise/approve" "$admin"
get "/v1/sellers/$enterprise"
is "her public page" "Keripik Balado Balewangi" "$(field .name)"
is "her number is not shown" null "$(field .phone)"

say "She lists her chips: 40 packs of 250 g at Rp12.500"
post 201 "/v1/enterprises/$enterprise/products" "$seller" \
  '{"category": "keripik_kerupuk", "name": "Keripik Singkong Balado 250 g", "description": "Enak.", "unit": "pack", "net": {"quantity": 250, "unit": "g"}, "price": 12500, "stock": 40, "pirt": "P-IRT 2063205019001-29"}'
product=$(field .id)
pack=$(field '.packs[0].id')
is "what she sells" "Bungkus 250 g" "$(field '.packs[0].label')"
is "the product" draft "$(field .state)"
is "its permit ends in" 2029 "$(field .pirt.expires_year)"
post 200 "/v1/products/$product/submit" "$seller"
call 404 GET "/v1/products/$product"

say "The admin sends it back once, with a reason, and then publishes it"
post 200 "/v1/products/$product/return" "$admin" '{"reason": "Tuliskan bahan dan cara menyimpannya."}'
get "/v1/products/$product/history" "$seller"
is "she reads why" "Tuliskan bahan dan cara menyimpannya." "$(field '.items[0].reason')"
get "/v1/products/$product" "$seller"
call 200 PATCH "/v1/products/$product" "$seller" \
  '{"description": "Singkong, cabai, gula, garam. Simpan di tempat kering dan tertutup."}' "If-Match: $(header etag)"
post 200 "/v1/products/$product/submit" "$seller"
post 200 "/v1/products/$product/publish" "$admin"
is "the product" published "$(field .state)"

say "A bus goes to Bandung every morning: what she sells comes along for nothing"
post 201 "/v1/enterprises/$enterprise/delivery-zones" "$seller" '{"name": "Bandung", "fee": 0}'
zone=$(field .id)

say "A buyer in Bandung finds it by a misspelt search"
buyer=$(sign_in 0812-1000-0009 pasar-demo)
call 200 GET "/v1/products?q=kripik%20singkng%20balado&seller=$enterprise"
is "she finds" "Keripik Singkong Balado 250 g" "$(field '.items[0].name')"
call 200 GET "/v1/products?q=kripik%20singkng%20balado&limit=100"
is "and among all sellers too" 1 "$(field "[.items[] | select(.id == \"$product\")] | length")"
is "at" 12500 "$(field ".items[] | select(.id == \"$product\") | .price_from")"

say "She orders three with cash on delivery; her network is bad, so her phone sends it twice"
cart=$(jq -n --arg pack "$pack" --arg zone "$zone" '{lines: [{pack_id: $pack, quantity: 3}], fulfilment: "seller_delivery", address: "Jalan Braga 1, Bandung", zones: [$zone], payment: "cash_on_delivery", expected_total: 37500}')
key=$(new_key)
call 201 POST /v1/order-groups "$buyer" "$cart" "Idempotency-Key: $key"
first=$(cat "$answer")
call 201 POST /v1/order-groups "$buyer" "$cart" "Idempotency-Key: $key"
is "the second answer is told as a replay" true "$(header idempotency-replayed)"
is "the second answer is the first" same "$([ "$(cat "$answer")" = "$first" ] && echo same || echo other)"
is "the total" 37500 "$(field .total)"
order=$(field '.orders[0].id')
get "/v1/enterprises/$enterprise/orders" "$seller"
is "one order" 1 "$(field '.items | length')"
is "whose buyer she does not see yet" null "$(field '.items[0].buyer')"
get "/v1/products/$product"
is "packs left to order" 37 "$(field .available)"

say "The seller walks it to its end"
post 200 "/v1/orders/$order/accept" "$seller"
is "now she sees where to bring it" "Jalan Braga 1, Bandung" "$(field .buyer.address)"
is "the order" accepted "$(field .state)"
post 200 "/v1/orders/$order/prepare" "$seller"
is "the order" preparing "$(field .state)"
post 200 "/v1/orders/$order/ready" "$seller"
is "the order" ready "$(field .state)"
post 200 "/v1/orders/$order/hand-over" "$seller"
is "the order" handed_over "$(field .state)"
post 409 "/v1/orders/$order/complete" "$seller"
is "unpaid, it is not complete" order_not_paid "$(field .code)"
post 200 "/v1/orders/$order/payments/receive" "$seller"
is "the cash is there" paid "$(field .bill.status)"
post 200 "/v1/orders/$order/complete" "$seller"
is "the order" completed "$(field .state)"

say "And her books say so"
get "/v1/enterprises/$enterprise/income" "$seller"
is "her income this month" 37500 "$(field .total.revenue.amount)"
is "all of it through orders" 37500 "$(field '.periods[0].earned.channels[] | select(.channel == "online") | .revenue.amount')"
get "/v1/enterprises/$enterprise/products" "$seller"
is "packs in stock" 37 "$(field '.items[0].packs[0].on_hand')"
is "none of them promised" 0 "$(field '.items[0].packs[0].reserved')"
get "/v1/enterprises/$enterprise/trial-balance" "$seller"
is "cash in her hand" 37500 "$(field '.accounts[] | select(.account == "cash:seller") | .debit - .credit')"
is "the trial balance" 0 "$(field .difference)"

say "The first trade is done."
