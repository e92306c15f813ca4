#!/usr/bin/env bash
# The market in depth: a guest in Bandung orders of two sellers, agrees to what delivery costs, pays by transfer with three
# digits that tell her money apart, does without a line that ran out, and is paid back half of what arrived broken. Another
# order is never paid, and the clock ends it.
# Against a demo: cargo run --release -- demo, then examples/02_market.sh
source "$(dirname "$0")/lib.sh"

# seller NAME: an approved home industry that takes transfers; sets $token and $enterprise.
seller() {
  token=$(sign_in "$(register "Pemilik $1")" rahasia-desa)
  post 201 /v1/enterprises "$token" "$(jq -n --arg village "$village" --arg name "$1" '{village_id: $village, kind: "home_industry", name: $name}')"
  enterprise=$(field .id)
  post 200 "/v1/enterprises/$enterprise/submit" "$token"
  post 200 "/v1/enterprises/$enterprise/approve" "$admin"
  call 200 PUT "/v1/enterprises/$enterprise/payment-details" "$token" "$(jq -n --arg name "$1" \
    '{methods: ["cash_on_delivery", "bank_transfer"], bank: {bank: "BRI", number: "0123 01 000000 50 1", holder: $name}}')" 'If-Match: "0"'
}

# product NAME PRICE STOCK: published; sets $product and $pack.
product() {
  post 201 "/v1/enterprises/$enterprise/products" "$token" "$(jq -n --arg name "$1" --argjson price "$2" --argjson stock "$3" \
    '{category: "manisan_dodol", name: $name, description: "Dari dapur sendiri.", unit: "pack", price: $price, stock: $stock}')"
  product=$(field .id) pack=$(field '.packs[0].id')
  post 200 "/v1/products/$product/submit" "$token"
  post 200 "/v1/products/$product/publish" "$admin"
}

# account NAME: what stands in an account of $enterprise, debits positive, by the trial balance fetched last.
account() { field "[.accounts[] | select(.account == \"$1\") | .debit - .credit] | add // 0"; }

say "Two sellers of Balewangi: one has no delivery zone yet, the other brings to Bandung for Rp10.000"
admin=$(sign_in 0812-1000-0001 pasar-demo)
get '/v1/villages?limit=100'
village=$(field '.items[] | select(.code == "32.05.20.2007") | .id')
seller "Opak Balewangi"; opak_seller=$token opak_shop=$enterprise
product "Opak Ketan Bakar" 12000 40; opak=$product opak_pack=$pack
seller "Dodol Papandayan"; dodol_seller=$token dodol_shop=$enterprise
product "Dodol Susu 500 g" 35000 20; dodol=$product dodol_pack=$pack
product "Wajit Ketan" 8000 30; wajit=$product wajit_pack=$pack
post 201 "/v1/enterprises/$dodol_shop/delivery-zones" "$dodol_seller" '{"name": "Bandung kota", "fee": 10000}'
zone=$(field .id)

say "A guest orders of both with her telephone number alone"
call 201 POST /v1/auth/guest "" "$(jq -n --arg phone "0857$((RANDOM % 9000 + 1000))$((RANDOM % 9000 + 1000))" '{phone: $phone, name: "Tamu dari Bandung"}')" "Idempotency-Key: $(new_key)"
guest=$(field .access_token) tracking=$(field .tracking_token)
post 201 /v1/order-groups "$guest" "$(jq -n --arg opak "$opak_pack" --arg dodol "$dodol_pack" --arg wajit "$wajit_pack" --arg zone "$zone" '{
  lines: [{pack_id: $opak, quantity: 6}, {pack_id: $dodol, quantity: 2}, {pack_id: $wajit, quantity: 3}],
  fulfilment: "seller_delivery", address: "Jalan Braga 1, Bandung", area: "Bandung kota", zones: [$zone], payment: "bank_transfer", expected_total: 176000}')"
group=$(field .id)
is "two orders" 2 "$(field '.orders | length')"
is "goods of Rp166.000 and the one fee that is known" 176000 "$(field .total)"
a=$(field ".orders[] | select(.seller_id == \"$opak_shop\") | .id")
b=$(field ".orders[] | select(.seller_id == \"$dodol_shop\") | .id")
get "/v1/products/$opak"
is "opak left to order" 34 "$(field .available)"
get "/v1/orders/$a" "$opak_seller"
is "who buys is not shown before she accepts" null "$(field .buyer)"
is "where about it goes is" "Bandung kota" "$(field .area)"

say "The first seller says what delivery costs: Rp15.000"
post 409 "/v1/orders/$a/accept" "$opak_seller"
is "it cannot be taken on before" delivery_quote_open "$(field .code)"
post 200 "/v1/orders/$a/quote" "$opak_seller" '{"fee": 15000}'
post 200 "/v1/orders/$a/quote/accept" "$guest" '{"fee": 15000}'
is "agreed" 87000 "$(field .total)"
post 200 "/v1/orders/$a/accept" "$opak_seller"
a_digits=$(field .bill.digits)
post 200 "/v1/orders/$b/accept" "$dodol_seller"
b_digits=$(field .bill.digits)

say "Days later the guest comes back with her tracking token and pays"
call 200 POST /v1/auth/track "" "$(jq -n --arg token "$tracking" '{tracking_token: $token}')" "Idempotency-Key: $(new_key)"
guest=$(field .access_token)
get "/v1/orders/$a/payment-instructions" "$guest"
is "to the last digit" $((87000 + a_digits)) "$(field .amount)"
is "to" BRI "$(field .to.bank.bank)"
post 200 "/v1/orders/$a/payments/claim" "$guest"
is "she says so, and that is not money" claimed "$(field .bill.status)"
payment=$(field '.payments[-1].id')
get "/v1/enterprises/$opak_shop/trial-balance" "$opak_seller"
is "in the seller's bank" 0 "$(account bank)"
post 200 "/v1/payments/$payment/confirm" "$opak_seller"
is "the seller has seen it" paid "$(field .bill.status)"
post 200 "/v1/orders/$b/payments/claim" "$guest"
post 200 "/v1/payments/$(field '.payments[-1].id')/confirm" "$dodol_seller"
is "the second order" $((104000 + b_digits)) "$(field .bill.received)"

say "The wajit has run out: the second seller may leave it out with the guest's consent alone"
post 200 "/v1/orders/$b/changes" "$dodol_seller" "$(jq -n --argjson at "$(field ".lines[] | select(.pack_id == \"$wajit_pack\") | .position")" \
  '{lines: [{position: $at, quantity: 0}], reason: "Ketannya habis"}')"
change=$(field .change.id)
is "nothing has changed yet" $((104000 + b_digits)) "$(field .total)"
post 403 "/v1/orders/$b/changes/accept" "$dodol_seller" "{\"change_id\": \"$change\"}"
post 200 "/v1/orders/$b/changes/accept" "$guest" "{\"change_id\": \"$change\"}"
is "the order" $((80000 + b_digits)) "$(field .total)"
is "the refund due, to the rupiah" 24000 "$(field .bill.owed_back)"
refund=$(field '.refunds[0].id')
post 200 "/v1/refunds/$refund/send" "$dodol_seller"
post 200 "/v1/refunds/$refund/acknowledge" "$guest"
is "the guest has it" acknowledged "$(field '.refunds[0].state')"

say "Both bring it"
for step in prepare ready hand-over; do
  post 200 "/v1/orders/$a/$step" "$opak_seller"
  post 200 "/v1/orders/$b/$step" "$dodol_seller"
done
is "the order" handed_over "$(field .state)"

say "Two packs of opak are broken; the claim is settled by half of what they cost"
post 201 "/v1/orders/$a/claims" "$guest" '{"position": 1, "quantity": 2, "text": "Dua bungkus hancur di jalan.", "wish": "refund_full"}'
claim=$(field .id)
is "they cost" 24000 "$(field .value)"
post 200 "/v1/claims/$claim/offer" "$opak_seller" '{"remedy": "refund", "amount": 12000}'
post 200 "/v1/claims/$claim/accept" "$guest"
is "the claim" settled "$(field .state)"
get "/v1/orders/$a" "$guest"
is "owed back" 12000 "$(field .bill.owed_back)"
post 200 "/v1/refunds/$(field '.refunds[0].id')/send" "$opak_seller"
post 200 "/v1/orders/$a/complete" "$guest"
post 200 "/v1/orders/$b/complete" "$guest"

say "Both incomes, both stocks, both books"
get "/v1/enterprises/$opak_shop/income" "$opak_seller"
is "the opak earned, goods 60.000 and delivery 15.000" 75000 "$(field .total.revenue.amount)"
is "with the digits that told her money apart" $((75000 + a_digits)) "$(field .total.net.amount)"
get "/v1/enterprises/$dodol_shop/income" "$dodol_seller"
is "the dodol earned, goods 70.000 and delivery 10.000" 80000 "$(field .total.revenue.amount)"
is "with the digits" $((80000 + b_digits)) "$(field .total.net.amount)"
stock() { get "/v1/products/$1" "$2"; is "$3, on hand and promised" "$4" "$(field '.packs[0] | "\(.on_hand) \(.reserved)"')"; }
stock "$opak" "$opak_seller" opak "34 0"
stock "$dodol" "$dodol_seller" dodol "18 0"
stock "$wajit" "$dodol_seller" wajit "30 0"
get "/v1/enterprises/$opak_shop/trial-balance" "$opak_seller"
is "the first trial balance" 0 "$(field .difference)"
is "her bank" $((75000 + a_digits)) "$(account bank)"
is "owed to buyers" 0 "$(account refunds:buyers)"
get "/v1/enterprises/$dodol_shop/trial-balance" "$dodol_seller"
is "the second trial balance" 0 "$(field .difference)"
is "her bank" $((80000 + b_digits)) "$(account bank)"
is "owed to buyers" 0 "$(account refunds:buyers)"
get "/v1/order-groups/$group" "$guest"
is "what the guest paid for both in the end" $((155000 + a_digits + b_digits)) "$(field .total)"

say "An order that nobody paid: its seller took it on a day ago, and the clock ends it"
jakarta=$(sign_in 0812-1000-0010 pasar-demo)
dodol_owner=$(sign_in 0812-1000-0003 pasar-demo)
for _ in $(seq 60); do
  get '/v1/me/orders?limit=100' "$jakarta"
  unpaid=$(field '[.items[] | select(.payments == [] and .bill.method == "bank_transfer")][0].id')
  state=$(field ".items[] | select(.id == \"$unpaid\") | .state")
  [ "$state" = expired ] && break
  sleep 1
done
is "the order" expired "$state"
get "/v1/orders/$unpaid" "$dodol_owner"
is "the bill" void "$(field .bill.status)"
late=$(field '.lines[0].product_id')
get "/v1/orders/$unpaid/history" "$dodol_owner"
is "by the clock, with a reason" "null Pesanan tidak dibayar sampai batas waktunya." "$(field '.items[-1] | "\(.actor_id) \(.reason)"')"
get "/v1/products/$late" "$dodol_owner"
is "its packs are free again" 0 "$(field '.packs[0].reserved')"

say "The market keeps its word to both sides."
